"""The main job, end to end: the command judges a target over real HTTP and leaves its evidence."""

import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial

import pytest
import runs

from clausewise import package_data


@pytest.mark.parametrize("family", ["account-service", pytest.param("cdp", marks=pytest.mark.soak)])
def test_a_second_run_with_two_workers_gives_the_same_verdicts(tmp_path, family):
    """Serial, then parallel on the same database: one and the same statement."""
    with runs.reference(family) as url:
        target = runs.target_at(tmp_path, url, family)
        for name, extra in (("serial", []), ("parallel", ["-n", "2"])):
            command = [
                "pytest",
                str(package_data.SUITES),
                "--target",
                target,
                "--run-dir",
                tmp_path / name,
                "-q",
                *extra,
            ]
            done = subprocess.run(
                [sys.executable, "-m", *map(str, command)], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout

    assert runs.verdicts(tmp_path / "serial") == runs.verdicts(tmp_path / "parallel")


def test_a_target_that_is_down_gives_exit_3_with_one_sentence(tmp_path):
    """Nobody listens: the circuit opens, the run stops soon, and says what to do."""
    done = runs.clausewise(
        "run", "--target", runs.target_at(tmp_path, "http://127.0.0.1:9", "cdp"), "--run-dir", tmp_path / "r"
    )

    assert done.returncode == 3
    assert "Traceback" not in done.stdout + done.stderr
    assert runs.results(tmp_path / "r")["outcome"]["word"] in {"target unusable", "network errors"}


def test_a_reference_stopped_in_mid_run_gives_exit_3(tmp_path):
    """A target that dies under the run is unusable; what was judged before is kept."""
    folder = tmp_path / "run"
    with ExitStack() as stack:
        target = runs.target_at(tmp_path, stack.enter_context(runs.reference("cdp")), "cdp", rate=40)
        with runs.begun(target, folder) as run:
            _until(lambda: len(_lines(folder)) > 5)
            stack.close()
            told, _ = run.communicate(timeout=60)

    assert run.returncode == 3
    assert runs.results(folder)["counts"]["pass"] > 0
    assert "Traceback" not in told


@pytest.mark.parametrize("command", ["run", "doctor"])
@pytest.mark.parametrize(("family", "secret"), [("cdp", "password"), ("ofs-ecm", "ecm-password")])
def test_a_wrong_password_gives_exit_3(tmp_path, command, family, secret):
    """Credentials that are turned away are named with their role, before any clause is called broken."""
    with runs.reference(family) as url:
        target = runs.target_at(tmp_path, url, family)
        text = target.read_text()
        wrong = tmp_path / "wrong"
        wrong.write_text("not-the-password")
        target.write_text(
            re.sub(rf'password = \{{ file = "[^"]+/{secret}" \}}', f'password = {{ file = "{wrong}" }}', text)
        )
        folder = ["--run-dir", tmp_path / "r"] if command == "run" else []
        done = runs.clausewise(command, "--target", target, *folder)

    assert done.returncode == 3
    assert "role 'default'" in done.stdout
    assert "not-the-password" not in done.stdout + done.stderr


def test_a_target_with_few_fixtures_gets_an_honest_statement(tmp_path):
    """Without fault hooks and with two cases only: what was judged counts, what was not has its reason."""
    target = runs.target_at(tmp_path, "embedded")
    kept = [
        table
        for table in target.read_text().split("\n\n")
        if "ofs-ecm" not in table
        or not ("fixtures" in table or "faults" in table)
        or "case.open" in table
        or "case.locked" in table
    ]
    target.write_text("\n\n".join(kept))
    runs.only(target, "ofs-ecm")

    done = runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "r")

    assert done.returncode == 0, done.stdout + done.stderr
    open_rows = [row for row in runs.results(tmp_path / "r")["clauses"] if row["verdict"] == "untestable"]
    assert len(open_rows) > 400
    assert all(row["reason"].startswith("the target file provides no") for row in open_rows)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("base_url", "base_ulr"), "did you mean 'base_url'"),
        (lambda text: text.replace('"cdp-2023"', '"cdp-1999"'), "has no document 'cdp-1999'"),
        (lambda text: text.replace("families.cdp", "families.cpd"), "there is no family 'cpd'"),
        (
            lambda text: re.sub(r'\{ file = "[^"]*password" \}', '{ env = "NOT_SET_AT_ALL" }', text),
            "NOT_SET_AT_ALL",
        ),
    ],
)
def test_a_mistake_in_the_target_file_gives_exit_4_and_one_sentence(tmp_path, change, said):
    """A typo, an unknown document or family, a variable that is not set: one sentence, no traceback."""
    target = runs.target_at(tmp_path, "http://127.0.0.1:9")
    target.write_text(change(target.read_text()))

    done = runs.clausewise("run", "--target", target)

    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("xyz.nobody.*", "No clause that the target claims fits 'xyz.nobody.*';"),
        (
            "cdp.validateCustmer.found",
            "fits 'cdp.validateCustmer.found', did you mean 'cdp.validateCustomer.found'?",
        ),
    ],
)
def test_an_unknown_clause_id_gives_exit_4(tmp_path, name, said):
    """A clause that nobody knows is a usage error, not an empty green run; one like it is named."""
    done = runs.clausewise("run", "--target", runs.REFERENCE, "--clause", name, "--run-dir", tmp_path / "r")

    assert done.returncode == 4
    assert said in done.stderr


