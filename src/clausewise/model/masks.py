"""Texts of answers that a target shows in part only, as its owner declares: compared as far as shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from clausewise.strict_json import Json

SIGNS = "*\u2022\u25cf"  # what stands for a hidden character, unless the owner says otherwise

Compared = dict[str, set[str]]

ALIKE, OTHER, BLANK = "alike", "other", "blank"  # what a comparison came to; of a blank text nothing is shown


class PartlyMasked(str):  # noqa: SLOT000 - it keeps what it was read as
    """A text that is hidden in part: it equals all that it may stand for, and notes what was compared.

    How many characters a run of signs stands for is the target's own business. Like any text it has a
    place in sets and keys by its letters alone, so that whoever compares uses lists.
    """

    signs: str
    compared: set[str]

    def __new__(cls, text: str, signs: str, compared: set[str]) -> Self:
        """Return a text with its signs; `compared` is what takes note."""
        made = super().__new__(cls, text)
        made.signs, made.compared = signs, compared
        return made

    def __eq__(self, other: object) -> bool:
        """Tell whether this may be the other value: a text, another masked one, or a number by its digits."""
        if other is None or isinstance(other, dict | list):
            self.compared.add(OTHER)
            return False
        theirs = other.parts if isinstance(other, PartlyMasked) else list(_written(other))
        alike = _may_be(self.parts, theirs)
        told = (_tells(self.parts) and _tells(theirs)) or self.parts == theirs  # or all that one can see
        self.compared.add((ALIKE if told else BLANK) if alike else OTHER)
        return alike

    def __ne__(self, other: object) -> bool:
        """Tell whether this cannot be the other value."""
        return not self == other

    __hash__ = str.__hash__

    def __str__(self) -> str:
        """Return it as it is, so that `str(value)` is compared as the value is."""
        return self

    def __getitem__(self, key: Any) -> PartlyMasked:
        """Return a piece, which is hidden in part, too."""
        return PartlyMasked(super().__getitem__(key), self.signs, self.compared)

    @cached_property
    def parts(self) -> list[str]:
        """The characters that are shown, with '' for each run of signs."""
        runs = re.split(f"[{re.escape(self.signs)}]+", str.__str__(self))
        return [part for at, run in enumerate(runs) for part in ([""] if at else []) + list(run)]


@dataclass(frozen=True, slots=True)
class Masks:
    """Which places of an operation's answers its owner declares masked, and by which signs.

    A place is the name of a field, wherever it stands, or a JSON pointer with `*` for every entry of a list.
    """

    places: tuple[str, ...] = ()
    signs: str = SIGNS

    def over(self, value: Json, compared: Compared) -> Json:
        """Return an answer whose masked texts know that they are, and note by pointer what they met."""
        return _over(value, (), self, compared) if self.places else value

    def name(self, path: Sequence[str]) -> bool:
        """Tell whether a place is declared; of entries of a list it has `*`."""
        return "".join(f"/{part}" for part in path) in self.places or (bool(path) and path[-1] in self.places)

    def hide(self, text: str) -> bool:
        """Tell whether a text is hidden in part."""
        return any(sign in text for sign in self.signs)


UNMASKED = Masks()


def _over(value: Json, path: tuple[str, ...], masks: Masks, compared: Compared) -> Json:
    if isinstance(value, dict):
        return {key: _over(item, (*path, key), masks, compared) for key, item in value.items()}
    if isinstance(value, list):
        return [_over(item, (*path, "*"), masks, compared) for item in value]
    if not (isinstance(value, str) and masks.name(path) and masks.hide(value)):
        return value
    return PartlyMasked(value, masks.signs, compared.setdefault("".join(f"/{part}" for part in path), set()))


def revealed(value: Json) -> Json:
    """Return a value whose masked texts are plain ones, for readers that take no others."""
    if isinstance(value, dict):
        return {key: revealed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [revealed(item) for item in value]
    return "".join(value) if isinstance(value, PartlyMasked) else value


def masked_in(value: Json) -> Iterator[PartlyMasked]:
    """Yield the masked texts of a value."""
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from masked_in(item)
    elif isinstance(value, PartlyMasked):
        yield value


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _tells(parts: Sequence[str]) -> bool:
    """Tell whether any letter or digit is shown."""
    return any(part.isalnum() for part in parts)


def _may_be(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two texts may be the same one, where '' stands for any number of characters."""
    row = [True]  # how far of `other` may be what of `one` was read so far
    for part in other:
        row.append(row[-1] and not part)
    for part in one:
        after = [row[0] and not part]
        for at, theirs in enumerate(other):
            open_end = not part or not theirs
            after.append((row[at + 1] or after[at]) and open_end if open_end else row[at] and part == theirs)
        row = after
    return row[-1]
