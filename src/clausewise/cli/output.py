"""What `clausewise run` shows while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from clausewise import forecast
from clausewise.cli import screen
from clausewise.forecast import duration
from clausewise.plugin import case_selection
from clausewise.plugin.session import SESSION, Session
from clausewise.report import terminal
from clausewise.scope import Scope
from clausewise.statement.live import Live
from clausewise.untrusted import visible


class Output:
    """A pytest plugin that stands in for pytest's own terminal report."""

    def __init__(self, out: Console, err: Console, *, quiet: bool = False, live: bool = True) -> None:
        self._quiet, self._live = quiet, live
        self._out = out
        self._err = err
        self._progress: terminal.Progress | None = None
        self._requests = 0.0  # that the run is going to send, where that is known and not told, yet
        self._rate: float | None = None
        self._most: Mapping[str, float | None] = {}  # that the run may spend: requests, and seconds
        self._workers = self._processes = 1
        self._session: Session | None = None
        self._found: Live | None = None
        self.concluded: int | None = None
        self.results: dict[str, Any] = {}
        self.folder = Path()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the live line; under xdist the workers' number comes later."""
        if session.items:
            self._begin([item.nodeid for item in session.items], session.config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Begin the live line with what the first worker collected."""
        self._begin(ids, node.config)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Show a suite file that cannot be read: pytest's own report, which would, is silent."""
        if report.failed:
            self._err.print(Text(f"{report.nodeid}: {report.longreprtext}"))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Name the test that runs."""
        if self._progress:
            self._progress.begin(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Move the live line on by one test."""
        ended = report.when == "call" or (report.when == "setup" and not report.passed)
        if self._progress and self._found and ended:
            told = getattr(report, "clausewise", {})
            if self._session and self._session.overlapped > 1:
                self._progress.workers = self._session.overlapped
            self._found.add(told)
            self._progress.advance(told, self._found.causes)
            self._forecast()

    def pytest_clausewise_concluded(self, results: Mapping[str, Any], folder: Path) -> None:
        """End the live line and show what the run came to."""
        self._end()
        self.concluded = int(results["outcome"]["exit"])
        self.results, self.folder = dict(results), folder
        if self._quiet:
            self._out.print(Text(visible(results["outcome"]["sentence"])), soft_wrap=True)
            return
        screen.show(self._out, terminal.conclusion(results, folder))

    def pytest_clausewise_rehearsed(self, rows: Sequence[Any], target: str, scope: Scope) -> None:
        """Show what a run would send; nothing was sent, so that nothing can be wrong."""
        self._end()
        self.concluded = 0
        for piece in terminal.plan(rows, target, scope.target.limits.rate, self._workers):
            self._out.print(piece, soft_wrap=isinstance(piece, Text))

    def pytest_unconfigure(self) -> None:
        """Leave no live line behind, whatever happened."""
        self._end()

    def _begin(self, tests: Sequence[str], config: pytest.Config) -> None:
        self._session = session = config.stash[SESSION]
        run = session.run
        self._processes = int(getattr(config.option, "numprocesses", None) or 1)
        most = run.scope.target.limits.max_connections or config.getoption("--overlap")
        self._workers = max(self._processes, min(config.getoption("--overlap"), most))
        if self._progress is None and self._live:
            self._found = Live(run.scope, run.policy)
            if not run.is_dry:
                plan = (
                    run.plan.name if case_selection.leaves_out(session) else run.plan.name + forecast.IN_FULL
                )
                sent = forecast.requests(run.scope.homes.values(), plan, tests)
                self._requests, self._rate = sum(sent.values()), run.scope.target.limits.rate
                self._most = session.budget.most
                self._say(sent)
            self._progress = terminal.Progress(self._err, len(tests), self._workers, self._processes)

    def _say(self, sent: Mapping[str, float]) -> None:
        """Say beforehand how much will be sent, and how long that takes at least."""
        each = ", ".join(f"{name} {count:.0f}" for name, count in sent.items())
        text = f"forecast: about {self._requests:.0f} requests ({each})" if sent else ""
        most = self._most["requests"]
        if text and most is not None and most < self._requests:
            self._requests = most
            text += f", of which --max-requests lets {most:.0f} be sent"
        if text and self._rate:
            text += f"; rate = {self._rate:g} allows no less than {duration(self._requests / self._rate)}"
        if text:
            self._err.print(Text(text), soft_wrap=True)

    def _forecast(self) -> None:
        """Say once, as soon as a few answers came, how long the run will take and what limits it."""
        pace = self._progress.pace(self._rate) if self._progress and self._requests else None
        if pace:
            told, most = forecast.sentence(self._requests, pace), self._most["seconds"]
            if most is not None and most < pace.seconds(self._requests):
                told += f"; --max-time ends it after {duration(most)}"
            self._err.print(Text(f"forecast: {told}"), soft_wrap=True)
            self._requests = 0.0

    def _end(self) -> None:
        if self._progress:
            self._progress.close()
            self._progress = None
