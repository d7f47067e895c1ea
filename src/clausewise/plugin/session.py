"""What one pytest process holds during a run."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import pytest

from clausewise import journal
from clausewise.client import Budget, Client, Heard
from clausewise.errors import Unwritable
from clausewise.journal import Journal
from clausewise.model import Exchange
from clausewise.plugin.clients import Clients
from clausewise.plugin.current_test import CurrentTest
from clausewise.plugin.judging import Judging
from clausewise.plugin.other_tests import OtherTests
from clausewise.plugin.run_config import RunConfig
from clausewise.plugin.shared_state import SharedState
from clausewise.scope import Scope


class Overlapping(Protocol):
    """Tests that run at once in threads of this process."""

    def perform(self, item: pytest.Item) -> None:
        """Run a test in the thread that asks."""

    def cancel(self) -> None:
        """Begin no further test, and end those at hand."""


@dataclass(repr=False)  # pytest would show all documents among the locals of a test that fails
class Session:
    """One process of a run: the controller, or a worker under xdist.

    Its threads share it: they work in turns, and what a test has at hand, `test`, is its thread's own.

    `run` is what the run is, `stack` closes what was opened for it, and `lost` says why its folder takes no
    more. `left_out` are tests of ours that pytest's own options leave out, `overlapped` is how many calls are
    made at once, as soon as that is known. `newness` is in every value that a target that lives on must not
    know yet. The matrix is `rehearsing`, and asks only where it `narrows` which
    field a refused request is refused for.
    """

    run: RunConfig
    worker: str
    is_worker: bool
    budget: Budget
    stack: ExitStack
    clients: Clients
    judging: Judging
    shared: SharedState
    test: CurrentTest = field(default_factory=CurrentTest)
    other_tests: OtherTests = field(default_factory=OtherTests)
    left_out: set[str] = field(default_factory=set)
    overlapped: int = 1
    overlap: Overlapping | None = None  # as long as tests overlap
    rehearsing: bool = False
    narrows: bool = True
    lost: str = ""
    results: dict[str, Any] = field(default_factory=dict)
    newness: str = field(default_factory=partial(secrets.token_hex, 8))
    _salt: str = ""

    def begin_test(self, test: str, clauses: Sequence[str]) -> None:
        """Begin a test, by its id and the clauses that it is marked with."""
        known = [name for name in clauses if self.run.scope.clause(name)]
        if not self.rehearsing:
            self.judging.journal.begun(test)
        self.test.begin(self.judging.context, test, known)

    @property
    def salt(self) -> str:
        """What else than seed and name makes the values of the test at hand."""
        salt = self._salt or (f"part{self.run.part}" if self.run.part > 1 else "")
        return f"{salt}again" if self.test.repeats else salt

    def client(self, family: str) -> Client:
        """Return the family's client, which speaks to the judge of the test at work."""
        judge, client = self.test.judge, self.clients.of(self.run, family)
        client.heard = self.hearing(judge.hear)
        client.wavered = judge.waver if self.run.confirming else None
        client.settled = judge.settled
        client.settling.begin()
        client.sends = self.judging.context.masker.foresee
        return client

    def hearing(self, judge: Heard) -> Heard:
        """Return who hears of each exchange: what is left behind is noted, and the judge is told."""

        def heard(exchange: Exchange) -> None:
            self.shared.cleanup.hear(exchange)
            judge(exchange)

        return heard

    def collected(self, tests: Mapping[str, Sequence[str]]) -> None:
        """Write down which tests are to be made; all workers collect the same, and one of them tells.

        Should the first one be killed before, another tells.
        """
        if self.worker in {"main", "gw0"} or not journal.is_collected(self.run.folder):
            self.judging.journal.collected(tests, sorted(self.left_out - set(tests)))

    def lose(self, full: Unwritable, tests: pytest.Session | None) -> None:
        """Run no further test: what it would find could not be written down."""
        again = f"clausewise run --resume {self.run.folder}"
        self.lost = f"{full} Every verdict before stands; make room, then: {again}"
        if tests:
            self.give_up(tests, self.lost)

    def give_up(self, tests: pytest.Session, why: str) -> None:
        """Run no further test: the target cannot be judged."""
        if not self.rehearsing:
            tests.shouldstop = why

    def rehearse(self, to: Journal) -> None:
        """From now on write verdicts and exchanges elsewhere, and go on whatever the target does."""
        self.rehearsing, self.narrows = True, False
        self.judging.write_to(to)

    def claim(self, scope: Scope) -> None:
        """Judge by another scope from now on, as if the target file made other claims."""
        self.run = replace(self.run, scope=scope)
        self.judging.claim(scope)

    def forget(self) -> None:
        """Log in anew, make new unique values, and hide nothing of what was seen, as a new run would."""
        self.clients.forget()
        self.shared.memories.clear()
        self.shared.loans.forget()
        self.judging.forget(self.run)
        self._salt = secrets.token_hex(8)

    def close(self) -> None:
        """Close connections, files and the embedded reference."""
        self.clients.close()
        self.stack.close()


SESSION = pytest.StashKey[Session]()


def session_of(config: pytest.Config) -> Session | None:
    """Return the session of this process; None where the plugin is asleep."""
    return config.stash.get(SESSION, None)
