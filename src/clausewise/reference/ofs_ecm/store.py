"""What the case management sandbox remembers, in SQLite: cases, what is in them, events."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

_TABLES = """
CREATE TABLE IF NOT EXISTS cases (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, status TEXT NOT NULL, since TEXT NOT NULL,
    closed TEXT NOT NULL, locked_by TEXT NOT NULL, description TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS item (
    case_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (case_id, kind, id)
);
CREATE TABLE IF NOT EXISTS event (code TEXT PRIMARY KEY);
"""

# id, status, closed, locked by
_SEEDS = (
    ("CA9001", "INV", "N", ""),
    ("CA9002", "CLSD", "Y", ""),
    ("CA9003", "INV", "N", "SANDBOXUSER2"),
)

STATUSES = {"INV": "Investigation", "CLSD": "Closed", "ESC": "Escalated"}


@dataclass(frozen=True, slots=True)
class Case:
    """A case as stored."""

    id: str
    type: str
    status: str
    since: str
    closed: str
    locked_by: str


class Store:
    """One database; used by one thread only."""

    def __init__(self, database: str) -> None:
        self.memory = self._db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_TABLES)
        for name, status, closed, locked in _SEEDS:
            values = (name, "AML_SURV", status, _now(), closed, locked)
            self._db.execute(
                "INSERT OR IGNORE INTO cases (id, type, status, since, closed, locked_by) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )

    def case(self, name: str) -> Case | None:
        """Return the case of that id, if there is one."""
        query = "SELECT id, type, status, since, closed, locked_by FROM cases WHERE id = ?"
        row = self._db.execute(query, (name,)).fetchone()
        return Case(*row) if row else None

    def open_case(self, kind: str, pattern: str = "CA{}") -> str:
        """Make a case of a type and return its id, in the pattern given."""
        number = self._db.execute("SELECT count(*) FROM cases").fetchone()[0]
        name = pattern.format(10000 + number)
        values = (name, kind, "INV", _now())
        self._db.execute(
            "INSERT INTO cases (id, type, status, since, closed, locked_by) VALUES (?, ?, ?, ?, 'N', '')",
            values,
        )
        return name

    def move(self, name: str, status: str) -> None:
        """Put a case into another status."""
        self._db.execute("UPDATE cases SET status = ?, since = ? WHERE id = ?", (status, _now(), name))

    def describe(self, name: str, text: str) -> None:
        """Give a case another description."""
        self._db.execute("UPDATE cases SET description = ? WHERE id = ?", (text, name))

    def description(self, name: str) -> str:
        """Return the description of a case, '' for none."""
        row = self._db.execute("SELECT description FROM cases WHERE id = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def holds(self, case: str, kind: str, name: str) -> bool:
        """Tell whether an item is in a case."""
        query = "SELECT 1 FROM item WHERE case_id = ? AND kind = ? AND id = ?"
        return self._db.execute(query, (case, kind, name)).fetchone() is not None

    def add(self, case: str, kind: str, name: str) -> None:
        """Put an item into a case."""
        self._db.execute("INSERT OR IGNORE INTO item VALUES (?, ?, ?)", (case, kind, name))

    def remove(self, case: str, kind: str, name: str) -> None:
        """Take an item out of a case; every one of its kind where the name is ''."""
        self._db.execute(
            "DELETE FROM item WHERE case_id = ? AND kind = ? AND (id = ? OR ? = '')", (case, kind, name, name)
        )

    def remove_elsewhere(self, case: str, kind: str, name: str) -> None:
        """Take an item out of every other case."""
        self._db.execute("DELETE FROM item WHERE case_id != ? AND kind = ? AND id = ?", (case, kind, name))

    def keep_newest(self, case: str, kind: str, count: int) -> None:
        """Take all items of a kind out of a case but for those that came last."""
        newest = "SELECT rowid FROM item WHERE case_id = ? AND kind = ? ORDER BY rowid DESC LIMIT ?"
        gone = f"DELETE FROM item WHERE case_id = ? AND kind = ? AND rowid NOT IN ({newest})"  # noqa: S608 - our own words
        self._db.execute(gone, (case, kind, case, kind, count))

    def knows_event(self, code: str) -> bool:
        """Tell whether an event of that code was saved."""
        return self._db.execute("SELECT 1 FROM event WHERE code = ?", (code,)).fetchone() is not None

    def save_event(self, code: str) -> None:
        """Remember the code of an event."""
        self._db.execute("INSERT OR IGNORE INTO event VALUES (?)", (code,))


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
