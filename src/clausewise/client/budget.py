"""What a run may ask of its target: so many requests, for so long, so many a second; all workers together."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from clausewise import files, thread_turns
from clausewise.errors import BudgetExhausted

_CANCELLED = ".cancelled"
_BOOK = struct.Struct("<qddqd")
_SLOWEST = 2.0  # seconds between two requests that a target may make us learn
_TRUSTED, _EASE = 25, 0.9  # after so many requests that were let through the gap shrinks to that share
_ROOM = 1.05  # so that a limit is not just missed again


class _Page(NamedTuple):
    """What all processes know: requests sent, when the next may go, and the gap that the target taught us.

    `marked` is how many had been sent when it last put one off, at the time `since`.
    """

    sent: int = 0
    free: float = 0.0
    gap: float = 0.0
    marked: int = 0
    since: float = 0.0


class Spending(NamedTuple):
    """What a process spent: requests, seconds that it waited for its turn, and for answers."""

    sent: int = 0
    paused: float = 0.0
    answering: float = 0.0


class Budget:
    """What a run may spend: requests, seconds since it began, requests per second; None for any number.

    Processes that share a `book`, a file that they all may write, share what they spend. Times are those of
    `time.monotonic`, which runs alike in all processes of a machine. Threads share all of it: each entry is
    made in a turn, and nobody waits within one.
    """

    def __init__(
        self,
        requests: int | None = None,
        seconds: float | None = None,
        rate: float | None = None,
        book: Path | None = None,
    ) -> None:
        self._requests = requests
        self._seconds = seconds
        self._gap = 1 / rate if rate else 0.0
        self._began = time.monotonic()
        self._page = _Page()
        self.book = book
        self._cancelled = False
        self._spent = self._whole = Spending()

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled, by whichever of its processes."""
        return self._cancelled or (self.book is not None and self.book.with_suffix(_CANCELLED).exists())

    def cancel(self) -> None:
        """Let no process of the run begin another request."""
        self._cancelled = True
        if self.book is not None:
            with suppress(OSError):
                self.book.with_suffix(_CANCELLED).touch()

    @property
    def most(self) -> dict[str, float | None]:
        """What may be spent, where it is bounded: requests, and seconds."""
        return {"requests": self._requests, "seconds": self._seconds}

    def spend(self) -> None:
        """Count one request and wait for its turn.

        Raises BudgetExhausted where none is left, and KeyboardInterrupt where the run was cancelled.
        """
        self._go_on()
        self._wait()
        self._go_on()

    def _go_on(self) -> None:
        if self.cancelled:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise BudgetExhausted where the run has taken its time."""
        if self._seconds is not None and time.monotonic() - self._began > self._seconds:
            raise BudgetExhausted(f"The run may take {self._seconds:g} s (--max-time), and has taken them.")

    def _wait(self) -> None:
        self.check()
        with self._entry() as page:
            if self._requests is not None and page.sent >= self._requests:
                raise BudgetExhausted(
                    f"The run may send {self._requests} requests (--max-requests), and has sent them."
                )
            trusted = (page.sent - page.marked) % _TRUSTED == _TRUSTED - 1
            learned = page.gap * (_EASE if trusted else 1.0)
            now, gap = time.monotonic(), max(self._gap, learned)
            # a little late is made up for, a pause is not
            turn = page.free if page.free > now - gap else now
            since = page.since or turn
            self._page = page._replace(sent=page.sent + 1, free=turn + gap, gap=learned, since=since)
        self._spent = self._spent._replace(sent=self._spent.sent + 1)
        if turn > now:
            thread_turns.pause(turn - now)
            self._spent = self._spent._replace(paused=self._spent.paused + turn - now)

    def answered(self, seconds: float) -> None:
        """Take note of how long the target took for an answer, or for none."""
        self._spent = self._spent._replace(answering=self._spent.answering + seconds)
        whole = self._whole
        self._whole = whole._replace(sent=whole.sent + 1, answering=whole.answering + seconds)

    @property
    def answers(self) -> int:
        """How many answers this process waited for."""
        return self._whole.sent

    @property
    def latency(self) -> float | None:
        """The seconds that this process waited for an answer, on average; None where it got none."""
        return self._whole.answering / self._whole.sent if self._whole.sent else None

    def spending(self) -> Spending:
        """Return what this process spent since this was asked last."""
        told, self._spent = self._spent, Spending()
        return told

    def put_off(self, seconds: float) -> None:
        """Let nobody send for so many seconds, since the target asks for it, and learn what pace it takes.

        That is as many requests as it took since it put one off before, in the time until it takes more.
        """
        with self._entry() as page:
            now = time.monotonic()
            took = page.sent - 1 - page.marked
            pace = (now + seconds - page.since) / took * _ROOM if took > 0 else 0.0
            self._page = page._replace(
                free=max(page.free, now + seconds),
                gap=max(page.gap, min(pace, _SLOWEST)),
                marked=page.sent,
                since=now + seconds,
            )

    def forget(self) -> None:
        """Take the target for another one, which has taught no pace."""
        with self._entry() as page:
            self._page = _Page(sent=page.sent)

    @contextmanager
    def _entry(self) -> Iterator[_Page]:
        """Open the book at the last entry; what `_page` then is becomes the next one."""
        if self.book is None:
            yield self._page
            return
        with files.alone(self.book) as book:
            read = book.read(_BOOK.size)
            yield _Page(*_BOOK.unpack(read)) if read else _Page()
            book.seek(0)
            book.write(_BOOK.pack(*self._page))
