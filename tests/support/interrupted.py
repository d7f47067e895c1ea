"""Runs that are ended before their end, and go on."""

import subprocess
import sys
import time
from typing import Any

import runs

from clausewise import journal

PICKED = ("--operation", "validateCustomer", "--operation", "getCustomer")
VERDICT = {"clauses": [], "verdict": "pass", "reason": "", "seconds": 0.1, "touched": {}, "findings": []}


def begun(target, folder, *words, **more):
    """Begin a run of some operations in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "clausewise",
        "run",
        "--target",
        target,
        "--run-dir",
        folder,
    ]
    quiet: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*command, "--seed", "7", *PICKED, *words], **quiet, **more)


def cdp_target(folder, url, **limits):
    return runs.target_at(folder, url, "cdp", **limits)


def resumed(folder, *more):
    return runs.clausewise("run", "--resume", folder, *more)


def verdicts(folder):
    return list(journal.records(folder, journal.VERDICTS))


def wait_for(condition, run, seconds=60):
    end = time.monotonic() + seconds
    while run.poll() is None and not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
