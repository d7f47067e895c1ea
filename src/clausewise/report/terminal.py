"""What a terminal shows: a live line while a run goes on, then its conclusion."""

from __future__ import annotations

import shlex
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

from clausewise import labels
from clausewise.forecast import OWN, Pace, unmeasured
from clausewise.report.causes import Cause, causes, source
from clausewise.untrusted import visible
from clausewise.verdict import cases_of, many

Row = Mapping[str, Any]

_STYLES = {"red": "bold red", "amber": "yellow", "green": "green", "grey": "dim"}
_BANNER = {0: "bold green", 2: "bold yellow"}
_BANNER_SECURITY = "bold white on red"
_IN_FULL = 10  # causes
_SHOWN = 20  # lines of one kind
_SHOWN_ALIKE = 5
_SHOWN_REASONS = 12
_FITS, _BREAK = 72, 2  # columns of a command on a line, and of what breaks it
_LINES = 5  # of one command
_VERDICTS = ("pass", "fail", "unstable", "error", "untestable", "waived", "not applicable")
_COLUMNS = {
    "pass": "kept",
    "fail": "broken",
    "amber": "amber",
    "unstable": "unstable",
    "error": "error",
    "untestable": "untestable",
    "waived": "waived",
    "not applicable": "n/a",
}
_NOT_GREEN = ("fail", "unstable", "error", "untestable", "waived")
_ENOUGH = 100  # requests after which it can be told how fast a target is
_OWN_MOST = 0.02  # seconds of our own for an exchange, at most: at a run's begin it is mostly its start
_EVERY = 5.0  # seconds between two lines where there is no terminal to keep one line alive


class Progress:
    """The live line: how many tests of how many, which clauses are broken so far, how fast, how long left."""

    def __init__(self, console: Console, total: int, workers: int = 1, processes: int = 1) -> None:
        self._console = console
        self._total = total
        self.workers = workers  # calls at once, which may be known only once a few were answered
        self._processes = processes
        self._done = self._causes = 0
        self._sent = self._paused = self._answering = 0.0
        self._judged: set[str] = set()
        self._broken: set[str] = set()
        self._began = self._told = time.monotonic()
        columns = (
            BarColumn(bar_width=12),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", markup=False),
        )
        self._bar = Bar(*columns, console=console, transient=True) if console.is_terminal else None
        self._task = self._bar.add_task("", total=total) if self._bar else None
        if self._bar:
            self._bar.start()

    def begin(self, name: str) -> None:
        """Show which test runs now: one that takes long is seen."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=f"{self._so_far}  {_short(name)}")

    def advance(self, record: Row, causes: int = 0) -> None:
        """Count one test by what it says it judged (`Judge.told`); `causes` are those of all so far."""
        self._causes = causes
        self._done += 1
        self._sent += record.get("sent", 0)
        self._paused += record.get("paused", 0.0)
        self._answering += record.get("answering", 0.0)
        self._judged.update(record.get("judged", ()))
        self._broken.update(bad["clause"] for bad in record.get("findings", ()))
        if self._bar and self._task is not None:
            self._bar.update(self._task, advance=1)
        elif time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            line = Text(f"{self._done} of {self._total} tests: {self._so_far}")
            self._console.print(line, soft_wrap=True)

    @property
    def _so_far(self) -> str:
        broken = f", {len(self._broken)} not kept" if self._broken else ""
        broken += f" by {many(self._causes, 'cause', 'causes')}" if self._causes else ""
        rate = self._sent / max(self._took, 0.1)
        speed = f"{rate:.0f} exchanges/s, bound by {self.bound}" if self._sent else "no exchange yet"
        return f"{many(len(self._judged), 'clause', 'clauses')}{broken}, {speed}"

    @property
    def _took(self) -> float:
        return time.monotonic() - self._began

    @property
    def bound(self) -> str:
        """What takes most of the run's time: the target's answers, the rate that is allowed, or ourselves."""
        own = self._took * self.workers - self._paused - self._answering
        shares = {"the rate limit": self._paused, "the target": self._answering, "this machine": own}
        return max(shares, key=lambda name: shares[name])

    def pace(self, rate: float | None) -> Pace | None:
        """Return what the run's speed rests on; None while too little was sent to tell."""
        if self._sent < _ENOUGH:
            return None
        own = max(self._took * self.workers - self._paused - self._answering, 0.0) / self._sent
        if self.workers > self._processes:  # threads wait for each other, too, which is no work
            own = OWN
        own = min(own, _OWN_MOST)
        return Pace(self._answering / self._sent, rate, self.workers, own, processes=self._processes)

    def close(self) -> None:
        """Take the line away."""
        if self._bar:
            self._bar.stop()


