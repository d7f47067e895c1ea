"""The tests that the families' suites have, and those of them that a run has to make: nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from clausewise import families
from clausewise.errors import ConfigurationError
from clausewise.model import Kind
from clausewise.plans import PLANS
from clausewise.plugin import selection
from clausewise.plugin.launch import launch
from clausewise.plugin.selection import Selection
from clausewise.scope import Scope


def tests(scope: Scope, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the tests that a run of these facts has to make, each with the clauses that it judges."""
    plan, selected = PLANS.get(str(facts.get("plan"))), facts.get("selected")
    kinds = frozenset(map(Kind, plan.kinds)) if plan and plan.kinds else None
    choice = Selection(ids=frozenset(selected) if selected else None, kinds=kinds)
    picked = choice.picked(scope)
    folders = {home.suite.name for home in scope.homes.values()}
    return {
        test: list(clauses)
        for test, clauses in _all(tuple(families.suites(scope.homes.values()))).items()
        if test.partition("/")[0] in folders and selection.is_wanted(scope, test, clauses, choice, picked)
    }


class _Roll:
    """A pytest plugin that takes down which tests there are."""

    def __init__(self) -> None:
        self.tests: dict[str, tuple[str, ...]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take down the tests that judge a clause."""
        for item in session.items:
            if named := selection.ids(item):
                self.tests[item.nodeid] = tuple(named)


@cache
def _all(suites: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return every test that pytest collects by these words; ConfigurationError where they cannot be read."""
    roll = _Roll()
    if launch(suites, ["--collect-only"], roll) not in {0, 5}:
        raise ConfigurationError(f"The suites in {suites[0]} cannot be read, so no run can be checked.")
    return roll.tests
