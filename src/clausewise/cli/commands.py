"""What each command does: hand its arguments down, show what comes back, return the exit code."""

from __future__ import annotations

import json
import signal
import sys
import threading
import traceback
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clausewise import doctor, journal, report, rulings, scope, shipped, statement
from clausewise.cli import books, screen
from clausewise.cli.arguments import parser
from clausewise.cli.voice import Voice
from clausewise.errors import ConfigurationError
from clausewise.plugin import coverage
from clausewise.plugin.launch import launch
from clausewise.plugin.opening import check_owner, claimed, embedded, remembered
from clausewise.verdict import Exit, visible

_LONGEST = 1500  # characters of a complaint


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a user's mistake is one sentence on stderr."""
    screen.unbreakable()
    try:
        given = parser().parse_args(arguments)
        return int(resolve_name(f"clausewise.cli.{_COMMANDS[given.command]}")(given))
    except (KeyboardInterrupt, BrokenPipeError):
        return Exit.NOT_FULLY_VERIFIED
    except Exception as bad:  # noqa: BLE001 - exit code 1 would say that the target is broken
        return _refused(bad)


def _refused(bad: Exception) -> Exit:
    """Say in one sentence why a command ended; return its exit code."""
    if isinstance(bad, ConfigurationError):
        _tell(str(bad))
        return Exit.USAGE
    if isinstance(bad, OSError) and bad.filename:  # a folder that cannot be written
        _tell(f"{bad.filename} cannot be used: {bad.strerror}.")
        return Exit.USAGE
    at = traceback.extract_tb(bad.__traceback__)[-1]
    place = f"{Path(at.filename).name}, line {at.lineno}"
    # Only its place: its words may hold secrets.
    _tell(f"internal error ({type(bad).__name__} in {place}); please report it.")
    return Exit.INTERNAL


def _tell(why: str) -> None:
    why = why if len(why) <= _LONGEST else f"{why[:_LONGEST]}..."
    screen.console(stderr=True, soft_wrap=True).print(Text(f"clausewise: {why}"))


def _run(given: Namespace) -> int:
    """Turn the options into pytest's, and nothing more."""
    if given.history:
        _history("usable", given.history)
    if threading.current_thread() is threading.main_thread():  # a CI that cancels a job says SIGTERM
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    voice = Voice(screen.console(), screen.console(stderr=True))
    arguments = ["-p", "no:unraisableexception"]  # it would collect garbage five times over at the end
    arguments += _going_on(given) if given.resume else _anew(given)
    arguments += [f"--i-own-this-target={given.i_own_this_target}"]
    arguments += ["--no-clean-up"] if given.no_clean_up else []
    arguments += ["--dry-run"] if given.dry_run else []
    arguments += ["-n", str(given.workers), "--maxschedchunk", "1"] if given.workers else []
    code = launch(shipped.SUITES, [*arguments, *given.pytest_arguments], voice)
    if voice.concluded is not None:
        kept = _history("remember", given.history, voice.results, voice.folder) if given.history else 0
        return int(kept or voice.concluded)
    return Exit.INTERNAL if code == pytest.ExitCode.INTERNAL_ERROR else Exit.USAGE


def _anew(given: Namespace) -> list[str]:
    arguments = [f"--target={given.target}"]
    for option in ("clause", "operation", "family", "document"):
        arguments += [f"--{option}={value}" for value in getattr(given, option)]
    arguments += _valued(given, _OPTIONS)
    arguments += ["--strict-clauses"] if given.strict else []
    arguments += ["--confirm-failures"] if given.confirm_failures else []
    return arguments


def _going_on(given: Namespace) -> list[str]:
    """Return pytest's options for a run that goes on: all that matters stands in its folder."""
    fixed = vars(parser().parse_args(["run", f"--resume={given.resume}"]))
    changed = [name for name in fixed if name not in _ANY_TIME and getattr(given, name) != fixed[name]]
    if changed:
        raise ConfigurationError(
            f"--{changed[0].replace('_', '-')} cannot be given with --resume: a run goes on as it was begun."
        )
    facts = journal.facts(Path(given.resume))
    arguments = [f"--resume={given.resume}", f"--target={facts['path']}"]
    arguments += [f"--document={claim}" for claim in facts["documents"]]
    return [*arguments, *_valued(given, ("counterexamples", "max_requests", "max_time"))]


def _valued(given: Namespace, options: Sequence[str]) -> Iterator[str]:
    for option in options:
        if (value := getattr(given, option)) is not None:
            yield f"--{option.replace('_', '-')}={value}"


