"""Many targets on a cluster of this machine beside the same ones, one after the other.

    python benchmarks/fleet.py [--targets 24] [--workers 4] [--plan smoke] [--delay 20]

All are the reference with one family, every answer delayed. The time of a fleet holds its cluster's start.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import measuring

HEADS = ("how", "targets", "seconds", "times as fast", "seconds per target")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--targets", type=int, default=24)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--plan", default="smoke")
    parser.add_argument("--family", default="int-ecm")
    parser.add_argument("--delay", type=float, default=20)
    given = parser.parse_args(words)
    with TemporaryDirectory() as name, measuring.slowed(given.delay / 1000, given.family) as url:
        measuring.table(HEADS, _rows(Path(name), url, given))


def _rows(folder: Path, url: str, given: argparse.Namespace) -> Iterator[Sequence[object]]:
    paths = [measuring.target(folder, f"bank-{at:02}", url, given.family) for at in range(given.targets)]
    began = time.perf_counter()
    for path in paths:
        run = folder / "alone" / path.stem
        measuring.timed("run", "--target", path, "--plan", given.plan, "--run-dir", run)
    alone = time.perf_counter() - began
    yield "one after the other", len(paths), f"{alone:.1f}", "1.0", f"{alone / len(paths):.2f}"
    host = f'[hosts."127.0.0.1"]\nconcurrency = {given.workers}\n'
    text = f'version = 1\nname = "many"\nplan = "{given.plan}"\n{host}[[targets]]\nfiles = ["bank-*.toml"]\n'
    (folder / "fleet.toml").write_text(text)
    made = measuring.timed("fleet", "run", folder / "fleet.toml", "--workers", str(given.workers))
    told = f"{made.seconds:.1f}", f"{alone / made.seconds:.1f}", f"{made.seconds / len(paths):.2f}"
    ended = "" if made.code == 0 else f", exit {made.code}"
    yield f"{given.workers} workers{ended}", len(paths), *told


if __name__ == "__main__":
    main()
