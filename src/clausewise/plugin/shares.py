"""What a target has for all and gives away once, shared out among the workers of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from clausewise import files

_LONGEST = 1 << 24  # bytes of a book that are read


class Shares:
    """Who took which thing first: it stays that worker's own, since others may hold an offer of before.

    Workers that share a `book`, a file that they all may write, see what the others took.
    """

    def __init__(self, worker: int = 0, book: Path | None = None) -> None:
        self._worker = worker
        self._book = book

    def first(self, groups: Iterable[Sequence[str]]) -> Sequence[str]:
        """Take the first group of things that no other worker has any of; empty where there is none."""
        if self._book is None:
            return next(iter(groups), ())
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
