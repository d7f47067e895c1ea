"""Plans: how deep a run goes, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass


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
