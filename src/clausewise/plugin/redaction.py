"""Takes secrets out of what pytest itself shows and writes: tracebacks, locals, captured output, logs."""

from __future__ import annotations

import logging
from collections.abc import Generator
from typing import Any

import allure_commons
import pytest

from clausewise.plugin.session import Session
from clausewise.untrusted import visible

_FEW = 8
_WIRE = logging.getLogger("urllib3")


class Redactor:
    """A pytest plugin of one run that masks each report before anybody sees it, in every process."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        self._config = config
        self._session = session
        self._masked: dict[tuple[str, int], str] = {}
        self._records = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._record)
        self._level = _WIRE.level
        _WIRE.setLevel(logging.INFO)  # below, it logs URLs, before what is personal in them is known
        allure_commons.plugin_manager.register(self)

    def pytest_unconfigure(self) -> None:
        """Leave log records alone again."""
        logging.setLogRecordFactory(self._records)
        _WIRE.setLevel(self._level)
        allure_commons.plugin_manager.unregister(self)

    @allure_commons.hookimpl(tryfirst=True)
    def report_container(self, container: Any) -> None:
        """Mask what Allure keeps of fixtures that failed."""
        for fixture in (*container.befores, *container.afters):
            if fixture.statusDetails:
                fixture.statusDetails.message = self._mask(fixture.statusDetails.message or "")
                fixture.statusDetails.trace = self._mask(fixture.statusDetails.trace or "")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mask the error, which Allure shows, the traceback with its locals, and what was captured."""
        if call.excinfo:
            call.excinfo = self._error(call.excinfo)
        made = yield
        made.sections = [(name, self._mask(text)) for name, text in made.sections]
        if isinstance(made.longrepr, tuple):
            path, line, reason = made.longrepr
            made.longrepr = path, line, self._mask(reason)
        elif made.longrepr is not None and self._mask(text := made.longreprtext) != text:
            made.longrepr = self._mask(text)
        return made

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Mask what is shown of an error that is no test's."""
        self._hush(excrepr)

    @pytest.hookimpl(wrapper=True)
    def pytest_keyboard_interrupt(self) -> Generator[None, Any, Any]:
        """Mask what `--full-trace` shows after Ctrl-C: the arguments of every function that was at work."""
        yield
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        self._hush(getattr(terminal, "_keyboardinterrupt_memo", None))

    def _mask(self, text: str) -> str:
        masker = self._session.judging.context.masker
        key = text, masker.learned  # the same text is asked for several times over
        if key not in self._masked:
            if len(self._masked) > _FEW:
                self._masked.clear()
            self._masked[key] = visible(masker.text(text))
        return self._masked[key]

    def _error(self, error: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
        """Return an error that tells a secret as one with other words, of its kind where words make one."""
        text = error.exconly(tryshort=True)
        if self._mask(text) == text:
            return error
        words = self._mask(str(error.value))
        try:
            bad = type(error.value)(words)
        except Exception:  # noqa: BLE001 - whatever kind it is
            bad = None
        if bad is None or self._mask(str(bad)) != str(bad):
            bad = RuntimeError(self._mask(text))
        return pytest.ExceptionInfo.from_exc_info((type(bad), bad, error.tb))

    def _hush(self, value: Any) -> None:
        text = str(value)
        if value is not None and self._mask(text) != text:
            value.toterminal = lambda writer: writer.line(self._mask(text))

    def _record(self, *arguments: Any, **named: Any) -> logging.LogRecord:
        record = self._records(*arguments, **named)
        record.msg, record.args = self._mask(record.getMessage()), None
        if record.exc_info and record.exc_info[0]:
            record.exc_text = self._mask(logging.Formatter().formatException(record.exc_info))
        return record
