"""The catalogue of a family that a command names."""

from __future__ import annotations

from clausewise import families, scope
from clausewise.catalogue import Catalogue


def book(family: str) -> Catalogue:
    """Return it; ConfigurationError where there is no such family."""
    return scope.book(families.family(family))