def test_what_the_environment_tells_every_pytest_is_not_heard(tmp_path):
    """A CI's words for its own tests neither break a run nor take our plugin away."""
    said = {"PYTEST_ADDOPTS": "--color=yes -q", "PYTEST_PLUGINS": "nowhere"}
    said["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    picked = "cdp.validateCustomer.not-found"
    target = runs.target_at(tmp_path, "embedded", "cdp")
    given = ["--target", target, "--clause", picked, "--run-dir", tmp_path / "r"]
    done = runs.clausewise("run", *given, env=runs.environment(**said))

    assert done.returncode == 2, done.stderr
    assert runs.verdicts(tmp_path / "r")[picked] == "pass"


def test_a_reader_that_goes_away_changes_no_exit_code(tmp_path):
    """`clausewise run | head -1` ends as the run does."""
    target = runs.target_at(tmp_path, "embedded", "cdp")
    with runs.begun(target, tmp_path / "r", "--clause=cdp.validateCustomer.not-found") as done:
        assert done.stdout
        done.stdout.close()

    assert done.returncode == 2
    assert (tmp_path / "r" / "report.html").exists()


def test_a_partial_run_is_never_called_conformant(tmp_path):
    """What a user picked is judged, and the statement says that it is only a part."""
    picked = "cdp.validateCustomer.not-found"
    target = runs.target_at(tmp_path, "embedded", "cdp")
    done = runs.clausewise("run", "--target", target, "--clause", picked, "--run-dir", tmp_path / "r")

    assert done.returncode == 2
    assert runs.verdicts(tmp_path / "r")[picked] == "pass"
    assert "a partial run: 1 of" in done.stdout


def test_what_nobody_asked_for_is_not_shown(tmp_path):
    """One clause: the other families and operations are in no table, and in no CI's list of tests."""
    folder = tmp_path / "run"
    chosen = ["--clause", "cdp.validateCustomer.not-found.errorCode"]
    done = runs.clausewise("run", "--target", runs.REFERENCE, "--run-dir", folder, *chosen)
    told = runs.results(folder)

    assert done.returncode == 2
    assert {row["operation"] for row in told["operations"]} == {"getToken", "validateCustomer"}
    assert not any("no success seen: onboard" in rule["says"] for rule in told["sufficiency"])
    for name in ("junit.xml", "summary.md"):
        assert "onboardCustomer" not in (folder / name).read_text(), name
    assert "ofs-ecm" not in done.stdout
    assert "cdp.validateCustomer.not-found.errorCode" in (folder / "junit.xml").read_text()


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_what_was_judged(tmp_path, kill):
    """After Ctrl-C or kill -9 every verdict that had fallen is on disk, and the report can be drawn."""
    folder = tmp_path / "run"
    target = partial(runs.target_at, tmp_path, rate=40)
    with runs.reference("cdp") as url, runs.begun(target(url, "cdp"), folder) as run:
        _until(lambda: len(_lines(folder)) > 5)
        run.send_signal(kill)
        run.communicate(timeout=30)
    drawn = runs.clausewise("report", folder)

    assert drawn.returncode == 2, drawn.stdout + drawn.stderr
    told = runs.results(folder)
    assert told["run"]["interrupted"]
    assert told["counts"]["pass"] > 0
    assert (folder / "report.html").exists()


def _lines(folder):
    path = folder / "verdicts.jsonl"
    return path.read_text().splitlines() if path.exists() else []


def _until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
