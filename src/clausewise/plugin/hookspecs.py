"""Hooks that clausewise adds to pytest's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def pytest_clausewise_concluded(results: Mapping[str, Any], folder: Path) -> None:
    """Hear what a run came to, after its files are written. `results` is what results.json holds."""
