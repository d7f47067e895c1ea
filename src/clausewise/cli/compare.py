"""`clausewise diff`: shows what changed from one run to another."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.text import Text

from clausewise import report, statement
from clausewise.cli import screen
from clausewise.verdict import Exit

_RED = {"newly broken", "no longer exercised", "no longer claimed"}
_ORDER = (*sorted(_RED), "fixed", "newly exercised", "newly claimed")
_SHOWN = 20


def run(given: Namespace) -> int:
    """Compare two run folders; 1 where something is newly broken or no longer judged."""
    made = statement.difference(report.read(Path(given.before)), report.read(Path(given.after)))
    if given.format == "json":
        sys.stdout.write(f"{json.dumps(made, indent=1)}\n")
    else:
        console = screen.console(soft_wrap=True)
        for line in _lines(made):
            console.print(line)
    return Exit.NOT_CONFORMANT if made["red"] else Exit.CONFORMANT


def _lines(made: dict[str, Any]) -> Iterator[Text]:
    yield Text(f"from {made['before']} to {made['after']}")
    changes = sorted(made["changes"], key=lambda row: (_ORDER.index(row["change"]), row["clause"]))
    for change, rows in groupby(changes, key=lambda row: str(row["change"])):
        held = list(rows)
        yield Text(f"{change}: {len(held)}", style="bold red" if change in _RED else "bold green")
        for row in held[:_SHOWN]:
            why = f" ({row['reason']})" if row["reason"] else ""
            yield Text(f"  {row['clause']}: {row['before'] or 'nothing'} -> {row['after'] or 'nothing'}{why}")
        if len(held) > _SHOWN:
            yield Text(f"  and {len(held) - _SHOWN} more; --format json has them all")
    for row in made["slower"]:
        yield Text(f"slower: {row['operation']}, p95 {row['before']} ms -> {row['after']} ms", style="yellow")
    for place in made["drift"]:
        yield Text(f"new drift: {place}", style="yellow")
    if not (made["changes"] or made["slower"] or made["drift"]):
        yield Text("nothing changed")
