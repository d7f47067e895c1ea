"""Calls of one process overlap: each test keeps its own, and a run comes to what the serial one does."""

import threading
import time
from types import SimpleNamespace

import hostile
import pytest
import runs
from _pytest import runner
from _pytest.fixtures import FixtureDef
from locking import gateway

from clausewise import chaos, thread_turns
from clausewise.client import Transport
from clausewise.client.calls import _Ears
from clausewise.client.circuit_breaker import Circuit
from clausewise.client.lockouts import Ledger, LockoutGuard
from clausewise.client.login import BoundLogin
from clausewise.errors import CircuitOpen, Unreachable, Unreadable
from clausewise.model import Request
from clausewise.plugin import pytest_internals
from clausewise.plugin.current_test import CurrentTest
from clausewise.plugin.overlap import chosen
from clausewise.plugin.shared_resources import SharedResources, Taker
from clausewise.targets import FamilyTarget, Limits, Tls


def at_once(*works):
    """Do works at once, each in a thread that works in turns; raise what the first of them raised."""
    raised = []

    def work(what):
        with thread_turns.taking_part():
            try:
                what()
            except BaseException as bad:  # noqa: BLE001 - raised below
                raised.append(bad)

    threads = [threading.Thread(target=work, args=(what,)) for what in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    if raised:
        raise raised[0]


def test_what_of_pytest_has_no_public_name_is_where_it_was(request):
    """Whoever raises pytest's version sees here which name moved."""
    definition = request._get_active_fixturedef("tmp_path")
    stack = request.session._setupstate

    assert isinstance(definition, FixtureDef)
    assert {"cached_result", "_finalizers"} <= set(vars(definition))
    assert all(map(callable, (stack.setup, stack.teardown_exact, stack.addfinalizer, stack.is_node_active)))
    assert callable(runner._update_current_test_var)
    assert callable(pytest_internals.protocol)
    assert "request" in pytest_internals.argument_names(request.node)
    assert callable(request.node._initrequest)
    assert request.node._request is not None
    known = {name for name, _ in request.config.pluginmanager.list_name_plugin()}
    blocked = {
        name for name in pytest_internals._OF_THE_PROCESS if request.config.pluginmanager.is_blocked(name)
    }
    assert set(pytest_internals._OF_THE_PROCESS) - {"timeout"} <= known | blocked
    assert request.config.getoption("pythonwarnings", default="none") != "none"


def test_one_thread_is_at_work_at_a_time():
    """What no wait stands within is whole."""
    inside, most = [], []

    def work():
        for _ in range(20):
            inside.append(1)
            time.sleep(0.0005)
            most.append(len(inside))
            inside.pop()
            thread_turns.pause(0)

    at_once(*[work] * 6)

    assert max(most) == 1


def test_whoever_waits_lets_others_work():
    """Six pauses take as long as one."""
    began = time.monotonic()
    at_once(*[lambda: thread_turns.pause(0.3)] * 6)

    assert time.monotonic() - began < 1.2


def test_a_cancelled_run_ends_pauses():
    """A test that waits for a minute ends at once."""
    thread_turns.begin()
    threading.Timer(0.2, thread_turns.wake).start()
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            at_once(lambda: thread_turns.pause(60))
    finally:
        thread_turns.begin()

    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("own", "name", "value"),
    [(CurrentTest(), "running", "judge"), (_Ears(0.0), "heard", print), (CurrentTest(), "repeats", True)],
)
def test_no_two_threads_share_what_a_test_has_at_hand(own, name, value):
    """Its judge, who hears of its calls, and whether it is made a second time."""
    before, seen = getattr(own, name), []
    at_once(
        lambda: setattr(own, name, value),
        lambda: (thread_turns.pause(0.1), seen.append(getattr(own, name) == value)),
    )

    assert seen == [False]
    assert type(getattr(own, name)) is type(before)


