"""Keeps secrets and personal data out of everything that is written or shown.

A masked value keeps its type, its length and a keyed fingerprint: two equal values stay equal under
the mask of one run, and nothing can be looked up in a table of guesses without the run's key.
"""

from __future__ import annotations

from clausewise.masking.masker import Masker, held_in, plain
from clausewise.masking.placeholders import is_amid, is_masked, plausible, sensitive_fields, stand_in_of

__all__ = [
    "Masker",
    "held_in",
    "is_amid",
    "is_masked",
    "plain",
    "plausible",
    "sensitive_fields",
    "stand_in_of",
]
