"""Calls at once beside one at a time, against a target that takes its time for each answer.

    python benchmarks/parallel.py [--family ofs-ecm] [--plan gate] [--delay 50] [--workers 8 24] [--processes
    8]

Runs the plan with one seed: one call at a time, so many at once in one process, and in several processes, on
one family of the reference, slowed down, which each run finds as new. Prints seconds, how many times as fast,
CPU, memory, and whether all gave every clause the same verdict.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import measuring

HEADS = (
    *("", "exchanges", "seconds", "times as fast", "seconds of CPU", "MB of the largest process"),
    *("times the memory", "verdicts"),
)


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--family", default="ofs-ecm")
    parser.add_argument("--plan", default="gate")
    parser.add_argument("--delay", type=float, default=50)
    parser.add_argument("--workers", type=int, nargs="*", default=[8, 16, 24])
    parser.add_argument("--processes", type=int, nargs="*", default=[8])
    given = parser.parse_args(words)
    with TemporaryDirectory() as name:
        measuring.table(HEADS, _rows(Path(name), given))


def _rows(folder: Path, given: argparse.Namespace) -> Iterator[Sequence[object]]:
    first: measuring.Made | None = None
    verdicts = dict[str, str]()
    ways = [
        "",
        *(f"-n {many}" for many in given.workers),
        *(f"--processes {many}" for many in given.processes),
    ]
    for at, way in enumerate(ways):
        with measuring.slowed(given.delay / 1000, given.family) as url:
            path = measuring.target(folder, f"slow-{at}", url, given.family)
            more = ["--plan", given.plan, "--seed", "1", *way.split()]
            made = measuring.timed("run", "--target", path, "--run-dir", folder / f"run-{at}", *more)
        told = measuring.results(folder / f"run-{at}")
        own = {row["id"]: row["verdict"] for row in told["clauses"]}
        first, verdicts = first or made, verdicts or own
        times = f"{first.seconds / made.seconds:.1f}", f"{made.cpu:.1f}", f"{made.megabytes:.0f}"
        larger = f"{made.megabytes / first.megabytes:.2f}"
        same = "the same" if own == verdicts else "OTHER"
        yield way or "serial", told["run"]["exchanges"], f"{made.seconds:.1f}", *times, larger, same


if __name__ == "__main__":
    main()
