"""What becomes of the effect of a call where a bend says so: its answer is given, whatever is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from clausewise.reference.bending import Answer, Bends

Call = Callable[[], Answer]


class Effects:
    """Stands between the calls of a family and what it remembers."""

    def __init__(self, family: str, bends: Bends, memory: sqlite3.Connection) -> None:
        self._family = family
        self._bends = bends
        self._memory = memory
        self._before: Call | None = None
        self._waiting: Call | None = None
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
