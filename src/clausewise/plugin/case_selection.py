"""Which of its cases a test of this run asks: the core of them, or all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from statistics import median

import pytest

from clausewise import economy
from clausewise.economy import CaseSelection, Core
from clausewise.plugin.session import Session

# Who records what each case proves puts a maker of its own there.
MAKER = pytest.StashKey[Callable[[Session, str, Sequence[str]], CaseSelection]]()


def of(config: pytest.Config, session: Session, test: str, clauses: Sequence[str]) -> CaseSelection:
    """Return it for a test and the clauses that it is marked with."""
    return config.stash.get(MAKER, made)(session, test, clauses)


def made(session: Session, test: str, clauses: Sequence[str]) -> CaseSelection:
    """Return which cases a test of a run asks.

    All is asked in a part that somebody picked by its clauses, and by a test that failed last.
    """
    if not leaves_out(session) or test in session.shared.counterexamples.tests():
        return CaseSelection()
    return CaseSelection(core(session, test, clauses))


def leaves_out(session: Session) -> bool:
    """Tell whether a run leaves cases out: by its plan, and since nobody picked clauses or operations."""
    choice = session.run.choice
    return session.run.plan.selects_cases and not (
        choice.clauses or choice.operations or choice.ids is not None
    )


def core(session: Session, test: str, clauses: Sequence[str]) -> Core | None:
    """Return what is recorded of a test, if that holds for what this target claims."""
    home = session.run.scope.homes[clauses[0].partition(".")[0]]
    return economy.recorded(home).core(test.partition("/")[2], law(session, clauses[0]))


def law(session: Session, clause: str) -> str:
    """Return a short name of what the cases about a clause rest on: of its operation, or the whole family."""
    family, operation, *_ = clause.split(".")
    contract = session.run.scope.contracts[family].operations
    known = [contract[operation]] if operation in contract else list(contract.values())
    own = {it.id for it in known}
    ids = [it.id for it in session.run.scope.catalogues[family].clauses.values() if it.operation in own]
    return economy.law(ids, (rule.schema for it in known for rule in it.requests.values()))


def by_worth(
    session: Session, tests: Sequence[pytest.Item], before: Collection[str] = ()
) -> list[pytest.Item]:
    """Return tests with those first that prove most by a request, but for the ids of `before`.

    Of a family that nobody recorded each test is worth as much as one in the middle of the others.
    """
    worth = {
        f"{home.suite.name}/{test}": told
        for home in session.run.scope.homes.values()
        for test, told in economy.recorded(home).worth.items()
    }
    middle = median(worth.values()) if worth else 0.0
    return sorted(tests, key=lambda it: (it.nodeid not in before, -worth.get(it.nodeid, middle)))
