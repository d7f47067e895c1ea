"""The contrarian banks: each takes, in all families, freedoms that fit together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clausewise import shipped
from clausewise.errors import ConfigurationError
from clausewise.model import Freedom, among


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank by name: what it is like, and the freedoms that it takes, as id globs."""

    id: str
    says: str
    freedoms: tuple[str, ...]

    def takes(self, known: Iterable[Freedom]) -> list[Freedom]:
        """Return its freedoms among those known."""
        return [it for it in known if among(it.id, self.freedoms)]


def every() -> Mapping[str, Bank]:
    """Return the banks that ship with clausewise, by name."""
    told = tomllib.loads((shipped.SCHEMAS / "banks.toml").read_text("utf-8"))
    return {it["id"]: Bank(it["id"], it["says"], tuple(it["freedoms"])) for it in told["bank"]}


def bank(name: str) -> Bank:
    """Return the bank of that name; ConfigurationError where there is none."""
    known = every()
    if name not in known:
        raise ConfigurationError(f"There is no bank {name!r}; there is {', '.join(known)}.")
    return known[name]
