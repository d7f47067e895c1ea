"""Requests made by program: an accepted body with one thing wrong, written otherwise, or random.

Nothing here sends or judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clausewise.generation.encodings import hopeless, same_meaning
from clausewise.generation.mutations import Variant, guilty, one_wrong, optional, without, wrong_parameter
from clausewise.generation.values import text, value, written

__all__ = [
    "Variant",
    "guilty",
    "hopeless",
    "one_wrong",
    "optional",
    "random_bodies",
    "same_meaning",
    "text",
    "value",
    "without",
    "written",
    "wrong_parameter",
]


def random_bodies(*arguments: Any, **more: Any) -> Iterator[Variant]:
    """Yield random request bodies of an operation; see `generation.chance`, which is slow to import."""
    from clausewise.generation.random_requests import random_bodies as generate  # noqa: PLC0415 - Schemathesis takes 0.2 s

    return generate(*arguments, **more)
