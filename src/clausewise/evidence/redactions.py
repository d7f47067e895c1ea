"""Stand-ins of masked values: which of them a rule put there, and which excuse an answer on their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from clausewise import masking
from clausewise.masking import Masker

Record = dict[str, Any]

_SHORTEST = 6  # characters of a text that is masked for its value or its form alone
_PATH = "the path"
_MASK = re.compile(r"\[masked (\w+) \d+ [0-9a-f]{8}\]")


class Masks:
    """The stand-ins of a run. Equal values have equal ones, so a text may stand anywhere once a rule hid it.

    `known` are those that stand in place of the target's own secrets and fixtures.
    """

    def __init__(self, masker: Masker, known: Iterable[str]) -> None:
        self._masker = masker
        self._known = set(known)
        self._unruled: list[tuple[str, str, str]] = []

    def learn(self, record: Record) -> None:
        """Take note of an exchange's stand-ins, and of those where no rule puts one."""
        for place, stand_in in _places(record):
            if place == _PATH or self._masker.hides(place):
                self._known.add(stand_in)
            else:
                self._unruled.append((stand_in, place, record["id"]))

    @property
    def wrong(self) -> list[str]:
        """The stand-ins that nothing can have put where they are: no name, no known value, no form."""
        return [
            f"{stand_in} at {place} of {name}, which no rule masks"
            for stand_in, place, name in self._unruled
            if not (_is_text(stand_in) and (stand_in in self._known or _length(stand_in) >= _SHORTEST))
        ]

    def by_name(self, place: str) -> bool:
        """Tell whether what a JSON pointer leads to is masked for its name."""
        return self._masker.hides(place)

    def amend(self, record: Record) -> Record:
        """Return an exchange in which a stand-in that no rule explains is a text like any other."""
        raw = json.dumps(record)
        strays = {found[0] for found in _MASK.finditer(raw)} - self._known
        for stray in strays:
            if _is_text(stray):
                raw = raw.replace(stray, stray.replace("[masked", "[shown"))
        amended: Record = json.loads(raw) if strays else record
        return amended


def _is_text(stand_in: str) -> bool:
    return stand_in.split()[1] == "text"


def _length(stand_in: str) -> int:
    return int(stand_in.split()[2])


def stand_ins(text: str) -> Iterator[str]:
    """Yield every stand-in of a text."""
    yield from (found[0] for found in _MASK.finditer(text))


def _places(record: Record) -> Iterator[tuple[str, str]]:
    """Yield each place that is masked as a whole, a JSON pointer or a header's name, and its stand-in."""
    path, _, query = record["request"]["url"].partition("?")
    if found := _MASK.search(path):
        yield _PATH, found[0]  # its parameters are hidden by names that are not in it
    yield from ((f"/{name}", value) for name, value in parse_qsl(query) if masking.is_masked(value))
    for side in (record["request"], record["response"]):
        for name, value in side["headers"]:
            yield from ((name, found[0]) for found in _MASK.finditer(value) if _whole(value))
        yield from _within(_body(side), "")


def _whole(value: str) -> bool:
    """Tell whether a header's value is masked, but for the scheme before it."""
    return masking.is_masked(value) or masking.is_masked(value.partition(" ")[2])


def _body(side: Mapping[str, Any]) -> Any:
    text = side["body"]
    kind = next((value for name, value in side["headers"] if name.lower() == "content-type"), "")
    if "form-urlencoded" in kind:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        value = json.loads(text)
        return json.loads(value) if isinstance(value, str) and value[:1] in {"{", "["} else value
    except (ValueError, RecursionError):
        return None


def _within(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _within(item, f"{place}/{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _within(item, f"{place}/{at}")
    elif place and masking.is_masked(value):
        yield place, value
