"""`clausewise completion`: what teaches a shell the commands and their options."""

from __future__ import annotations

import sys
from argparse import Namespace

import shtab

from clausewise.cli.arguments import known, parser
from clausewise.run_options import Completion, of_command
from clausewise.verdict import Exit

_FILES = {"key", "public_key", "witness", "output", "page", "recorded"}
_FOLDERS = {"folder", "before", "after", "run", "reference", "publish"}


def run(options: Namespace) -> int:
    """Print a shell's script."""
    top, paths = parser(), dict.fromkeys(_FILES, shtab.FILE) | dict.fromkeys(_FOLDERS, shtab.DIRECTORY)
    kinds = {Completion.FILE: shtab.FILE, Completion.FOLDER: shtab.DIRECTORY}
    paths |= {it.dest: kinds[it.completes] for it in of_command() if it.completes}
    for command in known(top).values():
        for action in command._actions:  # noqa: SLF001 - as shtab reads them
            if action.dest in paths and not action.choices:
                action.complete = paths[action.dest]  # type: ignore[attr-defined]
    sys.stdout.write(f"{shtab.complete(top, options.shell)}\n")
    return Exit.CONFORMANT
