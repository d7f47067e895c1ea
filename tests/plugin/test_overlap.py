"""Calls of one process overlap: each test keeps its own, and a run comes to what the serial one does."""

import collections
import json
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import hostile
import pytest
import requests
import runs
from _pytest import runner
from _pytest.fixtures import FixtureDef
from locking import gateway
from signing_keys import keys

from clausewise import chaos, journal, thread_turns
from clausewise.client import Transport
from clausewise.client.calls import _Ears
from clausewise.client.circuit_breaker import Circuit
from clausewise.client.lockouts import Ledger, LockoutGuard
from clausewise.client.login import BoundLogin
from clausewise.errors import CircuitOpen, Unreachable, Unreadable
from clausewise.model import Request
from clausewise.plugin import pytest_internals
from clausewise.plugin.overlap import chosen
from clausewise.plugin.session import _Own
from clausewise.plugin.shared_resources import SharedResources, Taker
from clausewise.targets import FamilyTarget, Limits, Tls

SMOKE = ("--plan", "smoke")
SOAK = int(os.environ.get("SOAK_RUNS", "100"))


def at_once(*works):
    """Do works at once, each in a thread that works in turns; raise what the first of them raised."""
    raised = []

    def work(what):
        with thread_turns.mine():
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
    [(_Own(), "current", "judge"), (_Ears(0.0), "heard", print), (_Own(), "repeats", True)],
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


OWN = """
import pytest, time
from clausewise import clause, outcome

@pytest.fixture
def mine(request):
    return request.node.name

@pytest.mark.parametrize("number", range({count}))
@clause("cdp.validateCustomer.not-found")
def test_mine(api, judge, unique, mine, number):
    asked = {{"idNumber": unique.digits(15), "idType": "4"}}
    answer = api.call("validateCustomer", asked)
    print("said by", number)
    assert mine == f"test_mine[{{number}}]"
    assert answer.sent == asked
    {then}
    judge(answer, outcome("not-found"))
"""


