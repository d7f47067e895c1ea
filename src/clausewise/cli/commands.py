"""The entry: which command is called for, and what to say where it cannot go on."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name

from rich.text import Text

from clausewise import families
from clausewise.cli import screen
from clausewise.cli.arguments import parser, read
from clausewise.errors import ConfigurationError
from clausewise.verdict import Exit

_LONGEST = 1500  # characters of a complaint


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a user's mistake is one sentence on stderr."""
    screen.unbreakable()
    screen.use("auto")
    code = _ended(sys.argv[1:] if arguments is None else arguments)
    return code if screen.flushed() else max(code, Exit.USAGE)


def _ended(arguments: Sequence[str]) -> int:
    try:
        if not arguments:
            print(parser().format_help(), end="")  # noqa: T201 - as argparse prints it
            return Exit.USAGE  # 0 would say that something is conformant
        families.begin()
        given = read(arguments)
        screen.use(given.color)
        for folder in getattr(given, "families", ()):
            families.name(Path(folder), f"--families {folder}")
        return int(resolve_name(f"clausewise.cli.{_COMMANDS[given.command]}")(given))
    except (KeyboardInterrupt, BrokenPipeError):
        return Exit.NOT_FULLY_VERIFIED
    except Exception as bad:  # noqa: BLE001 - exit code 1 would say that the target is broken
        return _refused(bad)


def _refused(error: Exception) -> Exit:
    """Say in one sentence why a command ended; return its exit code."""
    if isinstance(error, ConfigurationError):
        _tell(str(error))
        return Exit.USAGE
    if isinstance(error, OSError) and (error.filename or error.errno == errno.ENOSPC):
        _tell(f"{error.filename or 'The output'} cannot be used: {error.strerror}.")
        return Exit.USAGE
    at = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(at.filename).name}, line {at.lineno}"
    # Only its place: its words may hold secrets.
    _tell(f"internal error ({type(error).__name__} in {place}); please report it.")
    return Exit.INTERNAL


def _tell(why: str) -> None:
    why = why if len(why) <= _LONGEST else f"{why[:_LONGEST]}..."
    with suppress(OSError):  # the exit code tells it, too
        screen.console(stderr=True, soft_wrap=True).print(Text(f"clausewise: {why}"))


# Named, and imported when called for: each starts in a third of the time that all their libraries take.
_COMMANDS = {
    "run": "run:run",
    "doctor": "doctor:run",
    "clauses": "clauses:run",
    "families": "families:run",
    "family": "family:run",
    "serve": "serve:run",
    "init": "init:run",
    "report": "run:report_anew",
    "merge": "merge:run",
    "fleet": "fleet:run",
    "diff": "diff:run",
    "judge": "judge:run",
    "history": "history:run",
    "allure": "allure:run",
    "evidence": "evidence:pack",
    "verify": "evidence:verify",
    "countersign": "evidence:countersign",
    "timestamp": "evidence:timestamp",
    "matrix": "matrix:run",
    "open": "open:run",
    "findings": "findings:run",
    "har": "har:run",
    "metrics": "metrics:run",
    "watch": "watch:run",
    "completion": "completion:run",
}
