"""What becomes of the effect of a call where a bend says so: its answer is given, whatever is done."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Mapping

from clausewise.reference.fault_injection import Answer, Faults

Call = Callable[[], Answer]

_SHUT_OUT = {401, 403}
_LOG_INS = {"getToken", "login"}


class Effects:
    """Stands between the calls of a family and what it remembers."""

    def __init__(self, family: str, bends: Faults, memory: sqlite3.Connection) -> None:
        self._family = family
        self._bends = bends
        self._memory = memory
        self._before: Call | None = None
        self._waiting: Call | None = None
        self._past: list[tuple[float, sqlite3.Connection]] = []
        self._how: Mapping[str, Callable[[Call], bool]] = {
            "dropped": self._dropped,
            "doubled": self._doubled,
            "late": self._late,
            "astray": self._astray,
            "spread": self._spread,
        }

    def act(self, call: Call) -> Answer:
        """Do what is asked, or what the bend makes of it, and return the answer to it."""
        operation, how = self._bends.effect(self._family)
        lag, reads = self._bends.lag(self._family)
        if lag:
            return self._lagging(call, lag, reads)
        if not how:
            self._before = self._waiting = None
            return call()
        due, self._waiting = self._waiting, None
        self._memory.execute("BEGIN")
        answer, wrote = self._watched(call)
        meant = wrote and answer.name.partition(".")[0] == operation
        if not (meant and self._how[how](call)):
            self._memory.execute("COMMIT")
        if due:
            due()
        if meant:
            self._before = call
        return answer

    def _lagging(self, call: Call, lag: float, reads: Collection[str]) -> Answer:
        """Answer what reads as if what was written in the last seconds had not been, yet.

        Whoever logged in is let in at once.
        """
        before = _copy(self._memory)
        answer, wrote = self._watched(call)
        now = time.monotonic()
        self._past = [(at, old) for at, old in self._past if now - at < lag]
        operation = answer.name.partition(".")[0]
        if wrote and operation not in _LOG_INS:
            self._past.append((now, before))
        if not self._past or answer.status in _SHUT_OUT or operation not in reads:
            return answer
        present = _copy(self._memory)
        self._past[0][1].backup(self._memory)
        told = call()
        present.backup(self._memory)
        return answer if told.status in _SHUT_OUT else told

    def _watched(self, call: Call) -> tuple[Answer, bool]:
        """Act, and tell whether anything is remembered otherwise since."""
        before = self._memory.total_changes
        return call(), self._memory.total_changes > before

    def _altered(self, call: Call) -> bool:
        """Act, and tell whether what is remembered is another thing since: set once more is as it was."""
        known = self._bends.changed > 0  # once is enough, and a dump takes long where images are held
        before = [] if known else list(self._memory.iterdump())
        call()
        return known or list(self._memory.iterdump()) != before

    def _undo(self) -> bool:
        self._memory.execute("ROLLBACK")
        self._bends.changed += 1
        return True

    def _dropped(self, _: Call) -> bool:
        return self._undo()

    def _late(self, call: Call) -> bool:
        """Do it after the next call, whatever that asks."""
        self._waiting = call
        return self._undo()

    def _doubled(self, call: Call) -> bool:
        self._bends.changed += self._altered(call)
        return False

    def _astray(self, _: Call) -> bool:
        """Do to the one before what is asked for this one."""
        if self._before:
            self._undo()
            self._before()
        return bool(self._before)

    def _spread(self, _: Call) -> bool:
        """Do it to the one before, too."""
        self._bends.changed += self._before is not None and self._altered(self._before)
        return False


def _copy(memory: sqlite3.Connection) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", check_same_thread=False)
    memory.backup(made)
    return made
