"""The console that commands print to."""

from __future__ import annotations

from rich.console import Console

_LOG_WIDTH = 130


def console(*, stderr: bool = False) -> Console:
    """Return a console that is wide enough for a table where nobody looks at a terminal."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=_LOG_WIDTH)
