"""All of pytest that has no public name and we need; `tests/plugin/test_overlap.py` tells when any moves.

pytest has one stack of what is set up, and keeps one value of each fixture, since one test runs at a time.
Where tests overlap each thread has its own, as each process has beside others.
"""

from __future__ import annotations

import io
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TextIO
from unittest import mock

import pytest
from _pytest import runner
from _pytest.config import apply_warning_filters
from _pytest.fixtures import FixtureDef
from _pytest.runner import SetupState, runtestprotocol

# What these plugins do around a test they do to the whole process: the streams, the log, the warnings, a
# variable. None is needed for a verdict; within a thread nothing is shown, and warnings are errors as they
# are outside.
_OF_THE_PROCESS = (
    "capturemanager",
    "logging-plugin",
    "warnings",
    "unraisableexception",
    "threadexception",
    "assertion",
    "faulthandler",
    "timeout",
)
# Fixtures that change or watch the whole process: a test with one of them runs while no other one does.
_WHOLE = frozenset(
    ("capsys", "capfd", "capsysbinary", "capfdbinary", "capteesys", "caplog", "recwarn", "monkeypatch")
)

protocol = runtestprotocol
Reports = list[pytest.TestReport]


def argument_names(item: pytest.Function) -> Sequence[str]:
    """Return the fixtures that a test's function is called with, as pytest itself calls it."""
    return item._fixtureinfo.argnames  # noqa: SLF001 - see above


def wants_the_process(item: pytest.Item) -> bool:
    """Tell whether a test can run only while no other one does, since it looks at the whole process."""
    return not (isinstance(item, pytest.Function) and _WHOLE.isdisjoint(item.fixturenames))


def hinders(config: pytest.Config) -> str:
    """Say which option of pytest works with one test at a time only; '' where none is given."""
    given = {
        name: config.getoption(name, default=None)
        for name in ("usepdb", "setuponly", "setupplan", "setupshow")
    }
    given["timeout"] = bool(getattr(config, "_env_timeout", None)) or config.getoption(
        "timeout", default=None
    )
    return next((f"--{name.removeprefix('use')}" for name, told in given.items() if told), "")


class _OfThread:
    """An attribute of which each thread beside the main one has a value of its own."""

    def __init__(self, name: str, first: Callable[[], object]) -> None:
        self._name = name
        self._first = first

    def _held(self, of: Any) -> dict[Any, Any]:
        held: dict[Any, Any] = vars(of)
        if threading.current_thread() is threading.main_thread():
            return held
        return held.setdefault("_clausewise", {}).setdefault(threading.get_ident(), {})  # type: ignore[no-any-return]

    def __get__(self, of: Any, _: type | None = None) -> Any:
        return self if of is None else self._held(of).setdefault(self._name, self._first())

    def __set__(self, of: Any, value: Any) -> None:
        self._held(of)[self._name] = value


class _Said(threading.local):
    """What a thread's test has printed so far; None for a thread that has none."""

    text: list[str] | None = None


class _Stream(io.TextIOBase):
    """Standard output, or error, that keeps what each test prints for its report."""

    def __init__(self, behind: TextIO) -> None:
        self._behind = behind
        self.said = _Said()

    def write(self, text: str) -> int:
        """Keep what a test prints, and write what anybody else does."""
        if self.said.text is None:
            return self._behind.write(text)
        self.said.text.append(text)
        return len(text)

    def flush(self) -> None:
        """Write what was kept back."""
        self._behind.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)


class _SetUp:
    """The stacks of what is set up: that of pytest for the main thread, and one for each other."""

    def __init__(self, main: SetupState) -> None:
        self._main = main
        self._own = threading.local()

    def __getattr__(self, name: str) -> Any:
        if threading.current_thread() is threading.main_thread():
            return getattr(self._main, name)
        if not hasattr(self._own, "state"):
            self._own.state = SetupState()
        return getattr(self._own.state, name)


@contextmanager
def overlapping(session: pytest.Session) -> Iterator[None]:
    """Let tests run in threads: each has what it sets up to itself."""
    before = session._setupstate  # noqa: SLF001 - see above
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        apply_warning_filters(
            session.config.getini("filterwarnings"), session.config.getoption("pythonwarnings") or []
        )
        put = stack.enter_context
        for name in ("stdout", "stderr"):
            put(mock.patch.object(sys, name, _Stream(getattr(sys, name))))
        put(mock.patch.object(runner, "_update_current_test_var"))  # a variable of the process
        put(
            mock.patch.object(
                FixtureDef, "cached_result", _OfThread("cached_result", lambda: None), create=True
            )
        )
        put(mock.patch.object(FixtureDef, "_finalizers", _OfThread("_finalizers", list), create=True))
        session._setupstate = _SetUp(before)  # type: ignore[assignment] # noqa: SLF001
        try:
            yield
        finally:
            session._setupstate = before  # noqa: SLF001


def run(item: pytest.Item, after: Callable[[Reports], pytest.Item | None]) -> Reports:
    """Run a test in this thread and return its reports; `after` says by them which test comes next.

    As pytest's own protocol, but for the plugins that look at the whole process.
    """
    hooks, made = _Hooks(item.config), Reports()
    if hasattr(item, "_request") and not item._request:  # noqa: SLF001 - as pytest does it for a test once more
        item._initrequest()  # type: ignore[attr-defined] # noqa: SLF001
    try:
        made.append(_phase(item, "setup", hooks))
        if made[0].passed:
            made.append(_phase(item, "call", hooks))
        made.append(_phase(item, "teardown", hooks, nextitem=after(made)))
    finally:
        item._request = False  # type: ignore[attr-defined] # noqa: SLF001
        item.funcargs = None  # type: ignore[attr-defined]
    return made


def begin(item: pytest.Item) -> None:
    """Have a test run in this thread, within what other plugins, such as Allure's, put around it."""
    _Hooks(item.config).pytest_runtest_protocol(item=item, nextitem=None)


def leave(session: pytest.Session) -> None:
    """Take down whatever this thread has set up, since it was cut short."""
    with suppress(Exception):
        session._setupstate.teardown_exact(None)  # noqa: SLF001 - see above


class _Hooks:
    """The hooks of a test without those of plugins that look at the whole process."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager
        self._without = [it for name in _OF_THE_PROCESS if (it := self._plugins.get_plugin(name))]

    def __getattr__(self, name: str) -> Any:
        return self._plugins.subset_hook_caller(name, self._without)


def _phase(item: pytest.Item, when: Any, hooks: _Hooks, **more: Any) -> pytest.TestReport:
    hook = getattr(hooks, f"pytest_runtest_{when}")
    streams = {name: it for name in ("stdout", "stderr") if isinstance(it := getattr(sys, name), _Stream)}
    for stream in streams.values():
        stream.said.text = []
    try:
        call = pytest.CallInfo.from_call(
            lambda: hook(item=item, **more), when, reraise=(pytest.exit.Exception, KeyboardInterrupt)
        )
    finally:
        for name, stream in streams.items():
            item.add_report_section(when, name, "".join(stream.said.text or ()))
            stream.said.text = None
    report: pytest.TestReport = hooks.pytest_runtest_makereport(item=item, call=call)
    return report
