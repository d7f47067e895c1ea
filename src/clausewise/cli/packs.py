"""`clausewise evidence` and `clausewise verify`: a run as one signed zip, and the check of such a zip."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from clausewise import evidence, journal
from clausewise.cli import screen
from clausewise.plugin.opening import remembered
from clausewise.verdict import Exit

_MARKS = {True: ("holds  ", "green"), False: ("BROKEN ", "bold red"), None: ("unknown", "yellow")}


def pack(given: Namespace) -> int:
    """Write the evidence of a finished run."""
    folder = Path(given.folder)
    output = Path(given.output or f"evidence-{journal.facts(folder)['id']}.zip")
    evidence.pack(folder, remembered(folder), Path(given.key), output)
    _console().print(
        Text(f"Wrote {output}; whoever has your public key can check it: clausewise verify {output}")
    )
    return Exit.CONFORMANT


def verify(given: Namespace) -> int:
    """Check a pack: 0 where everything holds, 2 where its signature could not be checked, else 1."""
    key = Path(given.public_key) if given.public_key else None
    states = set()
    for check in evidence.verify(Path(given.pack), key):
        mark, style = _MARKS[check.held]
        _console().print(Text(f"{mark} {check.what}: {check.says}", style=style))
        states.add(check.held)
    if False in states:
        return Exit.NOT_CONFORMANT
    return Exit.NOT_FULLY_VERIFIED if None in states else Exit.CONFORMANT


def _console() -> Console:
    return screen.console(soft_wrap=True)
