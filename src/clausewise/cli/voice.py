"""What `clausewise run` shows while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from clausewise.cli import screen
from clausewise.foreign import visible
from clausewise.plugin.session import SESSION
from clausewise.report import terminal
from clausewise.statement.live import Live


class Voice:
    """A pytest plugin that stands in for pytest's own terminal report."""

    def __init__(self, out: Console, err: Console, *, quiet: bool = False, live: bool = True) -> None:
        self._quiet, self._live = quiet, live
        self._out = out
        self._err = err
        self._progress: terminal.Progress | None = None
        self._found: Live | None = None
        self.concluded: int | None = None
        self.results: dict[str, Any] = {}
        self.folder = Path()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the live line; under xdist the workers' number comes later."""
        if session.items:
            self._begin(len(session.items), session.config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Begin the live line with what the first worker collected."""
        self._begin(len(ids), node.config)

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
            self._found.add(told)
            self._progress.advance(told, self._found.causes)

    def pytest_clausewise_concluded(self, results: Mapping[str, Any], folder: Path) -> None:
        """End the live line and show what the run came to."""
        self._end()
        self.concluded = int(results["outcome"]["exit"])
        self.results, self.folder = dict(results), folder
        if self._quiet:
            self._out.print(Text(visible(results["outcome"]["sentence"])), soft_wrap=True)
            return
        screen.show(self._out, terminal.conclusion(results, folder))

    def pytest_clausewise_rehearsed(self, rows: Sequence[Any], target: str) -> None:
        """Show what a run would send; nothing was sent, so that nothing can be wrong."""
        self._end()
        self.concluded = 0
        for piece in terminal.plan(rows, target):
            self._out.print(piece)

    def pytest_unconfigure(self) -> None:
        """Leave no live line behind, whatever happened."""
        self._end()

    def _begin(self, total: int, config: pytest.Config) -> None:
        if self._progress is None and self._live:
            run = config.stash[SESSION]
            self._found = Live(run.scope, run.policy)
            self._progress = terminal.Progress(self._err, total)

    def _end(self) -> None:
        if self._progress:
            self._progress.close()
            self._progress = None
