"""What was not judged is no green: a worker that was killed, a verdict that nobody wrote."""

import json
import os
import signal
import sys
import time

import runs
from interrupted import PICKED, VERDICT, begun, cdp_target, resumed, verdicts, wait_for

from clausewise import journal, package_data, scope
from clausewise.plugin.startup import claimed
from clausewise.statement import assemble


def _kill_at_work(folder):
    """Kill a worker while a test of it is in flight: stop it, look, let it go on where that had ended."""
    while True:
        *_, last = (json.loads(line) for line in (folder / journal.TESTS).read_text().splitlines())
        os.kill(last["process"], signal.SIGSTOP)
        time.sleep(0.1)
        if last["begun"] not in {record["test"] for record in verdicts(folder)}:
            return os.kill(last["process"], signal.SIGKILL)
        os.kill(last["process"], signal.SIGCONT)


def test_a_worker_that_is_killed_turns_no_run_green(tmp_path):
    """Kill -9 of one of two: its test in flight is an error that is told, and going on makes it."""
    folder = tmp_path / "run"
    with runs.reference("cdp") as url:
        run = begun(cdp_target(tmp_path, url, rate=30), folder, "--processes", "2")
        wait_for(lambda: len(verdicts(folder)) > 3, run)
        _kill_at_work(folder)
        _, told = run.communicate(timeout=120)
        first = runs.results(folder)["outcome"]
        done = resumed(folder)

    assert run.returncode == first["exit"] == 5, told
    assert "was begun and never ended: its process was killed" in first["reasons"][0]
    assert done.returncode == 2, done.stdout
    assert "error" not in {record["verdict"] for record in verdicts(folder)}


def test_what_nobody_wrote_down_is_no_green(tmp_path):
    """A line that no run writes, amid the verdicts or the tests, is told by its number: exit 4."""
    folder = tmp_path / "run"
    runs.inside("run", "--target", runs.REFERENCE, "--run-dir", folder, *PICKED[:2])
    (folder / "results.json").unlink()
    whole = (folder / journal.VERDICTS).read_text().splitlines(keepends=True)
    (folder / journal.VERDICTS).write_text("".join([*whole[:2], whole[2][:40] + "\n", *whole[3:]]))

    done = runs.inside("report", folder)

    assert done.returncode == 4
    assert f"{folder / journal.VERDICTS}, line 3, is no record that a run writes." in done.stderr


def test_a_token_that_no_header_can_carry_ends_no_run_in_green(tmp_path):
    """The log-in's own clause is broken, and what could not be judged for it keeps the run from 0."""
    with runs.bent("cdp", "cdp.token.no-header-can-carry-it") as url:
        done = runs.clausewise("run", "--target", cdp_target(tmp_path, url), "--run-dir", tmp_path / "run")
    told = runs.results(tmp_path / "run")

    assert done.returncode == 1
    broken = {bad["clause"] for bad in told["findings"] if bad["colour"] == "red"}
    assert broken == {"cdp.getToken.token.access_token"}
    assert sum(record.get("useless", False) for record in verdicts(tmp_path / "run")) > 50


def test_what_the_targets_own_answer_left_unjudged_is_no_green(tmp_path):
    """A clause that nobody must exercise, and whose test got no token: a reason, and 2 for what was 0."""
    target = runs.target_at(tmp_path, "embedded", "cdp")
    runs.inside("run", "--target", target, "--run-dir", tmp_path / "run", "--plan", "smoke")
    known = scope.of(claimed(target))
    guess = next(it.id for it in known.clauses() if it.standing == "inferred")
    record = {**VERDICT, "test": "x", "clauses": [guess], "verdict": "untestable", "useless": True}
    (tmp_path / "run" / journal.VERDICTS).write_text(json.dumps(record) + "\n")
    facts = journal.facts(tmp_path / "run") | {"selected": [], "plan": "gate"}
    (tmp_path / "run" / journal.RUN).write_text(json.dumps(facts))

    told = assemble(known, tmp_path / "run", ended=False)["outcome"]

    assert f"no token that a caller can use, the first is {guess}" in " ".join(told["reasons"])


def test_the_first_worker_may_be_killed_before_it_told_anything(tmp_path):
    """Another one tells which tests were to be made, so that the run ends in a statement."""
    (tmp_path / "killer.py").write_text(
        "import os, signal\n"
        "def pytest_collection(session):\n"
        "    if getattr(session.config, 'workerinput', {}).get('workerid') == 'gw0':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    folder = tmp_path / "run"
    words = ["--processes", "2", *PICKED[:2], "--", "-p", "killer"]
    more = runs.environment(PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    target = runs.target_at(tmp_path, "embedded", "cdp")  # what each worker reads of other families is time
    done = runs.clausewise("run", "--target", target, "--run-dir", folder, *words, env=more)

    assert done.returncode == 2, done.stdout + done.stderr
    assert runs.results(folder)["outcome"]["reasons"][0].startswith("a partial run")


def test_a_file_of_the_suite_that_is_ignored_is_no_green(tmp_path):
    """Though other tests judge every clause of it, too."""
    target = runs.only(runs.target_at(tmp_path, "embedded", "account-service"), "account-service")
    option = f"--ignore={package_data.SUITES / 'account_service' / 'test_models.py'}"
    done = runs.clausewise(
        "run", "--target", target, "--run-dir", tmp_path / "run", "--plan", "proof", "--", option
    )

    assert done.returncode == 2, done.stdout
    assert "1 test, or file, of the suite was left out" in " ".join(
        runs.results(tmp_path / "run")["outcome"]["reasons"]
    )


def test_what_stands_beside_the_suite_stands_in_its_results(tmp_path):
    """A failing test of the user's makes it 1, one of ours left out by pytest's options 2: on every page."""
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert False\n")
    target = runs.only(runs.target_at(tmp_path, "embedded", "account-service"), "account-service")
    words = ["--plan", "proof", "--"]
    beside = runs.clausewise(
        "run", "--target", target, "--run-dir", tmp_path / "beside", *words, tmp_path / "test_own.py"
    )
    less = runs.clausewise(
        "run", "--target", target, "--run-dir", tmp_path / "less", *words, "-k", "not test_holding_one_number"
    )

    assert (beside.returncode, less.returncode) == (1, 2), beside.stdout + less.stdout
    told = {name: runs.results(tmp_path / name)["outcome"] for name in ("beside", "less")}
    assert told["beside"]["exit"] == 1
    assert told["beside"]["reasons"] == ["1 test that judged no clause failed in the same pytest run"]
    assert "1 test beside them failed" in told["beside"]["sentence"]
    for page in ("report.html", "statement.html", "summary.md"):
        assert "1 test beside them failed" in (tmp_path / "beside" / page).read_text(), page
    assert told["less"]["exit"] == 2
    assert "left out by pytest's own options (-k, -m, --deselect, --ignore)" in " ".join(
        told["less"]["reasons"]
    )
