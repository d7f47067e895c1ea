"""What a run may ask of its target: so many requests, for so long, so many a second; all workers together."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clausewise import files
from clausewise.errors import Spent

_CANCELLED = ".cancelled"
_BOOK = struct.Struct("<qd")  # requests sent, and when the next one may go


class Budget:
    """What a run may spend: requests, seconds since it began, requests per second; None for any number.

    Processes that share a `book`, a file that they all may write, share what they spend. Times are those of
    `time.monotonic`, which runs alike in all processes of a machine.
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
        self._spent = (0, 0.0)
        self.book = book
        self._cancelled = False

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

        Raises Spent where none is left, and KeyboardInterrupt where the run was cancelled.
        """
        self._go_on()
        self._wait()
        self._go_on()

    def _go_on(self) -> None:
        if self.cancelled:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise Spent where the run has taken its time."""
        if self._seconds is not None and time.monotonic() - self._began > self._seconds:
            raise Spent(f"The run may take {self._seconds:g} s (--max-time), and has taken them.")

    def _wait(self) -> None:
        self.check()
        if self._requests is None and not self._gap:
            return
        with self._entry() as (sent, free):
            if self._requests is not None and sent >= self._requests:
                raise Spent(
                    f"The run may send {self._requests} requests (--max-requests), and has sent them."
                )
            now = time.monotonic()
            turn = free if free > now - self._gap else now  # a little late is made up for, a pause is not
            self._spent = (sent + 1, turn + self._gap)
        if turn > now:
            time.sleep(turn - now)

    @contextmanager
    def _entry(self) -> Iterator[tuple[int, float]]:
        """Open the book at the last entry; what `_spent` then is becomes the next one."""
        if self.book is None:
            yield self._spent
            return
        with files.alone(self.book) as book:
            read = book.read(_BOOK.size)
            yield _BOOK.unpack(read) if read else (0, 0.0)
            book.seek(0)
            book.write(_BOOK.pack(*self._spent))
