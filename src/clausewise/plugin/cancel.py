"""A run that is cancelled begins no further call, in no process, and still writes its reports."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from clausewise.plugin.session import Session

Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers

# Ctrl-C, a CI that cancels, a terminal that is gone, which Windows does not tell
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_LAST_CALL = 1  # seconds that a worker has to end the call it is at
# Hooks that tell of a test: what is raised in one of another plugin's is an error of pytest's, and no cancel.
_TELLING = frozenset(f"pytest_runtest_{what}" for what in ("logstart", "logreport", "logfinish"))


def listen(config: pytest.Config, session: Session) -> None:
    """Take a signal for a cancel, as long as pytest runs; one that is ignored stays so (`nohup`)."""
    if threading.current_thread() is not threading.main_thread():
        return

    def cancel(number: int, frame: FrameType | None) -> None:
        session.budget.cancel()
        if session.overlap:
            session.overlap.cancel()
            return
        nodes = getattr(config.pluginmanager.get_plugin("dsession"), "nodemanager", None)
        if nodes:
            nodes.EXIT_TIMEOUT = _LAST_CALL  # xdist waits ten seconds, and workers at a test stay for five
        running = config.pluginmanager.get_plugin("session")
        if running and not nodes and _tells(frame):
            running.shouldstop = "cancelled"  # which pytest sees to once the test is told
        else:
            signal.default_int_handler(number, frame)

    for number in _SIGNALS:
        before = signal.getsignal(number)
        if before is not signal.SIG_IGN:
            signal.signal(number, cancel)
            config.add_cleanup(partial(_put_back, number, before or signal.SIG_DFL))


def _tells(frame: FrameType | None) -> bool:
    """Tell whether a plugin is being told of a test."""
    while frame:
        if frame.f_code.co_name in _TELLING:
            return True
        frame = frame.f_back
    return False


def _put_back(number: int, before: Handler) -> None:
    signal.signal(number, before)
