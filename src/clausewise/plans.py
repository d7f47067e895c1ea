"""Plans: how deep a run goes, and what it may do."""

from __future__ import annotations

import argparse
import math
import re
from contextlib import suppress
from dataclasses import dataclass

_SHOWN = 300  # characters of what is no time
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNITS = re.compile(r"(?:\d+[smhd])+", re.ASCII)
_PIECE = re.compile(r"(\d+)([smhd])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Plan:
    """How deep a run goes: how many random examples per operation, and how long a model is walked.

    `patience` is how many calls more a walk that disagrees with its model is made shorter with. A plan with
    `answers_only` takes the tests of documented answers and of entry, no others; one that `only_reads`
    sends nothing that writes; a `complete` one is red for what could not be exercised.
    """

    name: str
    examples: int = 1
    walks: int = 10
    steps: int = 25
    patience: int = 1000
    answers_only: bool = False
    only_reads: bool = False
    complete: bool = False


PLANS = {
    plan.name: plan
    for plan in (
        Plan("smoke", examples=0, walks=0, answers_only=True),
        Plan("gate"),
        Plan("nightly", examples=100, walks=200, steps=50, patience=5000),
        Plan("certify", examples=25, walks=50, steps=40, complete=True),
        Plan(
            "proof", examples=0, patience=0
        ),  # what the defect matrix runs: a defect is not caught by chance
        Plan("safe", examples=0, walks=0, only_reads=True),
    )
}
DEFAULT = PLANS["gate"]


def seconds(text: str) -> float:
    """Read a time above 0, as people write it: 90, 45s, 10m, 1h or 1h30m."""
    told = text.strip().lower()
    with suppress(ValueError, OverflowError):
        if _UNITS.fullmatch(told):
            total = float(sum(int(number) * _SECONDS[unit] for number, unit in _PIECE.findall(told)))
        else:
            total = float(told)
        if 0 < total < math.inf:
            return total
    raise argparse.ArgumentTypeError(f"{text[:_SHOWN]!r} is no time above 0: write 90, 45s, 10m, 1h or 1h30m")
