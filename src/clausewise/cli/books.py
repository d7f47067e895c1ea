"""The catalogue of a family that a command names."""

from __future__ import annotations

from clausewise import catalogue, contracts, shipped
from clausewise.errors import ConfigurationError


def book(family: str) -> catalogue.Catalogue:
    """Return it; ConfigurationError where there is no such family."""
    path = shipped.SCHEMAS / family / "openapi.yaml"
    if family not in shipped.families():
        raise ConfigurationError(
            f"There is no family {family!r}; clausewise knows {', '.join(shipped.families())}."
        )
    stated = contracts.every_clause(path)
    return catalogue.load(path.parent, family, stated)
