"""`clausewise history`, and the `--history` of a run: what many runs came to."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.table import Table
from rich.text import Text

from clausewise import files, input_files, report, statement
from clausewise.cli import screen, settings
from clausewise.errors import ConfigurationError
from clausewise.history import History
from clausewise.report import pages
from clausewise.untrusted import visible
from clausewise.verdict import Exit, many

_STYLES = {0: "green", 2: "yellow"}


def usable(where: str) -> None:
    """Find out before a run whether its history can be used; ConfigurationError where not."""
    with History.at(where):
        pass


def remember(where: str, results: dict[str, Any], folder: Path) -> int:
    """Append a run that has ended, and draw its reports anew; return 0, or what a failure ends with."""
    try:
        with History.at(where) as history:
            history.append(results)
            results["trend"] = history.runs(results["target"]["name"])
    except ConfigurationError as bad:
        again = f"clausewise history {where.rpartition('@')[2]} --append {folder}"
        screen.console(stderr=True, soft_wrap=True).print(
            Text(f"clausewise: {bad} The run is judged and written; later: {again}")
        )
        return results["outcome"]["exit"] or Exit.USAGE
    statement.write(results, folder)
    report.draw(results, folder)
    return Exit.CONFORMANT


def run(options: Namespace) -> int:
    """Show the runs of a history, or the verdicts of one clause over them."""
    if not options.where:
        raise ConfigurationError(
            f"Name a history: clausewise history FILE, or `history = ...` in {settings.FILE}, "
            f"or the variable CLAUSEWISE_HISTORY."
        )
    if not options.append and "://" not in options.where and not Path(options.where).is_file():
        raise ConfigurationError(
            f"There is no history {options.where}; `clausewise run --history` makes one."
        )
    with History.at(options.where) as history:
        if options.append:
            history.append(report.read(Path(options.append)))
        if options.clause:
            rows = history.clause(options.clause, options.name)
        else:
            rows = history.runs(options.name, options.last, options.since_build)
        if options.page:
            files.fill(Path(options.page), _page(history, options))
    if options.format == "json":
        sys.stdout.write(f"{json.dumps(rows, indent=1)}\n")
        return Exit.CONFORMANT
    shown = screen.console()
    for line in _clause(rows) if options.clause else _runs(rows):
        shown.print(line, soft_wrap=isinstance(line, Text))
    return Exit.CONFORMANT


def _page(history: History, options: Namespace) -> str:
    """Return the page of a history: its runs lead to their reports where these lie near it or the history."""
    rows = history.runs(options.name, options.last, options.since_build)
    ids = [row["id"] for row in rows]
    page = Path(options.page).resolve()
    near = [page.parent, page.parent / "reports", Path("reports").resolve()]
    near += [] if "://" in options.where else [Path(options.where).resolve().parent]
    links: dict[str, str] = {}
    for run in (it for folder in dict.fromkeys(near) for it in sorted(folder.glob("*/run.json"))):
        with suppress(OSError, ValueError, AttributeError):
            name, report_of = input_files.load(run).get("id"), run.with_name("report.html")
            if name in ids and report_of.is_file():
                links.setdefault(name, quote(Path(os.path.relpath(report_of, page.parent)).as_posix()))
    return pages.history(rows, history.broken(ids), history.times(ids), links)


def _runs(rows: Sequence[dict[str, Any]]) -> Iterator[Table | Text]:
    table = Table(
        "run", "of", "target", "plan", "result", "pass", "fail", "causes", "exercised", "changed", box=None
    )
    for row in rows:
        changed = [many(len(row["broken"]), "newly broken", "newly broken")] if row["broken"] else []
        changed += [f"{len(row['mended'])} mended"] if row["mended"] else []
        cells = [
            row["started"][:16],
            visible(row["name"]),
            row["target"],
            row["plan"],
            row["word"],
            row["counts"]["pass"],
        ]
        causes = "" if row["causes"] is None else row["causes"]
        cells += [row["counts"]["fail"], causes, f"{row['share']:.1%}", ", ".join(changed)]
        style = _STYLES.get(row["exit"], "red")
        table.add_row(*(Text(str(cell), style if at == 4 else "") for at, cell in enumerate(cells)))  # noqa: PLR2004
    yield table
    if rows and rows[-1]["broken"]:
        yield Text(f"newly broken in the last run: {', '.join(rows[-1]['broken'][:20])}", style="bold red")


def _clause(rows: Sequence[dict[str, Any]]) -> Iterator[Text]:
    last = ""
    for row in rows:
        if row["verdict"] != last:
            of = f" {visible(row['name'])}," if row["name"] else ""
            yield Text(f"{row['started'][:16]}{of} {row['target']}: {row['verdict']}")
        last = row["verdict"]
    if not rows:
        yield Text("no run of this history has judged that clause")
