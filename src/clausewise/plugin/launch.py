"""The one way in which a command starts pytest."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from clausewise import package_data

_ANOTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


def launch(suites: Iterable[str], options: Iterable[str], plugin: object) -> int:
    """Run pytest on what has to be collected, without its own screen, and return its exit code.

    What the environment tells every pytest is meant for the user's own tests, and not heard here.
    """
    settings = ["-c", str(package_data.SUITES / "pytest.ini"), "-p", "no:terminal", "-p", "no:logging"]
    kept = {name: os.environ.pop(name) for name in _ANOTHERS if name in os.environ}
    try:
        return pytest.main([*suites, *settings, *options], plugins=[plugin])
    finally:
        os.environ.update(kept)
