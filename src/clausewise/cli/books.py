"""The catalogue of a family that a command names."""

from __future__ import annotations

from clausewise import catalogue, contracts, shipped
from clausewise.cli import families


def book(family: str) -> catalogue.Catalogue:
    """Return it; ConfigurationError where there is no such family."""
    families.check([family])
    path = shipped.SCHEMAS / family / "openapi.yaml"
    return catalogue.load(path.parent, family, contracts.every_clause(path))
