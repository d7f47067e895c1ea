"""`clausewise run` and `report`: hand the options down to pytest, show what comes back."""

from __future__ import annotations

import os
import signal
import threading
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from rich.text import Text

from clausewise import families, journal, report, run_options, statement
from clausewise.cli import latest, screen
from clausewise.cli.output import Output
from clausewise.errors import ConfigurationError
from clausewise.plugin import consent
from clausewise.plugin.launch import launch
from clausewise.plugin.startup import claimed, remembered
from clausewise.verdict import Exit


def run(options: Namespace) -> int:
    """Turn the options into pytest's, and nothing more."""
    if options.history:
        _late("history:usable", options.history)
    if options.notify:
        _late("notify:usable", options.notify, options.history)
    _end_well()
    if options.while_read:
        threading.Thread(target=_end_with_parent, args=(os.dup(0),), daemon=True).start()
    told = journal.facts(Path(options.resume)) if options.resume else {}
    target = claimed(Path(told.get("path", options.target)), allowed=options.allow_file)
    consent.see(target, dry=options.dry_run)
    voice = Output(
        screen.console(),
        screen.console(stderr=True),
        quiet=options.quiet,
        live=not (options.quiet or options.no_progress),
    )
    arguments = ["-p", "no:unraisableexception"]  # it would collect garbage five times over at the end
    arguments += _going_on(options) if options.resume else []
    arguments += run_options.pytest_words(options)
    arguments += families.options()
    homes = [families.family(name, str(target.path)) for name in target.families]
    code = launch(families.suites(homes), [*arguments, *options.pytest_arguments], voice)
    if voice.concluded is None:
        return Exit.INTERNAL if code == pytest.ExitCode.INTERNAL_ERROR else Exit.USAGE
    return _remembered(options, voice) or code


def _remembered(options: Namespace, voice: Output) -> int:
    """Point to the run as the latest one, and put it where it is to be known; 0 where that could be done."""
    if voice.results and not (options.run_dir or options.resume):
        latest.point(voice.folder)
    kept = _late("history:remember", options.history, voice.results, voice.folder) if options.history else 0
    said = _late("notify:tell", options.notify, voice.results) if options.notify and not kept else 0
    return int(kept or said)


def _end_well() -> None:
    """Take what a CI that cancels a job says, and a terminal that is gone, for Ctrl-C."""
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):  # Windows has no SIGHUP
        own = threading.current_thread() is threading.main_thread()
        if own and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _end_with_parent(stdin: int) -> None:
    """End as Ctrl-C ends a run, once whoever started it is gone: its end of our standard input is closed."""
    with suppress(OSError):
        while os.read(stdin, 1 << 12):
            pass
    signal.raise_signal(signal.SIGTERM)


def _going_on(options: Namespace) -> list[str]:
    """Return pytest's options for a run that goes on: all that matters stands in its folder."""
    if name := run_options.contrary_to_resume(options):
        raise ConfigurationError(f"{name} cannot be given with --resume: a run goes on as it was begun.")
    facts = journal.facts(Path(options.resume))
    return [f"--target={facts['path']}", *(f"--document={claim}" for claim in facts["documents"])]


def _late(what: str, *arguments: object) -> Any:
    """Call what only some runs need, and import it no earlier."""
    return resolve_name(f"clausewise.cli.{what}")(*arguments)


def report_anew(options: Namespace) -> int:
    """Draw the reports of a run folder again, its statement first where the run left none."""
    folder = Path(options.folder)
    console = screen.console(soft_wrap=True)
    if not (folder / statement.RESULTS).exists():
        ended = journal.ended(folder) is not None
        results = statement.assemble(remembered(folder), folder, ended=ended)
        statement.write(results, folder)
    results = report.read(folder)
    for path in report.draw(results, folder):
        console.print(Text(str(path)))
    return int(results["outcome"]["exit"])
