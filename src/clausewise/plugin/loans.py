"""Things of the target that one test of a run after the other uses: each is one test's alone at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar, cast

import pytest

from clausewise.judge import Judge
from clausewise.plugin import rerun

Thing = TypeVar("Thing")
Key = tuple[str, str]  # the family, and what it is


class Loans:
    """What tests of this process gave back, the longest unused first."""

    def __init__(self) -> None:
        self._free: dict[Key, deque[object]] = {}

    def take(self, key: Key) -> object | None:
        """Return a thing, which is gone then; None where there is none."""
        return self._free[key].popleft() if self._free.get(key) else None

    def forget(self) -> None:
        """Keep nothing of what was given back."""
        self._free.clear()

    def give(self, key: Key, thing: object) -> None:
        """Take a thing back."""
        self._free.setdefault(key, deque()).append(thing)


class Borrower:
    """The things that one test has on loan; without `loans` it makes its own."""

    def __init__(self, loans: Loans | None = None, family: str = "") -> None:
        self._loans = loans
        self._family = family
        self._held: list[tuple[str, object]] = []
        self._used = False  # whether any of them was another test's before

    def borrow(self, what: str, make: Callable[[], Thing]) -> Thing:
        """Return a thing that nobody else has: one that was given back, or one that `make` makes."""
        found = self._loans.take((self._family, what)) if self._loans else None
        self._used |= found is not None
        thing = make() if found is None else cast("Thing", found)
        self._held.append((what, thing))
        return thing

    @property
    def has_borrowed(self) -> bool:
        """Whether the test has anything that others may have next."""
        return bool(self._loans and self._held)

    def give_back(self) -> None:
        """Give all back; not for a test that ended otherwise than well, which may have spoilt them."""
        for what, thing in self._held if self._loans else ():
            assert self._loans
            self._loans.give((self._family, what), thing)

    def instead(self, judge: Judge, item: pytest.Function, end: BaseException | None) -> BaseException | None:
        """Go through a test once more with things of its own, if it did not end well with those of others.

        What others did with a thing may be what the test stumbled over. Returns how it ended.
        """
        if not (self._used and rerun.wants(judge, end)):
            return end
        self._held.clear()
        self._loans = None
        if judge.case_selection:
            judge.case_selection.asked = judge.case_selection.had = 0
        return rerun.again(judge, item, ())


WELL = pytest.StashKey[bool]()  # whether a test came to its end and found nothing
AGAIN = pytest.StashKey[bool]()  # whether it is made with its own things a second time
BORROWER = pytest.StashKey[Borrower]()


def second_hand(item: pytest.Item) -> bool:
    """Let a test that ended be made again with all that it borrowed, if anything; tell whether that is so.

    For whoever proves that what others did with a thing hides nothing.
    """
    made = item.stash.get(BORROWER, None)
    if made and not item.stash.get(WELL, False):
        made.give_back()
    item.stash[AGAIN] = bool(made and made.has_borrowed)
    return item.stash[AGAIN]
