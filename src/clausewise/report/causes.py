"""Gathers findings into causes, so that a reader hears of each once, what concerns security first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clausewise.model import Kind

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands behind some findings: the clearest of them, and those that say the same again.

    It concerns `security` where a call is let in that may not be, or somebody else's data is shown.
    """

    finding: Row
    alike: tuple[Row, ...]
    security: bool

    @property
    def colour(self) -> str:
        """Return red or amber."""
        return str(self.finding["colour"])


def causes(results: Row) -> list[Cause]:
    """Return the causes of a run's findings: red before amber, security before all else of its colour.

    Red findings have one cause where one answer makes them in the same words. A guess that a target does
    not keep is one cause, at however many operations it shows.
    """
    clauses = {row["id"]: row for row in results["clauses"]}
    groups: dict[tuple[str, ...], list[Row]] = {}
    for bad in results["findings"]:
        groups.setdefault(_key(bad, clauses[bad["clause"]]), []).append(bad)
    found = []
    for alike in groups.values():
        first, *rest = sorted(alike, key=lambda bad: not bad["hint"])
        security = any(clauses[bad["clause"]]["kind"] == Kind.AUTH for bad in alike)
        found.append(Cause(first, tuple(rest), security))
    return sorted(found, key=lambda cause: (cause.colour != "red", not cause.security))


def _key(bad: Row, clause: Row) -> tuple[str, ...]:
    if bad["colour"] == "red":
        return "red", bad["exchange"] or bad["clause"], bad["expected"], bad["actual"], bad["where"]
    rule = bad["clause"].replace(f".{clause['operation']}.", ".", 1)
    return "amber", rule, bad["where"], bad["expected"]
