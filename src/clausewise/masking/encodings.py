"""How a text may be read: as it stands, unescaped for URL, HTML or JSON, decoded from base64 or hex digits.

Each reading knows where its characters stand in the text, so that what is found in it can be taken out there.
"""

from __future__ import annotations

import binascii
import html
import json
import re
import unicodedata
from base64 import b64encode
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from urllib.parse import quote, quote_plus

SHORTEST = 6  # a shorter value would blot out innocent text
LONGEST = 4096  # a longer personal one is a file, which no other text quotes
LONGEST_TOKEN = 1 << 16  # real ones with many roles are several thousand characters long
# What stands over and under Latin letters, and what is not seen at all between them.
_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]+")
_PLAIN = re.compile(r"[\w.~-]*", re.ASCII)  # written alike everywhere
_DOTS = re.compile(r"\.\.\.|\u2026")

_PERCENT, _REFERENCE = (
    r"(?:%[0-9A-Fa-f]{2})+",
    r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?",
)
_PAIR = r"u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"
_ESCAPE = rf"\\(?:{_PAIR}|u[0-9A-Fa-f]{{4}}|x[0-9A-Fa-f]{{2}}|[\"'/\\bfnrt])"
_ESCAPED = re.compile(f"{_PERCENT}|{_REFERENCE}|{_ESCAPE}")
_ESCAPED_OR_PLUS = re.compile(rf"{_ESCAPED.pattern}|\+")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_RUN = re.compile(r"[A-Za-z0-9+/_-]{9,}(?:(?<=[A-Za-z0-9+/_-]{16})\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){6,}")
_LEGIBLE = re.compile(rb"[ -~]{4}")
_URL_SAFE = str.maketrans("-_", "+/")
_WORD = 24  # letters of one case that are taken for words up to here, and not for base64
_KEPT = 256  # characters of a run whose readings are remembered

Piece = tuple[int, int, str]


class Reading:
    """A text as it may be read, and where that stands in the text itself."""

    def __init__(self, whole: str, pieces: Iterable[Piece]) -> None:
        """Put the pieces, each read for the characters from one place to another, in place of those."""
        found: list[str] = []
        self._new, self._old, self._ends = [0], [0], [0]
        size = done = 0
        for start, end, said in pieces:
            found += [whole[done:start], said]
            size += start - done
            self._note(size, start, end)
            size += len(said)
            self._note(size, end, 0)
            done = end
        found.append(whole[done:])
        self.text = "".join(found)

    def _note(self, new: int, old: int, end: int) -> None:
        """Begin a stretch: of what was read for others (`end` is where those end), or what stands there."""
        self._new.append(new)
        self._old.append(old)
        self._ends.append(end)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text what stands here from one place to another comes from."""
        at = bisect_right(self._new, start) - 1
        first = self._old[at] + (0 if self._ends[at] else start - self._new[at])
        at = bisect_left(self._new, end) - 1
        return first, self._ends[at] or self._old[at] + end - self._new[at]


def reading(text: str, *, plus: bool = False) -> Reading | None:
    """Return a text without its escapes, of URLs, HTML and JSON; None where it has none.

    In forms a `plus` is a blank.
    """
    if "%" not in text and "&" not in text and "\\" not in text:
        return None
    if plus and ("+" not in text or "%" not in text):
        return None
    pieces = list(_pieces(text, _ESCAPED_OR_PLUS if plus else _ESCAPED))
    return Reading(text, pieces) if pieces else None


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[Piece]:
    for found in pattern.finditer(text):
        at, said = found.start(), found[0]
        for length, letters in _READ[said[0]](said):
            yield at, at + length, letters
            at += length


def _unquoted(run: str) -> Iterator[tuple[int, str]]:
    for letter in bytes.fromhex(run.replace("%", "")).decode("utf-8", "surrogateescape"):
        yield 3 * len(letter.encode("utf-8", "surrogateescape")), letter


def _referred(reference: str) -> Iterator[tuple[int, str]]:
    said = html.unescape(reference)
    if said != reference:
        yield len(reference), said


def _unescaped(escape: str) -> Iterator[tuple[int, str]]:
    kind = escape[1]
    if kind not in "ux":
        yield len(escape), _SHORT.get(kind, kind)
    else:
        units = [int(digits, 16) for digits in escape.replace("\\x", "\\u").split("\\u")[1:]]
        raw = b"".join(unit.to_bytes(2, "big") for unit in units)
        yield len(escape), raw.decode("utf-16-be", "replace")


_READ: Mapping[str, Callable[[str], Iterable[tuple[int, str]]]] = {
    "%": _unquoted,
    "&": _referred,
    "\\": _unescaped,
    "+": lambda _: [(1, " ")],
}


class Decoded:
    """What a run of base64 or hexadecimal digits says, and where in the text it stands."""

    def __init__(self, raw: bytes, start: int, kept: list[int] | None, skipped: int, bits: int) -> None:
        """Each character has `bits`, `skipped` ones stand before; `kept`: where each is in joined lines."""
        self.raw = raw
        self.text = raw.decode("utf-8", "surrogateescape")
        self._start, self._kept, self._skipped, self._bits = start, kept, skipped, bits

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text what stands here from one place to another comes from."""
        before = len(self.text[:start].encode("utf-8", "surrogateescape"))
        until = before + len(self.text[start:end].encode("utf-8", "surrogateescape"))
        first, last = before * 8 // self._bits + self._skipped, -(-until * 8 // self._bits) + self._skipped
        if self._kept is not None:
            return self._start + self._kept[first], self._start + self._kept[last - 1] + 1
        return self._start + first, self._start + last


