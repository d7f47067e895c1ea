"""What a statement says of a run that was made in shards: of one alone, and of all that were put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.verdict import many

Facts = Mapping[str, Any]
_WHOLE = "whole"


def lacks(facts: Facts) -> str:
    """Return why the test of a clause was not made here; empty where all shards are there."""
    if facts.get("shard"):
        return "its test is in another shard"
    gone = _named(facts, "missing")
    return f"its test was in a shard that is missing ({', '.join(gone)})" if gone else ""


def unmet(facts: Facts) -> list[str]:
    """Return why the whole is not verified: every shard that is not whole, by its name."""
    if alone := facts.get("shard"):
        return [f"shard {alone} alone; `clausewise merge` puts all of them together"]
    return [f"shard {row['shard']} {_WORDS[row['state']]}" for row in _rows(facts) if row["state"] != _WHOLE]


def told(facts: Facts) -> Iterator[str]:
    """Yield what a reader has to know of it."""
    if alone := facts.get("shard"):
        yield f"shard {alone} of a run: the tests of the others are not made here"
    if rows := list(_rows(facts)):
        there = [row for row in rows if row["state"] == _WHOLE]
        yield f"put together from {len(there)} of {many(len(rows), 'shard', 'shards')}"


def _named(facts: Facts, state: str) -> list[str]:
    return [str(row["shard"]) for row in _rows(facts) if row["state"] == state]


def _rows(facts: Facts) -> list[Mapping[str, Any]]:
    return list(facts.get("shards", ()))


_WORDS = {"missing": "is missing", "cut short": "was cut short"}
