"""How far a forecast is from the run: slow answers, a rate limit, and both with more processes.

    python benchmarks/latency.py [--family int-ecm] [--plan gate] [--delays 0 20 50]

For each delay, each rate and each number of processes: the seconds that were forecast, by the delay and the
requests, those that it took, and the ratio of both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import measuring

from clausewise.forecast import Pace

HEADS = (
    "ms an answer",
    "rate",
    "calls at once",
    "requests",
    "forecast s",
    "took s",
    "took/forecast",
    "what limits it",
)
SERVED = 0.003  # seconds that the reference itself takes for an answer


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--family", default="int-ecm")
    parser.add_argument("--plan", default="gate")
    parser.add_argument("--delays", type=float, nargs="*", default=[0, 20, 50])
    parser.add_argument("--rates", type=float, nargs="*", default=[0, 40])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 4])
    given = parser.parse_args(words)
    measuring.table(HEADS, _rows(given))


def _rows(given: argparse.Namespace) -> Iterator[Sequence[object]]:
    for delay in given.delays:
        with TemporaryDirectory() as name, measuring.slowed(delay / 1000, given.family) as url:
            for rate in given.rates:
                path = measuring.target(Path(name), f"slow-{rate:.0f}", url, given.family, rate=rate)
                for workers in given.workers:
                    folder = Path(name) / f"{rate}-{workers}"
                    more = ["-n", str(workers)] if workers > 1 else []
                    options = ["--plan", given.plan, "--seed", "1", "--run-dir", folder, *more]
                    made = measuring.timed("run", "--target", path, *options)
                    sent = measuring.results(folder)["run"]["exchanges"]
                    pace = Pace(delay / 1000 + SERVED, rate or None, workers)
                    guess = pace.seconds(sent)
                    told = (
                        f"{guess:.1f}",
                        f"{made.seconds:.1f}",
                        f"{made.seconds / guess:.2f}",
                        pace.limit(sent),
                    )
                    yield f"{delay:g}", f"{rate:g}" if rate else "-", workers, sent, *told


if __name__ == "__main__":
    main()