def _short(name: str) -> str:
    """Return the family of a test and its own name."""
    folder, _, rest = name.partition("/")
    return f"{folder.replace('_', '-')} {rest.rpartition('::')[2].removeprefix('test_')}"


def conclusion(results: Row, folder: Path) -> Iterator[RenderableType]:
    """Yield what a run came to: verdict, causes, families, and the operations that are not all green.

    A line that is too long for the console is cut where figures are not.
    """
    outcome = results["outcome"]
    style = _BANNER.get(outcome["exit"], "bold red")
    yield Text(visible(outcome["sentence"]).replace("; ", ";\n  "), style=style)
    if of := labels.name(results["run"]["labels"]):
        yield _cut(Text(f"  of {visible(of)}"))
    for reason in outcome["reasons"]:
        yield Text(f"  because {visible(reason)}", style=style)
    yield from map(_cut, _causes(causes(results), results))
    yield from map(_cut, _rulings(results))
    yield from map(_cut, _drift(results))
    yield from map(_cut, _unjudged(results, "untestable", "yellow"))
    yield from map(_cut, _unjudged(results, "error", "bold red"))
    yield Text()
    yield _families(results)
    yield from _operations(results)
    yield _cut(_ledger(results))
    yield from map(_cut, _left(results))
    run = results["run"]
    text = f"{run['exchanges']} exchanges in {run['seconds']} s, plan {run['plan']}"
    text += f" ({cases})" if (cases := cases_of(results["promise"])) else ""
    again = "" if "recorded" in run else f"; --seed {run['seed']} asks the same again"
    yield _cut(Text(text + again))
    if run["interrupted"]:
        yield Text(f"to go on: clausewise run --resume {folder}", style="bold")
    yield Text(f"{folder / 'report.html'}")


def _cut(line: Text) -> Text:
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def plan(rows: Sequence[Any], target: str, rate: float | None, workers: int = 1) -> Iterator[Text | Table]:
    """Yield what a run would send to a target that allows so many requests a second, an operation a line."""
    heads = "operation", "requests", "writes", "what it makes, at most", "taken away by"
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        made = f"{row.made} times {row.what}" if row.made else ""
        undo = (row.undo or "no documented operation") if row.made else ""
        writes = "yes" if row.writes else ""
        table.add_row(f"{row.family} {row.operation}", str(row.requests), writes, made, undo)
    yield table
    whole, families = sum(row.requests for row in rows), Counter[str]()
    for row in rows:
        families[row.family] += row.requests
    writing = sum(row.requests for row in rows if row.writes)
    each = ", ".join(f"{name} {count}" for name, count in families.items())
    yield Text(f"{whole} requests ({each}), {writing} of them to operations that write.")
    yield Text(f"Forecast: {unmeasured(whole, rate, workers)}.")
    if wrong := sum(row.wrong for row in rows):
        real = sum(row.real for row in rows)
        text = ", never two in a row, a good log-in before each" if real else ""
        yield Text(f"{wrong} wrong log-ins, {real} of them with the name of a real user{text}.")
    yield Text(
        f"Nothing was sent to {target}: the calls were counted on the reference, which keeps every clause. "
        f"A target that does not gets some more or fewer; one seed, one plan."
    )


