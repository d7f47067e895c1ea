"""Calls at once beside budgets, kills, dead and throttled targets, a full disk: nothing is lost."""

import itertools
import resource
import signal
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
import runs
from interrupted import wait_for as until
from locking import gateway

from clausewise import chaos, journal, thread_turns
from clausewise.client import Budget
from clausewise.client.retry_after import RetryAfter
from clausewise.plans import PLANS
from clausewise.plugin import overlap
from clausewise.targets import Limits

PLAN = ("--plan", "smoke")
SOME = 12  # verdicts after which a run is disturbed
DISK = 60_000  # bytes that a file may have
SEEDS = itertools.count(1)  # on one server each run needs values of its own


@pytest.fixture(scope="module")
def url():
    """A reference that all runs share; it takes ten milliseconds a call."""
    with runs.reference("cdp") as behind, gateway(behind, {}, pause=0.01) as (slow, _):
        yield slow


@pytest.fixture(scope="module")
def serial(url, tmp_path_factory):
    """What a serial run comes to that nothing disturbs: its exit code, and each clause's verdict."""
    folder = tmp_path_factory.mktemp("serial")
    done = run(runs.target_at(folder, url, "cdp"), folder / "run", beside=())
    return done.returncode, runs.verdicts(folder / "run")


def run(target, folder, *more, beside=("-n", "8")):
    """Run with calls at once."""
    words = (*PLAN, "--seed", str(next(SEEDS)), *beside, *more)
    return runs.clausewise("run", "--target", target, "--run-dir", folder, *words)


def disturbed(target, folder, act=lambda _: None, **more):
    """Begin a run with calls at once, do something to it once some verdicts are there; return its end."""
    words = (*PLAN, "--seed", str(next(SEEDS)), "-n", "8")
    with runs.begun(target, folder, *words, **more) as going:
        until(lambda: len(ended(folder)) >= SOME, going)
        act(going)
        said, _ = going.communicate(timeout=120)
    assert "Traceback" not in said
    return going.returncode, " ".join(said.split())


def ended(folder):
    """Return the tests that came to a verdict so far."""
    if not (folder / journal.RUN).exists():
        return []
    return [record["test"] for record in journal.records(folder, journal.VERDICTS)]


@pytest.fixture
def resumes(serial):
    """What sees that a run goes on to what the serial one came to, each test settled once, none lost."""

    def check(folder):
        done = runs.clausewise("run", "--resume", folder, "-n", "8")
        names = ended(folder)

        assert (done.returncode, runs.verdicts(folder)) == serial, done.stdout + done.stderr
        assert not journal.lost(folder)
        assert not journal.changed(folder)
        assert len(names) == len(set(names))

    return check


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 2), (signal.SIGTERM, 2)])
def test_a_run_that_is_cut_short_goes_on_to_what_a_whole_one_comes_to(tmp_path, url, resumes, number, code):
    """Whatever tests were at work then are made again."""
    folder = tmp_path / "run"
    came, said = disturbed(
        runs.target_at(tmp_path, url, "cdp"), folder, lambda going: going.send_signal(number)
    )

    assert came == code, said
    assert journal.lost(folder)
    resumes(folder)


@pytest.mark.parametrize("budget", [("--max-requests", "60"), ("--max-time", "1")])
def test_a_budget_holds_for_all_calls_at_once_and_a_resumed_run_makes_up_for_it(
    tmp_path, url, serial, resumes, budget
):
    """What it cut is untestable, nothing else is otherwise, and the exit code is that of a serial run."""
    folder = tmp_path / "run"
    done = run(runs.target_at(tmp_path, url, "cdp"), folder, *budget)

    assert done.returncode == 2, done.stdout + done.stderr
    other = {word for name, word in runs.verdicts(folder).items() if word != serial[1][name]}
    assert {"untestable"} <= other <= {"untestable", "not applicable"}
    assert f"({budget[0]}), and has " in done.stdout
    assert budget[0] != "--max-requests" or runs.results(folder)["run"]["exchanges"] == 60
    resumes(folder)


