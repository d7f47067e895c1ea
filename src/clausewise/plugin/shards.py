"""A run in parts on several machines: which tests are whose, so that each is made once, whoever asks."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from clausewise.errors import ConfigurationError

_Test = TypeVar("_Test")
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`-th of so many `parts`, counted from 1; the only one is the whole."""

    number: int = 1
    parts: int = 1

    @classmethod
    def read(cls, text: str) -> Shard:
        """Read K/N; ConfigurationError for what is none."""
        number, _, parts = text.partition("/")
        found = [
            int(it)
            for it in (number, parts)
            if it.isascii() and it.isdecimal() and len(it) <= len(str(_MOST))
        ]
        if len(found) != 2 or not 1 <= found[0] <= found[1] <= _MOST:  # noqa: PLR2004 - K and N
            raise ConfigurationError(f"--shard {text[:20]}: write K/N, such as 1/2.")
        return cls(*found)

    def __str__(self) -> str:
        return f"{self.number}/{self.parts}"

    @property
    def is_whole(self) -> bool:
        """Whether it is all that there is."""
        return self.parts == 1

    def own(self, tests: Sequence[_Test], key: Callable[[_Test], tuple[object, ...]]) -> list[_Test]:
        """Return this part of all tests: dealt out in the order of a key, the same one for every part."""
        mine = {id(test) for test in sorted(tests, key=key)[self.number - 1 :: self.parts]}
        return [test for test in tests if id(test) in mine]

    def has(self, thing: str, worker: int = 0, workers: int = 1) -> bool:
        """Tell whether a thing that a target gives away once is for one of this part's workers."""
        return zlib.crc32(thing.encode()) % (self.parts * workers) == self.number - 1 + self.parts * worker


WHOLE = Shard()
