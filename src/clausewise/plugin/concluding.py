"""The end of a run: what its calls left is taken away, it is added up, and its reports are drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from clausewise import journal, report, statement
from clausewise.errors import ClausewiseError
from clausewise.model import Exchange
from clausewise.plugin import complaints, dry_run, workers
from clausewise.plugin.session import Session

_NOT_OURS = {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR}


def finish(tests: pytest.Session, session: Session, status: int) -> None:
    """End the part that this process has in a run; the controller's exit code is the run's."""
    own = status not in _NOT_OURS
    if own:
        clean_up(session)
    if session.is_worker:
        workers.report(session, tests.config)
    elif own and session.run.is_dry:
        _show_plan(tests, session)
    elif own and not session.rehearsing:
        stopped = tests.shouldstop or tests.shouldfail or session.lost
        _conclude(tests, session, interrupted=bool(stopped) or status == pytest.ExitCode.INTERRUPTED)


def clean_up(session: Session) -> None:
    """Take away what this process's calls left, where a documented operation does that.

    Nothing is held against the answers; what could not be taken away stands in the statement.
    """
    if session.rehearsing or session.lost or not session.run.cleans or session.budget.cancelled:
        return
    judge = session.test.begin(session.judging.context, journal.CLEAN_UP, ())

    def hear(exchange: Exchange) -> None:
        judge.hear(replace(exchange, stray=True))

    for family, operation, body in list(session.shared.cleanup.requests()):
        client = session.client(family)
        client.heard = session.hearing(hear)
        try:
            client.call(operation, body)
            judge.rest(())
        except ClausewiseError:
            break
    session.test.end()


def conclude(session: Session, *, interrupted: bool) -> dict[str, Any]:
    """Seal and add up the run, write results.json and draw every report; return the results."""
    run, failed = session.run, session.other_tests.failed
    at = None if interrupted else datetime.now(UTC).isoformat(timespec="milliseconds")
    beside = {"beside": len(failed)} if failed else {}
    beside |= {"workers": session.overlapped} if session.overlapped > 1 else {}
    journal.end(run.folder, at, interrupted=interrupted, **beside)
    session.results = statement.assemble(run.scope, run.folder, ended=not interrupted)
    statement.write(session.results, run.folder)
    report.draw(session.results, run.folder)
    return session.results


def _conclude(tests: pytest.Session, session: Session, *, interrupted: bool) -> None:
    folder = session.run.folder
    try:
        with complaints.as_usage_errors(ClausewiseError):
            results = conclude(session, interrupted=interrupted)
    except OSError as bad:
        again = f"make room, then: clausewise report {folder}"
        text = f"The reports in {folder} cannot be written: {bad.strerror}; {again}"
        raise pytest.UsageError(session.lost or text) from bad
    if session.lost:
        raise pytest.UsageError(session.lost)
    tests.exitstatus = results["outcome"]["exit"]
    tests.config.hook.pytest_clausewise_concluded(results=results, folder=folder)


def _show_plan(tests: pytest.Session, session: Session) -> None:
    run = session.run
    rows = dry_run.planned(run.scope, run.folder, session.clients.log_ins)
    tests.exitstatus = pytest.ExitCode.OK
    tests.config.hook.pytest_clausewise_rehearsed(rows=rows, target=run.scope.target.name, scope=run.asked)


def summarise(terminal: pytest.TerminalReporter, session: Session) -> None:
    """Say in one line what the run came to and where its files are."""
    if session.results:
        terminal.section("clausewise")
        terminal.write_line(session.results["outcome"]["sentence"])
        terminal.write_line(f"{session.run.folder / 'report.html'}")
