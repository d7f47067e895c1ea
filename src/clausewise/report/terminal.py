"""What a terminal shows: a live line while a run goes on, then its conclusion."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from clausewise.foreign import visible
from clausewise.report.causes import Cause, causes
from clausewise.verdict import many

Row = Mapping[str, Any]

_STYLES = {"red": "bold red", "amber": "yellow", "green": "green", "grey": "dim"}
_BANNER = {0: "bold green", 2: "bold yellow"}
_BANNER_SECURITY = "bold white on red"
_SHOWN_AMBER = 20
_SHOWN_ALIKE = 5
_SHOWN_REASONS = 12
_SHOWN_STEPS = 10
_EVERY = 5.0  # seconds between two lines where there is no terminal to keep one line alive


class Progress:
    """The live line: which test, how many of how many, what went wrong so far, how long left."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._bad = 0
        self._told = time.monotonic()
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._bar = Bar(*columns, console=console, transient=True) if console.is_terminal else None
        self._task = self._bar.add_task("", total=total) if self._bar else None
        if self._bar:
            self._bar.start()

    def advance(self, name: str, verdict: str) -> None:
        """Count one test."""
        self._done += 1
        self._bad += verdict in {"fail", "error"}
        text = f"{self._bad} failed  {name.rpartition('::')[2]}" if self._bad else name.rpartition("::")[2]
        if self._bar and self._task is not None:
            self._bar.update(self._task, advance=1, description=text)
        elif time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            self._console.print(Text(f"{self._done} of {self._total} tests, {self._bad} failed"))

    def close(self) -> None:
        """Take the line away."""
        if self._bar:
            self._bar.stop()


def conclusion(results: Row, folder: Path) -> Iterator[RenderableType]:
    """Yield what a run came to: the verdict, a table per operation, each failure, the ledger."""
    outcome = results["outcome"]
    style = _BANNER.get(outcome["exit"], "bold red")
    yield Text(visible(outcome["sentence"]), style=style)
    for reason in outcome["reasons"]:
        yield Text(f"  because {visible(reason)}", style=style)
    yield _operations(results)
    by_id = {row["id"]: row for row in results["clauses"]}
    found = causes(results)
    for cause in (it for it in found if it.colour == "red"):
        yield from _finding(cause, by_id[cause.finding["clause"]], results)
        if cause.alike:
            yield Text(f"  the same  breaks {_names(cause)}")
    yield from _amber([it for it in found if it.colour != "red"])
    yield from _rulings(results)
    yield from _drift(results)
    yield from _unjudged(results, "untestable", "yellow")
    yield from _unjudged(results, "error", "bold red")
    yield _ledger(results)
    yield from _left(results)
    run = results["run"]
    told = f"{run['exchanges']} exchanges in {run['seconds']} s, plan {run['plan']}"
    again = "" if "recorded" in run else f"; --seed {run['seed']} sends the same requests again"
    yield Text(told + again)
    yield Text(f"{folder / 'report.html'}")


def plan(rows: Sequence[Any], target: str) -> Iterator[Text | Table]:
    """Yield what a run would send to a target, an operation a line."""
    heads = "operation", "requests", "writes", "what it makes, at most", "taken away by"
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        made = f"{row.made} times {row.what}" if row.made else ""
        undo = (row.undo or "no documented operation") if row.made else ""
        writes = "yes" if row.writes else ""
        table.add_row(f"{row.family} {row.operation}", str(row.requests), writes, made, undo)
    yield table
    writing = sum(row.requests for row in rows if row.writes)
    yield Text(f"{sum(row.requests for row in rows)} requests, {writing} of them to operations that write.")
    if wrong := sum(row.wrong for row in rows):
        real = sum(row.real for row in rows)
        told = ", never two in a row, a good log-in before each" if real else ""
        yield Text(f"{wrong} wrong log-ins, {real} of them with the name of a real user{told}.")
    yield Text(
        f"Nothing was sent to {target}: the calls were counted on the reference, which keeps every clause. "
        f"A target that does not gets some more or fewer; one seed, one plan."
    )


def _names(cause: Cause) -> str:
    """Name the clauses that a cause takes along."""
    names = list(dict.fromkeys(bad["clause"] for bad in cause.alike))
    more = f" and {len(names) - _SHOWN_ALIKE} more" if len(names) > _SHOWN_ALIKE else ""
    return ", ".join(names[:_SHOWN_ALIKE]) + more


