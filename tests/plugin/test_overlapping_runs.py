"""Whole runs whose calls overlap come to what serial ones do."""

import collections
import json
import os
import subprocess
import sys

import pytest
import requests
import runs
from signing_keys import keys

from clausewise import journal

SMOKE = ("--plan", "smoke")
SOAK = int(os.environ.get("SOAK_RUNS", "100"))


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
