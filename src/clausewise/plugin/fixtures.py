"""What a suite's test may ask for. Fixtures build; they never judge."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clausewise import stateful, thread_turns
from clausewise.client import Client
from clausewise.economy import CaseSelection
from clausewise.errors import Untestable
from clausewise.judge import Judge
from clausewise.plugin import case_selection, eventual_consistency, loans, selection
from clausewise.plugin.expiry import Aged, Expiry
from clausewise.plugin.loans import Borrower
from clausewise.plugin.operation_tests import Document, Memory
from clausewise.plugin.session import Session, session_of
from clausewise.plugin.shared_resources import SharedResources, Taker
from clausewise.plugin.unique import Unique
from clausewise.plugin.variations import Source, Variations
from clausewise.targets import FamilyTarget

_ONCE = {"walk", "ageing", "wait"}  # what such a fixture does is not done again


@pytest.fixture
def clausewise_judge(request: pytest.FixtureRequest) -> Judge:
    """The judge of this test: `judge(exchange, outcome(...), expectations...)`."""
    return _session(request).test.judge


@pytest.fixture
def clausewise_api(request: pytest.FixtureRequest, clausewise_judge: Judge) -> Client:
    """The client of the family that this test's clauses belong to."""
    client = _session(request).client(_family(request))
    eventual_consistency.prepare(client.settling, clausewise_judge, request.fixturenames)
    return client


@pytest.fixture
def clausewise_target(request: pytest.FixtureRequest) -> FamilyTarget:
    """The target as this test's family sees it: document, fixtures by role."""
    return _session(request).run.scope.target.families[_family(request)]


@pytest.fixture
def clausewise_unique(request: pytest.FixtureRequest) -> Iterator[Unique]:
    """Make values that are new to the target, the same ones for no other test."""
    session = _session(request)
    told = getattr(request.config, "workerinput", {"workerid": "gw0", "workercount": 1})
    workers = told["workercount"]
    worker = int(told["workerid"].removeprefix("gw")) % workers, workers  # one that crashed has a successor
    salt = f"{session.salt}again" if request.node.stash.get(loans.AGAIN, False) else session.salt
    if (selection.ids(request.node) or [""])[0].partition(".")[0] not in session.run.scope.target.passing:
        salt += session.newness  # a target that lives on still has what an earlier run with this seed made
    source = random.Random(f"{session.run.seed}/{salt}/{request.node.nodeid}")  # noqa: S311 - no secret
    book = session.budget.book  # which all workers of a run share
    test = Taker()
    shares = SharedResources(
        worker[0], book.with_name("shares") if book else None, session.shared.taken, test
    )
    borrower = _borrower(session, request.node)
    yield Unique(source, worker, shares, session.run.shard, borrower)
    test.ended = time.monotonic()
    if request.node.stash.get(loans.WELL, False):
        borrower.give_back()


@pytest.fixture
def clausewise_depth(
    request: pytest.FixtureRequest, clausewise_api: Client, clausewise_judge: Judge
) -> Variations:
    """Send an operation what a program makes of an accepted request, and judge each answer."""
    session = _session(request)
    operations = session.run.scope.contracts[_family(request)].operations
    seed = f"{session.run.seed}/{session.salt}"
    source = Source(seed, session.run.plan.examples, session.shared.counterexamples, _case_selection(request))
    return Variations(clausewise_api, clausewise_judge, operations, source, narrows=session.narrows)


@pytest.fixture
def clausewise_document(
    request: pytest.FixtureRequest,
    clausewise_api: Client,
    clausewise_judge: Judge,
    clausewise_target: FamilyTarget,
    clausewise_unique: Unique,
) -> Document:
    """Call the family's operations as its document says, and judge what comes."""
    session, family = _session(request), _family(request)
    memory = session.shared.memories.setdefault(family, Memory())
    operations = session.run.scope.contracts[family].operations
    own = clausewise_api, clausewise_judge, clausewise_target, operations
    return Document(*own, clausewise_unique.word, memory)


@pytest.fixture
def clausewise_walk(
    request: pytest.FixtureRequest,
    clausewise_api: Client,
    clausewise_judge: Judge,
    clausewise_target: FamilyTarget,
    clausewise_unique: Unique,
) -> Callable[[type[stateful.Model]], None]:
    """Walk a model of what the documents imply, as often and as far as the plan says."""
    session = _session(request)
    number = random.Random(f"{session.run.seed}/{request.node.nodeid}").getrandbits(32)  # noqa: S311 - no secret
    own = clausewise_api, clausewise_judge, clausewise_target, clausewise_unique
    world = stateful.WalkState(
        *own, session.shared.counterexamples.walks, case_selection=_case_selection(request)
    )
    return lambda model: stateful.walk(model, world, session.run.plan, number)


@pytest.fixture
def clausewise_ageing(request: pytest.FixtureRequest) -> Expiry:
    """What an early test begins and a late one takes up, so that its time passes beside other tests."""
    return _session(request).shared.expiry


@pytest.fixture
def clausewise_wait(request: pytest.FixtureRequest) -> Callable[[Aged, float], None]:
    """Wait until a thing is some seconds old, or give up where the target file allows no such wait."""
    limit = _session(request).run.scope.target.limits.max_wait

    def pause(thing: Aged, seconds: float) -> None:
        if seconds > limit:
            raise Untestable(
                f"It takes a wait of {seconds:g} s, and [limits] max_wait is {limit:g}; "
                f"credentials with short-lived tokens would do, too."
            )
        thread_turns.pause(max(0.0, seconds - thing.age))

    return pause


def _short(name: str) -> Any:
    """Return a fixture by its short name, which a conftest.py or another plugin may use for its own."""

    @pytest.fixture(name=name)
    def own(request: pytest.FixtureRequest) -> Any:
        return request.getfixturevalue(f"clausewise_{name}")

    return own


ageing, api, depth, document, judge, target, unique, wait, walk = map(
    _short, ("ageing", "api", "depth", "document", "judge", "target", "unique", "wait", "walk")
)


def _borrower(session: Session, item: pytest.Item) -> Borrower:
    """Return what a test borrows with.

    Nothing is lent where all is asked or recorded, to a test that is repeated or cannot be gone through once
    more, and by a target that takes a while to show a write.
    """
    judge, run = session.test.running, session.run
    names = {name.removeprefix("clausewise_") for name in getattr(item, "fixturenames", ())}
    lends = case_selection.leaves_out(session) and case_selection.MAKER not in item.config.stash
    lends = lends and names.isdisjoint(_ONCE) and not run.scope.target.limits.settle
    if judge is None or judge.repeats or not lends or item.nodeid in session.shared.counterexamples.tests():
        made = Borrower()
    else:
        judge.holds = True  # as long as the test may be gone through once more
        made = Borrower(session.shared.loans, selection.ids(item)[0].partition(".")[0])
    item.stash[loans.BORROWER] = made
    return made


def _session(request: pytest.FixtureRequest) -> Session:
    session = session_of(request.config)
    if session is None:
        raise pytest.UsageError("A suite is run against a target: give --target FILE.")
    return session


def _case_selection(request: pytest.FixtureRequest) -> CaseSelection:
    session, node = _session(request), request.node
    made = case_selection.of(request.config, session, node.nodeid, selection.ids(node))
    session.test.judge.case_selection = made
    return made


def _family(request: pytest.FixtureRequest) -> str:
    return selection.ids(request.node)[0].partition(".")[0]
