"""Which cases a plan asks that leaves some out: those that prove what no other does on the seeded defects.

Of a test whose cases are not the recorded ones nothing is known, and it asks all of them: so does a family
that nobody recorded, and another document with other requests.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from clausewise import input_files
from clausewise.families import Family

FILE = "economy.json"  # of a family: the core and the worth of its tests, as `make matrix` recorded them
_DIGEST = 16  # characters


@dataclass(frozen=True, slots=True)
class Core:
    """What a test asks at least: the cases `asks` of those with the digest `of`, or so many `walks`.

    It holds as long as the test's operations are under the same `law`.
    """

    law: str
    of: str = ""
    asks: frozenset[str] = frozenset()
    walks: int = 0


@dataclass(frozen=True, slots=True)
class Economy:
    """What was recorded of a family: the core of each test of many cases, and what tests prove by a request.

    That is how many clauses are judged and defects caught that no test worth more judges or catches.
    """

    cores: Mapping[str, Core]
    worth: Mapping[str, float]

    def core(self, test: str, law: str) -> Core | None:
        """Return the core of a test under a law; None where nothing is known of it."""
        found = self.cores.get(test)
        return found if found and found.law == law else None


class CaseSelection:
    """Tells one test which of its cases it asks. Without a core it asks all of them."""

    def __init__(self, core: Core | None = None) -> None:
        self._core = core
        self.asked = 0
        self.had = 0

    def picked(self, cases: Sequence[str]) -> Collection[int]:
        """Return the places of the cases that are asked, of all that the test has."""
        known = self._core is not None and self._core.of == digest(cases)
        asks = self._core.asks if self._core and known else frozenset(cases)
        chosen = [at for at, case in enumerate(cases) if case in asks]
        self.asked, self.had = self.asked + len(chosen), self.had + len(cases)
        return chosen

    def walks(self, most: int) -> int:
        """Return how many walks are made of as many as the plan makes."""
        asked = min(most, self._core.walks) if self._core and self._core.walks else most
        self.asked, self.had = self.asked + asked, self.had + most
        return asked

    @contextmanager
    def case(self, _: str) -> Iterator[None]:
        """Ask one case; who records what each of them proves goes on where it fails."""
        yield


def digest(words: Iterable[str]) -> str:
    """Return a short name of some words, the same one for the same words in any order."""
    return sha256("\n".join(sorted(words)).encode()).hexdigest()[:_DIGEST]


def law(clauses: Iterable[str], schemas: Iterable[Mapping[str, Any]]) -> str:
    """Return a short name of what a test's cases rest on: the ids of clauses, and schemas of requests."""
    return digest([*clauses, *(json.dumps(it, sort_keys=True) for it in schemas)])


@cache
def recorded(home: Family) -> Economy:
    """Return what was recorded of a family: nothing, where nobody did."""
    path: Path = home.folder / FILE
    if not path.is_file():
        return Economy({}, {})
    record: Mapping[str, Any] = input_files.load(path)
    cores = {
        test: Core(it["law"], it.get("of", ""), frozenset(it.get("asks", ())), it.get("walks", 0))
        for test, it in record["tests"].items()
    }
    return Economy(cores, record["worth"])
