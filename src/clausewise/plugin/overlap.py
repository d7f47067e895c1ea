"""Tests of one process that run at once, in threads that work in turns: while one waits others work.

A run has three parts. It opens with a few tests of each family one after the other, until the target is seen
to be there and to let us in; then most run at once; and those that wait, grow old or come last end it one by
one, so that nothing beside them is in their time. What they come to is told by the main thread, as each ends:
a run shows what it finds at once, and its statement does not depend on the order.
"""

from __future__ import annotations

import gc
import math
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from queue import Empty, SimpleQueue

import pytest

from clausewise import forecast, thread_turns
from clausewise.option_types import MOST_CALLS
from clausewise.plugin import labels, pytest_internals, selection
from clausewise.plugin.repeating import wants_again
from clausewise.plugin.session import Session

_CHOSEN = 32  # of them that are chosen without anybody's asking: no target is flooded by default
_OPENING = 8  # tests of a family that run one after the other, at most, until the target is known
_ENOUGH = 10  # answers that tell how long the target takes for one
_OWN_WAY = {"ageing", "wait"}  # whose test measures time
_CANCELLED = object()
_LAST_CALL = 1.0  # seconds that a call has to end by itself once the run is cancelled
_PATIENCE = 20.0  # seconds until a thread that ends by no means is left behind

Group = Sequence[pytest.Item]


def chosen(latency: float | None, rate: float | None, most: int | None = None) -> int:
    """Return how many calls at once it pays to have, by what an answer takes and the rate that is allowed."""
    if latency is None:
        return 1
    each = latency + forecast.OWN
    pays = each / forecast.OWN  # while one waits, so many others can be worked on
    allowed = rate * each if rate else math.inf
    return max(1, min(math.ceil(min(pays, allowed)), most or _CHOSEN))


def loop(tests: pytest.Session, session: Session, many: int) -> bool:
    """Run all tests, so many calls at once; where `many` is 0, as many as it pays."""
    if tests.testsfailed and not tests.config.option.continue_on_collection_errors:
        raise tests.Interrupted(f"{tests.testsfailed} errors during collection")
    if pytest_internals.hinders(tests.config):
        _in_turn(tests, tests.items)
        return True
    labels.by_thread(tests.config)
    first, beside, last = _parts(tests.items)
    groups = _groups(beside)
    _open(tests, session, first, groups)
    limits = session.run.scope.target.limits
    many = min(
        many or chosen(session.budget.latency, limits.rate, limits.max_connections),
        limits.max_connections or MOST_CALLS,
    )
    session.overlapped = many
    if many > 1 and groups:
        Overlap(tests, session, _in_order(session, groups), many).run()
    else:
        _in_turn(tests, [item for group in groups for item in group])
    _in_turn(tests, last)
    return True


def _parts(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item], list[pytest.Item]]:
    """Return which tests come first, one after the other, which at once, and which last, in their order.

    How that is known: by a test's fixtures (`ageing`, `wait`), by its mark `late`, by fixtures of pytest that
    look at the whole process, and a test without a clause is somebody else's.
    """
    parts: tuple[list[pytest.Item], list[pytest.Item], list[pytest.Item]] = ([], [], [])
    for item in items:
        asked = _asked(item)
        late = "wait" in asked or item.get_closest_marker("late") is not None
        alone = not selection.ids(item) or pytest_internals.wants_the_process(item)
        parts[2 if late or alone else 0 if "ageing" in asked else 1].append(item)
    return parts


def _groups(items: Sequence[pytest.Item]) -> list[Group]:
    """Return tests in groups, each of which runs in order in one thread.

    What is found out of an API by a test with `document` is used by the next one of its family; a mark
    `xdist_group` holds here as it does beside other processes.
    """
    groups: dict[object, list[pytest.Item]] = {}
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        asked = _asked(item)
        key: object = item.nodeid
        if mark:
            key = "mark", mark.args[0] if mark.args else mark.kwargs.get("name")
        elif "document" in asked:
            key = "document", _family(item)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _open(tests: pytest.Session, session: Session, first: Group, groups: list[Group]) -> None:
    """Run what comes first, and of each family a few tests, in the order of a serial run."""
    _in_turn(tests, first)
    families = dict.fromkeys(_family(group[0]) for group in groups)
    for family in families:
        for _ in range(_OPENING):
            client = session.clients.made.get(family)
            if client and client.settled_in and session.budget.answers >= _ENOUGH:
                break
            quick = (it for it in groups if len(it) == 1 and selection.LONG.isdisjoint(_asked(it[0])))
            group = next((it for it in quick if _family(it[0]) == family), None)
            if group is None:
                break
            groups.remove(group)
            _in_turn(tests, group)


def _asked(item: pytest.Item) -> set[str]:
    """Return the fixtures that a test asks for, by our short names."""
    return {name.removeprefix("clausewise_") for name in getattr(item, "fixturenames", ())}


def _family(item: pytest.Item) -> str:
    return selection.ids(item)[0].partition(".")[0]


def _in_order(session: Session, groups: list[Group]) -> list[Group]:
    """Return groups in the order in which they are begun: what failed before, then what takes long.

    The run ends with its longest test, unless that is begun early. One that may end before all its tests
    keeps the order of a serial run, which begins with what is worth most.
    """
    if any(session.budget.most.values()):
        return groups
    known, homes = session.shared.counterexamples.tests(), list(session.run.scope.homes.values())

    def key(group: Group) -> tuple[bool, float]:
        names = [item.nodeid for item in group]
        sent = forecast.requests(homes, session.run.plan.name, names)
        return known.isdisjoint(names), -sum(sent.values())

    return sorted(groups, key=key)


