"""A run's findings for other tools: SARIF for code scanning, annotations of GitHub, CSV for a tracker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from clausewise.foreign import printable
from clausewise.report.sheets import as_csv

Row = Mapping[str, Any]

_LEVELS = {"red": "error", "amber": "warning"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HEADS = ("Summary", "Description", "Issue Type", "Priority", "Labels", "Clause", "Standing", "Source")
_SHOWN = ("expected", "actual", "where", "hint")
_PRIORITIES = {"red": "High", "amber": "Low"}
_SUMMARY = 250  # characters that trackers take
_MESSAGE = 2000


class Told(NamedTuple):
    """What is to be told: the clearest finding, the clause that it breaks, the findings it explains."""

    finding: Row
    clause: Row
    alike: Sequence[Row]

    @property
    def source(self) -> str:
        """Where the clause is stated."""
        return "; ".join(map(sourced, self.clause["sources"])) or "no document"

    @property
    def says(self) -> str:
        """What was expected and what came, in one line."""
        at = f" at {self.finding['where']}" if self.finding["where"] else ""
        return f"expected {self.finding['expected']}, got {self.finding['actual']}{at}"


def told(results: Row) -> Iterator[Told]:
    """Yield what a run has to tell: each cause where the results know causes, else each finding."""
    clauses = {row["id"]: row for row in results["clauses"]}
    findings = results["findings"]
    causes = results.get("causes", [{"finding": row, "alike": []} for row in findings])
    for cause in causes:
        named = (cause["finding"], *cause["alike"])
        first, *alike = (findings[it] if isinstance(it, int) else it for it in named)
        yield Told(first, clauses[first["clause"]], alike)


def sourced(source: Row) -> str:
    """Return where a document states a clause, as a reader looks it up."""
    parts = [source[key] for key in ("document", "section", "table", "row") if source[key]]
    return ", ".join(parts) + (f" (line {source['line']})" if source["line"] else "")


def sarif(results: Row) -> str:
    """Return the findings as SARIF 2.1.0: a rule for each clause, a result for each thing to tell."""
    all_ = list(told(results))
    rules = {it.clause["id"]: _rule(it) for it in all_}
    order = list(rules)
    run = {
        "tool": {
            "driver": {
                "name": "clausewise",
                "semanticVersion": results["suite"]["version"],
                "rules": list(rules.values()),
            }
        },
        "automationDetails": {"id": f"clausewise/{results['target']['name']}/{results['run']['id']}"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(it, order.index(it.clause["id"]), results) for it in all_],
        "properties": {"outcome": results["outcome"]["word"], "exit": results["outcome"]["exit"]},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(it: Told) -> dict[str, Any]:
    return {
        "id": it.clause["id"],
        "shortDescription": {"text": printable(it.clause["statement"])},
        "fullDescription": {"text": printable(f"{it.clause['statement']} ({it.source})")},
        "defaultConfiguration": {"level": _LEVELS[it.finding["colour"]]},
        "properties": {
            "tags": [it.clause["family"], it.clause["kind"], it.finding["standing"]],
            "standing": it.finding["standing"],
            "source": printable(it.source),
        },
    }


def _result(it: Told, rule: int, results: Row) -> dict[str, Any]:
    file = results["target"].get("file") or results["target"]["name"]
    place = f"{it.clause['family']}.{it.clause['operation']}{it.finding['where']}"
    mark = sha256(f"{it.clause['id']} {it.finding['where']}".encode("utf-8", "replace")).hexdigest()
    also = f" It takes along {', '.join(_names(it))}." if it.alike else ""
    return {
        "ruleId": it.clause["id"],
        "ruleIndex": rule,
        "level": _LEVELS[it.finding["colour"]],
        "message": {"text": printable(f"{it.clause['statement']} {_capital(it.says)}.{also}")[:_MESSAGE]},
        "locations": [
            {
                # Code scanning shows nothing without a file: the one that says what was judged.
                "physicalLocation": {
                    "artifactLocation": {"uri": printable(file)},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": printable(place)}],
            }
        ],
        "occurrenceCount": it.finding["times"],
        "partialFingerprints": {"clauseAndPlace/v1": mark},
    }


def github(results: Row) -> str:
    """Return a workflow command for each thing to tell, which GitHub shows as an annotation."""
    return "".join(f"{_annotation(it)}\n" for it in told(results))


def _annotation(it: Told) -> str:
    title = _escaped(f"{it.clause['id']} ({it.finding['standing']})", ":,")
    text = _escaped(f"{it.clause['statement']} {_capital(it.says)}. Source: {it.source}")
    return f"::{_LEVELS[it.finding['colour']]} title={title}::{text}"


def _escaped(text: str, more: str = "") -> str:
    """Escape what would end a workflow command, or a property of one."""
    said = printable(text)[:_MESSAGE].replace("%", "%25")
    for letter in ("\r", "\n", *more):
        said = said.replace(letter, f"%{ord(letter):02X}")
    return said


def csv(results: Row) -> str:
    """Return a row for each thing to tell, under the heads that Jira's import and others know."""
    return as_csv(_HEADS, map(_issue, told(results)))


def _issue(it: Told) -> tuple[str, ...]:
    finding = it.finding
    summary = " ".join(f"{it.clause['operation']}: {it.clause['statement']}".split())
    lines = [it.clause["statement"], "", f"Clause: {it.clause['id']} ({finding['standing']})"]
    lines += [f"Source: {it.source}"]
    lines += [f"{name.capitalize()}: {finding[name]}" for name in _SHOWN if finding[name]]
    lines += [f"Takes along: {', '.join(_names(it))}"] if it.alike else []
    lines += ["", finding["curl"]] if finding["curl"] else []
    labels = f"clausewise {it.clause['family']} {finding['standing']}"
    priority = _PRIORITIES[finding["colour"]]
    text = "\n".join(lines)
    return summary[:_SUMMARY], text, "Bug", priority, labels, it.clause["id"], finding["standing"], it.source


def _names(it: Told) -> list[str]:
    return list(dict.fromkeys(row["clause"] for row in it.alike))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
