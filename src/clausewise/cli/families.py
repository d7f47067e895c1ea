"""`clausewise families`: which families there are, and where each comes from; those that a command names."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable
from pkgutil import resolve_name

from rich.table import Table
from rich.text import Text

from clausewise import families
from clausewise.cli import screen
from clausewise.families import Family
from clausewise.untrusted import visible
from clausewise.verdict import Exit


def run(options: Namespace) -> int:
    """List every family with its documents, how many clauses it has, and where it was found."""
    documents, book = resolve_name("clausewise.contracts:documents"), resolve_name("clausewise.scope:book")
    rows = [
        {
            "id": home.id,
            "documents": documents(home.contract),
            "clauses": len(book(home).clauses),
            "reference": home.plays,
            "from": home.origin,
            "folder": str(home.folder),
        }
        for home in families.known().values()
    ]
    if options.format == "json":
        record = {"format": "clausewise-families", "version": 1, "families": rows}
        sys.stdout.write(f"{json.dumps(record, indent=1)}\n")
        return Exit.CONFORMANT
    table = Table("family", "documents", "clauses", "reference", "from", box=None, pad_edge=False)
    for row in rows:
        reference = "yes" if row["reference"] else "none"
        cells = row["id"], ", ".join(row["documents"]), row["clauses"], reference, row["from"]
        table.add_row(*(Text(visible(cell)) for cell in cells))
    screen.console(soft_wrap=True).print(table)
    return Exit.CONFORMANT


def named(ids: Iterable[str], *, installed: bool = True) -> list[Family]:
    """Return the families of some ids, or all, with or without those of installed packages.

    Raises ConfigurationError where there is none of an id.
    """
    every = [home for home in families.known().values() if installed or not home.installed]
    return [families.family(one) for one in ids] or every
