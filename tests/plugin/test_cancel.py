"""A cancel reaches all of a run at once: no call begins after it, and reports are soon there."""

import signal
import subprocess
import sys
import time

import pytest
import runs
from locking import gateway

from clausewise import package_data

# Seconds: 2.3 to 3.4 of them where a machine does nothing else, and 11 before a cancel reached the workers.
SOON = 10
AT_ONCE = 0.8  # a busy machine hands a signal on late; whoever does not stop begins a call each half second


@pytest.mark.parametrize(
    ("number", "beside", "calls"),
    [
        (signal.SIGTERM, "--processes=8", 24),
        (signal.SIGINT, "--processes=2", 6),
        (signal.SIGTERM, "-n8", 30),
        (signal.SIGHUP, "-n2", 16),
        (signal.SIGINT, "-n32", 60),
        (signal.SIGTERM, "", 6),
        (signal.SIGHUP, "", 6),
        (signal.SIGINT, "", 6),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_cancel_reaches_all_at_once(tmp_path, number, beside, calls):
    """On a target that takes half a second a call, whoever is at one ends it, and begins no other."""
    folder = tmp_path / "run"
    with runs.reference("cdp") as behind, gateway(behind, {}, pause=0.5) as (url, kept):
        target = runs.target_at(tmp_path, url, "cdp")
        with runs.begun(target, folder, *([beside] if beside else [])) as run:
            _until(lambda: len(kept.began) >= calls, 150)
            at = time.monotonic()
            run.send_signal(number)
            _until((folder / "report.html").exists, SOON)
            told, _ = run.communicate(timeout=30)

    assert [began - at for began in kept.began if began > at + AT_ONCE] == []
    assert run.returncode == 2, told
    assert runs.results(folder)["run"]["interrupted"]
    assert "Traceback" not in told


STOPPER = """
import os, signal
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_logfinish(nodeid):
    yield
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_cancel_while_a_plugin_is_told_of_a_test_is_no_error(tmp_path):
    """Raised in there it would be pytest's own internal error, and the run had no statement."""
    folder = tmp_path / "run"
    (tmp_path / "stopper.py").write_text(STOPPER)
    with runs.reference("cdp") as url:
        target = runs.target_at(tmp_path, url, "cdp")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "stopper",
            str(package_data.SUITES),
            "--target",
            str(target),
        ]
        done = subprocess.run(
            [*command, "--target", target, "--run-dir", folder],
            env=runs.environment(PYTHONPATH=str(tmp_path)),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert (done.returncode, "INTERNALERROR" in done.stdout + done.stderr) == (2, False), done.stderr
    assert runs.results(folder)["run"]["interrupted"]


def _until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it had not come to that within {seconds} s"
        time.sleep(0.02)
