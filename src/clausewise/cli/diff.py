"""`clausewise diff`: shows what changed from one run to another."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.text import Text

from clausewise import journal, report, statement
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.statement.difference import CHANGES, RED
from clausewise.untrusted import visible
from clausewise.verdict import Exit, many

_SHOWN = 20
_FEW = 5  # values of one aspect


def run(options: Namespace) -> int:
    """Compare two run folders; 1 where something is newly broken or no longer judged."""
    if options.targets:
        return _environments(options)
    if not options.after:
        raise ConfigurationError("Name two runs, the earlier one first; or --targets and two of them.")
    made = statement.difference(report.read(Path(options.before)), report.read(Path(options.after)))
    if options.format == "json":
        sys.stdout.write(f"{json.dumps(made, indent=1)}\n")
    else:
        console = screen.console(soft_wrap=True)
        for line in _lines(made, options.before, options.after):
            console.print(line)
    return Exit.NOT_CONFORMANT if made["red"] else Exit.CONFORMANT


def _environments(options: Namespace) -> int:
    """Compare two environments; 1 where one keeps a clause that the other does not."""
    folders = [_last(name) for name in options.targets]
    one, other = map(report.read, folders)
    names = [told["target"]["name"] for told in (one, other)]
    if names[0] == names[1]:
        names = list(options.targets)
    seen = [journal.records(folder, journal.EXCHANGES) for folder in folders]
    made = statement.comparison(one, other, (seen[0], seen[1]), (names[0], names[1]))
    if options.format == "json":
        sys.stdout.write(f"{json.dumps(made, indent=1)}\n")
    else:
        console = screen.console(soft_wrap=True)
        for line in _beside(made):
            console.print(line)
    return Exit.NOT_CONFORMANT if any(row["colour"] == "red" for row in made["differs"]) else Exit.CONFORMANT


def _last(name: str) -> Path:
    """Return a run's folder, or that of the last one in `reports` on a target of that name, or file."""
    if (Path(name) / statement.RESULTS).is_file():
        return Path(name)
    asked = Path(name).stem if name.endswith(".toml") else name
    found = []
    for path in Path("reports").glob(f"*/{journal.RUN}"):
        with suppress(ConfigurationError):
            facts = journal.facts(path.parent)
            if facts["target"]["name"] == asked and (path.parent / statement.RESULTS).is_file():
                found.append((str(facts["started"]), path.parent))
    if not found:
        raise ConfigurationError(
            f"{name} is no run's folder, and reports/ has none on a target of that name."
        )
    return max(found)[1]


def _beside(made: dict[str, Any]) -> Iterator[Text]:
    one, other = (visible(name) for name in made["targets"])
    yield Text(f"{one} beside {other}: {many(made['alike'], 'clause', 'clauses')} alike", style="bold")
    for at, (kept, bad) in enumerate(((one, other), (other, one))):
        own = [row for row in made["differs"] if row["keeps"] == made["targets"][at]]
        yield from _some(
            [f"{row['clause']}: {' | '.join(row['verdicts'])} ({row['colour']})" for row in own],
            f"differs, kept by {kept} and broken by {bad}",
            "bold red",
        )
    for key, what, style in (
        ("unlawful", "answers differ, and a clause of them is broken", "red"),
        ("lawful", "answers differ, and both are lawful", "green"),
    ):
        yield from _some(list(map(_aspect, made[key])), what, style)
    yield from _some(
        [f"{row['clause']}: judged at {visible(row['judged'])} only" for row in made["unknown"]],
        "not comparable",
        "yellow",
    )
    for row in made["times"]:
        took = f"p95 {row['p95'][0]:g} ms | {row['p95'][1]:g} ms"
        yield Text(visible(f"slower at one: {row['operation']}, {took}"), style="yellow")


def _aspect(row: dict[str, Any]) -> str:
    sides = [", ".join(side[:_FEW]) + (" ..." if side[_FEW:] else "") or "-" for side in row["only"]]
    return f"{row['operation']}.{row['answer']} {row['aspect']}: {' | '.join(sides)}"


def _some(rows: Sequence[str], what: str, style: str) -> Iterator[Text]:
    if rows:
        yield Text(f"{what}: {len(rows)}", style=style)
        yield from (Text(visible(f"  {row}")) for row in rows[:_SHOWN])
    if len(rows) > _SHOWN:
        yield Text(f"  and {len(rows) - _SHOWN} more; --format json has them all")


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
