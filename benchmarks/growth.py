"""Seconds and peak memory of longer and longer runs: both should grow no faster than the exchanges.

    python benchmarks/growth.py [exchanges, 5000 20000 50000 100000 unless given]

Runs the nightly plan on the embedded reference with --max-requests, each in a process of its own. The ratios
are to the first row: of what one exchange takes, the reference's part with it, and of memory. CPU, since
other programs on the machine make seconds by the clock longer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import measuring

HEADS = ("exchanges", "seconds", "ms of CPU per exchange", "ratio", "peak memory MB", "ratio")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = sys.argv[1:] if words is None else words
    measuring.table(HEADS, _rows([int(text) for text in given] or [5000, 20000, 50000, 100000]))


def _rows(sizes: Sequence[int]) -> Iterator[Sequence[object]]:
    first: tuple[float, float] | None = None
    for most in sizes:
        with TemporaryDirectory() as name:
            folder = Path(name) / "run"
            options: list[str | Path] = [
                "--plan",
                "nightly",
                "--run-dir",
                folder,
                "--seed",
                "1",
                "--max-requests",
                str(most),
            ]
            made = measuring.timed("run", "--target", measuring.REFERENCE, *options)
            sent = measuring.results(folder)["run"]["exchanges"]
        each = 1000 * made.cpu / sent
        first = first or (each, made.megabytes)
        ratios = f"{each / first[0]:.2f}", f"{made.megabytes / first[1]:.2f}"
        yield sent, f"{made.seconds:.1f}", f"{each:.2f}", ratios[0], f"{made.megabytes:.0f}", ratios[1]


if __name__ == "__main__":
    main()
