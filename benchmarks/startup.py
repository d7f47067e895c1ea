"""How long a command takes before it does anything: `--version`, `families`, `doctor`, beside a bare Python.

    python benchmarks/startup.py [repetitions, 5 unless given]

Medians; the ratio is to a Python that imports nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import measuring

from clausewise.reference import process

HEADS = ("command", "seconds", "CPU s", "to a bare Python", "MB")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = sys.argv[1:] if words is None else words
    many = int(next(iter(given), "5"))
    with TemporaryDirectory() as name, process.started({"int-ecm": ""}) as url:
        path = measuring.target(Path(name), "bank", url, "int-ecm")
        measuring.table(HEADS, _rows(many, path))


def _rows(many: int, path: Path) -> Iterator[Sequence[object]]:
    ours = (sys.executable, "-m", "clausewise")
    commands = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "clausewise --version": (*ours, "--version"),
        "clausewise families": (*ours, "families"),
        "clausewise doctor, one family": (*ours, "doctor", "--target", str(path)),
    }
    bare = 0.0
    for name, words in commands.items():
        made = [measuring.command(*words) for _ in range(many)]
        took = median(it.seconds for it in made)
        bare = bare or took
        cpu, megabytes = median(it.cpu for it in made), max(it.megabytes for it in made)
        yield f"`{name}`", f"{took:.2f}", f"{cpu:.2f}", f"{took / bare:.1f}", f"{megabytes:.0f}"


if __name__ == "__main__":
    main()
