"""What a run's row holds in small: verdicts of thousands of clauses, figures of dozens of operations.

Names are the same from night to night, so a list of them is kept once, under its digest. A verdict is a
letter in the order of the names, with the words that the letters stand for before them, all compressed. A run
can be read by its row and its two lists alone: none depends on the night before, and any may be deleted.
"""

from __future__ import annotations

import json
import string
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

_LETTERS = string.ascii_letters + string.digits
_MOST = 2**26  # bytes that something packed may come to
_FIGURES = 4  # exchanges, and three percentiles
Figures = tuple[int, float, float, float]


def names(values: Sequence[Any]) -> tuple[str, bytes]:
    """Return the digest of a list of names, and its text."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return sha256(text).hexdigest(), text


def pack(text: bytes) -> bytes:
    """Return a list's text as it is kept."""
    return zlib.compress(text, 9)


def read_names(digest: str, packed: bytes) -> list[Any]:
    """Return a list of names; ValueError where it is not what its digest says."""
    text = _opened(packed)
    if sha256(text).hexdigest() != digest:
        raise ValueError("a list of names is not what its digest says")
    told: list[Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return told


def verdicts(told: Mapping[str, str]) -> tuple[list[str], bytes]:
    """Return the clauses of a run in their order, and the verdicts on them packed."""
    clauses = sorted(told)
    words = sorted(set(told.values()))
    if len(words) > len(_LETTERS):
        raise ValueError("too many kinds of verdicts")
    letters = dict(zip(words, _LETTERS, strict=False))
    line = "".join(letters[told[clause]] for clause in clauses)
    return clauses, zlib.compress(f"{json.dumps(words)}\n{line}".encode(), 9)


def read_verdicts(packed: bytes, count: int) -> tuple[dict[str, str], str]:
    """Return which word each letter stands for, and the letters, as many as there are clauses.

    Raises ValueError where they are no verdicts of so many clauses.
    """
    head, _, line = _opened(packed).decode().partition("\n")
    words = json.loads(head)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("its verdicts have no words")
    known = dict(zip(_LETTERS, words, strict=False))
    if len(line) != count or line.strip("".join(known)):  # many times as quick as a set of its letters
        raise ValueError("its verdicts are not those of its clauses")
    return known, line


def figures(told: Mapping[tuple[str, str], Figures]) -> tuple[list[list[str]], bytes]:
    """Return the operations of a run (family, name) in their order, and their figures packed."""
    operations = sorted(told)
    rows = [told[name] for name in operations]
    return [list(name) for name in operations], zlib.compress(json.dumps(rows).encode(), 9)


def read_figures(packed: bytes, count: int) -> list[Figures]:
    """Return the figures of so many operations; ValueError where they are none."""
    rows = json.loads(_opened(packed))
    sound = isinstance(rows, list) and len(rows) == count
    if not sound or not all(isinstance(row, list) and len(row) == _FIGURES for row in rows):
        raise ValueError("its figures are not those of its operations")
    if not all(isinstance(it, int | float) for row in rows for it in row):
        raise ValueError("its figures are no numbers")
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _opened(packed: bytes) -> bytes:
    """Return what was packed; ValueError where it is no such thing, or comes to too much."""
    opener = zlib.decompressobj()
    try:
        told = opener.decompress(packed, _MOST)
    except (zlib.error, TypeError) as bad:
        raise ValueError(f"what is packed cannot be opened ({bad})") from bad
    if not opener.eof:
        raise ValueError("what is packed is cut off, or comes to too much")
    return told
