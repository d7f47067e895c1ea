"""Requests per second with judging and evidence on, against a bare `requests` loop on the same calls.

    python benchmarks/rate.py [targets/reference.toml]

Both run in one process, one after the other, against one reference target: first the suite, which keeps
every request it sends; then a bare `requests.Session` loop that sends those same requests again. Prints a
table and the peak memory of this process: `judged` is the time of sending, judging, masking and writing down;
`run` is everything from start to report: making bodies, drawing pages, five seconds of waiting for tokens to
expire. Nothing is asserted, since times are the machine's.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import pytest
import requests
from rich.console import Console
from rich.table import Table

from clausewise import shipped
from clausewise.client import Transport
from clausewise.journal import Pages
from clausewise.judge import Judge
from clausewise.model import Request
from clausewise.plugin.opening import claimed, embedded

ROUNDS = 3


class Ear:
    """Keeps every request that the transport sends, and the seconds that sending and judging take."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.seconds = {"send": 0.0, "judge": 0.0}
        self._before = {
            (Transport, "send", "send"): Transport.send,
            (Judge, "_settle", "judge"): Judge._settle,  # noqa: SLF001 - what is measured
            (Pages, "verdict", "judge"): Pages.verdict,
        }

    def __enter__(self) -> Self:
        for (owner, name, what), act in self._before.items():
            setattr(owner, name, self._timed(act, what))
        return self

    def __exit__(self, *_: object) -> None:
        for (owner, name, _), act in self._before.items():
            setattr(owner, name, act)

    def _timed(self, act: Callable[..., Any], what: str) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self.requests += [one for one in given if isinstance(one, Request)]
            began = time.perf_counter()
            try:
                return act(*given, **named)
            finally:
                self.seconds[what] += time.perf_counter() - began

        return timed


def suite(target: Path, url: str) -> tuple[Ear, float]:
    """Run the suite once; return what was heard and the seconds of the whole run."""
    with Ear() as ear, TemporaryDirectory() as folder:
        options = ["--target", str(target), "--reference-url", url, "--run-dir", folder]
        began = time.perf_counter()
        pytest.main(
            [
                str(shipped.SUITES),
                "-c",
                str(shipped.SETTINGS),
                *options,
                "-p",
                "no:terminal",
                "-p",
                "no:logging",
            ]
        )
        return ear, time.perf_counter() - began


def bare(sent: list[Request]) -> float:
    """Send the same requests in a bare loop; return the seconds it took."""
    with requests.Session() as session:
        began = time.perf_counter()
        for request in sent:
            headers = {name: value.encode() for name, value in request.headers}
            session.request(
                request.method, request.url, data=request.body or None, headers=headers, timeout=10
            )
        return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    path = Path(sys.argv[1]) if sys.argv[1:] else shipped.TARGETS / "reference.toml"
    table = Table("round", "requests", "run s", "judged req/s", "bare req/s", "judged/bare", "run/bare")
    with embedded(claimed(path)) as target:
        url = next(iter(target.families.values())).base_url
        for number in range(1, ROUNDS + 1):
            heard, seconds = suite(path, url)
            calls = len(heard.requests)
            loop = bare(heard.requests)
            judged = sum(heard.seconds.values())
            cells = [number, calls, f"{seconds:.2f}", f"{calls / judged:.0f}", f"{calls / loop:.0f}"]
            table.add_row(*map(str, cells), f"{loop / judged:.2f}", f"{loop / seconds:.2f}")
    console = Console()
    console.print(table)
    console.print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
