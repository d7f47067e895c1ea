"""What people do about a cause: who acts, since when it is, what to look at, and a waiver to fill in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clausewise.model import Kind
from clausewise.report.causes import Cause

Row = Mapping[str, Any]

_SHIP = {0: "Yes", 1: "No", 2: "Not yet"}
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Advice:
    """What goes beside a cause."""

    since: str
    acts: str
    look: str
    waiver: str


def may_ship(results: Row) -> str:
    """Answer in a word or two whether what was judged may ship."""
    asked = results["promise"]
    whole = asked["whole"] or asked["narrowed"] or results["outcome"]["exit"]
    told = _SHIP.get(results["outcome"]["exit"], "Unknown")
    return told if whole else f"{told}, by plan {asked['plan']}"


def advise(cause: Cause, results: Row) -> Advice:
    """Return what people do about a cause."""
    return Advice(_since(cause, results), _acts(cause, results), _look(cause), _waiver(cause, results))


def _since(cause: Cause, results: Row) -> str:
    """Return since which run the clause of a cause has been broken; '' where no earlier one is known."""
    runs = results["trend"]
    if len(runs) <= 1:
        return ""
    began = next((row for row in reversed(runs) if cause.clause["id"] in row["broken"]), None)
    if began is None:
        return f"before {_named(runs[0])}"
    return "this run" if began["id"] == results["run"]["id"] else _named(began)


def _named(run: Row) -> str:
    """Return what people call a run of the trend: by what it was of, or else by when it was."""
    return str(run.get("name") or run["started"][:16].replace("T", " "))


def _acts(cause: Cause, results: Row) -> str:
    """Return who can end a cause: who waived it, who serves the API, or who knows if a guess is right."""
    for row in results["waivers"]:
        if row["clause"] in cause.row["clauses"] and not row["red"]:
            return f"{row['owner']}, {row['ticket']}, until {row['expires']}"
    if cause.colour == "red":
        return f"the team that serves {cause.row['family'] or cause.clause['family']}"
    return "who owns the target: is the guess right?"


def _look(cause: Cause) -> str:
    """Return where to begin, by the kind of the clause that is broken and the place."""
    bad, clause = cause.finding, cause.clause
    operation = cause.row["operation"] or "the operations"
    answer = f"its {cause.row['answer']} answer" if cause.row["answer"] else "its answer"
    missing = "leaves out" if bad["rule"] == "required" else "writes"
    field = f"How {operation} {missing} {cause.row['where']} in {answer}."
    record = {
        Kind.RESPONSE_FIELD: field,
        Kind.FACET: field,
        Kind.AUTH: f"What lets callers in before {operation}: the gateway, or the check of the token.",
        Kind.REQUEST_FIELD: f"How {operation} reads {cause.row['where'] or 'the request'}, and refuses it.",
        Kind.UNIVERSAL: f"What writes all answers alike, such as a framework or gateway, at {operation}.",
    }
    if clause["kind"] in record:
        return record[Kind(clause["kind"])]
    if bad["where"] == "status":
        return f"Why {operation} came to this answer for this request."
    if clause["kind"] == Kind.FLOW:
        return f"What {operation} keeps for the calls that follow, and what these read."
    return f"How {operation} comes to {cause.row['where']} in {answer}." if bad["where"] else ""


def _waiver(cause: Cause, results: Row) -> str:
    """Return a file of waivers for the clauses of a cause that are broken, to be filled in."""
    lasts = "2026-12-31"  # where nobody knows when the run was
    with suppress(ValueError, OverflowError):
        lasts = (date.fromisoformat(results["run"]["started"][:10]) + _MONTH).isoformat()
    rows = (cause.clause, *cause.others)
    red = [row for row in rows if row["colour"] == cause.colour and row["verdict"] == "fail"]
    record = {
        "target": _quoted(results["target"]["name"]),
        "reason": '"why it may be broken for now"',
        "owner": '"who answers for it"',
        "ticket": '"where its mending is followed"',
        "expires": lasts,
    }
    lines = [f"{key} = {value}" for key, value in record.items()]
    return "\n".join(
        "\n".join(["[[waiver]]", f"clause = {_quoted(row['id'])}", *lines, ""]) for row in red or rows[:1]
    )


def _quoted(text: str) -> str:
    """Return a text as TOML has it, which differs from JSON in what it escapes of DEL and of pairs."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
