"""Which names hide what stands under them: by what they mean, not by how they are spelt."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from clausewise import package_data
from clausewise.model import secret_name

LISTED = package_data.SCHEMAS / "personal-names.toml"
_NAMES = 4096  # that are remembered
_LONGEST = 128  # characters of a name that is looked at word by word
_TELLING = 8  # letters of a listed name that are found at the end of one that is written in one word
_MOST_WORDS = 6
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ASCII = re.compile(r"[^a-z0-9]+")
_DECODER = json.JSONDecoder(strict=False)


class Hiding(IntEnum):
    """How much of what stands under a name is masked."""

    NOTHING = 0
    LISTED = 1  # by our own list: texts and numbers; what is nested under it is told by the names in it
    PERSONAL = 2  # by a document's or a target file's word: all of it
    SECRET = 3  # all of it, and it is found within other words, too


@dataclass(frozen=True, slots=True)
class Listed:
    """The shipped list of names of personal data."""

    english: frozenset[str]
    after: frozenset[str]
    vietnamese: frozenset[str]
    kinds: frozenset[str]
    secrets: frozenset[str]
    endings: tuple[str, ...]


@cache
def listed() -> Listed:
    """Return the shipped list, read once."""
    told = tomllib.loads(LISTED.read_text("utf-8"))
    english, vietnamese = told["english"], told["vietnamese"]
    return Listed(
        english=frozenset(english["names"]),
        after=frozenset(english["after"]),
        vietnamese=frozenset(vietnamese["names"]),
        kinds=frozenset(vietnamese["kinds"]),
        secrets=frozenset(vietnamese["secrets"]),
        endings=tuple(name for name in english["names"] if len(name) >= _TELLING),
    )


def squeezed(name: str) -> str:
    """Return a name as it is compared: small letters and digits alone, without accents and separators."""
    return _ASCII.sub("", _bare(name).lower())


def words_of(name: str) -> list[str]:
    """Return the words of which a name is made, in small letters and without accents."""
    return [word.lower() for word in _WORD.findall(_bare(name))]


def personal_name(name: str) -> bool:
    """Tell whether the shipped list has a name, in whatever spelling."""
    if not 2 < len(name) <= _LONGEST:  # noqa: PLR2004 - the shortest listed ones have three letters
        return False
    words = words_of(name)
    known = listed()
    while len(words) > 1 and words[-1] in known.after:
        words.pop()
    whole = "".join(words)
    if whole in known.english or whole in known.vietnamese:
        return True
    if len(words) == 1:
        return whole.endswith(known.endings)
    ends = {"".join(words[at:]) for at in range(max(1, len(words) - _MOST_WORDS), len(words))}
    heads = {"".join(words[:at]) for at in range(1, min(len(words), _MOST_WORDS) + 1)}
    if not heads.isdisjoint(known.vietnamese):
        return True
    return not ends.isdisjoint(known.english) or (
        heads.isdisjoint(known.kinds) and not ends.isdisjoint(known.vietnamese)
    )


def _secret(name: str) -> bool:
    """Tell whether a name is a secret's, in whatever spelling: `userPin` is one as much as `user_pin`."""
    if secret_name(name):
        return True
    words = words_of(name[:_LONGEST])
    return bool(words) and (secret_name("_".join(words)) or "".join(words) in listed().secrets)


def _bare(name: str) -> str:
    """Return a name without accents: a list of names needs no second spelling."""
    if name.isascii():
        return name
    parts = unicodedata.normalize("NFKD", name).replace("\u0111", "d").replace("\u0110", "D")
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


class Hidden(dict[str, Hiding]):
    """Tells by name how much of what stands under it is masked, and remembers it for some names.

    `fields` are hidden whatever they mean; the shipped list counts where `personal` data is hidden, but for
    the names in `shown`.
    """

    def __init__(
        self, fields: Iterable[str] = (), *, personal: bool = True, shown: Collection[str] = ()
    ) -> None:
        super().__init__()
        self._fields = {squeezed(name) for name in fields} - {""}
        self._shown = {squeezed(name) for name in shown}
        self._personal = personal

    def __missing__(self, name: str) -> Hiding:
        if len(self) > _NAMES:
            self.clear()
        if name.endswith("\\"):
            return Hiding.NOTHING  # an escaped quote, no key's end
        plain = told(name)
        if _secret(plain):
            hides = Hiding.SECRET
        elif (short := squeezed(plain)) in self._fields:
            hides = Hiding.PERSONAL
        elif self._personal and short not in self._shown and personal_name(plain):
            hides = Hiding.LISTED
        else:
            hides = Hiding.NOTHING
        self[name] = hides
        return hides


def told(raw: str) -> str:
    """Return what a JSON string means; a broken one as it stands."""
    if "\\" not in raw:
        return raw
    try:
        return str(_DECODER.decode(f'"{raw}"'))
    except ValueError:
        return raw
