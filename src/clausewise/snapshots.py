"""The target file and its overlays as a run keeps them: what is personal in them masked as in exchanges."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomlkit

from clausewise import masking
from clausewise.masking import Masker
from clausewise.scope import Scope

HEAD = "# What is personal is masked as in the exchanges, and comments are left out.\n"
_TABLES = ("fixtures", "credentials", "faults")


def of(scope: Scope, masker: Masker) -> dict[str, bytes]:
    """Return the files to keep by their names; an overlay that lies elsewhere is not among them."""
    target = scope.target.path
    kept = {target.name: _masked(target.read_text("utf-8-sig"), masker).encode()}
    for name, overlay in overlays(scope):
        if name:
            kept[name] = overlay.read_bytes()
    return kept


def is_one(text: str) -> bool:
    """Tell whether a text is such a copy: something is masked in it, and nothing stands beside its values."""
    held = bool(masking.stand_in_of(text))
    return held and text == f"{HEAD}{tomlkit.dumps(tomllib.loads(text))}"


def overlays(scope: Scope) -> Iterator[tuple[str, Path]]:
    """Yield the overlays that are not shipped, by their names from the target file; empty for elsewhere."""
    beside = Path(os.path.normpath(scope.target.path.parent.absolute()))
    for family in scope.target.families.values():
        for path in family.overlays:
            overlay = Path(os.path.normpath(path))
            if not overlay.is_relative_to(scope.homes[family.family].folder):
                inside = overlay.is_relative_to(beside)
                yield overlay.relative_to(beside).as_posix() if inside else "", overlay


def _masked(text: str, masker: Masker) -> str:
    """Return a target file's text, or one of the same values without comments where anything is hidden."""
    table = tomllib.loads(text)
    for family in table["families"].values():
        for name in _TABLES:
            for entry in family.get(name, {}).values():
                _cover(entry, masker)
    whole = table == tomllib.loads(text) and masker.text(text) == text
    return text if whole else f"{HEAD}{tomlkit.dumps(table)}"


def _cover(entry: Any, masker: Masker) -> None:
    """Mask the values of hidden names in one entry; a place that is only named stays."""
    if isinstance(entry, dict):
        for name, value in entry.items():
            if not isinstance(value, dict):
                entry[name] = _stand_in(value, masker) if masker.hides(name) else _without(value, masker)


def _without(value: Any, masker: Masker) -> Any:
    """Return a value of a name that hides nothing, without what is hidden for itself."""
    if isinstance(value, list):
        return [_without(item, masker) for item in value]
    return masker.text(value) if isinstance(value, str) else value


def _stand_in(value: Any, masker: Masker) -> Any:
    if isinstance(value, list):
        return [_stand_in(item, masker) for item in value]
    if value in ("", True, False):
        return value
    return masker.learn(value) if isinstance(value, str) else masker.masked(value)
