"""What a target has for all and gives away once, shared out among the workers of a run."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from clausewise import files

_LONGEST = 1 << 24  # bytes of a book that are read


@dataclass(eq=False, slots=True)
class Taker:
    """A test that takes things, and when it began and ended."""

    began: float = field(default_factory=time.monotonic)
    ended: float = math.inf


class SharedResources:
    """Who took which thing first: it stays that worker's own, since others may hold an offer of before.

    Workers that share a `book`, a file that they all may write, see what the others took. Tests that run at
    once in one process share what is `taken`: what another one took before this one ended stays that test's
    own.
    """

    def __init__(
        self,
        worker: int = 0,
        book: Path | None = None,
        taken: dict[str, Taker] | None = None,
        test: Taker | None = None,
    ) -> None:
        self._worker = worker
        self._book = book
        self._taken = {} if taken is None else taken
        self._test = test or Taker()

    def first(self, groups: Iterable[Sequence[str]]) -> Sequence[str]:
        """Take the first group of things that nobody else has any of; empty where there is none."""
        own = [group for group in groups if all(map(self._is_free, group))]
        taken = self._first(own) if own else ()
        self._taken |= dict.fromkeys(taken, self._test)
        return taken

    def _is_free(self, thing: str) -> bool:
        other = self._taken.get(thing)
        return other is None or other is self._test or other.ended <= self._test.began

    def _first(self, groups: Sequence[Sequence[str]]) -> Sequence[str]:
        if self._book is None:
            return groups[0]
        with files.alone(self._book) as book:
            lines = book.read(_LONGEST).decode("utf-8", "surrogateescape").split("\n")
            others = {thing for who, _, thing in (line.partition(" ") for line in lines) if who != self._me}
            taken = next((group for group in groups if others.isdisjoint(map(_line, group))), ())
            self._note(book, taken)
            return taken

    @property
    def _me(self) -> str:
        return str(self._worker)

    def _note(self, book: BinaryIO, things: Collection[str]) -> None:
        text = "".join(f"{self._me} {_line(thing)}\n" for thing in things)
        book.seek(0, SEEK_END)
        book.write(text.encode("utf-8", "surrogateescape"))


def _line(thing: str) -> str:
    """Return a thing as it stands in a line of the book."""
    return thing.replace("\n", " ")
