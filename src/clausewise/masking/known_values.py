"""The values that are looked for in every text, however they are written; how many they are is bounded."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import ahocorasick

from clausewise.masking.encodings import (
    SHORTEST,
    Beginnings,
    decoded,
    folded,
    inside_base64,
    inside_hex,
    origins,
    reading,
    writings,
)

EACH = 1000  # values that are learned from one exchange, at most
MOST = 20_000  # that are known at a time; the oldest go first, a target's own never
_CHARACTERS = 16 << 20  # of all of them
_FEW = 64  # that a small index holds
_TAIL = 40  # characters at a value's end by which it is found: tokens begin alike, and end in a signature
_DEPTH = 4  # readings of readings: base64 in a JSON text in an escaped one
_NUMBER = re.compile(r"\d[\d .()/-]{5,}\d", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_DIALLED = re.compile(r"\+?[\d .()/-]+", re.ASCII)
_SIGNIFICANT = 8  # digits by which a number is known without its country's code
_GROUPS = 8  # in which the digits of one number may stand
_CODE = 5  # digits of a country's code, 00 before it among them

Found = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Value:
    """A value and what stands in its place; a `whole` one is found as a word of its own only."""

    text: str
    shape: str
    stand_in: str
    whole: bool


class KnownValues:
    """Finds known values in texts."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._own: dict[str, Value] = {}
        self._pending: list[Value] = []  # known, but in no index yet
        self._recent: list[Value] = []  # in the small one
        self._index, self._late = ahocorasick.Automaton(), ahocorasick.Automaton()
        self._numbers: dict[str, Value] = {}
        self._endings: set[str] = set()  # of the numbers
        self._digests: dict[bytes, Value] = {}
        self._size = self._learned = self.count = 0
        self.beginnings = Beginnings()

    @property
    def full(self) -> bool:
        """Whether the exchange at hand has given as many values as one may."""
        return self._learned >= EACH

    def begin(self) -> None:
        """Begin a new exchange, of which so many values may be learned."""
        self._learned = 0

    def add(self, text: str, stand_in: str, *, whole: bool) -> None:
        """Remember a value, unless the exchange has given many."""
        if self.full or (shape := folded(text)) in self._own:
            return
        if (there := self._values.get(shape)) and there.whole <= whole:
            return
        self._learned += 1
        self.count += 1
        value = self._values[shape] = Value(text, shape, stand_in, whole)
        self._note(value)
        self._size += len(text)
        if len(self._values) > MOST or self._size > _CHARACTERS:
            self._forget()

    def own(self, text: str, stand_in: str) -> None:
        """Remember a value for good, and how it may stand cut off or joined with others in code, too."""
        shape = folded(text)
        if shape in self._own:
            return
        value = self._own[shape] = Value(text, shape, stand_in, whole=False)
        self._values.pop(shape, None)
        self._note(value)
        for written in {*map(folded, (*writings(text), *inside_base64(text))), inside_hex(text)} - {shape}:
            if len(written) >= SHORTEST:
                self._pending.append(Value(written, written, stand_in, whole=False))

    def lasting(self) -> None:
        """Keep for good what is known so far, as it is: what a target file gives before the first call."""
        self._own |= self._values
        self._values.clear()
        self._size = 0

    def value(self, text: str) -> Value | None:
        """Return a value that is known by exactly this text, in whatever letters."""
        shape = folded(text)
        return self._own.get(shape) or self._values.get(shape)

    def __len__(self) -> int:
        return len(self._own) + len(self._values)

    def spans(self, text: str) -> list[Found]:
        """Return where known values stand in a text, however written, and what stands in place of each."""
        return list(self._read(text, _DEPTH)) if len(self) else []

    def _read(self, text: str, depth: int) -> Iterator[Found]:
        yield from self._plain(text)
        if self._numbers:
            yield from self._dialled(text)
        if not depth:
            return
        for plus in (False, True) if depth == _DEPTH else (False,):
            if told := reading(text, plus=plus):
                for start, end, stand_in in self._read(told.text, depth - 1):
                    yield *told.place(start, end), stand_in
        for code in decoded(text):
            if value := self._digests.get(code.raw):
                yield *code.place(0, len(code.text)), value.stand_in
            for start, end, stand_in in self._read(code.text, depth - 1):
                yield *code.place(start, end), stand_in

    def _plain(self, text: str) -> Iterator[Found]:
        """Yield where values stand as they are, but for letter case and accents."""
        shape = folded(text)
        found: list[tuple[int, Value]] = []
        for index in self._indexes():
            for end, held in index.iter(shape):
                found += [(end + 1, value) for value in held if shape.endswith(value.shape, 0, end + 1)]
        if not found:
            return
        places = origins(text)
        for end, value in found:
            start = end - len(value.shape)
            if value.whole and not _stands_alone(shape, start, end):
                continue
            if places is None:
                yield start, end, value.stand_in
            else:
                yield places[start], places[end], value.stand_in

    def _dialled(self, text: str) -> Iterator[Found]:
        """Yield where known numbers stand with blanks, signs or a country's code."""
        for run in _NUMBER.finditer(text):
            groups = [found.span() for found in islice(_DIGITS.finditer(run[0]), 256)]
            for first in range(len(groups)):
                digits = ""
                for start, end in groups[first : first + _GROUPS]:
                    digits += run[0][start:end]
                    if digits[-_SIGNIFICANT:] in self._endings and (value := self._number(digits)):
                        begins = run.start() + groups[first][0]
                        plus = begins > 0 and text[begins - 1] == "+"
                        yield begins - plus, run.start() + end, value.stand_in

    def _number(self, digits: str) -> Value | None:
        for code in range(min(_CODE, len(digits) - _SIGNIFICANT) + 1):
            if value := self._numbers.get(digits[code:].lstrip("0")):
                return value
        return None

    def _note(self, value: Value) -> None:
        self._pending.append(value)
        self.beginnings.add(value.text)
        for digest in _digests(value.text):
            self._digests[digest] = value
        if number := _number_of(value.text):
            self._numbers[number] = value
            self._endings.add(number[-_SIGNIFICANT:])
        if len(value.text) == SHORTEST:  # its base64 is shorter than what is decoded
            self._recent += [
                Value(told, told, value.stand_in, whole=True) for told in [_in_base64(value.text)]
            ]

    def _indexes(self) -> list[Any]:
        """Return what finds all values: an index of most of them, and one of those that came of late.

        A place in a new index takes some microseconds, so the large one is built anew when a sixteenth
        as many have come as are in it.
        """
        if self._pending:
            self._recent += self._pending
            self._pending.clear()
            if len(self._recent) > max(_FEW, len(self._index) // 16):
                _extend(self._index, self._recent)
                self._recent, self._late = [], ahocorasick.Automaton()
            else:
                self._late = ahocorasick.Automaton()
                _extend(self._late, self._recent)
        return [index for index in (self._index, self._late) if len(index)]

    def _forget(self) -> None:
        """Forget the older half of what was learned."""
        kept = dict(islice(self._values.items(), len(self._values) // 2, None))
        own = list(self._own.values())
        self._values.clear()
        self._index, self._late = ahocorasick.Automaton(), ahocorasick.Automaton()
        self._pending, self._recent, self._size = [], [], 0
        self._endings = set()
        self._numbers, self._digests, self.beginnings = {}, {}, Beginnings()
        for value in own:
            self._own.pop(value.shape)
            self.own(value.text, value.stand_in) if not value.whole else self._keep(value)
        for value in kept.values():
            self._values[value.shape] = value
            self._note(value)
            self._size += len(value.text)

    def _keep(self, value: Value) -> None:
        self._own[value.shape] = value
        self._note(value)


def _extend(index: Any, values: Iterable[Value]) -> None:
    for value in values:
        tail = value.shape[-_TAIL:]
        index.add_word(tail, (*index.get(tail, ()), value))
    index.make_automaton()


def _in_base64(text: str) -> str:
    return b64encode(text.encode("utf-8", "surrogatepass")).decode().lower()


def _digests(text: str) -> Iterator[bytes]:
    raw = text.encode("utf-8", "surrogatepass")
    for name in ("md5", "sha1", "sha256", "sha384", "sha512"):
        yield hashlib.new(name, raw, usedforsecurity=False).digest()


def _number_of(text: str) -> str:
    """Return the significant digits of a number that people dial or read out; '' for anything else."""
    if not _DIALLED.fullmatch(text):
        return ""
    digits = "".join(_DIGITS.findall(text)).lstrip("0")
    return digits if len(digits) >= _SIGNIFICANT else ""


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether no letter or digit goes on where a value begins or ends with one."""
    before = start > 0 and text[start].isalnum() and _goes_on(text[start - 1])
    after = end < len(text) and text[end - 1].isalnum() and _goes_on(text[end])
    return not (before or after)


def _goes_on(letter: str) -> bool:
    return (
        letter.isalnum() or letter == "_"
    )  # a customer may be called as the words are of which names are made


def replaced(text: str, spans: Collection[Found]) -> str:
    """Return a text with what stands in some places replaced; of those that overlap the first and longest."""
    told, done = [], 0
    for start, end, stand_in in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            told += [text[done:start], stand_in]
            done = end
        elif end > done:  # it goes on behind another one, and no end of it may be left
            done = end
    return "".join([*told, text[done:]])


def quoted_numbers(text: str, spans: Collection[Found], strings: re.Pattern[str]) -> list[Found]:
    """Return places in a JSON text, with quotes around what stands in place of a bare number."""
    bare = [span for span in spans if _is_bare(text, span)]
    if not bare:
        return list(spans)
    held = [found.span() for found in strings.finditer(text)]
    starts = [start for start, _ in held]
    outside = set()
    for span in bare:
        at = bisect_right(starts, span[0]) - 1
        if at < 0 or held[at][1] <= span[0]:
            outside.add(span)
    return [
        (start, end, f'"{told}"') if (start, end, told) in outside else (start, end, told)
        for start, end, told in spans
    ]


def _is_bare(text: str, span: Found) -> bool:
    before, after = text[:1] if not span[0] else text[span[0] - 1], text[span[1] : span[1] + 1]
    return before in ":[, \t\r\n" and (after in ",]} \t\r\n" or not after)