def _families(results: Row) -> Table:
    """Return a line for each family: how many of its clauses came to what."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for row in results["operations"]:
        if any(row["counts"][name] for name in _VERDICTS if name != "not applicable"):
            rows.setdefault(row["family"], []).append((row["family"], row["operation"]))
    return _table("family", rows, results)


def _operations(results: Row) -> Iterator[RenderableType]:
    """Yield a line for each operation that is not all green."""
    rows = {
        row["operation"] or f"{row['family']}, across operations": [(row["family"], row["operation"])]
        for row in results["operations"]
        if any(row["counts"][name] for name in _NOT_GREEN)
    }
    if rows:
        yield _table("operation", rows, results)


def _table(head: str, rows: Mapping[str, Sequence[tuple[str, str]]], results: Row) -> Table:
    """Return a table of counts, a line for some operations, without the columns that are all 0."""
    by_key = {(row["family"], row["operation"]): row for row in results["operations"]}
    red = Counter(
        (row["family"], row["operation"] if (row["family"], row["operation"]) in by_key else "")
        for row in results["clauses"]
        if row["scored"] and row["verdict"] == "fail" and row["colour"] == "red"
    )
    counts = {}
    for name, keys in rows.items():
        counts[name] = {verdict: sum(by_key[key]["counts"][verdict] for key in keys) for verdict in _VERDICTS}
        broken = sum(red[key] for key in keys)
        counts[name] |= {"fail": broken, "amber": counts[name]["fail"] - broken}
    shown = [
        verdict for verdict in _COLUMNS if verdict == "pass" or any(it[verdict] for it in counts.values())
    ]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(head, no_wrap=True, overflow="ellipsis", ratio=1)
    for heading in (*(_COLUMNS[verdict] for verdict in shown), "calls"):
        table.add_column(heading, justify="right", no_wrap=True, min_width=len(heading))
    for name, keys in rows.items():
        figures = [
            Text(str(counts[name][verdict]), _style(verdict, counts[name][verdict])) for verdict in shown
        ]
        table.add_row(name, *figures, str(sum(by_key[key]["exchanges"] for key in keys)))
    return table


def _style(verdict: str, count: int) -> str:
    styles = {"pass": "green", "fail": "bold red", "error": "bold red", "not applicable": "dim"}
    return styles.get(verdict, "yellow") if count else "dim"


def _causes(found: Sequence[Cause], results: Row) -> Iterator[Text]:
    """Yield the first causes in full, red before amber, and a line for each of the others."""
    whole = [it for it in found if it.colour == "red"][:_IN_FULL]
    for cause in whole:
        yield from _cause(cause, results)
    rest = found[len(whole) :]
    if rest:
        yield Text()
    for cause in rest[:_SHOWN]:
        bad = cause.finding
        more = f" (+{len(cause.others)})" if cause.others else ""
        text = f"{cause.number:>3} {cause.colour} {cause.clause['id']}{more}: {_actual(bad)}"
        yield Text(visible(text), style=_STYLES[cause.colour])
    if len(rest) > _SHOWN:
        yield Text(f"and {many(len(rest) - _SHOWN, 'cause', 'causes')} more in report.html", style="dim")


def _cause(cause: Cause, results: Row) -> Iterator[Text]:
    bad, clause = cause.finding, cause.clause
    yield Text()
    head = Text(f"{cause.number:>3} ", style=_STYLES[cause.colour])
    if cause.security:
        head.append("security", style=_BANNER_SECURITY).append(" ")
    yield head.append(visible(clause["statement"]))
    yield Text(f"    clause   {clause['id']} ({clause['standing']})")
    if clause["sources"]:
        yield Text(f"    source   {source(clause['sources'][0])}")
    for name in ("where", "expected", "actual", "hint"):
        if bad[name] and bad[name] != "status":
            yield Text(f"    {name:<8} {visible(bad[name])}")
    for name in clause["discrepancies"]:
        if name in results["discrepancies"]:
            yield Text(f"    ruling   {name}: {results['discrepancies'][name]['ruling']}")
    if cause.others:
        names = ", ".join(row["id"].removeprefix(f"{clause['family']}.") for row in cause.others)
        yield Text(f"    with it  {many(len(cause.others), 'clause', 'clauses')}: {names}")
    times = f", {bad['times']} times" if bad["times"] > 1 else ""
    yield Text(f"    seen in  {bad['exchange'] or bad['test']}{times}")
    if bad["curl"]:
        yield from _again(bad["curl"].splitlines(), f"report.html#cause-{cause.number}")


def _again(commands: Sequence[str], page: str) -> Iterator[Text]:
    """Yield a command to type, broken between its words to fit; where it stands, if one is too long.

    Of several that lead to a finding one after the other, only where they stand.
    """
    if len(commands) > 1:
        yield Text(f"    again    {page} has the {len(commands)} calls that lead to it", style="dim")
        return
    lines = [""]
    for word in _words(commands[0]):
        if lines[-1] and len(lines[-1]) + len(word) + _BREAK > _FITS:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    if len(lines) > _LINES or any(len(line) + _BREAK > _FITS for line in lines):
        yield Text(f"    again    {page} has the curl line", style="dim")
        return
    for at, line in enumerate(lines):
        end = " \\" if at < len(lines) - 1 else ""
        yield Text(f"{'    ' if at == 0 else '      '}{visible(line)}{end}", style="dim")


def _words(command: str) -> list[str]:
    """Return the words of a shell command as they are written, an option with its value."""
    try:
        words = shlex.split(command, posix=False)
    except ValueError:
        return [command]
    found: list[str] = []
    for word in words:
        if found and found[-1].startswith("-") and " " not in found[-1] and word[0] in "'\"":
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _actual(finding: Row) -> str:
    where = f"{finding['where']} " if finding["where"] not in {"", "status"} else ""
    return f"{where}{finding['actual']}"


def _rulings(results: Row) -> Iterator[Text]:
    """Say what waivers excuse, which answers are slow, and what a frozen set leaves unscored."""
    for row in results["waivers"]:
        text = row["says"] or f"{row['clause']} until {row['expires']} by {row['owner']}, {row['ticket']}"
        style = _STYLES["red" if row["red"] else "amber"]
        yield Text(visible(f"waiver ({row['state']}): {text}"), style=style)
    for row in results["response_times"]:
        if not row["held"]:
            took = f"{row['figure']} {row['actual']:g} ms, at most {row['most']:g}"
            yield Text(f"slow {row['family']} {row['operation']}: {took}", style=_STYLES[row["colour"]])
    if fixed := results["frozen"]["set"]:
        broken = [row["id"] for row in results["clauses"] if not row["scored"] and row["verdict"] == "fail"]
        text = f"{results['frozen']['scored']} clauses scored, {results['frozen']['not_scored']} not"
        more = f"; {len(broken)} of those are broken, the first is {broken[0]}" if broken else ""
        yield Text(f"frozen set {visible(fixed)}: {text}{more}", style=_STYLES["amber" if broken else "grey"])


def _drift(results: Row) -> Iterator[Text]:
    """Name what answers hold beyond their documents, a line for each answer."""
    answers: dict[tuple[str, str], list[str]] = {}
    for row in results["drift"]:
        answers.setdefault((row["operation"], row["outcome"]), []).append(row["where"])
    for (operation, outcome), places in list(answers.items())[:_SHOWN]:
        text = f"drift {operation}.{outcome}: no document names {', '.join(places[:_SHOWN_ALIKE])}"
        more = f" and {len(places) - _SHOWN_ALIKE} more" if len(places) > _SHOWN_ALIKE else ""
        yield Text(visible(text + more)[:400], style="yellow")
    if len(answers) > _SHOWN:
        yield Text(f"and drift of {len(answers) - _SHOWN} more answers in report.html", style="yellow")


def _left(results: Row) -> Iterator[Text]:
    """Say in one line what the run left in the target."""
    rows = results["left_behind"]
    if rows:
        text = ", ".join(f"{row['many']} times {row['what']}" for row in rows[:_SHOWN_ALIKE])
        more = f" and more of {len(rows) - _SHOWN_ALIKE} operations" if len(rows) > _SHOWN_ALIKE else ""
        yield Text(f"left behind in the target: {text}{more}; report.html lists all")


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
