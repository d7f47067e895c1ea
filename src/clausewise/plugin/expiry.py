"""Things that must grow old before they can be judged, such as tokens."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clausewise.errors import Untestable


@dataclass(frozen=True, slots=True)
class Aged:
    """A thing and when it was made; `age` is in seconds."""

    thing: Any
    _made: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        """The seconds since it was made."""
        return time.monotonic() - self._made

    def within(self, seconds: float) -> None:
        """Raise Untestable where more than that many seconds have passed, which is no fault of the answer."""
        if self.age >= seconds:
            took = f"the answer came after {self.age:.1f} s, with all that the target asked to wait"
            raise Untestable(f"A token that lives {seconds:g} s was no longer young: {took}.")


class Expiry:
    """What one test begins and a later one takes up, in one process."""

    def __init__(self) -> None:
        self._things: dict[str, Aged] = {}

    def begin(self, name: str, make: Callable[[], Any]) -> Aged:
        """Make a thing and keep it under a name; nothing is kept where the making fails."""
        return self._things.setdefault(name, Aged(make()))

    @staticmethod
    def clock() -> Aged:
        """Begin to count the seconds."""
        return Aged(None)

    def forget(self) -> None:
        """Keep nothing of what was begun."""
        self._things.clear()

    def taken(self, name: str, make: Callable[[], Any]) -> Aged:
        """Return what an earlier test began, or make it now."""
        return self._things.get(name) or self.begin(name, make)
