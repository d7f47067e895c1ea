"""`clausewise fleet`: judge many targets, say how they stand and what changed, and draw their page."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.table import Table
from rich.text import Text

from clausewise import files
from clausewise.cli import screen
from clausewise.errors import ConfigurationError, TargetUnusable
from clausewise.fleet import Fleet, Standing, read, runner, standings
from clausewise.fleet.target_status import shared
from clausewise.history import History
from clausewise.report import fleet as page
from clausewise.untrusted import visible
from clausewise.verdict import Exit, many

_STYLES = {"green": "green", "amber": "yellow", "red": "bold red", "": "dim"}
_SUMMARY = "fleet.json"
_WORKERS = 4  # of a cluster of our own, at most
_SHOWN = 20


def run(options: Namespace) -> int:
    """Do what is asked of a fleet."""
    fleet = read(Path(options.file))
    return int(_ACTIONS[options.action](options, fleet, options.history or fleet.history))


def _run(options: Namespace, fleet: Fleet, where: str) -> int:
    """Have all targets judged; the exit code is the one to see to first."""
    members = [it for it in fleet.members if not options.only or it.name in options.only]
    if unknown := sorted(set(options.only) - {it.name for it in members}):
        raise ConfigurationError(f"{fleet.path} has no target named {unknown[0]!r}.")
    console, began = screen.console(soft_wrap=True), f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    name, outcomes = options.night or began, list[runner.Outcome]()
    later: list[Mapping[str, Any]] = []
    with History.at(where) as history:
        try:
            with runner.cluster(
                options.scheduler, options.workers or min(_WORKERS, os.cpu_count() or 1)
            ) as client:
                for outcome in runner.judged(client, fleet, name, members, owned=options.i_own_this_target):
                    outcomes.append(outcome)
                    if outcome.results:
                        later += _left(history, outcome.results)
                    console.print(_line(outcome, len(outcomes), len(members)))
        except TargetUnusable as bad:
            screen.console(stderr=True, soft_wrap=True).print(Text(f"clausewise: {bad}"))
            return Exit.TARGET_UNUSABLE
        for results in later:
            _append(history, results, f"clausewise fleet run {options.file} --night {name}")
        told = standings(fleet, history, datetime.now(UTC))
    folder = fleet.root / fleet.runs / name
    folder.mkdir(parents=True, exist_ok=True)
    code = runner.worst(outcomes)
    summary = {
        "fleet": fleet.name,
        "night": name,
        "exit": int(code),
        "targets": [it.as_json() for it in outcomes],
    }
    files.put(folder / _SUMMARY, f"{json.dumps(summary, indent=1)}\n")
    unjudged = {it.name: it.says for it in outcomes if not it.results}
    _draw(fleet, told, options.page or fleet.page, unjudged)
    for line in _changes(told):
        console.print(line)
    good = sum(it.exit == Exit.CONFORMANT for it in outcomes)
    console.print(
        Text(f"{good} of {many(len(outcomes), 'target', 'targets')} conformant; {options.page or fleet.page}")
    )
    return code


def _left(history: History, results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Put a run into the history; return it where that could not be, since a night goes on without it."""
    try:
        history.append(results)
    except ConfigurationError:
        return [results]
    return []


def _append(history: History, results: Mapping[str, Any], again: str) -> None:
    """Put a run into the history at the night's end; say what makes up for it where that fails, too."""
    try:
        history.append(results)
    except ConfigurationError as bad:
        raise ConfigurationError(f"{bad} Every run is judged and written; later: {again}") from bad


def _line(outcome: runner.Outcome, finished: int, total: int) -> Text:
    style = "green" if outcome.exit == Exit.CONFORMANT else "yellow" if outcome.exit == 2 else "bold red"  # noqa: PLR2004
    again = ", resumed" if outcome.resumed else ""
    took = f" [{outcome.worker}, {outcome.seconds:.0f} s{again}]" if outcome.worker else ""
    return Text(visible(f"{finished}/{total} {outcome.name}: {outcome.says}{took}"), style=style)


def _status(options: Namespace, fleet: Fleet, where: str) -> int:
    """Say how every target stands by its last run; the worst of them is the exit code."""
    told = _told(fleet, where)
    if options.format == "json":
        sys.stdout.write(f"{json.dumps([_plain(it) for it in told], indent=1)}\n")
    else:
        console = screen.console()
        console.print(_table(fleet, told))
        for line in _shared(told):
            console.print(line, soft_wrap=True)
    codes = [int(it.last["exit"]) if it.last else int(Exit.NOT_FULLY_VERIFIED) for it in told]
    return runner.worst([runner.Outcome("", code, "") for code in codes])


def _diff(options: Namespace, fleet: Fleet, where: str) -> int:
    """Say what changed since the last night; 1 where something is newly broken, or conformant no more."""
    told = _told(fleet, where)
    worse = [it for it in told if it.newly or _fell(it)]
    if options.format == "json":
        changed = [_plain(it) for it in told if it.newly or it.mended or _fell(it) or it.slower]
        sys.stdout.write(f"{json.dumps(changed, indent=1)}\n")
    else:
        console, lines = screen.console(soft_wrap=True), list(_changes(told))
        for line in lines or [Text("nothing changed")]:
            console.print(line)
    return Exit.NOT_CONFORMANT if worse else Exit.CONFORMANT


