"""The contrarian banks: each takes, in all families, freedoms that fit together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from clausewise import families
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
    """Return the banks by name, those of every place where families lie; ConfigurationError for a bad file.

    One that two places know takes what each of them says.
    """
    found: dict[str, Bank] = {}
    for path in dict.fromkeys(home.root / "schemas" / "banks.toml" for home in families.known().values()):
        for it in _told(path):
            before = found.get(it.id)
            found[it.id] = replace(before, freedoms=(*before.freedoms, *it.freedoms)) if before else it
    return found


def _told(path: Path) -> list[Bank]:
    try:
        told = tomllib.loads(path.read_text("utf-8")).get("bank", []) if path.exists() else []
        return [Bank(it["id"], it["says"], tuple(it["freedoms"])) for it in told]
    except (OSError, ValueError, KeyError, TypeError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {bad!r}.") from bad


def bank(name: str) -> Bank:
    """Return the bank of that name; ConfigurationError where there is none."""
    known = every()
    if name not in known:
        raise ConfigurationError(f"There is no bank {name!r}; there is {', '.join(known)}.")
    return known[name]
