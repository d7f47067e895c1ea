"""Plans: how deep a run goes, what it may do, and what it promises where it ends well."""

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
_ANSWERS = frozenset({"answer", "auth"})


@dataclass(frozen=True, slots=True)
class Plan:
    """How deep a run goes: how many random examples per operation, and how long a model is walked.

    `says` is what people are told of it. `patience` is how many calls more a walk that disagrees with its
    model is made shorter with. A plan with `kinds` takes the tests of clauses of those kinds, no others; one
    that `only_reads` sends nothing that writes; a `complete` one is red for what could not be exercised.
    One that is not `whole` has a promise of its own: what it does not ask for does not count, and what it
    ends well with is that all it asks is kept, never that the target is conformant. One that `selects_cases`
    leaves out those that prove nothing which others do not (see `economy`). A plan of the `house` is for our
    own proofs.
    """

    name: str
    says: str
    examples: int = 1
    walks: int = 10
    steps: int = 25
    patience: int = 1000
    kinds: frozenset[str] = frozenset()
    only_reads: bool = False
    complete: bool = False
    whole: bool = True
    selects_cases: bool = False
    house: bool = False

    @property
    def kept(self) -> str:
        """The word of a run that ends well."""
        return "conformant" if self.whole else f"kept all that plan {self.name} asks"


PLANS = {
    plan.name: plan
    for plan in (
        Plan(
            "smoke",
            "each documented answer and who is let in, within seconds: for pull requests",
            examples=0,
            walks=0,
            kinds=_ANSWERS,
            whole=False,
        ),
        Plan("gate", "every clause, by the cases that prove most: for a release", selects_cases=True),
        Plan(
            "nightly",
            "the same, with random bodies and walks by the hundred; bound it by --max-time",
            examples=100,
            walks=200,
            steps=50,
            patience=5000,
        ),
        Plan(
            "certify",
            "every clause, red for a documented one that could not be exercised",
            examples=25,
            walks=50,
            steps=40,
            complete=True,
        ),
        Plan(
            "safe",
            "what only reads, and as documented: the only plan for production",
            examples=0,
            walks=0,
            only_reads=True,
            whole=False,
        ),
        Plan(  # what the defect matrix runs: a defect is not caught by chance
            "proof",
            "every clause as the gate asks it, nothing by chance",
            examples=0,
            patience=0,
            whole=False,
            selects_cases=True,
            house=True,
        ),
    )
}
DEFAULT = PLANS["gate"]
OFFERED = tuple(name for name, plan in PLANS.items() if not plan.house)
HELP = "; ".join(f"{name}: {PLANS[name].says}" for name in OFFERED)


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
