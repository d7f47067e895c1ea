"""What Allure shows about a test: its clauses, their document sections and standings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import allure
import allure_commons
import pytest
from allure_commons.logger import AllureFileLogger
from allure_commons.reporter import AllureReporter
from allure_pytest.listener import AllureListener, ItemCache

from clausewise.model import Clause, Kind, Standing
from clausewise.scope import Scope
from clausewise.untrusted import visible

_SEVERITIES = {  # the gravest first
    Standing.DOCUMENTED: "critical",
    Standing.AGREED: "critical",
    Standing.INFERRED: "normal",
    Standing.COMPANION: "minor",
    Standing.ASSUMED: "trivial",
}
_GRAVEST = "blocker"  # somebody is let in who may not be
_ASCII = 128


class _Results(AllureFileLogger):
    """Writes what Allure knows of each test, but no file for each fixture of each: they say nothing here.

    Hands on the OSError of a folder that takes no more.
    """

    def __init__(self, folder: Path, full: Callable[[OSError], None]) -> None:
        super().__init__(folder)  # type: ignore[no-untyped-call]
        self._full = full

    @allure_commons.hookimpl
    def report_result(self, result: object) -> None:
        """Write what a test came to."""
        try:
            super().report_result(result)  # type: ignore[no-untyped-call]
        except OSError as bad:
            self._full(bad)

    @allure_commons.hookimpl
    def report_container(self, container: object) -> None:
        """Leave it out."""


class _At(threading.local):
    """What Allure's listener knows of the test at hand."""

    def __init__(self) -> None:
        self.reporter, self.cache = AllureReporter(), ItemCache()  # type: ignore[no-untyped-call]


class _Listener(AllureListener):  # type: ignore[misc]
    """Allure's listener for tests of several threads: it takes one fixture for one thing at a time."""

    def __init__(self, config: pytest.Config) -> None:
        self._at = _At()
        super().__init__(config)

    @property
    def allure_logger(self) -> Any:
        """What is written of this thread's test."""
        return self._at.reporter

    @allure_logger.setter
    def allure_logger(self, _: Any) -> None:
        """Leave each thread its own."""

    @property
    def _cache(self) -> Any:
        return self._at.cache

    @_cache.setter
    def _cache(self, _: Any) -> None:
        """Leave each thread its own."""


def by_thread(config: pytest.Config) -> None:
    """Let Allure listen to each thread by itself where pytest's own option has it write, too."""
    listener = config.pluginmanager.get_plugin("allure_listener")
    if listener is not None and not isinstance(listener, _Listener):
        listener._at = _At()  # noqa: SLF001 - it cannot be replaced: it is unregistered by its name
        listener.__class__ = _Listener


def write(config: pytest.Config, folder: Path, full: Callable[[OSError], None]) -> None:
    """Have Allure's results written into a folder, as allure-pytest does it itself for `--alluredir`.

    `full` hears why the folder takes no more. Raises OSError where it cannot be made.
    """
    listener, results = _Listener(config), _Results(folder, full)
    config.pluginmanager.register(listener, "allure_listener")
    for plugin in (listener, results):
        allure_commons.plugin_manager.register(plugin)
        config.add_cleanup(partial(allure_commons.plugin_manager.unregister, plugin))


def environment(folder: Path, facts: Mapping[str, str]) -> None:
    """Write what was judged as Allure reads it: a file of Java properties. Raises OSError."""
    lines = (f"{_escaped(key)}={_escaped(value)}\n" for key, value in facts.items())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.properties").write_text("".join(lines), "ascii")


def _escaped(text: str) -> str:
    """Write a text as a key or a value of Java properties: all but letters and digits as its code units."""
    units = visible(text).encode("utf-16-be", "replace")
    pairs = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(unit) if _is_plain(unit) else f"\\u{unit:04x}" for unit in pairs)


def _is_plain(unit: int) -> bool:
    return unit < _ASCII and (chr(unit).isalnum() or chr(unit) in "._-/")


def put(scope: Scope, ids: Sequence[str]) -> None:
    """Title, label and link the current test; does nothing where allure-pytest is not writing.

    Its title is the sentence of its first clause, its severity that of the clause that stands firmest.
    """
    show: Any = allure.dynamic  # allure ships no type information
    known = [clause for clause in map(scope.clause, ids) if clause]
    if known:
        show.title(known[0].statement)
        show.severity(severity(known))
    for clause in known:
        show.epic(clause.family)
        show.feature(clause.operation or "across operations")
        show.story(clause.statement)
        show.label("clause", clause.id)
        show.label("standing", clause.standing)
        show.link(f"../report.html#{clause.id}", name=clause.id)
        for source in clause.sources:
            show.label("document", source.document)
            show.label("section", ", ".join(filter(None, (source.section, source.table, source.row))))


def severity(clauses: Sequence[Clause]) -> str:
    """Return how grave it is in Allure's words that one of some clauses is broken."""
    ranks = list(_SEVERITIES)
    firmest = min((clause.standing for clause in clauses), key=ranks.index)
    grave = any(clause.kind is Kind.AUTH and clause.standing.firm for clause in clauses)
    return _GRAVEST if grave else _SEVERITIES[firmest]
