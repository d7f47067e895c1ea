"""What an exchange hides, where a finding quotes it: found word by word, however many values there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from clausewise.masking.encodings import Beginnings

_PLACE = re.compile(r"(?<!\w)")
_WORD = re.compile(r"\w")


class Quotes:
    """The values that one exchange hides, with what stands in place of each."""

    def __init__(self, met: Mapping[str, str]) -> None:
        self._met = dict(met)
        self._lengths = sorted({len(value) for value in met}, reverse=True)

    @cached_property
    def beginnings(self) -> Beginnings:
        """What finds the values by how they begin."""
        return Beginnings(self._met)

    def stand_in(self, value: str) -> str:
        """Return what stands in place of a value."""
        return self._met[value]

    def without(self, text: str, *, least: int) -> str:
        """Return a text without the values of so many characters that stand in it as words of their own."""
        lengths = [length for length in self._lengths if least <= length <= len(text)]
        pieces, done = [], 0
        for place in _PLACE.finditer(text) if lengths else ():
            at = place.start()
            if at < done:
                continue
            for length in lengths:
                value = text[at : at + length]
                if value in self._met and not _WORD.match(text, at + length):
                    pieces += [text[done:at], self._met[value]]
                    done = at + length
                    break
        return "".join([*pieces, text[done:]])
