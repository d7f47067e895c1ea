"""What changed from one run to another, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clausewise.model import Verdict

Row = Mapping[str, Any]

_BROKEN = {Verdict.FAIL, Verdict.ERROR, Verdict.UNSTABLE}
_JUDGED = {Verdict.PASS, Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED}
_SLOWER, _AT_LEAST = 1.5, 20.0  # times as long, and milliseconds more, at the 95th percentile

NEWLY_BROKEN, FIXED, UNSTABLE = "newly broken", "fixed", "newly unstable"
WAIVED, UNWAIVED = "newly waived", "no longer waived"
EXERCISED, LOST = "newly exercised", "no longer exercised"
GONE, NEW = "no longer claimed", "newly claimed"
UNSCORED, SCORED = "no longer scored", "newly scored"
RED = (NEWLY_BROKEN, UNWAIVED, UNSTABLE, LOST, GONE, UNSCORED)
CHANGES = (*RED, WAIVED, FIXED, EXERCISED, NEW, SCORED)

_ANY = set(Verdict)
_STEPS: Sequence[tuple[str, set[Verdict], set[Verdict]]] = (  # the first that fits, from and to
    (WAIVED, _ANY, {Verdict.WAIVED}),
    (UNWAIVED, {Verdict.WAIVED}, _BROKEN),
    (UNSTABLE, _ANY - _BROKEN, {Verdict.UNSTABLE}),
    (NEWLY_BROKEN, _ANY - _BROKEN, _BROKEN),
    (LOST, _JUDGED, _ANY - _JUDGED),
    (FIXED, _BROKEN | {Verdict.WAIVED}, {Verdict.PASS}),
    (EXERCISED, _ANY - _JUDGED, _JUDGED),
)


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
        "version": 2,
        "before": before["run"]["id"],
        "after": after["run"]["id"],
        "red": any(row["change"] in RED for row in changes),
        "causes": _causes(before, after),
        "changes": changes,
        "slower": list(_slower(before, after)),
        "drift": sorted(_places(after) - _places(before)),
    }


def _change(old: Row | None, new: Row | None) -> str:
    """Return what became of a clause in a word; '' where nothing did."""
    if old is None or new is None:
        return NEW if old is None else GONE
    if old["scored"] != new["scored"]:
        return SCORED if new["scored"] else UNSCORED
    was, now = Verdict(old["verdict"]), Verdict(new["verdict"])
    words = (word for word, before, after in _STEPS if was in before and now in after)
    return next(words, "") if was is not now else ""


def _causes(before: Row, after: Row) -> Row:
    """Return the causes that came and that went, by the clause that each is about, and how many stayed.

    One whose leading clause is another one's follower now has not gone: its fault shows elsewhere.
    """
    old, new = ({row["clauses"][0]: row for row in told["causes"]} for told in (before, after))
    behind = {name for row in (*old.values(), *new.values()) for name in row["clauses"][1:]}
    came, went = (
        [{key: row[key] for key in ("id", "colour", "operation", "where", "clauses")} for row in rows]
        for rows in (
            [row for name, row in new.items() if name not in old and name not in behind],
            [row for name, row in old.items() if name not in new and name not in behind],
        )
    )
    return {"came": came, "went": went, "stayed": len(new) - len(came)}


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
