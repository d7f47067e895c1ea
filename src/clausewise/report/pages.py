"""The two pages people read: summary.md for a pull request, report.html for everything."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from clausewise import labels
from clausewise.model import STEPS
from clausewise.plans import DEFAULT
from clausewise.report.advice import advise, may_ship
from clausewise.report.causes import Cause, brief, causes, source
from clausewise.report.charts import Pace, Strip, chart, pace, strip
from clausewise.report.highlighting import body, shortened, sides
from clausewise.untrusted import cell, fenced, visible
from clausewise.verdict import cases_of

Row = Mapping[str, Any]

_TONES = {0: "green", 2: "amber"}
_OWN = {"policy": "own policy", "repeats": "failures repeated", "resumed": "resumed"}
_COMMENT = 60_000  # characters, of the 65,536 that a comment on a pull request may have
_SENTENCE = 400  # of these for what was left out
_IN_FULL = 10  # causes of a summary
_STATES = ("proven", "contradicted", "not provokable here", "never observed", "not observable")


def summary(results: Row) -> str:
    """Return the run as GitHub-flavoured Markdown, short enough for a comment.

    What is too much is left out from the end, where the least important stands, and named in a sentence.
    """
    template = _environment(autoescape=False).get_template("summary.md.j2")
    record = {"results": results, **_told(results)}
    for in_full in (_IN_FULL, _IN_FULL // 2, 1, 0):
        whole = [cause for cause in record["causes"] if cause.colour == "red"][:in_full]
        context = template.new_context({**record, "whole": whole, "rest": record["causes"][len(whole) :]})
        parts = {name: "".join(block(context)) for name, block in template.blocks.items()}
        if len(parts["verdict"] + parts["causes"]) < _COMMENT // 2 or not in_full:
            break
    left = [name for name in parts if parts[name].strip()]
    kept = ""
    while left and len(kept + parts[left[0]]) < _COMMENT - _SENTENCE:
        kept += parts[left.pop(0)]
    if left:
        kept += f"Left out, since a comment holds no more: {', '.join(left)}; report.html has it.\n"
    return kept


def html(results: Row, exchanges: Iterable[Row] = ()) -> str:
    """Return the run as one self-contained HTML page that works from disk.

    Of the run's exchanges it holds those that a clause or a finding names, packed, and unpacks them when
    one is asked for.
    """
    cited = {name for row in results["clauses"] for name in row["exchanges"]}
    cited |= {bad["exchange"] for bad in results["findings"]}
    lines = (json.dumps(_cut(record)) for record in exchanges if record["id"] in cited)
    packed = base64.b64encode(gzip.compress("\n".join(lines).encode(), mtime=0)).decode()
    plain = _environment(autoescape=False).get_template("cause.md.j2").module
    data = {
        "clauses": results["clauses"],
        "discrepancies": results["discrepancies"],
        "causes": {str(row["id"]): row["clauses"] for row in results["causes"]},
        "broken": [[bad["exchange"], bad["clause"]] for bad in results["findings"]],
    }

    def markdown(cause: Cause) -> str:
        text: str = plain.cause_in_full(cause, advise(cause, results), "##")  # type: ignore[attr-defined]
        return text

    more = {"packed": packed, "data": data, "sides": sides, "markdown": markdown, "strip": _cells(results)}
    return _draw("report.html.j2", results, autoescape=True, **more)


def _cells(results: Row) -> list[tuple[str, list[dict[str, str]]]]:
    """Return a cell for each operation, by family: what the worst of its clauses came to."""
    red = Counter((row["family"], row["operation"]) for row in _red(results))
    held: dict[str, list[dict[str, str]]] = {}
    for row in results["operations"]:
        if row["operation"]:
            counts, broken = row["counts"], red[row["family"], row["operation"]]
            amber = max(0, sum(counts[name] for name in ("fail", "unstable", "waived")) - broken)
            thin, kept, erred = counts["untestable"], counts["pass"], counts["error"]
            tones = {"red": broken + erred, "amber": amber, "thin": thin, "green": kept, "": 1}
            record = {
                "broken": broken,
                "in error": erred,
                "amber": amber,
                "not exercised": thin,
                "kept": kept,
            }
            says = ", ".join(f"{count} {word}" for word, count in record.items() if count)
            cell = {"tone": next(tone for tone, count in tones.items() if count), "says": says}
            where = {"family": row["family"], "operation": row["operation"]}
            held.setdefault(row["family"], []).append({**where, **cell})
    return list(held.items())


def _cut(record: Row) -> Row:
    """Leave of an exchange what a page shows, its bodies cut where they are huge."""
    sides = {}
    for side in ("request", "response"):
        sides[side] = {**record[side], "body": shortened(record[side]["body"])}
    kept = ("id", "started", "milliseconds", "test", "matched")
    return {**{key: record[key] for key in kept}, **sides}


def statement(results: Row, evidence: Mapping[str, str]) -> str:
    """Return one page about what was judged, against which documents, with what result; it prints well.

    `evidence` are the SHA-256 digests of the run's files by their names.
    """
    return _draw("statement.html.j2", results, autoescape=True, evidence=evidence)


def badge(results: Row) -> str:
    """Return a picture of the result, in SVG."""
    return _draw("badge.svg.j2", results, autoescape=True)


def history(
    runs: Sequence[Row],
    verdicts: Mapping[str, Mapping[str, str]],
    times: Mapping[str, Mapping[str, float]],
    links: Mapping[str, str],
) -> str:
    """Return a page about many runs, the oldest first.

    `verdicts` are those of clauses by run, `times` the 95th percentiles of operations by run, and `links`
    lead to the reports of runs.
    """
    targets = [
        (target, *_of_target([it for it in enumerate(runs, 1) if it[1]["target"] == target], verdicts, times))
        for target in dict.fromkeys(run["target"] for run in runs)
    ]
    template = _environment(autoescape=True).get_template("history.html.j2")
    return template.render(runs=runs, targets=targets, links=links, chart=chart, dark=_dark())


def drawn(template: str, **values: Any) -> str:
    """Return a page of its own from a template, without a script."""
    return _environment(autoescape=True).get_template(template).render(dark=_dark(), **values)


def _of_target(
    runs: Sequence[tuple[int, Row]],
    verdicts: Mapping[str, Mapping[str, str]],
    times: Mapping[str, Mapping[str, float]],
) -> tuple[list[Strip], list[Pace]]:
    """Return the strips of clauses and the paces of operations in the runs on one target."""
    ids = {run["id"] for _, run in runs}
    strips = [strip(clause, runs, known) for clause, known in verdicts.items() if not ids.isdisjoint(known)]
    strips.sort(key=lambda it: (not it.since, not it.flaky, it.clause))
    paces = []
    for name, known in times.items():
        if figures := [(run, known[run["id"]]) for _, run in runs if run["id"] in known]:
            paces.append(pace(name, figures))
    return strips, paces


def _dark() -> Markup:
    """Return the dark colours, for a page without a script that could choose them."""
    loader = PackageLoader("clausewise.report")
    text, _, _ = loader.get_source(Environment(autoescape=True), "report.css")
    return Markup(text.partition('[data-theme="dark"] {')[2].partition("}")[0])  # noqa: S704 - our own


@cache  # so that a template is compiled once, whatever is drawn with it
def _environment(*, autoescape: bool) -> Environment:
    loader = PackageLoader("clausewise.report")
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    environment = Environment(loader=loader, autoescape=autoescape, **options)  # noqa: S701 - Markdown has its own
    environment.filters |= {
        "cell": cell,
        "fenced": fenced,
        "visible": visible,
        "island": _island,
        "body": body,
        "brief": brief,
        "cases": cases_of,
        "clip": _clip,
        "source": source,
    }
    return environment


def _draw(template: str, results: Row, *, autoescape: bool, **more: Any) -> str:
    told = _told(results)
    return _environment(autoescape=autoescape).get_template(template).render(results=results, **told, **more)


def _told(results: Row) -> dict[str, Any]:
    """Return what templates draw besides the results themselves."""
    found = causes(results)
    return {
        "tone": _TONES.get(results["outcome"]["exit"], "red"),
        "label": _label(results),
        "chart": chart,
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
        "causes": found,
        "advice": {cause.number: advise(cause, results) for cause in found},
        "may_ship": may_ship(results),
        "by_id": {row["id"]: row for row in results["clauses"]},
        "red": _red(results),
        "unexercised": _unexercised(results),
        "states": _STATES,
        "ledger_counts": Counter(row["state"] for row in results["ledger"]),
    }


def _red(results: Row) -> list[Row]:
    """Return the broken clauses that turn a run red."""
    return [
        row
        for row in results["clauses"]
        if row["scored"] and row["colour"] == "red" and row["verdict"] == "fail"
    ]


def _label(results: Row) -> str:
    """Return what a badge says: the result, how many clauses are kept, and in a few words what excuses."""
    counts, fixed = results["counts"], results["frozen"]
    kinds = {row["kind"]: row["says"] for row in results["excuses"]}
    asked = results["promise"]
    own = not (asked["whole"] or asked["narrowed"])
    share = f": {asked['asked']} of {asked['of']} clauses" if own and not results["outcome"]["exit"] else ""
    red = len(_red(results))
    found = [
        results["outcome"]["word"] + share,
        *([f"{red} broken"] if red else []),
        f"{counts['pass']} kept",
    ]
    found += [f"{counts['waived']} waived"] if counts["waived"] else []
    found += [f"{fixed['scored']} of {fixed['scored'] + fixed['not_scored']} scored"] if fixed["set"] else []
    found += [kinds["selection"]] if "selection" in kinds else []
    found += [f"plan {results['run']['plan']}"] if results["run"]["plan"] != DEFAULT.name else []
    found += [_OWN[kind] for kind in _OWN if kind in kinds]
    return ", ".join(found)


def _clip(text: Any, most: int) -> str:
    """Cut a text that is longer than a line of a summary should be."""
    message = str(text)
    return message if len(message) <= most else f"{message[:most]}..."


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
