"""What a test has at hand while it is at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clausewise.errors import ConfigurationError
from clausewise.judge import Judge, JudgeContext


class CurrentTest(threading.local):
    """The test at work in a thread, each thread's its own: its judge, and whether it is repeated."""

    running: Judge | None = None
    repeats: bool = False

    @property
    def judge(self) -> Judge:
        """The judge of the test; raises ConfigurationError where none is at work that judges a clause."""
        if self.running is None:
            raise ConfigurationError("A test asked for `judge` without @clause: say which clause it judges.")
        return self.running

    def begin(self, context: JudgeContext, test: str, clauses: Sequence[str]) -> Judge:
        """Begin a test, and return its judge, which remembers what the test touches."""
        self.running = Judge(context, test, clauses, repeats=self.repeats)
        return self.running

    def end(self) -> None:
        """End the test: nothing more is heard for it."""
        self.running = None

    @contextmanager
    def repeating(self) -> Iterator[None]:
        """Repeat a test: its values are new, and its record says so."""
        self.repeats = True
        try:
            yield
        finally:
            self.repeats = False
