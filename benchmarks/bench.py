"""Runs the benchmarks and writes what they print into docs/benchmarks.md, with machine and date.

    python benchmarks/bench.py [name ...] [--page docs/benchmarks.md]

Each has a part of the page between two markers; what stands around the parts is written by hand and stays. A
benchmark that fails leaves its part as it was, and the exit code says so.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
NAMES = (
    *("rate", "judging", "startup", "growth", "floods", "parallel", "latency", "fleet", "history"),
    "economy",
    "against_schemathesis",
)
MARKS = "<!-- bench {name}: begin -->", "<!-- bench {name}: end -->"
_GIGABYTE = 2**30


def main(words: Sequence[str] | None = None) -> int:
    """Run them one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], default=[])
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args(words)
    bad = 0
    for name in given.names or NAMES:
        sys.stderr.write(f"{name}\n")
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, HERE / f"{name}.py"], stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            sys.stderr.write(f"{name} ended with {done.returncode}\n")
            bad += 1
            continue
        text = given.page.read_text("utf-8")
        given.page.write_text(replaced(text, name, f"{machine()}\n\n{done.stdout.strip()}"), "utf-8")
    return int(bool(bad))


def replaced(text: str, name: str, part: str) -> str:
    """Return a page with another part of a benchmark; one that it lacks is added at its end."""
    begin, end = (mark.format(name=name) for mark in MARKS)
    made = f"{begin}\n{part}\n{end}"
    pattern = re.compile(rf"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(text):
        return pattern.sub(lambda _: made, text)
    return f"{text.rstrip()}\n\n## {name}\n\n{made}\n"


def machine() -> str:
    """Say on what and when this was measured, and how busy it was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIGABYTE
    cores, load = os.cpu_count(), os.getloadavg()[0]
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {memory:.0f} GiB, {system}, load {load:.1f} before it."
    )


if __name__ == "__main__":
    sys.exit(main())
