"""Step 1: which documented outcome an answer is. How it is chosen, `checks.answers` tells."""

from __future__ import annotations

from dataclasses import replace

from clausewise.checks import read
from clausewise.judge.context import JudgeContext
from clausewise.judge.judgement import Judgement


def read_answer(judgement: Judgement, _: JudgeContext) -> Judgement:
    """Read the answer against the expected outcomes, or against all where none is expected."""
    reading = read(judgement.exchange, judgement.operation, judgement.terms.expected)
    return replace(judgement, reading=reading)
