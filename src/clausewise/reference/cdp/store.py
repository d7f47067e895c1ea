"""What the CDP sandbox remembers, in SQLite: customers, their identity documents, tokens."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clausewise.reference.cdp.seed import SEEDS, application

_LONG_AGO = "2024-01-10T08:00:00.000000Z"
_TABLES = """
CREATE TABLE IF NOT EXISTS customer (
    ecrn TEXT PRIMARY KEY, state TEXT NOT NULL, sent TEXT NOT NULL, updated TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS identity (
    type TEXT NOT NULL, number TEXT NOT NULL, position INTEGER NOT NULL, ecrn TEXT NOT NULL,
    PRIMARY KEY (type, number)
);
CREATE TABLE IF NOT EXISTS token (
    value TEXT PRIMARY KEY, kind TEXT NOT NULL, user TEXT NOT NULL, expires REAL NOT NULL,
    dead INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as stored: the application last accepted, and the state the sandbox holds them in."""

    ecrn: str
    state: str
    sent: dict[str, Any]
    updated: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token as stored; `expires` in seconds since the epoch."""

    kind: str
    user: str
    expires: float
    dead: bool


class Store:
    """One database; used by one thread only."""

    def __init__(self, database: str) -> None:
        self.memory = self._db = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_TABLES)
        for seed in SEEDS:
            self.keep(application(seed), seed.state, ecrn=seed.ecrn, updated=_LONG_AGO)

    def customer(self, ecrn: str) -> Customer | None:
        """Return the customer of that number, if there is one."""
        row = self._db.execute(
            "SELECT ecrn, state, sent, updated FROM customer WHERE ecrn = ?", (ecrn,)
        ).fetchone()
        return Customer(row[0], row[1], json.loads(row[2]), row[3]) if row else None

    def newer(self, ecrn: str, since: float) -> int:
        """Return how many customers were stored after one that was itself stored after a moment, or 0."""
        told = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(since))
        own = "SELECT rowid FROM customer WHERE ecrn = ? AND updated >= ?"
        query = f"SELECT count(*) FROM customer WHERE rowid > ({own})"  # noqa: S608 - our own words
        return int(self._db.execute(query, (ecrn, told)).fetchone()[0])

    def holder(self, number: str, kind: str | None) -> tuple[Customer, int] | None:
        """Return who holds an identity document, and its position; any type where `kind` is None."""
        query = "SELECT ecrn, position FROM identity WHERE number = ? AND type = coalesce(?, type)"
        row = self._db.execute(query, (number, kind)).fetchone()
        held = self.customer(row[0]) if row else None
        return (held, row[1]) if held and row else None

    def keep(
        self, sent: Mapping[str, Any], state: str = "active", *, ecrn: str = "", updated: str = ""
    ) -> str:
        """Store an application under a new number, or the one given, as of now or then; return the number."""
        ecrn = ecrn or "9" + "".join(secrets.choice("0123456789") for _ in range(15))
        updated = updated or time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".000000Z"
        values = (ecrn, state, json.dumps(_lean(sent)), updated)
        self._db.execute("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?)", values)
        for position, entry in enumerate(sent.get("id_details", [])):
            row = (str(entry.get("id_type")), entry.get("id_number"), position, ecrn)
            self._db.execute("INSERT OR REPLACE INTO identity VALUES (?, ?, ?, ?)", row)
        return ecrn

    def issue(self, kind: str, user: str, life: float, value: str = "") -> str:
        """Store a new token of that kind (access or refresh), or the one given, and return it."""
        value = value or secrets.token_urlsafe(48)
        self._db.execute("INSERT INTO token VALUES (?, ?, ?, ?, 0)", (value, kind, user, time.time() + life))
        return value

    def token(self, value: str) -> Token | None:
        """Return what is known of a token."""
        row = self._db.execute(
            "SELECT kind, user, expires, dead FROM token WHERE value = ?", (value,)
        ).fetchone()
        return Token(row[0], row[1], row[2], bool(row[3])) if row else None

    def newest(self, user: str) -> str:
        """Return the access token of a user that was issued last; '' if there is none."""
        query = "SELECT value FROM token WHERE user = ? AND kind = 'access' ORDER BY rowid DESC LIMIT 1"
        row = self._db.execute(query, (user,)).fetchone()
        return str(row[0]) if row else ""

    def token_expired(self, user: str, since: float) -> bool:
        """Tell whether an access token of a user has expired since that time."""
        query = "SELECT 1 FROM token WHERE user = ? AND kind = 'access' AND expires BETWEEN ? AND ?"
        return self._db.execute(query, (user, since, time.time())).fetchone() is not None

    def keep_newest(self, user: str, count: int) -> None:
        """Make every access token of a user worthless but for the newest ones."""
        access = "FROM token WHERE user = ? AND kind = 'access'"
        newest = f"SELECT rowid {access} ORDER BY rowid DESC LIMIT ?"
        dead = f"UPDATE token SET dead = 1 WHERE rowid IN (SELECT rowid {access}) AND rowid NOT IN ({newest})"  # noqa: S608 - our own words
        self._db.execute(dead, (user, user, count))

    def spend(self, value: str) -> None:
        """Make one token worthless."""
        self._db.execute("UPDATE token SET dead = 1 WHERE value = ?", (value,))

    def kill(self, user: str) -> None:
        """Make every token of a user worthless."""
        self._db.execute("UPDATE token SET dead = 1 WHERE user = ?", (user,))


def _lean(value: Any) -> Any:
    """Leave images out of what is stored: no answer gives them back."""
    if isinstance(value, dict):
        return {key: "" if key == "base64_data" else _lean(item) for key, item in value.items()}
    return [_lean(item) for item in value] if isinstance(value, list) else value
