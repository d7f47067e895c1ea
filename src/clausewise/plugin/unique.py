"""Values that no other test and no other run has used."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from clausewise.plugin.loans import Borrower
from clausewise.plugin.shards import WHOLE, Shard
from clausewise.plugin.shared_resources import SharedResources

Thing = TypeVar("Thing")


class Unique:
    """Values that no other test and no other run has used; `worker` (which, of how many) makes them."""

    def __init__(
        self,
        source: random.Random,
        worker: tuple[int, int] = (0, 1),
        shares: SharedResources | None = None,
        shard: Shard = WHOLE,
        borrower: Borrower | None = None,
    ) -> None:
        self._source = source
        self._worker = worker
        self._shard = shard
        self._shares = shares or SharedResources(worker[0])
        self._borrower = borrower or Borrower()
        self._start = source.getstate()
        self._picked: list[Sequence[str]] = []
        self._again: list[Sequence[str]] = []

    def anew(self) -> None:
        """Make the same values once more, for a test that is gone through again."""
        self._source.setstate(self._start)
        self._again, self._picked = self._picked + self._again, []

    def borrowed(self, what: str, make: Callable[[], Thing]) -> Thing:
        """Return a thing of the target that is this test's alone while it runs, and may have been another's.

        `make` makes a new one. For a test that minds nothing that others may have done with it, and leaves it
        so that others can go on. Each call returns another thing.
        """
        return self._borrower.borrow(what, make)

    def digits(self, length: int) -> str:
        """Return a text of that many digits, the first not 0."""
        return "".join([self._source.choice("123456789"), *self._source.choices("0123456789", k=length - 1)])

    def word(self, length: int = 8) -> str:
        """Return a capitalised word of lower-case letters."""
        return "".join(self._source.choices("abcdefghijklmnopqrstuvwxyz", k=length)).capitalize()

    def like(self, example: str) -> str:
        """Return a text of an example's form: its first two characters, then digits and letters by chance."""
        return example[:2] + "".join(self._other(character) for character in example[2:])

    def _other(self, character: str) -> str:
        kinds = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return next((self._source.choice(kind) for kind in kinds if character in kind), character)

    def email(self) -> str:
        """Return a mail address of the example domain."""
        return f"{self.word(12).lower()}@example.com"

    def phone(self) -> str:
        """Return a telephone number with country code +971 and nine digits."""
        return f"+971{self.digits(9)}"

    def neighbours(self, things: Sequence[str], count: int = 1, *, leftover: bool = False) -> Sequence[str]:
        """Return that many things that stand side by side, by chance, that no other worker took or will take.

        For what the target has for all and gives away once. A worker takes of its own share, and of the
        others' only what is `leftover`, which they have not taken; of another shard's nothing, since nobody
        here knows what that took. Empty where there is nothing for it.
        """
        every = [things[at : at + count] for at in range(len(things) - count + 1)]
        every = [some for some in every if all(map(self._shard.has, some))]
        self._source.shuffle(every)
        own = [some for some in every if all(self._shard.has(it, *self._worker) for it in some)]
        picked = (
            self._again.pop(0) if self._again else self._shares.first([*own, *every] if leftover else own)
        )
        self._picked.append(picked)
        return picked
