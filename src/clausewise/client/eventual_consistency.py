"""Reads behind writes on a target that shows a write only after a while: made again until it does.

What a test asked up to its last write is kept, so that the test can be gone through once more with the same
writes, which are not sent again, and with new reads.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from clausewise.model import Exchange, Request

_Key = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class _Call:
    exchange: Exchange
    writes: bool
    early: bool  # it read what may not have been there, yet


class EventualConsistency:
    """The calls of one test. `seconds` is how long the target's owner says that a write takes to be seen."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begin()

    def begin(self, *, patient: bool = False) -> None:
        """Begin a test: what others wrote is none of its reads' business.

        A `patient` one waits before each read, since it cannot be gone through once more.
        """
        self.patient = patient
        self._wrote = -float("inf")
        self._calls: list[_Call] = []
        self._known: list[_Call] = []
        self._unsure = False

    @property
    def early(self) -> bool:
        """Whether a read that may be made again came before the target had to show the write before it."""
        return any(call.early for call in self._calls[self._after :])

    @property
    def unsure(self) -> bool:
        """Whether such a read stood before another write, so that it could not be made again."""
        return self._unsure or any(call.early for call in self._calls)

    @property
    def left(self) -> float:
        """The seconds until the last write has to be seen."""
        return max(0.0, self._wrote + self.seconds - time.monotonic())

    def again(self) -> Collection[str]:
        """Go through the test once more; return the ids of the exchanges that stand, up to the last write."""
        kept = self._calls[: self._after]
        self._unsure = self._unsure or any(call.early for call in kept)
        self._known, self._calls = kept, []
        return {call.exchange.id for call in kept}

    def recalled(self, request: Request) -> Exchange | None:
        """Return the answer to a request that stands; None where it is to be sent."""
        for at, call in enumerate(self._known):
            if _key(call.exchange.request) == _key(request):
                self._calls.append(self._known.pop(at))
                return call.exchange
        return None

    def answered(self, exchange: Exchange, *, writes: bool, reads: bool) -> None:
        """Take note of a call that was answered. What neither writes nor reads, a log-in, is seen at once."""
        early = reads and self.left > 0
        if self.seconds and not self.patient:
            self._calls.append(_Call(exchange, writes, early))
        if writes:
            self._wrote = time.monotonic()

    @property
    def _after(self) -> int:
        """Where the calls behind the last write begin."""
        return max((at for at, call in enumerate(self._calls, 1) if call.writes), default=len(self._calls))


def _key(request: Request) -> _Key:
    """Return what makes two requests the same: all but the headers, in which a token may be another."""
    return request.method, request.url, request.body
