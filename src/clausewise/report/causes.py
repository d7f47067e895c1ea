"""What pages and terminals tell of a cause: the finding that shows it best, and all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from clausewise.model import Source

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause with its clearest `finding`, that one's `clause`, and the other clauses that it takes along."""

    row: Row
    finding: Row
    clause: Row
    others: tuple[Row, ...]

    @property
    def number(self) -> int:
        """Return its number, counted from 1 in the order of the results."""
        return int(self.row["id"])

    @property
    def colour(self) -> str:
        """Return red or amber."""
        return str(self.row["colour"])

    @property
    def security(self) -> bool:
        """Tell whether somebody is let in who may not be, or somebody else's data is shown."""
        return bool(self.row["security"])


def brief(finding: Row) -> str:
    """Return a finding in a line: the place, what was expected there, and what came."""
    at = f"{finding['where']}: " if finding["where"] not in {"", "status"} else ""
    return f"{at}expected {finding['expected']}, got {finding['actual']}"


def source(row: Row) -> str:
    """Return where a document says something, as a reader looks it up, in a line."""
    return str(Source(**{key.name: row[key.name] for key in fields(Source) if key.name in row}))


def causes(results: Row) -> list[Cause]:
    """Return the causes of a run in the order of its results: red first, then security, then by reach."""
    by_id = {row["id"]: row for row in results["clauses"]}
    found = []
    for row in results["causes"]:
        first, *others = (by_id[name] for name in row["clauses"])
        finding = results["findings"][row["findings"][0]]
        found.append(Cause(row, finding, first, tuple(others)))
    return found
