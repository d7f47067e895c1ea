"""Waits where a target asks for it, as long as its owner allows."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from clausewise import thread_turns
from clausewise.model import Response
from clausewise.targets import Limits

_LEAST = 0.5  # seconds; who says 0 for ever must not be asked for ever
_BACK = 0.1  # seconds of waiting that an answered call earns
_MOST = 1e9  # seconds: more is no time that anybody waits


class RetryAfter:
    """What may be waited for answers that say `Retry-After` (RFC 9110, 10.2.3).

    A call waits `max_wait` seconds at most, and all calls together as many times that as the `breaker`
    counts; each call that is answered gives a little of it back, so that only who lets hardly any through
    comes to the end of it. Threads share it: what is left is counted in one turn, before the wait, and what
    several calls wait for at once counts as one wait.
    """

    def __init__(self, limits: Limits) -> None:
        self.most = limits.max_wait
        self._all = self._left = limits.max_wait * limits.breaker
        self._waited_until = -math.inf  # by `time.monotonic`: so far all that is waited for is counted

    def wait(self, seconds: float, waited: float) -> bool:
        """Wait so many seconds and return True; False where that is more than is left of a call or of all."""
        now = time.monotonic()
        since = max(now, self._waited_until) if thread_turns.beside() else now
        more = max(0.0, now + seconds - since)  # than other calls wait already
        if waited + seconds > self.most or more > self._left:
            return False
        self._left -= more
        self._waited_until = max(self._waited_until, now + seconds)
        thread_turns.pause(seconds)
        return True

    def answered(self) -> None:
        """Take note that the target answers."""
        self._left = min(self._all, self._left + _BACK)


def asked(response: Response) -> float | None:
    """Return the seconds that an answer asks to wait; None where it does not, or not in a way to be read.

    A date counts from the answer's own Date, so that a clock that is off does no harm.
    """
    told = response.header("Retry-After") or ""
    if told.isascii() and told.isdigit():
        return max(_LEAST, min(_MOST, float(told)))
    then = _date(told)
    now = _date(response.header("Date") or "") or datetime.now(UTC)
    return max(_LEAST, (then - now).total_seconds()) if then else None


def _date(text: str) -> datetime | None:
    try:
        made = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return made if made.tzinfo else made.replace(tzinfo=UTC)
