"""How many requests a run will send, how long that will take, and what it is that takes so long."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from clausewise import input_files
from clausewise.families import Family

FILE = (
    "requests.json"  # of a family: what its tests send, by plan, as `make forecast` counted on the reference
)
OWN = 0.0025  # seconds of our own for an exchange: judging, masking, writing it down
IN_FULL = " in full"  # behind the name of a plan that leaves cases out: its tests with all their cases
_START = 3.0  # seconds from a command's start to its first request, and from its last one to the reports
_MORE = (2, 4, 8, 16, 32)  # calls at once that are worth a thought
_HELPS = 0.75  # of the time, at most, or more at once would not help
_MINUTE, _HOUR = 60, 3600
_UNHURRIED = 60.0  # seconds that nobody needs advice for


@dataclass(frozen=True, slots=True)
class Pace:
    """What a run's speed rests on: seconds an answer takes, requests a second, calls at once, processes."""

    latency: float
    rate: float | None = None
    workers: int = 1
    own: float = OWN
    processors: int = os.cpu_count() or 1
    processes: int = 1

    def bounds(self, requests: float) -> Mapping[str, float]:
        """Return how many seconds so many requests take, by each thing that may bound them."""
        return {
            "rate": requests / self.rate if self.rate else 0.0,
            "target": requests * (self.latency + self.own) / self.workers,
            "here": requests * self.own / min(self.processes, self.processors),
        }

    def seconds(self, requests: float) -> float:
        """Return how long a run of so many requests takes."""
        return _START + max(self.bounds(requests).values())

    def limit(self, requests: float) -> str:
        """Return what bounds it: `rate`, `target` or `here`, which is this machine."""
        bounds = self.bounds(requests)
        if bounds["rate"] >= max(bounds.values()):
            return "rate"
        return "target" if bounds["target"] > bounds["here"] and self.latency > self.own else "here"

    def beside(self, requests: float) -> Pace | None:
        """Return the pace with the fewest at once that gain most of what more can; None for none.

        More processes are for a machine that is the limit, with processors to spare.
        """
        others = [replace(self, workers=many) for many in _MORE if many > self.workers]
        if self.limit(requests) == "here":
            others = [
                replace(self, workers=many, processes=many) for many in (*_MORE,) if many > self.processes
            ]
        if not others:
            return None
        now, best = self.seconds(requests), min(it.seconds(requests) for it in others)
        enough = now - 0.8 * (now - best)  # most of it
        first = next(it for it in others if it.seconds(requests) <= enough)
        return first if first.seconds(requests) <= _HELPS * now else None


def sentence(requests: float, pace: Pace) -> str:
    """Say how long a run will take, what limits it, and whether more calls at once would help."""
    took = pace.seconds(requests)
    text = f"about {duration(took)}; {limits(pace, requests)}"
    if took < _UNHURRIED:
        return text
    other = pace.beside(requests)
    if other:
        how = f"-n {other.workers}" if other.processes == pace.processes else f"--processes {other.processes}"
        return f"{text}; {how}: about {duration(other.seconds(requests))}"
    more = next((many for many in _MORE[1:] if many > pace.workers), 0)
    return f"{text}; -n {more} would not help" if more else text


def limits(pace: Pace, requests: float) -> str:
    """Say what limits a run."""
    words = {
        "rate": f"rate = {pace.rate or 0:g} is what limits it",
        "target": f"the target's answers ({milliseconds(pace.latency)} each) are what limits it",
        "here": "this machine is what limits it",
    }
    return words[pace.limit(requests)]


def unmeasured(requests: float, rate: float | None, workers: int = 1) -> str:
    """Say how long a run will take where nobody knows, yet, how long the target's answers do."""
    guesses = (Pace(latency, rate, workers) for latency in (0.05, 0.3))
    told = (f"{duration(it.seconds(requests))} with answers of {milliseconds(it.latency)}" for it in guesses)
    bound = f"rate = {rate:g} allows no less than {duration(requests / rate)}; " if rate else ""
    return f"{bound}about {', '.join(told)}"


def milliseconds(seconds: float) -> str:
    """Write a short time for people."""
    told = 1000 * seconds
    return f"{told:.0f} ms" if told >= 1 else f"{told:.1f} ms"


def duration(seconds: float) -> str:
    """Write a time for people: 45 s, 8 min 20 s, 1 h 05 min."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{max(whole, 1)} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"


def requests(homes: Iterable[Family], plan: str, tests: Iterable[str]) -> Mapping[str, float]:
    """Return how many requests some tests of families will send, by family.

    A family whose tests nobody has counted is not among them.
    """
    known = {home.suite.name: (home.id, counted(home.folder, plan)) for home in homes}
    held: dict[str, float] = defaultdict(float)
    for test in tests:
        folder, _, rest = test.partition("/")
        family, counts = known.get(folder, ("", {}))
        if counts:
            name = rest.partition("[")[0]
            held[family] += next(counts[key] for key in (rest, name, "") if key in counts)
    return held


@cache
def counted(folder: Path, plan: str) -> Mapping[str, float]:
    """Return the requests of each test of a family by its name, and those of any other one by ''.

    Of a test with parameters the name alone stands for those that are not named with them.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    record: Mapping[str, Any] = input_files.load(path)
    plans: Mapping[str, Mapping[str, float]] = record["plans"]
    counts = plans.get(plan, plans.get(plan.removesuffix(IN_FULL), {}))
    return {**counts, "": sum(counts.values()) / len(counts)} if counts else {}