def _page(options: Namespace, fleet: Fleet, where: str) -> int:
    """Draw the page anew."""
    _draw(fleet, _told(fleet, where), options.page or fleet.page, {})
    screen.console(soft_wrap=True).print(Text(options.page or fleet.page))
    return Exit.CONFORMANT


_ACTIONS = {"run": _run, "status": _status, "diff": _diff, "page": _page}


def _told(fleet: Fleet, where: str) -> list[Standing]:
    if "://" not in where and not Path(where).is_file():
        raise ConfigurationError(
            f"There is no history {where}; `clausewise fleet run {fleet.path}` makes one."
        )
    with History.at(where) as history:
        return standings(fleet, history, datetime.now(UTC))


def _draw(fleet: Fleet, standings: Sequence[Standing], where: str, outcomes: Mapping[str, str]) -> None:
    path = Path(where)
    links = dict(_links(fleet, standings, path.resolve().parent))
    day = max((str(it.last["started"])[:10] for it in standings if it.last), default="")
    weeks = page.weeks(standings)
    files.fill(
        path, page.html(fleet.name, day, standings, shared(standings), weeks, outcomes=outcomes, links=links)
    )


def _links(fleet: Fleet, standings: Sequence[Standing], beside: Path) -> Iterator[tuple[str, str]]:
    """Yield the reports of last runs that lie where this fleet keeps them, from where the page will lie."""
    nights = sorted((fleet.root / fleet.runs).glob("*"), reverse=True)[:_SHOWN]
    for standing in standings:
        for folder in nights:
            report = folder / standing.member.name / "report.html"
            if standing.last and report.is_file():
                yield str(standing.last["id"]), quote(Path(os.path.relpath(report, beside)).as_posix())
                break


def _table(fleet: Fleet, standings: Sequence[Standing]) -> Table:
    families = sorted({family for it in fleet.members for family in it.families})
    table = Table("target", "vendor", "result", "last run", "conformant since", *families, "newly", box=None)
    for it in standings:
        each = [_figures(it.family(family)) for family in families]
        last = str(it.last["started"])[:16].replace("T", " ") if it.last else ""
        word = str(it.last["word"]) if it.last else "never judged"
        cells: list[str | Text] = [
            it.member.name,
            it.member.vendor,
            Text(word, _STYLES[it.tone]),
            last,
            it.since[:10],
            *each,
        ]
        shown = (Text(visible(cell)) if isinstance(cell, str) else cell for cell in cells)
        table.add_row(*shown, str(len(it.newly) or ""))
    return table


def _figures(counts: tuple[int, int] | None) -> str:
    if counts is None:
        return ""
    red, amber = counts
    return f"{red} broken" if red else f"{amber} amber" if amber else "kept"


def _shared(standings: Sequence[Standing]) -> Iterator[Text]:
    for row in [it for it in shared(standings) if it.red and len(it.vendors) > 1][:_SHOWN]:
        yield Text(
            visible(f"broken at {len(row.vendors)} vendors: {row.clause} ({', '.join(row.targets[:_SHOWN])})")
        )


def _changes(standings: Sequence[Standing]) -> Iterator[Text]:
    for it in standings:
        name = visible(it.member.name)
        if _fell(it) and it.last and it.before:
            yield Text(f"{name}: {it.before['word']} -> {it.last['word']}", style="bold red")
        for what, clauses, style in (("newly broken", it.newly, "bold red"), ("mended", it.mended, "green")):
            if clauses:
                more = f" and {len(clauses) - _SHOWN} more" if len(clauses) > _SHOWN else ""
                yield Text(visible(f"{name}: {what}: {', '.join(clauses[:_SHOWN])}{more}"), style=style)
        for operation, took, usual in it.slower[:3]:
            yield Text(
                visible(f"{name}: slower: {operation}, p95 {usual:g} ms -> {took:g} ms"), style="yellow"
            )


def _fell(standing: Standing) -> bool:
    """Tell whether a target was conformant before, and is not now."""
    last, before = standing.last, standing.before
    return bool(last and before and before["exit"] == Exit.CONFORMANT and last["exit"] != Exit.CONFORMANT)


def _plain(standing: Standing) -> dict[str, Any]:
    last = standing.last
    return {
        "target": standing.member.name,
        "tags": dict(standing.member.tags),
        "run": last["id"] if last else None,
        "started": last["started"] if last else None,
        "exit": last["exit"] if last else None,
        "word": last["word"] if last else "never judged",
        "conformant_since": standing.since or None,
        "broken": list(standing.broken),
        "amber": list(standing.amber),
        "newly_broken": list(standing.newly),
        "mended": list(standing.mended),
        "slower": [{"operation": name, "p95": took, "usual": usual} for name, took, usual in standing.slower],
    }
