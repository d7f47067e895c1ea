"""`clausewise serve`: the reference target by itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

from rich.text import Text

from clausewise import banks
from clausewise.cli import screen
from clausewise.cli.families import named
from clausewise.errors import ConfigurationError
from clausewise.reference import server
from clausewise.suggestions import nearest
from clausewise.verdict import Exit


def _end_with_parent() -> None:
    """Wait for the end of standard input, which a parent that is killed brings about, and go, too."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def run(options: Namespace) -> int:
    """Serve until stopped."""
    console = screen.console(soft_wrap=True)
    homes = [it for it in named(options.family, installed=False) if options.family or it.plays]
    for home in homes:
        home.check_plays()
    families = [home.id for home in homes]
    bends = [_bend(families, name) for name in dict.fromkeys(options.defect)]
    freedoms = [_freedom(families, name) for name in options.freedom]
    if options.bank:
        freedoms += _taken(families, options.bank)
    documents = dict.fromkeys(families, "")
    for text in options.document:
        family, _, document = text.partition("=")
        if family not in documents or not document:
            raise ConfigurationError(f"--document {text}: write FAMILY=ID with a family that is served.")
        documents[family] = document
    if options.chaos_operation and not options.chaos:
        raise ConfigurationError("--chaos-operation says where --chaos strikes: give --chaos, too.")
    if options.while_read:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    if options.chaos:
        return int(resolve_name("clausewise.cli.chaos:run")(options, documents))

    def ready(url: str) -> None:
        bent = f" bent by {' and '.join(dict.fromkeys(options.defect))}" if options.defect else ""
        places = (home.id if home.ships else f"{home.id} (below {home.below('')})" for home in homes)
        message = f"serving {', '.join(places)}{bent} at {url}"  # who started it reads the URL last
        console.print(Text(message))

    server.serve(
        documents,
        options.host,
        options.port,
        database=options.database,
        bends=bends,
        freedoms=freedoms,
        control=options.control,
        ready=ready,
    )
    return Exit.CONFORMANT


def _bend(families: Sequence[str], defect: str) -> Mapping[str, Any]:
    every: list[str] = []
    for family in families:
        if defect in (known := resolve_name("clausewise.cli.catalogues:book")(family).defects):
            return {**known[defect].bend, "family": family}
        every += known
    near = nearest(defect, every)
    meant = f", did you mean {near}?" if near else ";"
    raise ConfigurationError(
        f"There is no defect {defect!r}{meant} docs/matrix.csv of the checkout lists all."
    )


def _freedom(families: Sequence[str], name: str) -> Mapping[str, Any]:
    for family in families:
        if name in (known := resolve_name("clausewise.cli.catalogues:book")(family).freedoms):
            return {**known[name].bend, "family": family}
    raise ConfigurationError(f"There is no freedom {name!r}; they stand in schemas/<family>/freedoms.toml.")


def _taken(families: Sequence[str], name: str) -> list[Mapping[str, Any]]:
    bank = banks.bank(name)
    books = {family: resolve_name("clausewise.cli.catalogues:book")(family) for family in families}
    return [
        {**known.bend, "family": family}
        for family, book in books.items()
        for known in bank.takes(book.freedoms.values())
    ]
