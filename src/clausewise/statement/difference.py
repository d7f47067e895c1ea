"""What changed from one run to another, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.model import Verdict

Row = Mapping[str, Any]

_BROKEN = {Verdict.FAIL, Verdict.ERROR, Verdict.UNSTABLE}
_JUDGED = {Verdict.PASS, Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED}
_SLOWER, _AT_LEAST = 1.5, 20.0  # times as long, and milliseconds more, at the 95th percentile

NEWLY_BROKEN, FIXED = "newly broken", "fixed"
EXERCISED, LOST = "newly exercised", "no longer exercised"
GONE, NEW, SLOWER = "no longer claimed", "newly claimed", "slower"


def difference(before: Row, after: Row) -> dict[str, Any]:
    """Return what changed between the results of two runs, as a JSON value.

    `red` tells that something is newly broken, or that something is no longer judged that was.
    """
    old = {row["id"]: row for row in before["clauses"]}
    new = {row["id"]: row for row in after["clauses"]}
    changes = [
        {
            "change": change,
            "clause": name,
            "before": old[name]["verdict"] if name in old else "",
            "after": new[name]["verdict"] if name in new else "",
            "reason": new[name]["reason"] if name in new else "",
        }
        for name in {**old, **new}
        if (change := _change(old.get(name), new.get(name)))
    ]
    return {
        "format": "clausewise-difference",
        "version": 1,
        "before": before["run"]["id"],
        "after": after["run"]["id"],
        "red": any(row["change"] in {NEWLY_BROKEN, LOST, GONE} for row in changes),
        "changes": changes,
        "slower": list(_slower(before, after)),
        "drift": sorted(_places(after) - _places(before)),
    }


def _change(old: Row | None, new: Row | None) -> str:
    if old is None or new is None:
        return NEW if old is None else GONE
    was, now = old["verdict"], new["verdict"]
    if now in _BROKEN and was not in _BROKEN:
        return NEWLY_BROKEN
    if was in _JUDGED and now not in _JUDGED:
        return LOST
    if was in _BROKEN and now not in _BROKEN:
        return FIXED
    return EXERCISED if now in _JUDGED and was not in _JUDGED else ""


def _slower(before: Row, after: Row) -> Iterator[Row]:
    old = {(row["family"], row["operation"]): row for row in before["operations"]}
    for row in after["operations"]:
        known = old.get((row["family"], row["operation"]))
        if known and known["exchanges"] and row["exchanges"]:
            was, now = known["milliseconds"]["p95"], row["milliseconds"]["p95"]
            if now > was * _SLOWER and now - was > _AT_LEAST:
                yield {"operation": f"{row['family']} {row['operation']}", "before": was, "after": now}


def _places(results: Row) -> set[str]:
    return {f"{row['operation']}.{row['outcome']}{row['where']}" for row in results["drift"]}
