"""How one exchange is judged, step by step.

    exchange    a request and its answer, the operation, and the terms on which they are judged
    reading     which documented outcome the answer is
    findings    what that says on clauses, and what is not as they say
    standing    what of it counts: what rests on an inference of ours breaks no documented clause
    record      what is written down of it, masked

Each step is a function from a `Judgement` to one with its own part filled in, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from clausewise.judge.context import JudgeContext
from clausewise.judge.findings import find
from clausewise.judge.judgement import Judgement
from clausewise.judge.reading import read_answer
from clausewise.judge.record import record
from clausewise.judge.standing import weigh

Step = Callable[[Judgement, JudgeContext], Judgement]

STEPS: tuple[Step, ...] = (read_answer, find, weigh, record)


def judged(judgement: Judgement, context: JudgeContext) -> Judgement:
    """Return a judgement of which only the exchange is known after all steps."""
    for step in STEPS:
        judgement = step(judgement, context)
    return judgement
