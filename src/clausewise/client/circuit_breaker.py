"""Stops asking where nobody answers: an operation that is dead, or a whole target.

One dead operation must not end the run of all others, and a dead target must not cost a timeout a call.
"""

from __future__ import annotations

import math
import time
from collections import Counter

from clausewise.errors import CircuitOpen, NoConnection, NoVerdict, Withheld

_SEVERAL = 2  # operations that must be dead before the target is


class Circuit:
    """Counts the calls in a row that came to nothing, of each operation and of all.

    After `breaker` of one operation no further call of that operation is sent; after as many of several
    operations, or without even a connection, none at all. Calls that overlap and come to nothing at once
    count as one, as the one that would have been sent then: a moment's fault is no dead target.
    """

    def __init__(self, breaker: int) -> None:
        self._breaker = breaker
        self._dead: Counter[str] = Counter()
        self._last: dict[str, str] = {}
        self._row: list[str] = []
        self._unconnected = False
        self._failed = -math.inf  # when a call last came to nothing

    def check(self, operation: str, host: str) -> None:
        """Raise CircuitOpen or Withheld where no further call is to be sent."""
        text = "got no answer that can be judged, so no further one is sent"
        if len(self._row) >= self._breaker and (self._unconnected or len(set(self._row)) >= _SEVERAL):
            raise CircuitOpen(
                f"The last {len(self._row)} calls {text}. See that the target at {host} is up and well, "
                f"then run again. The last one: {self._last[self._row[-1]]}"
            )
        if self._dead[operation] >= self._breaker:
            last = f"The last one: {self._last[operation]}"
            raise Withheld(f"The last {self._dead[operation]} calls of {operation} {text}. {last}")

    def came_to_nothing(self, operation: str, error: NoVerdict, began: float = math.inf) -> None:
        """Count a call that got no answer that can be judged; it began at a moment of `time.monotonic`."""
        if began < self._failed:
            return
        self._failed = time.monotonic()
        self._dead[operation] += 1
        self._row.append(operation)
        self._last[operation] = str(error)
        self._unconnected = isinstance(error, NoConnection)

    def answered(self, operation: str) -> None:
        """Begin to count anew: the target lives, and so does the operation."""
        self._dead.pop(operation, None)
        self._row.clear()