def _in_turn(tests: pytest.Session, items: Sequence[pytest.Item]) -> None:
    """Run tests one after the other, as pytest does."""
    for item, after in pairwise([*items, None]):
        assert item is not None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if tests.shouldfail:
            raise tests.Failed(tests.shouldfail)
        if tests.shouldstop:
            raise tests.Interrupted(tests.shouldstop)


@contextmanager
def _settled() -> Iterator[None]:
    """Take what is there for lasting: Hypothesis has all garbage collected for each thread that it meets."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class _ThreadState(threading.local):
    """What a thread runs: the test at hand, the rest of its group, and what its test came to."""

    item: pytest.Item | None = None
    reports: pytest_internals.Reports
    rest_of_group: deque[pytest.Item]


class Overlap:
    """Groups of tests in so many threads; the main thread tells what each came to."""

    def __init__(self, tests: pytest.Session, session: Session, groups: Sequence[Group], many: int) -> None:
        self._tests = tests
        self._session = session
        self._groups = deque(groups)
        self._many = many
        self._messages: SimpleQueue[object] = SimpleQueue()  # its `put` may be called by a signal's handler
        self._thread = _ThreadState()
        self._stopped = self._cancelled = False

    def run(self) -> None:
        """Run all; raises what pytest's own loop does, and what broke in a thread but in no test."""
        thread_turns.begin()
        threads = [
            threading.Thread(target=self._work, name=f"clausewise tests {at}", daemon=True)
            for at in range(min(self._many, len(self._groups)))
        ]
        bad: BaseException | None = None
        with (
            _settled(),
            pytest_internals.overlapping(self._tests),
            self._session.clients.at_once(self._many),
            thread_turns.taking_part(),
        ):
            self._session.overlap = self
            try:
                for thread in threads:
                    thread.start()
                bad = self._listen(len(threads))
            except BaseException:
                self._stopped = True
                raise
            finally:
                self._session.overlap = None
        if self._cancelled:
            raise KeyboardInterrupt
        if bad:
            raise bad
        if self._tests.shouldfail:
            raise self._tests.Failed(self._tests.shouldfail)
        if self._tests.shouldstop:
            raise self._tests.Interrupted(self._tests.shouldstop)

    def cancel(self) -> None:
        """Begin no further test; may be called at any time, by a signal's handler."""
        self._cancelled = self._stopped = True
        self._messages.put(_CANCELLED)

    def perform(self, item: pytest.Item) -> None:
        """Run a test in the thread that asks, once more where failures are confirmed."""
        again = self._session.run.confirming and bool(selection.ids(item))
        reports = pytest_internals.run(
            item, lambda made: None if again and wants_again(made) else self._after()
        )
        if again and wants_again(reports):
            with self._session.test.repeating():
                reports = pytest_internals.run(item, lambda _: self._after())
        self._thread.reports = reports

    def _work(self) -> None:
        """Run one group after the other, in a thread."""
        with thread_turns.taking_part():
            try:
                self._thread.rest_of_group = deque()
                item = self._after()
                while item is not None:
                    self._thread.item, self._thread.reports = None, []
                    pytest_internals.begin(item)
                    self._messages.put((item, self._thread.reports))
                    item = self._thread.item or self._after()
            except BaseException as bad:  # noqa: BLE001 - the main thread raises it
                self._stopped = True
                self._messages.put(bad)
            finally:
                pytest_internals.leave(self._tests)
                self._messages.put(None)

    def _after(self) -> pytest.Item | None:
        """Take the next test of this thread; None once there is none, or the run is about to end."""
        if self._stopped or self._tests.shouldfail or self._tests.shouldstop:
            return None
        if not self._thread.rest_of_group and self._groups:
            self._thread.rest_of_group = deque(self._groups.popleft())
        self._thread.item = self._thread.rest_of_group.popleft() if self._thread.rest_of_group else None
        return self._thread.item

    def _listen(self, threads: int) -> BaseException | None:
        """Tell what each test came to until all threads have ended; return what broke in one of them."""
        bad: BaseException | None = None
        for message in self._received(threads):
            if isinstance(message, tuple):
                self._report(*message)
            elif isinstance(message, BaseException):
                bad = bad or message
        return bad

    def _received(self, threads: int) -> Iterator[object]:
        """Yield what the threads say; once the run is cancelled calls are cut, and nobody is waited for."""
        ends = cuts = math.inf
        while threads:
            message: object = ""
            with thread_turns.waiting(), suppress(Empty):
                left = max(0.0, min(ends, cuts) - time.monotonic())
                message = self._messages.get(timeout=None if ends == math.inf else left)
            now = time.monotonic()
            if message is _CANCELLED:
                cuts = now if ends < math.inf else now + _LAST_CALL  # whoever asks twice is in a hurry
                ends = min(ends, now + _PATIENCE)
                thread_turns.wake()
            if now >= cuts:
                self._session.clients.cut()
                cuts = now + _LAST_CALL
            if now >= ends:
                return
            if message is None:
                threads -= 1
            elif message and message is not _CANCELLED:
                yield message

    def _report(self, item: pytest.Item, reports: pytest_internals.Reports) -> None:
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in reports:
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
