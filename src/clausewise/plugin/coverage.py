"""Which tests judge which clause, read off the suites without running them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pytest

from clausewise.errors import ConfigurationError
from clausewise.model import Clause, Kind
from clausewise.plugin import selection
from clausewise.plugin.launch import launch


class _Collector:
    """A pytest plugin that notes the clauses each collected test is marked with."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = {}
        self.marks: list[Sequence[str]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note every marked test."""
        for item in session.items:
            self.marks.append(selection.ids(item))
            for name in self.marks[-1]:
                self.tests.setdefault(name, []).append(item.nodeid)


def tests_by_clause(suites: Sequence[str], clauses: Iterable[Clause]) -> dict[str, list[str]]:
    """Return the tests that judge each clause; fields are judged by the tests of their answer.

    Raises ConfigurationError where the suites cannot be collected.
    """
    collector = _collected(suites)
    known = {clause.id: clause for clause in clauses}
    return {
        name: tests for name, clause in known.items() if (tests := _judging(clause, known, collector.tests))
    }


def marks(suites: Sequence[str]) -> list[Sequence[str]]:
    """Return the clauses that each test is marked with, its first one first; raises as above."""
    return [names for names in _collected(suites).marks if names]


def _collected(suites: Sequence[str]) -> _Collector:
    collector = _Collector()
    code = launch(suites, ["--collect-only"], collector)
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise ConfigurationError(
            f"The suites in {suites[0]} cannot be collected; run pytest on them to see why."
        )
    return collector


def _judging(clause: Clause, known: Mapping[str, Clause], marked: Mapping[str, list[str]]) -> list[str]:
    own = marked.get(clause.id, [])
    if own or clause.kind in {Kind.RULE, Kind.FLOW, Kind.AUTH, Kind.EXAMPLE, Kind.ANSWER}:
        return own
    operation = f"{clause.family}.{clause.operation}"
    if clause.outcome:
        return marked.get(f"{operation}.{clause.outcome}", [])
    answers = [
        name
        for name, other in known.items()
        if other.kind is Kind.ANSWER and other.operation == clause.operation
    ]
    wanted = answers if clause.kind is Kind.UNIVERSAL else answers[:1]  # the first answer is the success
    return list(dict.fromkeys(test for name in wanted for test in marked.get(name, [])))
