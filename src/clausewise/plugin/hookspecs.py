"""Hooks that clausewise adds to pytest's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def pytest_clausewise_concluded(results: Mapping[str, Any], folder: Path) -> None:
    """Hear what a run came to, after its files are written. `results` is what results.json holds."""


def pytest_clausewise_rehearsed(rows: Sequence[Any], target: str, scope: Any) -> None:
    """Hear what a run would send to a target of that name: `clausewise.plugin.dry_run.Planned` by operation.

    `scope` is what the target claims, a `clausewise.scope.Scope`.
    """
