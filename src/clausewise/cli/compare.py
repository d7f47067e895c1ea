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
from clausewise.statement.difference import CHANGES, RED
from clausewise.verdict import Exit

_SHOWN = 20


def run(given: Namespace) -> int:
    """Compare two run folders; 1 where something is newly broken or no longer judged."""
    made = statement.difference(report.read(Path(given.before)), report.read(Path(given.after)))
    if given.format == "json":
        sys.stdout.write(f"{json.dumps(made, indent=1)}\n")
    else:
        console = screen.console(soft_wrap=True)
        for line in _lines(made, given.before, given.after):
            console.print(line)
    return Exit.NOT_CONFORMANT if made["red"] else Exit.CONFORMANT


def _lines(made: dict[str, Any], before: str, after: str) -> Iterator[Text]:
    yield Text(f"from {before} to {after}")
    for what, style in (("came", "bold red"), ("went", "bold green")):
        for row in made["causes"][what][:_SHOWN]:
            also = f" and {len(row['clauses']) - 1} more" if row["clauses"][1:] else ""
            yield Text(f"cause {what}: {row['clauses'][0]}{also}", style=style)
    changes = sorted(made["changes"], key=lambda row: (CHANGES.index(row["change"]), row["clause"]))
    for change, rows in groupby(changes, key=lambda row: str(row["change"])):
        held = list(rows)
        yield Text(f"{change}: {len(held)}", style="bold red" if change in RED else "bold green")
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
