"""What judging and masking one exchange costs, beside a bare loop that reads the same exchanges.

    python benchmarks/judging.py [--plan gate] [--families cdp,ofs-ecm]

A run is made first; then its exchanges are read by `json.loads` alone, judged again, and masked again, each
in a loop of its own. CPU time, so that neighbours do not count.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import measuring

from clausewise import journal, recorded
from clausewise.judge import JudgeContext, masker
from clausewise.plugin.startup import remembered
from clausewise.verdict import Policy

HEADS = ("what", "exchanges", "µs an exchange", "to the bare loop")


class Nowhere:
    """A journal that keeps nothing."""

    def exchange(self, record: Mapping[str, Any]) -> None:
        """Take one exchange."""

    def verdict(self, record: Mapping[str, Any]) -> None:
        """Take one verdict."""


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plan", default="gate")
    parser.add_argument("--families", default="cdp,ofs-ecm")
    given = parser.parse_args(words)
    families = given.families.split(",")
    with TemporaryDirectory() as name, measuring.slowed(0, *families) as url:
        path, folder = measuring.target(Path(name), "bank", url, *families), Path(name) / "run"
        measuring.timed("run", "--target", path, "--plan", given.plan, "--seed", "1", "--run-dir", folder)
        measuring.table(HEADS, _rows(folder))


def _rows(folder: Path) -> Iterator[Sequence[object]]:
    scope = remembered(folder)
    lines = (folder / journal.EXCHANGES).read_bytes().splitlines()
    ours = list(recorded.read_own(folder / journal.EXCHANGES, scope, lambda record: record, lambda _: False))
    exchanges = [one.exchange for one in ours if one.exchange]
    bench, hides = JudgeContext.of(scope, Nowhere(), Policy(), b""), masker(scope, b"key")
    tasks: dict[str, tuple[int, Callable[[], object]]] = {
        "bare loop: `json.loads` of each": (len(lines), lambda: [json.loads(line) for line in lines]),
        "judging": (len(ours), lambda: [recorded.again(one, bench) for one in ours]),
        "masking": (len(exchanges), lambda: [hides.record(exchange) for exchange in exchanges]),
    }
    bare = 0.0
    for what, (many, task) in tasks.items():
        began = time.process_time()
        task()
        each = (time.process_time() - began) / many * 1e6
        bare = bare or each
        yield what, many, f"{each:.0f}", f"{each / bare:.1f}"


if __name__ == "__main__":
    main()
