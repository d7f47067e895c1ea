"""What is wrong with a run's options or files, as pytest tells it: one sentence, and exit code 4."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clausewise.errors import ConfigurationError
from clausewise.untrusted import visible

_LONGEST = 1500  # characters of a complaint


def complaint(text: object) -> pytest.UsageError:
    """Return an error of pytest's that says it."""
    return pytest.UsageError(visible(text)[:_LONGEST])


@contextmanager
def as_usage_errors(kind: type[Exception] = ConfigurationError) -> Iterator[None]:
    """Raise an error of that kind as pytest's own."""
    try:
        yield
    except kind as bad:
        raise complaint(bad) from bad