def test_only_the_call_that_takes_too_long_is_ended():
    """The other one, on the same transport, gets its answer."""
    transport = Transport(Limits(read_timeout=5, total_timeout=0.8), Tls())
    ends = {}

    slowly = chaos.kinds.ever(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n", 0.1)

    def soon(call):
        time.sleep(0.4)
        hostile.http(b"{}")(call)

    def ask(url, wait):
        thread_turns.pause(wait)
        try:
            ends[url] = transport.send(Request("GET", url))[0].status
        except Unreadable as bad:
            ends[url] = str(bad)

    with hostile.serving(slowly) as slow, hostile.serving(soon) as quick:
        at_once(lambda: ask(slow, 0), lambda: ask(quick, 0.5))
        assert ends[quick] == 200
        assert "had not ended its answer" in str(ends[slow])


def test_calls_that_fail_in_one_moment_count_as_one():
    """The circuit opens where a serial run's would: after so many moments without an answer."""
    circuit, began = Circuit(3), time.monotonic()
    for operation in "abcdef":
        circuit.came_to_nothing(operation, Unreachable("It hung."), began)
    circuit.check("a", "host")

    for operation in "ab":
        circuit.came_to_nothing(operation, Unreachable("It hung."), time.monotonic())
    with pytest.raises(CircuitOpen):
        circuit.check("c", "host")


def test_a_role_logs_in_once():
    """Threads wait for the log-in that one of them makes."""
    made = []

    def log_in(_role):
        made.append(1)
        thread_turns.pause(0.1)
        return SimpleNamespace(response=SimpleNamespace(status=200))

    login = BoundLogin("default", log_in, SimpleNamespace(one=lambda *_: "token"))
    at_once(*[login.token] * 8)

    assert len(made) == 1


def test_what_is_given_away_once_goes_to_one_test():
    """Tests at once never take the same; one that began when the other had ended may."""
    taken = {}
    first, second = Taker(), Taker()
    mine, theirs = (SharedResources(taken=taken, test=test) for test in (first, second))

    assert mine.first([["1"], ["2"]]) == ["1"]
    assert theirs.first([["1"], ["2"]]) == ["2"]
    assert theirs.first([["1"]]) == ()
    assert mine.first([["1"]]) == ["1"]
    first.ended = time.monotonic()
    assert SharedResources(taken=taken, test=Taker()).first([["1"]]) == ["1"]


def test_a_wrong_password_waits_for_a_good_call_of_another_thread():
    """No two wrong ones in a row, and both are sent: in a serial run a good call comes between."""
    came = []

    def sent(good, pause):
        thread_turns.pause(pause)
        answer = SimpleNamespace(response=SimpleNamespace(status=200 if good else 401), json=None)
        caution.sent(
            "op", caution.basic("ann", "right" if good else "wrong"), lambda: came.append(good) or answer
        )

    caution = LockoutGuard(
        FamilyTarget(
            "toy", "toy-1", "", credentials={"a": {"type": "basic", "username": "ann", "password": "right"}}
        ),
        Ledger(),
        hear=lambda _: None,
        enter=None,
        good=None,
        opened=lambda _: False,
        patience=None,
        only_reads=False,
    )
    at_once(*[lambda at=at: sent(*at) for at in ((True, 0), (False, 0.1), (False, 0.2), (True, 0.5))])

    assert came == [True, False, True, False]


@pytest.mark.parametrize(
    ("latency", "rate", "most", "many"),
    [
        (None, None, None, 1),
        (0.0001, None, None, 2),
        (0.05, None, None, 21),
        (0.3, None, None, 32),
        (0.3, 20, None, 7),
        (0.05, 10, None, 1),
        (3.0, 100, None, 32),
        (3.0, None, 100, 100),
        (0.05, None, 4, 4),
    ],
)
def test_as_many_calls_at_once_as_pay(latency, rate, most, many):
    """By what an answer takes, by what may be sent a second, and no flood that its owner did not allow."""
    assert chosen(latency, rate, most) == many


def test_a_target_has_no_more_calls_at_once_than_its_file_allows(tmp_path):
    """Whatever is asked for, as its gateway counts them; that many there are."""
    with runs.reference("cdp") as behind, gateway(behind, {}, pause=0.1) as (url, kept):
        target = runs.target_at(tmp_path, url, "cdp", max_connections=3)
        picked = ("--clause", "cdp.onboardCustomer.withstands", "--plan", "gate", "--max-requests", "200")
        done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *picked, "-n", "16")

    assert runs.results(tmp_path / "run")["run"]["workers"] == 3, done.stderr
    assert kept.most_at_once == 3
