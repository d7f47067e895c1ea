"""The `.env` beside a target file: variables for that file alone, which never enter the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from clausewise.errors import ConfigurationError

FILE = ".env"


def variables(target: Path) -> Mapping[str, str]:
    """Return what stands in the `.env` beside a target file; none where there is no such file.

    Nothing in it is put together from the environment: it would carry out what nobody agreed to. Raises
    ConfigurationError where it cannot be read.
    """
    path = target.parent / FILE
    if not os.path.isfile(path):  # noqa: PTH113 - false, not an error, for a name that no file can have
        return {}
    try:
        told = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, ValueError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {bad}.") from bad
    return {name: value for name, value in told.items() if value}


def has(target: Path, name: str) -> bool:
    """Tell whether a variable comes from there: what is set in the environment wins."""
    return not os.environ.get(name) and name in variables(target)
