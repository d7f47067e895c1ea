"""The command line: arguments in, text and an exit code out."""

from __future__ import annotations

from clausewise.cli.commands import main

__all__ = ["main"]
