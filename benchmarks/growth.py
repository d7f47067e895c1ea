"""Seconds and peak memory of longer and longer runs: both should grow no faster than the exchanges.

    python benchmarks/growth.py [exchanges, 5000 20000 50000 unless given]

Runs the nightly plan on the embedded reference with --max-requests, each in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from clausewise import shipped

REFERENCE = shipped.TARGETS / "reference.toml"


def run(folder: Path, most: int) -> tuple[int, float, float]:
    """Return exchanges, seconds, and the peak memory of the run's process in MB."""
    command = [sys.executable, "-m", "clausewise", "run", "--target", str(REFERENCE), "--plan", "nightly"]
    command += ["--run-dir", str(folder), "--seed", "1", "--max-requests", str(most)]
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, 1, 2)]
    began = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, os.environ, file_actions=silent)
    _, _, used = os.wait4(process, 0)
    seconds = time.perf_counter() - began
    sent = json.loads((folder / "results.json").read_text())["run"]["exchanges"]
    return sent, seconds, used.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    sizes = [int(text) for text in sys.argv[1:]] or [5000, 20000, 50000]
    sys.stdout.write(f"| exchanges | seconds | ms per exchange | peak memory MB |\n|{' --- |' * 4}\n")
    for most in sizes:
        with TemporaryDirectory() as name:
            sent, seconds, memory = run(Path(name) / "run", most)
        row = f"| {sent} | {seconds:.1f} | {1000 * seconds / sent:.2f} | {memory:.0f} |"
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
