"""Walks of stateful models: a disagreement is one finding with the calls that lead to it."""

from types import SimpleNamespace
from typing import Any

import pytest
import runs
from hypothesis.stateful import rule

from clausewise import Model, stateful
from clausewise.errors import BudgetExhausted, CircuitOpen, Unreachable
from clausewise.plans import PLANS


def test_a_disagreement_is_told_step_by_step(tmp_path):
    """The finding names the step and the few that must come before it, and its curl lines are those calls."""
    with runs.bent("ofs-ecm", "ofs-ecm.model.two-items-at-most") as url:
        target = runs.target_at(tmp_path, url, "ofs-ecm")
        wanted = ("--clause", "ofs-ecm.model.case-content", "--seed", "7")
        done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *wanted)

    assert done.returncode == 1
    finding = next(bad for bad in runs.results(tmp_path / "run")["findings"] if "model" in bad["clause"])
    step, _, before = finding["hint"].partition(", after: ")
    assert step.startswith(("add", "remove"))
    steps = before.split("; ")
    assert 1 <= len(steps) <= 2
    assert len(finding["curl"].splitlines()) == len(steps) + 1
    assert "1 cause, 2 broken clauses" in done.stdout  # the walk stands beside its step


def test_a_plan_without_walks_says_so(tmp_path):
    """Smoke walks no model, and does not call one kept."""
    runs.clausewise(
        "run",
        "--target",
        runs.target_at(tmp_path, "embedded", "account-service"),
        "--run-dir",
        tmp_path / "run",
        "--plan",
        "safe",
        "--clause",
        "*.model.*",
    )

    told = {row["verdict"] for row in runs.results(tmp_path / "run")["clauses"] if ".model." in row["id"]}
    assert told == {"untestable"}


class Walker(Model):
    """Calls, and expects nothing."""

    @rule()
    def one(self):
        """Call once."""
        self.api.call("a")

    @rule()
    def two(self):
        """Call twice."""
        self.api.call("a")
        self.api.call("b")


@pytest.mark.parametrize("error", [Unreachable, CircuitOpen, BudgetExhausted])
def test_what_ends_a_walk_is_what_the_test_ends_with(error):
    """Hypothesis walks no second time, which would come elsewhere; a resumed run makes the test again."""
    calls = []

    def call(name):
        calls.append(name)
        if len(calls) >= 30:
            raise error(f"It was call {len(calls)}.")

    caller: Any = SimpleNamespace(call=call)
    judge: Any = SimpleNamespace(rest=lambda _: True)
    nothing: Any = None
    world = stateful.WalkState(caller, judge, nothing, nothing)
    with pytest.raises(error, match=r"^It was call 30\.$"):
        stateful.walk(Walker, world, PLANS["certify"], 1)

    assert len(calls) == 30
