"""`clausewise serve`: the reference target, by itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
from argparse import Namespace

from rich.text import Text

from clausewise import shipped
from clausewise.cli import screen
from clausewise.cli.books import book
from clausewise.errors import ConfigurationError
from clausewise.reference import server
from clausewise.verdict import Exit


def _end_with_parent() -> None:
    """Wait for the end of standard input, which a parent that is killed brings about, and go, too."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def run(given: Namespace) -> int:
    """Serve until stopped."""
    families = given.family or shipped.families()
    books = {family: book(family) for family in families}
    defects = {name: known for book in books.values() for name, known in book.defects.items()}
    if given.defect and given.defect not in defects:
        raise ConfigurationError(
            f"There is no defect {given.defect!r}; they stand in schemas/<family>/defects.toml."
        )
    bend = defects[given.defect].bend if given.defect else None
    documents = dict.fromkeys(families, "")
    for text in given.document:
        family, _, document = text.partition("=")
        if family not in documents or not document:
            raise ConfigurationError(f"--document {text}: write FAMILY=ID with a family that is served.")
        documents[family] = document
    console = screen.console(soft_wrap=True)

    if given.while_read:
        threading.Thread(target=_end_with_parent, daemon=True).start()

    def ready(url: str) -> None:
        console.print(Text(f"serving {', '.join(families)} at {url}"))

    server.serve(
        documents,
        given.host,
        given.port,
        database=given.database,
        bend=bend,
        control=given.control,
        ready=ready,
    )
    return Exit.CONFORMANT
