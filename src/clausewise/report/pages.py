"""The two pages people read: summary.md for a pull request, report.html for everything."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from clausewise import labels
from clausewise.foreign import cell, fenced, visible
from clausewise.model import STEPS, words
from clausewise.plans import DEFAULT
from clausewise.report.causes import causes

Row = Mapping[str, Any]

_TONES = {0: "green", 2: "amber"}
_OWN = {"policy": "own policy", "repeats": "failures repeated", "resumed": "resumed"}
_LONGEST = 20_000  # characters of one body that a page shows


def summary(results: Row) -> str:
    """Return the run as GitHub-flavoured Markdown."""
    return _draw("summary.md.j2", results, autoescape=False)


def html(results: Row, exchanges: Iterable[Row] = ()) -> str:
    """Return the run as one self-contained HTML page that works from disk.

    Of the run's exchanges it holds those that a clause names, packed, and unpacks them when one is asked for.
    """
    cited = {name for row in results["clauses"] for name in row["exchanges"]}
    lines = (json.dumps(_cut(record)) for record in exchanges if record["id"] in cited)
    packed = base64.b64encode(gzip.compress("\n".join(lines).encode(), mtime=0)).decode()
    return _draw("report.html.j2", results, autoescape=True, packed=packed)


def _cut(record: Row) -> Row:
    """Leave of an exchange what a page shows, its bodies cut where they are huge."""
    sides = {}
    for side in ("request", "response"):
        sides[side] = {**record[side], "body": _shortened(record[side]["body"])}
    kept = ("id", "started", "milliseconds", "test", "matched")
    return {**{key: record[key] for key in kept}, **sides}


def statement(results: Row) -> str:
    """Return one page about what was judged, against which documents, with what result; it prints well."""
    return _draw("statement.html.j2", results, autoescape=True)


def badge(results: Row) -> str:
    """Return a picture of the result, in SVG."""
    return _draw("badge.svg.j2", results, autoescape=True)


def history(runs: Sequence[Row], restless: Sequence[Row]) -> str:
    """Return a page about many runs, the oldest first, and the clauses that changed their verdict."""
    template = _environment(autoescape=True).get_template("history.html.j2")
    return template.render(runs=runs, restless=restless)


def _environment(*, autoescape: bool) -> Environment:
    loader = PackageLoader("clausewise.report")
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    environment = Environment(loader=loader, autoescape=autoescape, **options)  # noqa: S701 - Markdown has its own
    environment.filters |= {
        "cell": cell,
        "fenced": fenced,
        "visible": visible,
        "words": words,
        "island": _island,
        "body": _body,
    }
    return environment


def _draw(template: str, results: Row, *, autoescape: bool, packed: str = "") -> str:
    told = {
        "packed": packed,
        "tone": _TONES.get(results["outcome"]["exit"], "red"),
        "label": _label(results),
        "labels": labels.told(results["run"]["labels"]),
        "exercised": {
            (row["family"], row["operation"])
            for row in results["ledger"]
            if row["state"] not in {"not selected", "not observable"}
        },
        "steps": [
            *(f"{low} to {high} ms" for low, high in pairwise((0, *STEPS))),
            f"over {STEPS[-1]} ms",
        ],
        "causes": causes(results),
        "by_id": {row["id"]: row for row in results["clauses"]},
        "unexercised": _unexercised(results),
        "ledger_counts": Counter(row["state"] for row in results["ledger"]),
    }
    return _environment(autoescape=autoescape).get_template(template).render(results=results, **told)


def _label(results: Row) -> str:
    """Return what a badge says: the result, how many clauses are kept, and in a few words what excuses."""
    counts, fixed = results["counts"], results["frozen"]
    kinds = {row["kind"]: row["says"] for row in results["excuses"]}
    asked = results["promise"]
    own = not (asked["whole"] or asked["narrowed"])
    share = f": {asked['asked']} of {asked['of']} clauses" if own and not results["outcome"]["exit"] else ""
    told = [results["outcome"]["word"] + share, f"{counts['pass']} kept"]
    told += [f"{counts['waived']} waived"] if counts["waived"] else []
    told += [f"{fixed['scored']} of {fixed['scored'] + fixed['not_scored']} scored"] if fixed["set"] else []
    told += [kinds["selection"]] if "selection" in kinds else []
    told += [f"plan {results['run']['plan']}"] if results["run"]["plan"] != DEFAULT.name else []
    told += [_OWN[kind] for kind in _OWN if kind in kinds]
    return ", ".join(told)


def _body(text: str) -> str:
    """Show a body, indented if it is JSON, cut if it is huge."""
    if len(text) <= _LONGEST:
        with suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        return visible(text)
    return visible(_shortened(text))


def _shortened(text: str) -> str:
    left = len(text) - _LONGEST
    return text if left <= 0 else f"{text[:_LONGEST]}\n... {left} characters more, see exchanges.jsonl"


def _island(value: Any) -> Markup:
    """Embed data in a script element: nothing in it can end the element or break a line."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped just now


def _unexercised(results: Row) -> list[tuple[str, list[str]]]:
    """Return the reasons why clauses were not exercised, each with its clauses, the commonest first."""
    reasons: dict[str, list[str]] = {}
    for row in results["clauses"]:
        if row["verdict"] in {"untestable", "not applicable", "error"}:
            reasons.setdefault(f"{row['verdict']}: {row['reason']}", []).append(row["id"])
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))
