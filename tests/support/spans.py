"""Spans: which words of a document's line carry a clause, told without copying the document's prose.

`python tests/support/spans.py FIRST LAST <line.txt` shows the span: the shortest run of words from one
to the other.
"""

import hashlib
import re
import sys
from collections.abc import Iterator

_WORD = re.compile(r"[^\s\"'`\u2018\u2019\u201c\u201d,;:={}\[\]<>|]+")


def words(line: str) -> list[str]:
    """Return a line's words, without the quotes, braces and stops between them."""
    return [word for piece in _WORD.findall(line) if (word := piece.strip("."))]


def span(run: list[str]) -> str:
    """Return what names a run of words: the first, the last, and a digest of all."""
    return f"{run[0]}..{run[-1]}#{hashlib.sha256(' '.join(run).encode()).hexdigest()[:8]}"


def runs(line: str, first: str, last: str) -> Iterator[list[str]]:
    """Yield every run of words of a line from one word to another, the shortest first."""
    held = words(line)
    begins = [at for at, word in enumerate(held) if word == first]
    ends = [at + 1 for at, word in enumerate(held) if word == last]
    found = [held[begin:end] for begin in begins for end in ends if end > begin]
    yield from sorted(found, key=len)


def stands(told: str, line: str) -> bool:
    """Tell whether a line has the words that a span names."""
    ends, _, digest = told.rpartition("#")
    first, between, last = ends.partition("..")
    return bool(between and digest) and any(span(run) == told for run in runs(line, first, last))


if __name__ == "__main__":
    sys.stdout.write(f"{span(next(runs(sys.stdin.read(), sys.argv[1], sys.argv[2])))}\n")
