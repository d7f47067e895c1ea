"""`clausewise clauses`: what stands in the books, as a table, as JSON, or pinned as a frozen set."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clausewise import families, report, rulings, scope
from clausewise.cli import screen
from clausewise.cli.families import named
from clausewise.errors import ConfigurationError
from clausewise.plugin import coverage
from clausewise.plugin.startup import claimed
from clausewise.untrusted import visible
from clausewise.verdict import Exit


def run(options: Namespace) -> int:
    """Show clauses or discrepancies."""
    console = screen.console(soft_wrap=True)
    target = claimed(Path(options.target)) if options.target else None  # it may name a folder of families
    homes = named(options.family)
    known = [scope.book(home) for home in homes]
    if options.discrepancies:
        rows = [asdict(told) for family in known for told in family.discrepancies.values()]
        console.print_json(
            data=rows, ensure_ascii=False
        ) if options.format == "json" else _show_discrepancies(console, rows)
        return Exit.CONFORMANT
    clauses = [clause for family in known for clause in family.clauses.values()]
    if target:
        own = {clause.id for clause in scope.of(target).clauses()}
        clauses = [clause for clause in clauses if clause.id in own]
    if options.freeze:
        return _freeze(options, [clause.id for clause in clauses])
    results = _check(options)
    asked = [it for it in homes if not it.installed or (target and it.id in target.families)]
    judged = coverage.tests_by_clause(families.suites(asked), clauses)
    for home in homes:
        if home not in asked and home.suite.is_dir():
            screen.console(stderr=True, soft_wrap=True).print(Text(visible(_UNREAD.format(home))))
    rows = [asdict(clause) | {"tests": judged.get(clause.id, [])} for clause in clauses]
    if options.format in _MATRICES:
        return _write(options, getattr(report.traceability, options.format)(rows, results))
    if options.format == "json":
        sys.stdout.write(
            json.dumps({"format": "clausewise-clauses", "version": 1, "clauses": rows}, indent=1)
        )
        sys.stdout.write("\n")
    else:
        _show_clauses(console, rows)
    return Exit.CONFORMANT


_UNREAD = (
    "The tests of {0.id} ({0.origin}) are not read, since they are code: "
    "give --target with a file that claims it."
)
_MATRICES = ("csv", "xlsx", "reqif")


def _check(options: Namespace) -> dict[str, Any] | None:
    """Return the results of the run that is named; ConfigurationError for options that do not go together."""
    for option in ("run", "output"):
        if getattr(options, option) and options.format not in _MATRICES:
            raise ConfigurationError(f"--{option} goes with --format {', '.join(_MATRICES)}.")
    if options.format == "xlsx" and not options.output:
        raise ConfigurationError("A workbook is no text to print: give --output FILE.")
    return report.read(Path(options.run)) if options.run else None


def _write(options: Namespace, content: bytes) -> int:
    """Write a matrix where it is wanted, or print it."""
    if options.output:
        Path(options.output).write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return Exit.CONFORMANT


def _freeze(options: Namespace, ids: list[str]) -> int:
    """Print the clause ids that a release is scored by: those that one target claims."""
    if not options.target:
        raise ConfigurationError("--freeze pins what a target claims: give --target FILE, too.")
    own = claimed(Path(options.target)).families.values()
    text = rulings.freeze(options.freeze, [known.document for known in own], ids)
    sys.stdout.write(f"{text}\n")
    return Exit.CONFORMANT


def _show_clauses(console: Console, rows: list[dict[str, object]]) -> None:
    table = Table("clause", "kind", "standing", "observability", "tests", box=None, pad_edge=False)
    for row in rows:
        cells = (row["id"], row["kind"], row["standing"], row["observability"], len(row["tests"]))  # type: ignore[arg-type]
        table.add_row(*(Text(str(cell)) for cell in cells))
    console.print(table)
    console.print(f"{len(rows)} clauses")


def _show_discrepancies(console: Console, rows: list[dict[str, object]]) -> None:
    for row in rows:
        console.print(Text(f"{row['id']}  {row['summary']}", style="bold"))
        for letter, reading in row["readings"].items():  # type: ignore[attr-defined]
            console.print(Text(f"    {letter}: {reading}"))
        console.print(Text(f"    ruling: {row['ruling']}"))
        if row["inert"]:
            console.print(Text(f"    a claim changes no verdict: {row['inert']}"))
