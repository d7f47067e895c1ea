"""The console that commands print to."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.text import Text

from clausewise.untrusted import visible

_LOG_WIDTH = 130
_COLOURS: dict[str, dict[str, Any]] = {
    "auto": {},
    "always": {"color_system": "standard"},
    "never": {"color_system": None},
}
_chosen = ["auto"]
_LONGEST = 400  # characters of a line in a log


class PlainConsole(Console):
    """A console on which no text that a file or a target holds can move the cursor or change colours.

    When nobody reads on (`| head`), the command goes on without a word: its exit code is a verdict.
    """

    def render(self, *renderable: Any, **options: Any) -> Iterator[Segment]:
        """Yield what is to be shown, control characters as escapes."""
        for segment in super().render(*renderable, **options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))

    def on_broken_pipe(self) -> None:
        """Say no more."""
        self.quiet = True
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())


def use(colour: str) -> None:
    """Say when consoles made from now on colour what they show: `auto`, `always` or `never`."""
    _chosen[0] = colour


def console(*, stderr: bool = False, soft_wrap: bool = False) -> Console:
    """Return a console that is wide enough for a table where nobody looks at a terminal.

    With `soft_wrap` lines are as long as they are. FORCE_COLOR colours a log, but makes no terminal of it:
    nobody sees a live line move there.
    """
    colours = _COLOURS[_chosen[0]]
    stream = sys.stderr if stderr else sys.stdout
    if Console(stderr=stderr).is_terminal and not stream.isatty():
        colours = {"color_system": "standard"} | colours | {"force_terminal": False}
    made = PlainConsole(stderr=stderr, highlight=False, soft_wrap=soft_wrap, **colours)
    if made.is_terminal or soft_wrap or "COLUMNS" in os.environ:
        return made
    return PlainConsole(stderr=stderr, highlight=False, width=_LOG_WIDTH, **colours)


def show(console: Console, pieces: Iterable[RenderableType]) -> None:
    """Print pieces one after the other: a line that may be cut is, at the width of what somebody looks at.

    In a log, which has no width, it is cut where it is absurdly long.
    """
    looked_at = console.is_terminal or "COLUMNS" in os.environ
    for piece in pieces:
        cut = isinstance(piece, Text) and bool(piece.no_wrap)
        if isinstance(piece, Text) and cut and not looked_at:
            piece.truncate(_LONGEST, overflow="ellipsis")
        if cut and looked_at:
            console.print(piece, no_wrap=True, overflow="ellipsis")
        else:
            console.print(piece, soft_wrap=isinstance(piece, Text) and (cut or not looked_at))


def unbreakable() -> None:
    """Have both streams write what their encoding lacks as an escape, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flushed() -> bool:
    """Tell whether both streams took all that was said; one that did not is not tried again at the exit."""
    took = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            took = False
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())
    return took
