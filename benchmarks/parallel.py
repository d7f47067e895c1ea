"""More processes beside one, against a target that takes its time for each answer.

    python benchmarks/parallel.py [--family ofs-ecm] [--plan gate] [--delay 50] [--workers 8]

Runs the plan with one seed, serially and in several processes, on one family of the reference, slowed down.
Prints seconds, how many times as fast, and whether all gave every clause the same verdict.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import measuring

HEADS = ("processes", "exchanges", "seconds", "times as fast", "MB of the largest process", "verdicts")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--family", default="ofs-ecm")
    parser.add_argument("--plan", default="gate")
    parser.add_argument("--delay", type=float, default=50)
    parser.add_argument("--workers", type=int, nargs="*", default=[2, 4, 8])
    given = parser.parse_args(words)
    with TemporaryDirectory() as name, measuring.slowed(given.delay / 1000, given.family) as url:
        path = measuring.target(Path(name), "slow", url, given.family)
        measuring.table(HEADS, _rows(path, given.plan, given.workers))


def _rows(path: Path, plan: str, workers: Sequence[int]) -> Iterator[Sequence[object]]:
    first, verdicts = 0.0, dict[str, str]()
    for many in (1, *workers):
        folder = path.parent / f"run-{many}"
        more = ["-n", str(many)] if many > 1 else []
        made = measuring.timed(
            "run", "--target", path, "--run-dir", folder, "--plan", plan, "--seed", "1", *more
        )
        told = measuring.results(folder)
        own = {row["id"]: row["verdict"] for row in told["clauses"]}
        first, verdicts = first or made.seconds, verdicts or own
        same = "the same" if own == verdicts else "OTHER"
        faster = f"{first / made.seconds:.1f}"
        yield many, told["run"]["exchanges"], f"{made.seconds:.1f}", faster, f"{made.megabytes:.0f}", same


if __name__ == "__main__":
    main()