def test_a_target_that_dies_is_told_at_once_and_made_up_for(tmp_path, url, serial, resumes):
    """The breaker opens for all; no clause is called broken, and none is settled by it."""
    dead = threading.Event()

    def act(call):
        if not dead.is_set():
            call.send(call.good().whole())
            call.keep()

    folder = tmp_path / "run"
    with chaos.serving(chaos.Kind("dies", act), url) as mortal:
        target = runs.target_at(tmp_path, mortal.url, "cdp")
        code, said = disturbed(target, folder, lambda _: dead.set())
        verdicts = runs.verdicts(folder)
        dead.clear()

        assert code == 3, said
        assert "calls got no answer that can be judged, so no further one is sent" in said
        other = {word for name, word in verdicts.items() if word != serial[1][name]}
        assert {"error"} < other <= {"error", "untestable", "not applicable"}
        resumes(folder)


def test_a_target_that_asks_for_less_is_waited_for(tmp_path, url, serial):
    """Twenty calls a second, and 429 with Retry-After to all others: each clause is judged all the same."""
    with chaos.serving(chaos.Kind("limited", chaos.kinds._limited(20)), url) as busy:
        folder = tmp_path / "run"
        done = run(runs.target_at(tmp_path, busy.url, "cdp"), folder)

    put_off = [told for told in journal.records(folder, journal.EXCHANGES) if told.get("stray")]
    assert (done.returncode, runs.verdicts(folder)) == serial, done.stdout + done.stderr
    assert any(told["response"]["status"] == 429 for told in put_off)


def test_a_failure_is_confirmed_as_in_a_serial_run(tmp_path):
    """Repeated once, in its own thread, and as broken as there."""
    ends = []
    with (
        runs.bent("cdp", "cdp.lookup.found-is-created") as behind,
        gateway(behind, {}, pause=0.01) as (url, _),
    ):
        target = runs.target_at(tmp_path, url, "cdp")
        for name, beside in (("serial", ()), ("beside", ("-n", "8"))):
            folder = tmp_path / name
            done = run(target, folder, "--confirm-failures", beside=beside)
            again = {
                told["test"] for told in journal.records(folder, journal.VERDICTS) if told.get("repeats")
            }
            ends.append((done.returncode, runs.verdicts(folder), again))

    assert ends[0][0] == 1
    assert ends[0][2]
    assert ends[0] == ends[1]


def test_a_full_disk_ends_all_threads_and_loses_nothing(tmp_path, url, resumes):
    """One sentence says how to go on."""
    folder = tmp_path / "run"

    def small_disk():
        runs.hear()
        resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))

    code, said = disturbed(runs.target_at(tmp_path, url, "cdp"), folder, before=small_disk)

    assert code == 4, said
    assert f"Every verdict before stands; make room, then: clausewise run --resume {folder}" in said
    resumes(folder)


@pytest.mark.parametrize(
    ("budget", "first"), [(Budget(), "b"), (Budget(requests=9), "a"), (Budget(seconds=9), "a")]
)
def test_a_run_that_may_end_before_all_its_tests_keeps_their_order(monkeypatch, budget, first):
    """What proves most comes first then; else what takes longest does."""
    monkeypatch.setattr("clausewise.forecast.requests", lambda _, __, tests: {"toy": ord(tests[0])})
    known: Any = SimpleNamespace(
        budget=budget,
        shared=SimpleNamespace(counterexamples=SimpleNamespace(tests=frozenset)),
        run=SimpleNamespace(scope=SimpleNamespace(homes={}), plan=PLANS["gate"]),
    )
    groups: Any = [[SimpleNamespace(nodeid="a")], [SimpleNamespace(nodeid="b")]]

    assert overlap._in_order(known, groups)[0][0].nodeid == first


def test_what_calls_at_once_wait_for_counts_as_one_wait():
    """Eight that wait the same half second use up no more of a run's patience than one."""
    waits = RetryAfter(Limits(max_wait=1, breaker=1))
    came = []

    def wait():
        with thread_turns.taking_part():
            came.append(waits.wait(0.5, 0))

    threads = [threading.Thread(target=wait) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert came == [True] * 8
    assert time.monotonic() - began < 5
    assert waits.wait(0.3, 0)
    assert not waits.wait(0.5, 0)