def decoded(text: str) -> Iterator[Decoded]:
    """Yield what may be base64 or hexadecimal digits in a text and says something legible."""
    for found in _RUN.finditer(text):
        run, kept = found[0], None
        if "\n" in run:
            kept = [at for at, letter in enumerate(run) if letter not in "\r\n"]
            run = run.replace("\r", "").replace("\n", "")
        for raw, skipped, bits in _read(run) if len(run) <= _KEPT else _reads(run):  # most are none
            yield Decoded(raw, found.start(), kept, skipped, bits)


def _no_code(run: str) -> bool:
    """Tell whether a run is a name or a word, which most are: base64 of some length has both cases."""
    if len(run) >= _WORD:
        return False
    return run.islower() and not _HEX.search(run) if not run.isalpha() else run.islower() or run.istitle()


@lru_cache(1 << 13)
def _read(run: str) -> tuple[tuple[bytes, int, int], ...]:
    return () if _no_code(run) else tuple(_reads(run))


def _reads(run: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield what a run says as base64 from each of its first characters on, and in hexadecimal digits."""
    plain = run.rstrip("=").translate(_URL_SAFE)
    for skipped in range(min(4, len(plain) - 7)):
        piece = plain[skipped:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        raw = binascii.a2b_base64(piece + "===")
        if _LEGIBLE.search(raw) or (not skipped and len(raw) in _DIGESTS):
            yield raw, skipped, 6
    for found in _HEX.finditer(run):
        for odd in (0, 1):
            digits = run[found.start() + odd : found.end() - odd]
            raw = bytes.fromhex(digits)
            if _LEGIBLE.search(raw) or (not odd and len(raw) in _DIGESTS):
                yield raw, found.start() + odd, 4


_DIGESTS = {16, 20, 32, 48, 64}  # bytes of MD5, SHA-1, SHA-256, SHA-384 and SHA-512


def folded(text: str) -> str:
    """Return a text in small letters without accents, wide letters as plain ones, and without what is unseen.

    Unicode has two writings of most accents.
    """
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return bare.casefold().replace("\u0111", "d")


def origins(text: str) -> Sequence[int] | None:
    """Return where each character of a folded text stands in the text; None where they stand alike."""
    if text.isascii():
        return None
    places = [at for at, letter in enumerate(text) for _ in range(_width(letter))]
    return [*places, len(text)]


@lru_cache(1 << 12)
def _width(letter: str) -> int:
    return len(folded(letter))


def writings(secret: str) -> Iterable[str]:
    """Return how a secret may stand in a text: as it is, and escaped for URL, JSON, HTML or Python.

    Without escapes it is found in any text but where it holds itself what looks like one.
    """
    if _PLAIN.fullmatch(secret):
        return (secret,)
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    found = [secret, *(quote(secret, safe=safe, errors="replace") for safe in ("", "/"))]
    found += [quote_plus(secret, errors="replace"), readable(secret)]
    found += [html.escape(secret), html.escape(secret, quote=False)]
    found += [escaped, escaped.replace("/", "\\/"), json.dumps(secret)[1:-1], repr(secret)[1:-1]]
    if not secret.isascii():  # UTF-8 read as Latin-1, and Latin-1 read as UTF-8
        found.append(secret.encode("utf-8", "replace").decode("latin-1"))
        found.append(secret.encode("latin-1", "replace").decode("utf-8", "backslashreplace"))
    return dict.fromkeys(found)


def inside_base64(secret: str) -> Iterator[str]:
    """Yield what base64 makes of a secret wherever it stands, less what it shares with its neighbours."""
    raw = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        core = b64encode(b"\0" * before + raw).decode().rstrip("=")
        whole = (before + len(raw)) % 3 == 0
        core = core[(0, 2, 3)[before] :] if whole else core[(0, 2, 3)[before] : -1]
        yield core
        yield core.translate({43: "-", 47: "_"})


def inside_hex(secret: str) -> str:
    """Return a secret in hexadecimal digits."""
    return binascii.hexlify(secret.encode("utf-8", "surrogatepass")).decode()


class Beginnings:
    """Finds values by how they begin, so that they are known where a text was cut off."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._sorted = sorted(value for value in values if len(value) >= SHORTEST)
        self._heads = {value[:SHORTEST] for value in self._sorted}

    def add(self, value: str) -> None:
        """Remember a value; a shorter one than SHORTEST begins as any word does."""
        if len(value) >= SHORTEST:
            insort(self._sorted, value)
            self._heads.add(value[:SHORTEST])

    def starts(self, text: str) -> list[int]:
        """Return where in a text a value may begin: never within a word."""
        heads = self._heads
        places = range(len(text) - SHORTEST + 1)
        return [
            at
            for at in places
            if text[at : at + SHORTEST] in heads
            and not (at and text[at - 1].isalnum() and text[at].isalnum())
        ]

    def whole(self, cut: str) -> str:
        """Return the value of which a text is the beginning, or nothing."""
        at = bisect_left(self._sorted, cut)
        found = self._sorted[at] if at < len(self._sorted) else ""
        return found if found.startswith(cut) else ""


def uncut(text: str, *known: tuple[Beginnings, Callable[[str], str]]) -> str:
    """Return a text without the beginnings of values where it was cut: at dots, or at its end.

    With the values come what stands in their place.
    """
    starts = sorted({at for beginnings, _ in known for at in beginnings.starts(text)})
    if not starts:
        return text
    cuts = [*(found.start() for found in _DOTS.finditer(text)), len(text)]
    for cut, at in product(cuts, starts):
        if SHORTEST <= cut - at <= LONGEST_TOKEN:
            piece = text[at:cut]
            for beginnings, stand_in in known:
                if whole := beginnings.whole(piece):
                    return uncut(text[:at] + stand_in(whole) + text[cut:], *known)
    return text


def readable(text: str) -> str:
    """Quote for a form or query, but leave what a mask and a link are made of readable."""
    return quote(text, "[] :/", errors="backslashreplace")
