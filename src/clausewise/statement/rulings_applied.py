"""What people decided, applied to what was found: waivers, frozen sets, response times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clausewise.model import Verdict
from clausewise.rulings import Rulings, Waiver
from clausewise.suggestions import nearest
from clausewise.verdict import many

Row = dict[str, Any]

_BROKEN = {Verdict.FAIL, Verdict.UNSTABLE}


def waive(rows: Iterable[Row], rulings: Rulings, day: str) -> None:
    """Turn what is broken under a waiver that holds on a day (ISO 8601) into waived, with its reason."""
    holding = {entry.clause: entry for entry in rulings.waivers if entry.expires >= day}
    for row in rows:
        entry = holding.get(row["id"])
        if entry and row["verdict"] in _BROKEN:
            row["verdict"], row["colour"] = Verdict.WAIVED, "amber"
            row["reason"] = f"waived until {entry.expires} by {entry.owner}, {entry.ticket}: {entry.reason}"


def waivers(rows: Iterable[Row], rulings: Rulings, day: str, *, partial: bool) -> Iterator[Row]:
    """Yield each waiver with its state: applied, expired, unmatched, no longer needed, or not judged.

    A partial run does not say that one is no longer needed: it may have left out what breaks the clause.
    """
    verdicts = {row["id"]: row["verdict"] for row in rows}
    for entry in rulings.waivers:
        state = _state(entry, verdicts, day, partial=partial)
        record = {key: getattr(entry, key) for key in ("clause", "reason", "owner", "ticket", "expires")}
        first, last = entry.lines
        close = nearest(entry.clause, verdicts) if state == "unmatched" else ""
        meant = f", perhaps of {close}" if close else ""
        yield record | {
            "state": state,
            "red": state in _SAYS,
            "file": entry.file,
            "first_line": first,
            "last_line": last,
            "says": _SAYS.get(state, "").format(entry=entry, first=first, last=last, meant=meant),
        }


_WHERE = "delete lines {first} to {last} of {entry.file}"
_SAYS = {
    "expired": "the waiver of {entry.clause} has expired on {entry.expires}: mend it or " + _WHERE,
    "unmatched": "the waiver of {entry.clause} is of no clause that the target claims{meant}: " + _WHERE,
    "no longer needed": "the waiver of {entry.clause} is no longer needed, the clause is kept: " + _WHERE,
}


def _state(entry: Waiver, verdicts: Mapping[str, Verdict], day: str, *, partial: bool) -> str:
    if entry.clause not in verdicts:
        return "unmatched"
    if verdicts[entry.clause] == Verdict.PASS and not partial:
        return "no longer needed"
    if entry.expires < day:
        return "expired"
    return "applied" if verdicts[entry.clause] == Verdict.WAIVED else "not judged"


def frozen(rows: Iterable[Row], rulings: Rulings, *, partial: bool) -> Row:
    """Mark the clauses that a frozen requirement set does not score, and return what it comes to."""
    for row in rows:
        row["scored"] = rulings.scored is None or row["id"] in rulings.scored
        if not row["scored"]:
            row["colour"] = "grey"
    known = {row["id"] for row in rows}
    gone = sorted((rulings.scored or frozenset()) - known)
    return {
        "set": rulings.frozen,
        "scored": sum(row["scored"] for row in rows),
        "not_scored": sum(not row["scored"] for row in rows),
        "gone": [] if partial else gone,
    }


def paces(operations: Iterable[Row], rulings: Rulings) -> Iterator[Row]:
    """Yield each response-time budget beside what was measured."""
    for row in operations:
        for pace in rulings.paces:
            if row["exchanges"] and pace.of(row["family"], row["operation"]):
                actual = row["milliseconds"][pace.figure]
                yield {
                    "family": row["family"],
                    "operation": row["operation"],
                    "figure": pace.figure,
                    "most": pace.most,
                    "actual": actual,
                    "held": actual <= pace.most,
                    "colour": "green" if actual <= pace.most else "red" if pace.red else "amber",
                }


def objections(waived: Iterable[Row], budgets: Iterable[Row]) -> Iterator[str]:
    """Yield what turns a run red beside broken clauses."""
    yield from (row["says"] for row in waived if row["red"])
    for row in budgets:
        if row["colour"] == "red":
            took = f"{row['figure']} of {row['actual']:g} ms, at most {row['most']:g}"
            yield f"{row['family']}.{row['operation']} answers too slowly: {took}"


def unmet(fixed: Row) -> Iterator[str]:
    """Yield what leaves a frozen set not fully verified."""
    if fixed["gone"]:
        told = many(len(fixed["gone"]), "clause", "clauses")
        yield f"the frozen set {fixed['set']} has {told} that the target does not claim: {fixed['gone'][0]}"
