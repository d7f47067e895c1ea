"""Stateful models: Hypothesis walks a rule-based machine, and each answer must be the one that it predicts.

A disagreement is shrunk to a short sequence of calls, which the finding tells step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, get_state_machine_test

from clausewise.checks import Expectation, OutcomeNames, OutcomeRoles, holds
from clausewise.client import Client
from clausewise.economy import CaseSelection
from clausewise.errors import (
    BudgetExhausted,
    ClausewiseError,
    NotConformant,
    NoVerdict,
    OutsidePlan,
    TargetUnusable,
    Untestable,
)
from clausewise.judge import Judge
from clausewise.model import Exchange
from clausewise.plans import Plan
from clausewise.targets import FamilyTarget

Expected = OutcomeNames | OutcomeRoles | Expectation
Step = tuple[str, Mapping[str, Any]]  # a rule's name, and what it is called with


@dataclass
class WalkState:
    """What a walk works with, the steps of the walk at hand, of the longest good and of the shortest bad one.

    Walks that are `known` to have been bad are tried first. A bad walk is made shorter with `patience`
    calls more: unlike seconds they are as many on a busy machine. Hypothesis itself stops after five minutes.
    """

    api: Client
    judge: Judge
    target: FamilyTarget
    unique: Any
    known: ExampleDatabase | None = None
    steps: list[tuple[str, Exchange, tuple[Expected, ...]]] = field(default_factory=list)
    longest: list[tuple[str, Exchange, tuple[Expected, ...]]] = field(default_factory=list)
    shortest: list[tuple[str, Exchange, tuple[Expected, ...]]] = field(default_factory=list)
    patience: int = 1000
    case_selection: CaseSelection = field(default_factory=CaseSelection)
    _spent: int = 0

    def begin(self) -> None:
        """Begin another walk; of those before, only the longest and the shortest bad one are kept in mind."""
        if self.shortest and self._spent > self.patience:
            raise _Enough
        if len(self.steps) > len(self.longest) and not self.shortest:
            self.longest = self.steps
        self.judge.rest({made.id for _, made, _ in (*self.longest, *self.shortest)})
        self.steps = []

    def step(self, step: str, answer: Exchange, *expected: Expected) -> None:
        """Note a step of the walk at hand, and what it costs once a bad walk is being made shorter."""
        self._spent += bool(self.shortest)
        self.steps.append((step, answer, expected))

    def disagree(self) -> None:
        """Keep the walk at hand if none that disagreed was shorter; of equals the later is the simpler."""
        if not self.shortest or len(self.steps) <= len(self.shortest):
            self.shortest = list(self.steps)


class _Enough(BaseException):
    """The end of making a bad walk shorter; no Exception, so that Hypothesis lets it pass."""


class _CutShort(BaseException):
    """A walk that something else than an answer ended: a dead target, a budget that is spent.

    No Exception, so that Hypothesis neither walks anew nor takes it for what it looks for.
    """

    def __init__(self, error: ClausewiseError) -> None:
        super().__init__(str(error))
        self.error = error


class _Caller:
    """The client of a walk; what no other walk would be better off with ends it at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        known = getattr(self._client, name)
        if not callable(known):
            return known

        @wraps(known)
        def call(*values: Any, **named: Any) -> Any:
            try:
                return known(*values, **named)
            except (NoVerdict, TargetUnusable, BudgetExhausted) as bad:
                raise _CutShort(bad) from bad

        return call


class Disagreement(AssertionError):
    """An answer that is not the one that the model predicts."""


class Model(RuleBasedStateMachine):
    """A model of what the documents imply. Its rules call `self.api` and say what they `expect`.

    A rule takes two arguments at most, each of one draw (`sampled_from`, `integers`): Hypothesis takes five
    draws away at once at most, and three are its own, so that it can leave out no larger step. Its `path`, if
    it has one, is walked before any chance: rules with their arguments, each rule after others that may
    disturb what it sees.
    """

    world: ClassVar[WalkState]
    path: ClassVar[Sequence[Step]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.api = cast("Client", _Caller(self.world.api))
        self.target = self.world.target
        self.unique = self.world.unique

    def expect(self, step: str, answer: Exchange, *expected: Expected) -> Exchange:
        """Note a step, and stop the walk where its answer is another than the model predicts."""
        self.world.step(step, answer, *expected)
        if not self.world.judge.agrees(answer, *expected):
            self.world.disagree()
            raise Disagreement(step)
        return answer


def walk(model: type[Model], world: WalkState, plan: Plan, number: int) -> None:
    """Walk a model's path, then as often and as far as the plan says; the same walks for the same number.

    Where the path disagrees, all walks of the plan look for a shorter one that does.

    Raises NotConformant for a disagreement, Untestable where the plan walks no models, and what a call raises
    that gets no answer.
    """
    try:
        _walk(model, world, plan, number)
    except _CutShort as cut:
        raise cut.error from None


def _walk(model: type[Model], world: WalkState, plan: Plan, number: int) -> None:
    world.patience = plan.patience
    if not plan.walks:
        raise OutsidePlan(f"The plan {plan.name!r} walks no models.")
    machine = type(model.__name__, (model,), {"world": world})
    try:
        _along(machine)
    except Disagreement:
        pass  # walks by chance look for a shorter one
    except NotConformant:
        world.judge.rest(())  # what the answer itself breaks is what kept the path from going on
        raise
    rules = settings(
        max_examples=plan.walks if world.shortest else world.case_selection.walks(plan.walks),
        stateful_step_count=plan.steps,
        database=world.known,
        deadline=None,
        print_blob=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        phases=[Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run: Callable[[], None] = seed(number)(get_state_machine_test(machine, settings=rules))
    try:
        run()
    except (Disagreement, Flaky, _Enough) as bad:
        if not world.shortest:  # something else than an answer stopped it, and did not stop it again
            raise Untestable(f"The walk could not be repeated: {str(bad).splitlines()[0]}") from bad
        _tell(world)
    else:
        _tell(world) if world.shortest else _settle(world)


def _along(machine: type[Model]) -> None:
    """Walk a model's own path, where it has one."""
    if machine.path:
        walked = machine()
        for rule, arguments in machine.path:
            getattr(walked, rule)(**arguments)


def _tell(world: WalkState) -> None:
    """Judge the last step of the shortest failing walk, and say what came before it."""
    steps = world.shortest
    step, answer, expected = steps[-1]
    before = "; ".join(text for text, _, _ in steps[:-1]) or "nothing"
    earlier = tuple(made.id for _, made, _ in steps[:-1])
    world.judge(answer, *expected, about=f"{step}, after: {before}", before=earlier)
    message = "what the model predicts, as in another walk over the same steps"
    world.judge(answer, holds(condition=False, expected=message, actual="now one, now the other", where=step))


def _settle(world: WalkState) -> None:
    world.begin()
    for step, answer, expected in world.longest:
        world.judge(answer, *expected, about=step)