def _operations(results: Row) -> Table:
    names = ("pass", "fail", "unstable", "error", "untestable", "waived", "not applicable")
    table = Table("operation", *names, "exchanges", "p95 ms", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in results["operations"]:
        name = f"{row['family']} {row['operation'] or 'across operations'}"
        counts = [
            Text(str(row["counts"][verdict]), _style(verdict, row["counts"][verdict])) for verdict in names
        ]
        table.add_row(Text(name), *counts, str(row["exchanges"]), f"{row['milliseconds']['p95']:.1f}")
    return table


def _style(verdict: str, count: int) -> str:
    styles = {
        "pass": "green",
        "fail": "bold red",
        "error": "bold red",
        "unstable": "yellow",
        "untestable": "yellow",
        "waived": "yellow",
    }
    return styles.get(verdict, "dim") if count else "dim"


def _finding(cause: Cause, clause: Row, results: Row) -> Iterator[Text]:
    bad = cause.finding
    yield Text()
    if cause.security:
        yield Text("security", style=_BANNER_SECURITY)
    yield Text(visible(clause["statement"]), style=_STYLES[bad["colour"]])
    yield Text(f"  clause    {bad['clause']} ({bad['standing']})")
    for source in clause["sources"]:
        parts = [source["document"], source["section"], source["table"], source["row"]]
        line = f" (line {source['line']})" if source["line"] else ""
        yield Text(f"  source    {', '.join(part for part in parts if part)}{line}")
    for name in ("expected", "actual", "where", "hint"):
        if bad[name]:
            yield Text(f"  {name:<9} {visible(bad[name])}")
    for name in clause["discrepancies"]:
        if name in results["discrepancies"]:
            yield Text(f"  ruling    {name}: {results['discrepancies'][name]['ruling']}")
    yield Text(
        f"  seen in   {bad['exchange'] or bad['test']}"
        + (f", {bad['times']} times" if bad["times"] > 1 else "")
    )
    for line in bad["curl"].splitlines()[-_SHOWN_STEPS:]:
        yield Text(f"  {visible(line)[:2000]}", style="dim")


def _amber(amber: Sequence[Cause]) -> Iterator[Text]:
    for cause in amber[:_SHOWN_AMBER]:
        bad = cause.finding
        told = (
            f"amber {bad['clause']} ({bad['standing']}): expected {bad['expected']}, actual {bad['actual']}"
        )
        also = f"; so are {_names(cause)}" if cause.alike else ""
        yield Text(visible(told)[:400] + visible(also), style="yellow")
    if len(amber) > _SHOWN_AMBER:
        yield Text(f"and {len(amber) - _SHOWN_AMBER} more in report.html", style="yellow")


def _rulings(results: Row) -> Iterator[Text]:
    """Say what waivers excuse, which answers are slow, and what a frozen set leaves unscored."""
    for row in results["waivers"]:
        told = row["says"] or f"{row['clause']} until {row['expires']} by {row['owner']}, {row['ticket']}"
        style = _STYLES["red" if row["red"] else "amber"]
        yield Text(visible(f"waiver ({row['state']}): {told}"), style=style)
    for row in results["response_times"]:
        if not row["held"]:
            took = f"{row['figure']} {row['actual']:g} ms, at most {row['most']:g}"
            yield Text(f"slow {row['family']} {row['operation']}: {took}", style=_STYLES[row["colour"]])
    if fixed := results["frozen"]["set"]:
        broken = [row["id"] for row in results["clauses"] if not row["scored"] and row["verdict"] == "fail"]
        told = f"{results['frozen']['scored']} clauses scored, {results['frozen']['not_scored']} not"
        more = f"; {len(broken)} of those are broken, the first is {broken[0]}" if broken else ""
        yield Text(f"frozen set {visible(fixed)}: {told}{more}", style=_STYLES["amber" if broken else "grey"])


def _drift(results: Row) -> Iterator[Text]:
    """Name what answers hold beyond their documents, a line for each answer."""
    answers: dict[tuple[str, str], list[str]] = {}
    for row in results["drift"]:
        answers.setdefault((row["operation"], row["outcome"]), []).append(row["where"])
    for (operation, outcome), places in list(answers.items())[:_SHOWN_AMBER]:
        told = f"drift {operation}.{outcome}: no document names {', '.join(places[:_SHOWN_ALIKE])}"
        more = f" and {len(places) - _SHOWN_ALIKE} more" if len(places) > _SHOWN_ALIKE else ""
        yield Text(visible(told + more)[:400], style="yellow")
    if len(answers) > _SHOWN_AMBER:
        yield Text(f"and drift of {len(answers) - _SHOWN_AMBER} more answers in report.html", style="yellow")


def _left(results: Row) -> Iterator[Text]:
    """Say in one line what the run left in the target."""
    rows = results["left_behind"]
    if rows:
        told = ", ".join(f"{row['many']} times {row['what']}" for row in rows[:_SHOWN_ALIKE])
        more = f" and more of {len(rows) - _SHOWN_ALIKE} operations" if len(rows) > _SHOWN_ALIKE else ""
        yield Text(f"left behind in the target: {told}{more}; report.html lists all")


def _unjudged(results: Row, verdict: str, style: str) -> Iterator[Text]:
    """Say each reason for an error, or for what is untestable, once, with how many clauses it cost."""
    reasons = Counter(row["reason"] for row in results["clauses"] if row["verdict"] == verdict)
    for reason, count in reasons.most_common(_SHOWN_REASONS):
        yield Text(f"{verdict} ({many(count, 'clause', 'clauses')}): {visible(reason)}", style=style)
    if len(reasons) > _SHOWN_REASONS:
        left = len(reasons) - _SHOWN_REASONS
        yield Text(f"and {many(left, 'reason', 'reasons')} more in report.html", style=style)


def _ledger(results: Row) -> Text:
    states = [row["state"] for row in results["ledger"] if row["state"] != "not selected"]
    kinds = ("proven", "contradicted", "not provokable here", "never observed", "not observable")
    counts = ", ".join(f"{states.count(state)} {state}" for state in kinds if state in states)
    return Text(f"documented outcomes: {counts} of {len(states)}")
