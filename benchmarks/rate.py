"""Requests per second with judging and evidence on, against a bare `requests` loop on the same calls.

    python benchmarks/rate.py [--target targets/reference.toml] [--rounds 3] [--plan gate]

Both run in one process, one after the other, against one reference target: first the suite, which keeps
every request it sends; then a bare `requests.Session` loop that sends those same requests again. Prints a
table and the peak memory of this process: `judged` is the time of sending, judging, masking and writing down;
`run` is everything from start to report: making bodies, drawing pages, five seconds of waiting for tokens to
expire. Nothing is asserted, since times are the machine's.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import measuring
import requests

from clausewise import families
from clausewise.client import Transport
from clausewise.journal import JournalFiles
from clausewise.judge import Judge
from clausewise.model import Request
from clausewise.plugin.launch import launch
from clausewise.plugin.startup import claimed, embedded
from clausewise.targets import Target

HEADS = ("round", "requests", "run s", "judged req/s", "bare req/s", "judged/bare", "run/bare")


class Listener:
    """Keeps every request that the transport sends, and the seconds that sending and judging take."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.seconds = {"send": 0.0, "judge": 0.0}
        self._before: dict[tuple[type, str, str], Callable[..., Any]] = {
            (Transport, "send", "send"): Transport.send,
            (Judge, "_judge", "judge"): Judge._judge,  # noqa: SLF001 - what is measured
            (JournalFiles, "verdict", "judge"): JournalFiles.verdict,
        }

    def __enter__(self) -> Self:
        for (owner, name, what), act in self._before.items():
            setattr(owner, name, self._timed(act, what))
        return self

    def __exit__(self, *_: object) -> None:
        for (owner, named, _what), before in self._before.items():
            setattr(owner, named, before)

    def _timed(self, act: Callable[..., Any], what: str) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self.requests += [one for one in given if isinstance(one, Request)]
            began = time.perf_counter()
            try:
                return act(*given, **named)
            finally:
                self.seconds[what] += time.perf_counter() - began

        return timed


def suite(target: Target, url: str, plan: str) -> tuple[Listener, float]:
    """Run the suite once; return what was heard and the seconds of the whole run."""
    homes = [families.family(name) for name in target.families]
    with Listener() as ear, TemporaryDirectory() as folder:
        options = [
            f"--target={target.path}",
            f"--reference-url={url}",
            f"--run-dir={folder}",
            f"--plan={plan}",
        ]
        began = time.perf_counter()
        launch(families.suites(homes), options, object())
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


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=Path, default=measuring.REFERENCE)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plan", default="gate")
    given = parser.parse_args(words)
    with embedded(claimed(given.target)) as target:
        measuring.table(HEADS, _rows(target, given.plan, given.rounds))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"\nPeak memory {megabytes:.0f} MB.\n")


def _rows(target: Target, plan: str, rounds: int) -> Iterator[Sequence[object]]:
    family, known = next(iter(target.families.items()))
    url = known.base_url.removesuffix(families.family(family).below(""))
    for number in range(1, rounds + 1):
        heard, seconds = suite(target, url, plan)
        calls = len(heard.requests)
        loop = bare(heard.requests)
        judged = sum(heard.seconds.values())
        cells = [number, calls, f"{seconds:.2f}", f"{calls / judged:.0f}", f"{calls / loop:.0f}"]
        yield *cells, f"{loop / judged:.2f}", f"{loop / seconds:.2f}"


if __name__ == "__main__":
    main()
