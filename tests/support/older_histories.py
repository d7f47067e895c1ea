"""Histories that older code wrote, for both kinds of database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clausewise.history import _engine

OLD = Path(__file__).with_name("histories")
KINDS = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def older(where, name):
    """Fill an empty database with what an older clausewise wrote into it."""
    kind = "postgresql" if "://" in where else "sqlite"
    script = (OLD / f"{name}.{kind}.sql").read_text("utf-8")
    if kind == "sqlite":
        with closing(sqlite3.connect(where)) as made:
            made.executescript(script)
        return
    engine, *_ = _engine(where)
    with engine.begin() as made:
        raw = made.connection.dbapi_connection
        assert raw
        raw.cursor().execute(script)
    engine.dispose()
