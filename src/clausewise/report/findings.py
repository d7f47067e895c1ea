"""A run's causes for other tools: SARIF for code scanning, annotations of GitHub, CSV for a tracker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from clausewise.report.causes import Cause, brief, causes, source
from clausewise.report.spreadsheets import as_csv
from clausewise.untrusted import printable

Row = Mapping[str, Any]

_LEVELS = {"red": "error", "amber": "warning"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HEADS = ("Summary", "Description", "Issue Type", "Priority", "Labels", "Clause", "Standing", "Source")
_SHOWN = ("expected", "actual", "where", "hint")
_PRIORITIES = {"red": "High", "amber": "Low"}
_SUMMARY = 250  # characters that trackers take
_MESSAGE = 2000


def _source(cause: Cause) -> str:
    """Return where the clause of a cause is stated."""
    return "; ".join(map(source, cause.clause["sources"])) or "no document"


def sarif(results: Row) -> str:
    """Return the findings as SARIF 2.1.0: a rule for each clause, a result for each thing to tell."""
    found = causes(results)
    rules = {it.clause["id"]: _rule(it) for it in found}
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
        "results": [_result(it, order.index(it.clause["id"]), results) for it in found],
        "properties": {"outcome": results["outcome"]["word"], "exit": results["outcome"]["exit"]},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.clause["id"],
        "shortDescription": {"text": printable(cause.clause["statement"])},
        "fullDescription": {"text": printable(f"{cause.clause['statement']} ({_source(cause)})")},
        "defaultConfiguration": {"level": _LEVELS[cause.colour]},
        "properties": {
            "tags": [cause.clause["family"], cause.clause["kind"], cause.finding["standing"]],
            "standing": cause.finding["standing"],
            "source": printable(_source(cause)),
        },
    }


def _result(cause: Cause, rule: int, results: Row) -> dict[str, Any]:
    file = results["target"].get("file") or results["target"]["name"]
    place = f"{cause.clause['family']}.{cause.clause['operation']}{cause.finding['where']}"
    mark = sha256(f"{cause.clause['id']} {cause.finding['where']}".encode("utf-8", "replace")).hexdigest()
    also = f" It takes along {', '.join(_names(cause))}." if cause.others else ""
    return {
        "ruleId": cause.clause["id"],
        "ruleIndex": rule,
        "level": _LEVELS[cause.colour],
        "message": {
            "text": printable(f"{cause.clause['statement']} {_capital(brief(cause.finding))}.{also}")[
                :_MESSAGE
            ]
        },
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
        "occurrenceCount": cause.finding["times"],
        "partialFingerprints": {"clauseAndPlace/v1": mark},
    }


def github(results: Row) -> str:
    """Return a workflow command for each thing to tell, which GitHub shows as an annotation."""
    return "".join(f"{_annotation(it)}\n" for it in causes(results))


def _annotation(cause: Cause) -> str:
    title = _escaped(f"{cause.clause['id']} ({cause.finding['standing']})", ":,")
    text = _escaped(f"{cause.clause['statement']} {_capital(brief(cause.finding))}. Source: {_source(cause)}")
    return f"::{_LEVELS[cause.colour]} title={title}::{text}"


def _escaped(text: str, more: str = "") -> str:
    """Escape what would end a workflow command, or a property of one."""
    said = printable(text)[:_MESSAGE].replace("%", "%25")
    for letter in ("\r", "\n", *more):
        said = said.replace(letter, f"%{ord(letter):02X}")
    return said


def csv(results: Row) -> str:
    """Return a row for each thing to tell, under the heads that Jira's import and others know."""
    return as_csv(_HEADS, map(_issue, causes(results)))


def _issue(cause: Cause) -> tuple[str, ...]:
    finding = cause.finding
    summary = " ".join(f"{cause.clause['operation']}: {cause.clause['statement']}".split())
    lines = [cause.clause["statement"], "", f"Clause: {cause.clause['id']} ({finding['standing']})"]
    lines += [f"Source: {_source(cause)}"]
    lines += [f"{name.capitalize()}: {finding[name]}" for name in _SHOWN if finding[name]]
    lines += [f"Takes along: {', '.join(_names(cause))}"] if cause.others else []
    lines += ["", finding["curl"]] if finding["curl"] else []
    labels = f"clausewise {cause.clause['family']} {finding['standing']}"
    priority = _PRIORITIES[cause.colour]
    text = "\n".join(lines)
    return (
        summary[:_SUMMARY],
        text,
        "Bug",
        priority,
        labels,
        cause.clause["id"],
        finding["standing"],
        _source(cause),
    )


def _names(cause: Cause) -> list[str]:
    return [row["id"] for row in cause.others]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
