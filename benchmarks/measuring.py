"""What the benchmarks share: a target of the reference at an address, a command that is timed, a table."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
import tomlkit

from clausewise import package_data
from clausewise.reference import process

REFERENCE = package_data.TARGETS / "reference.toml"


class Made(NamedTuple):
    """A command that ended: its exit code, seconds by the clock and of CPU, and the most memory it took."""

    code: int
    seconds: float
    cpu: float
    megabytes: float


def timed(*words: str | Path) -> Made:
    """Run `clausewise` in a process of its own, without a word on the screen."""
    return command(sys.executable, "-m", "clausewise", *words)


def command(*words: str | Path) -> Made:
    """Run a command; memory is that of its largest process."""
    told = [str(word) for word in words]
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    began = time.perf_counter()
    child = os.posix_spawn(told[0], told, os.environ, file_actions=silent)
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    cpu = used.ru_utime + used.ru_stime
    return Made(os.waitstatus_to_exitcode(status), seconds, cpu, used.ru_maxrss / 1024)


def target(folder: Path, name: str, url: str, *families: str, rate: float = 0) -> Path:
    """Write the reference's target file with some families only, under a name and at an address."""
    told: Any = tomlkit.parse(REFERENCE.read_text())
    for family in list(told["families"]):
        if family in families:
            told["families"][family]["base_url"] = url
        else:
            del told["families"][family]
    told["name"] = name
    if rate:
        told["limits"]["rate"] = rate
    path = folder / f"{name}.toml"
    path.write_text(tomlkit.dumps(told))
    shutil.copytree(REFERENCE.parent / "reference.d", folder / "reference.d", dirs_exist_ok=True)
    return path


@contextmanager
def slowed(seconds: float, *families: str) -> Iterator[str]:
    """Serve the reference of some families, every answer delayed, while the context lasts; yields its URL."""
    with process.started(dict.fromkeys(families, ""), "--control") as url:
        if seconds:
            bend = {"answer": "*", "bend": [{"delay": seconds}]}
            requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
        yield url


def results(folder: Path) -> dict[str, Any]:
    """Return the results of a run's folder."""
    told: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return told


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a Markdown table, each row as soon as it is there."""
    line(heads)
    line(["---"] * len(heads))
    for row in rows:
        line(row)


def line(cells: Sequence[object]) -> None:
    """Write one row of a table."""
    sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
    sys.stdout.flush()
