"""Stateful models: Hypothesis walks a rule-based machine, and each answer must be the one that it predicts.

A disagreement is shrunk to the shortest sequence of calls, which the finding tells step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, get_state_machine_test

from clausewise.checks import Expectation, OutcomeNames, OutcomeRoles, holds
from clausewise.client import Client
from clausewise.errors import Untestable
from clausewise.judge import Judge
from clausewise.model import Exchange
from clausewise.plans import Plan
from clausewise.targets import FamilyTarget

Expected = OutcomeNames | OutcomeRoles | Expectation

_SHRINKS = 200  # tries to make a failing walk shorter, on a live target


@dataclass
class World:
    """What a walk works with, the steps of the walk at hand, and of the longest one so far."""

    api: Client
    judge: Judge
    target: FamilyTarget
    unique: Any
    steps: list[tuple[str, Exchange, tuple[Expected, ...]]] = field(default_factory=list)
    longest: list[tuple[str, Exchange, tuple[Expected, ...]]] = field(default_factory=list)

    def begin(self) -> None:
        """Begin another walk."""
        if len(self.steps) > len(self.longest):
            self.longest = self.steps
        self.steps = []


class Disagreement(AssertionError):
    """An answer that is not the one that the model predicts."""


class Model(RuleBasedStateMachine):
    """A model of what the documents imply. Its rules call `self.api` and say what they `expect`."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.api = self.world.api
        self.target = self.world.target
        self.unique = self.world.unique

    def expect(self, step: str, answer: Exchange, *expected: Expected) -> Exchange:
        """Note a step, and stop the walk where its answer is another than the model predicts."""
        self.world.steps.append((step, answer, expected))
        if not self.world.judge.agrees(answer, *expected):
            raise Disagreement(step)
        return answer


def walk(model: type[Model], world: World, plan: Plan, number: int) -> None:
    """Walk a model as often and as far as the plan says; the same walks for the same number.

    Raises NotConformant for a disagreement, Untestable where the plan walks no models.
    """
    if not plan.walks:
        raise Untestable(f"The plan {plan.name!r} walks no models.")
    machine = type(model.__name__, (model,), {"world": world})
    rules = settings(
        max_examples=plan.walks,
        stateful_step_count=plan.steps,
        database=None,
        deadline=None,
        print_blob=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run: Callable[[], None] = seed(number)(get_state_machine_test(machine, settings=rules))
    try:
        run()
    except (Disagreement, Flaky):
        _tell(world)
    else:
        _settle(world)


def _tell(world: World) -> None:
    """Judge the last step of the shortest failing walk, and say what came before it."""
    steps = world.steps
    if not steps:
        raise Untestable("A walk disagreed with its model before its first step.")
    step, answer, expected = steps[-1]
    before = "; ".join(text for text, _, _ in steps[:-1]) or "nothing"
    earlier = tuple(made.id for _, made, _ in steps[:-1])
    world.judge(answer, *expected, about=f"{step}, after: {before}", before=earlier)
    told = "what the model predicts, as in another walk over the same steps"
    world.judge(answer, holds(condition=False, expected=told, actual="now one, now the other", where=step))


def _settle(world: World) -> None:
    world.begin()
    for step, answer, expected in world.longest:
        world.judge(answer, *expected, about=step)
