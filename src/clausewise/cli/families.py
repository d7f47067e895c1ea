"""The families that a command names."""

from __future__ import annotations

from collections.abc import Iterable

from clausewise import shipped
from clausewise.errors import ConfigurationError


def check(named: Iterable[str]) -> None:
    """Raise ConfigurationError where there is no such family."""
    known = shipped.families()
    for family in named:
        if family not in known:
            raise ConfigurationError(f"There is no family {family!r}; clausewise knows {', '.join(known)}.")
