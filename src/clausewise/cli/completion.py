"""`clausewise completion`: what teaches a shell the commands and their options."""

from __future__ import annotations

import sys
from argparse import Namespace

import shtab

from clausewise.cli.arguments import known, parser
from clausewise.verdict import Exit

_FILES = {
    "target",
    "policy",
    "waivers",
    "frozen",
    "key",
    "public_key",
    "witness",
    "output",
    "page",
    "recorded",
}
_FOLDERS = {"folder", "before", "after", "run", "run_dir", "resume", "since", "reference", "publish"}


def run(options: Namespace) -> int:
    """Print a shell's script."""
    top = parser()
    for command in known(top).values():
        for action in command._actions:  # noqa: SLF001 - as shtab reads them
            if action.dest in _FILES | _FOLDERS and not action.choices:
                files = shtab.FILE if action.dest in _FILES else shtab.DIRECTORY
                action.complete = files  # type: ignore[attr-defined]
    sys.stdout.write(f"{shtab.complete(top, options.shell)}\n")
    return Exit.CONFORMANT