def own(folder, then, *more, count=20):
    """Run tests of one's own, eight at once."""
    suite = folder / "test_own.py"
    suite.write_text(OWN.format(then=then, count=count))
    with runs.reference("cdp") as url:
        target = runs.target_at(folder, url, "cdp")
        command = [sys.executable, "-m", "pytest", "--target", target, "--run-dir", folder / "run", suite]
        return subprocess.run(
            [*map(str, command), "--overlap", "8", "-v", *more],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.mark.parametrize(
    "then", ["pass", "raise SystemExit(3)", "import sys; sys.setrecursionlimit(10**4); int('x')"]
)
def test_a_test_that_dies_in_a_thread_is_told_as_that_test(tmp_path, then):
    """By its name, with its reason; all others are judged."""
    done = own(tmp_path, f"if number == 13:\n        {then}")

    ends = {row["test"]: row for row in journal.records(tmp_path / "run", journal.VERDICTS)}
    bad = [name for name, row in ends.items() if row["verdict"] == "error"]
    assert len(ends) == 20, done.stdout
    assert bad == ([] if then == "pass" else ["test_own.py::test_mine[13]"])
    assert ("test_own.py::test_mine[13] FAILED" in done.stdout) is (then != "pass")
    assert ("said by 13" in done.stdout) is (then != "pass")
    assert "said by 12" not in done.stdout
    assert ("SystemExit" in str(ends["test_own.py::test_mine[13]"]["reason"])) is ("SystemExit" in then)


def test_each_exchange_is_written_down_with_its_own_test(tmp_path):
    """Each test's exchange is one of its own, and every line is whole."""
    own(tmp_path, "pass")

    rows = list(journal.records(tmp_path / "run", journal.EXCHANGES))
    ends = {row["test"]: row for row in journal.records(tmp_path / "run", journal.VERDICTS)}
    by_test = collections.Counter(row["test"] for row in rows if row["operation"] == "validateCustomer")
    assert by_test == dict.fromkeys(ends, 1)
    held = {row["id"]: row["test"] for row in rows}
    assert len(held) == len(rows)
    assert all(
        held[name] == test
        for test, row in ends.items()
        for _, seen in row["touched"].values()
        for name in seen
    )
    log_ins = [row for row in rows if row["operation"] == "getToken"]
    assert len(log_ins) == 1


def test_the_first_failure_ends_a_run_that_asks_for_it(tmp_path):
    """With -x those at hand end, and no further one begins."""
    done = own(tmp_path, "assert number < 12", "-x", count=80)

    ends = [row["test"] for row in journal.records(tmp_path / "run", journal.VERDICTS)]
    assert 12 < len(ends) < 60, done.stdout
    assert "stopping after" in done.stdout


def test_what_failed_is_repeated_in_its_thread(tmp_path):
    """Under --confirm-failures, with new values."""
    own(tmp_path, "assert number != 13", "--confirm-failures")

    ends = list(journal.records(tmp_path / "run", journal.VERDICTS))
    assert collections.Counter(row["test"] for row in ends)["test_own.py::test_mine[13]"] == 2
    assert [row["test"] for row in ends if row.get("repeats")] == ["test_own.py::test_mine[13]"]
    assert len(ends) == 21


def test_a_budget_of_requests_is_one_for_all(tmp_path):
    """No thread sends one more."""
    own(tmp_path, "pass", "--max-requests", "9")

    assert len(list(journal.records(tmp_path / "run", journal.EXCHANGES))) == 9
    ends = collections.Counter(row["verdict"] for row in journal.records(tmp_path / "run", journal.VERDICTS))
    assert ends == {"pass": 8, "untestable": 12}


LOG_INS = ("getToken", "login")  # which test finds that one is due is chance, and so is it for a path's probe


def counted(folder):
    """Return what a run came to: each clause's verdict, and how many exchanges each test had."""
    rows = journal.records(folder, journal.EXCHANGES)
    told = (row["test"] for row in rows if row["operation"] not in LOG_INS and not row.get("stray"))
    return runs.verdicts(folder), collections.Counter(told)


def run_of(target, folder, *more):
    """Run, and return what it came to; its exit code is that of the verdicts."""
    done = runs.clausewise("run", "--target", target, "--run-dir", folder, *more, timeout=1200)
    assert "Traceback" not in done.stderr, done.stderr
    return counted(folder), done


def differences(one, other):
    """Return what two runs tell differently."""
    verdicts = {
        name: (one[0][name], other[0].get(name)) for name in one[0] if one[0][name] != other[0].get(name)
    }
    counts = {
        name: (one[1][name], other[1][name]) for name in one[1] | other[1] if one[1][name] != other[1][name]
    }
    return verdicts, counts


def test_a_run_that_overlaps_comes_to_what_the_serial_one_does(tmp_path):
    """Each clause's verdict, and each test's exchanges; and the folder is whole."""
    target = runs.target_at(tmp_path, "embedded", "cdp", "int-ecm")
    serial, _ = run_of(target, tmp_path / "serial", *SMOKE, "--seed", "7")
    beside, _ = run_of(target, tmp_path / "beside", *SMOKE, "--seed", "7", "-n", "16")

    assert differences(serial, beside) == ({}, {})
    assert not journal.lost(tmp_path / "beside")
    assert runs.results(tmp_path / "beside")["run"]["workers"] == 16


def test_a_broken_target_is_told_the_same(tmp_path):
    """Whatever other tests had under way when one found it."""
    bend = {"answer": "validateCustomer.not-found", "bend": [{"raw": "[]"}]}
    picked = ("--operation", "validateCustomer", "--plan", "gate")
    ends = []
    with runs.reference("cdp", control=True) as url:
        requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
        target = runs.target_at(tmp_path, url, "cdp")
        for seed, more in enumerate([[], ["-n", "16"]]):
            (verdicts, _), _ = run_of(target, tmp_path / f"run-{seed}", *picked, "--seed", f"{seed}", *more)
            ends.append(verdicts)

    assert ends[0]["cdp.validateCustomer.not-found"] == "fail"
    assert ends[0] == ends[1]


def test_a_red_run_of_many_calls_at_once_is_evidence(tmp_path):
    """Each of its exchanges counts for what it shows: none ran ahead of a test that had found something."""
    with runs.bent("int-ecm", "breaks-on-null:int-ecm.upload-on-boarding.withstands") as url:
        target = runs.target_at(tmp_path, url, "int-ecm")
        run_of(target, tmp_path / "run", "--plan", "proof", "-n", "16")
    done = runs.clausewise(
        "evidence", tmp_path / "run", "--key", keys(tmp_path)[0], "--output", tmp_path / "e.zip"
    )

    assert any(bad["clause"].endswith(".withstands") for bad in runs.results(tmp_path / "run")["findings"])
    assert done.returncode == 0, done.stderr


@pytest.mark.soak
@pytest.mark.parametrize("family", ["cdp", "int-ecm", "account-service", "ofs-ecm"])
def test_a_hundred_runs_come_to_the_same(tmp_path, family):
    """Serial against overlapped, each with a seed of its own; SOAK_RUNS says how often."""
    target = runs.target_at(tmp_path, "embedded", family)
    serial, _ = run_of(target, tmp_path / "serial", *SMOKE, "--seed", "1")
    found = {}
    for number in range(SOAK):
        folder = tmp_path / f"beside-{number}"
        beside, _ = run_of(target, folder, *SMOKE, "--seed", f"{number}", "-n", "16")
        if (told := differences(serial, beside)) != ({}, {}):
            found[number] = told

    assert not found, json.dumps(found, indent=1)
