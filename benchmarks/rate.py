"""Requests per second with judging and evidence on, against a bare `requests` loop on the same calls.

    python benchmarks/rate.py [targets/reference.toml]

Both run in one process, one after the other, against one reference target: first the suite, which keeps
every request it sends; then a bare `requests.Session` loop that sends those same requests again. Prints a
table and the peak memory of this process: `client` is the time inside the client, sending and masking
evidence; `run` is everything from start to report, the wait for a token to expire included. Nothing is
asserted, since times are the machine's.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pytest
import requests
from rich.console import Console
from rich.table import Table

from clausewise import shipped
from clausewise.client import Transport
from clausewise.model import Request
from clausewise.plugin.session import claimed, embedded

ROUNDS = 3


class Ear:
    """Keeps every request that the transport sends, and the seconds that they take with their recording."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.seconds = 0.0
        self._send = Transport.send

    def __enter__(self) -> Self:
        ear = self

        def send(transport: Transport, request: Request):  # noqa: ANN202 - the transport's own
            ear.requests.append(request)
            began = time.perf_counter()
            try:
                return ear._send(transport, request)
            finally:
                ear.seconds += time.perf_counter() - began

        Transport.send = send  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        Transport.send = self._send  # type: ignore[method-assign]


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
    table = Table("round", "requests", "run s", "client req/s", "bare req/s", "client/bare", "run/bare")
    with embedded(claimed(path)) as target:
        url = next(iter(target.families.values())).base_url
        for number in range(1, ROUNDS + 1):
            heard, seconds = suite(path, url)
            calls = len(heard.requests)
            loop = bare(heard.requests)
            cells = [number, calls, f"{seconds:.2f}", f"{calls / heard.seconds:.0f}", f"{calls / loop:.0f}"]
            table.add_row(*map(str, cells), f"{loop / heard.seconds:.2f}", f"{loop / seconds:.2f}")
    console = Console()
    console.print(table)
    console.print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
