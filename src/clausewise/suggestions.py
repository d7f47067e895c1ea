"""What was meant by a word that nothing is called by."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 100  # characters of a misspelt word that are compared


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like one that is not known; '' where none is like it."""
    return next(iter(difflib.get_close_matches(word[:_LONGEST], list(known), 1)), "")