def _history(what: str, *arguments: object) -> Any:
    return resolve_name(f"clausewise.cli.months:{what}")(*arguments)


_ANY_TIME = (
    "i_own_this_target",
    "no_clean_up",
    "history",
    "workers",
    "counterexamples",
    "max_requests",
    "max_time",
    "pytest_arguments",
)
_OPTIONS = (
    "run_dir",
    "counterexamples",
    "seed",
    "since",
    "plan",
    "max_requests",
    "max_time",
    "policy",
    "waivers",
    "frozen",
)


def _doctor(given: Namespace) -> int:
    target = claimed(Path(given.target), given.document)
    check_owner(target, given.i_own_this_target)
    console = screen.console(soft_wrap=True)
    worst = Exit.CONFORMANT
    with embedded(target) as reached:
        for diagnosis in doctor.examine(scope.of(reached, shipped.SCHEMAS)):
            mark, style, code = _STATES[diagnosis.state]
            console.print(Text(visible(f"{mark} {diagnosis.what}"), style=style))
            for line in diagnosis.advice.splitlines():
                console.print(Text(visible(f"    {line}")))
            worst = max(worst, code, key=_STATE_ORDER.index)
    return worst


_STATES = {
    "ok": ("ok     ", "green", Exit.CONFORMANT),
    "missing": ("missing", "yellow", Exit.CONFORMANT),
    "wrong": ("wrong  ", "red", Exit.USAGE),
    "dead": ("dead   ", "red", Exit.TARGET_UNUSABLE),
}
_STATE_ORDER = (Exit.CONFORMANT, Exit.USAGE, Exit.TARGET_UNUSABLE)


def _clauses(given: Namespace) -> int:
    console = screen.console(soft_wrap=True)
    known = [books.book(family) for family in given.family or shipped.families()]
    if given.discrepancies:
        rows = [asdict(told) for family in known for told in family.discrepancies.values()]
        console.print_json(data=rows, ensure_ascii=False) if given.format == "json" else _show_discrepancies(
            console, rows
        )
        return Exit.CONFORMANT
    clauses = [clause for family in known for clause in family.clauses.values()]
    if given.target:
        target = claimed(Path(given.target))
        own = {clause.id for clause in scope.of(target, shipped.SCHEMAS).clauses()}
        clauses = [clause for clause in clauses if clause.id in own]
    if given.freeze:
        return _freeze(given, [clause.id for clause in clauses])
    judged = coverage.tests_by_clause(shipped.SUITES, clauses)
    rows = [asdict(clause) | {"tests": judged.get(clause.id, [])} for clause in clauses]
    if given.format == "json":
        sys.stdout.write(
            json.dumps({"format": "clausewise-clauses", "version": 1, "clauses": rows}, indent=1)
        )
        sys.stdout.write("\n")
    else:
        _show_clauses(console, rows)
    return Exit.CONFORMANT


def _freeze(given: Namespace, ids: list[str]) -> int:
    """Print the clause ids that a release is scored by: those that one target claims."""
    if not given.target:
        raise ConfigurationError("--freeze pins what a target claims: give --target FILE, too.")
    families = claimed(Path(given.target)).families.values()
    text = rulings.freeze(given.freeze, [known.document for known in families], ids)
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


def _init(given: Namespace) -> int:
    path = Path(given.file)
    families = given.family or shipped.families()
    for family in families:
        books.book(family)
    if path.exists():
        raise ConfigurationError(f"{path} is there already; name another file or move it away.")
    path.write_text(doctor.starter(shipped.SCHEMAS, families), "utf-8")
    screen.console(soft_wrap=True).print(
        Text(f"Wrote {path}. Fill it in, then: clausewise doctor --target {path}")
    )
    return Exit.CONFORMANT


def _report(given: Namespace) -> int:
    folder = Path(given.folder)
    console = screen.console(soft_wrap=True)
    if not (folder / statement.RESULTS).exists():
        results = statement.assemble(remembered(folder), folder, ended=False)
        statement.write(results, folder)
    results = report.read(folder)
    for path in report.draw(results, folder):
        console.print(Text(str(path)))
    return int(results["outcome"]["exit"])


# Named, and imported when called for: a run starts half a second sooner without a database's library.
_COMMANDS = {
    "run": "commands:_run",
    "doctor": "commands:_doctor",
    "clauses": "commands:_clauses",
    "serve": "sandbox:run",
    "init": "commands:_init",
    "report": "commands:_report",
    "diff": "compare:run",
    "judge": "passive:run",
    "history": "months:run",
    "allure": "allure:run",
    "evidence": "packs:pack",
    "verify": "packs:verify",
    "matrix": "proof:run",
}
