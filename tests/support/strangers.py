"""Servers that nobody here wrote, each started as a process of its own, and what a run says of them."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import runs

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).with_name("foreign_servers")
_PATIENCE = 30  # seconds until a server listens


def needs(module: str) -> pytest.MarkDecorator:
    """Return a mark that skips where Node.js or one of its modules is not installed."""
    there = shutil.which("node") and (ROOT / "node_modules" / module).is_dir()
    return pytest.mark.skipif(not there, reason=f"{module} is not installed: make test-all")


def free_port() -> int:
    """Return a port that nobody listens at, and that no outgoing connection is given by chance."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@contextmanager
def started(
    command: Sequence[str | Path], port: int, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run a server while the context lasts; yields its URL once it listens at the port."""
    with (
        log.open("w") as told,
        subprocess.Popen(
            [*map(str, command)], stdout=told, stderr=told, env=os.environ | (env or {})
        ) as process,
    ):
        try:
            await_(lambda: _listens(port, process))
            assert process.poll() is None, f"{process.args!r} does not run: {log.read_text()[-2000:]}"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def await_(there: Callable[[], bool]) -> bool:
    """Wait until something is so, which may raise OSError until then; tell whether it came in time."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        with suppress(OSError):
            if there():
                return True
        time.sleep(0.05)
    return False


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        return True  # it never will
    socket.create_connection(("127.0.0.1", port), 1).close()
    return True


def judged(
    target: Path, *options: str, **env: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """Run the suite against a target; return what it said, and its results."""
    folder = target.parent / "run"
    given: list[str | Path] = ["--target", target, "--run-dir", folder, *options]
    done = runs.clausewise("run", *given, env=runs.environment(**env))
    return done, runs.results(folder) if (folder / "results.json").exists() else {}


def red(results: Mapping[str, Any]) -> list[str]:
    """Return what a run holds against a target: each red finding in a line."""
    return [
        f"{bad['clause']}: expected {bad['expected']}, actual {bad['actual']}"
        for bad in results["findings"]
        if bad["colour"] == "red"
    ]


def amber(results: Mapping[str, Any]) -> set[str]:
    """Return the clauses that a run finds broken, and that turn nothing red."""
    return {bad["clause"] for bad in results["findings"] if bad["colour"] != "red"}


def exchanges(target: Path) -> list[dict[str, Any]]:
    """Return every exchange of a run."""
    return [json.loads(line) for line in (target.parent / "run" / "exchanges.jsonl").read_text().splitlines()]
