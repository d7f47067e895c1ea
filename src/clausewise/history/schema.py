"""The tables of a history, and how one that was begun by an older clausewise grows: by Alembic's scripts.

Which version a history is of stands in a table of one number, so that a client knows it at once, an older one
refuses it, and Alembic is imported only where something is to be done.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

VERSION = 3  # 1 had no labels and no causes; 2 kept a row for each clause of each run
REVISION = "clausewise_revision"  # Alembic's own table: a team's database may hold others' as well
SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x636C6175736577  # PostgreSQL's advisory lock of those who let a history grow
_ALEMBIC = threading.Lock()  # its context is one for the whole process
TABLES = MetaData()
FORMAT = Table("clausewise_format", TABLES, Column("version", Integer, primary_key=True))
NAMES = Table(
    "clausewise_names",
    TABLES,
    Column("digest", String(64), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)
RUNS = Table(
    "clausewise_runs",
    TABLES,
    Column("id", String(160), primary_key=True),
    Column("started", String(40), nullable=False, index=True),
    Column("target", String(64), nullable=False, index=True),
    Column("environment", String(16), nullable=False),
    Column("documents", JSON, nullable=False),
    Column("suite", String(32), nullable=False),
    Column("plan", String(16), nullable=False),
    Column("exit", Integer, nullable=False),
    Column("word", String(64), nullable=False),
    Column("counts", JSON, nullable=False),
    Column("share", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("exchanges", Integer, nullable=False),
    Column("labels", JSON),
    Column("causes", Integer),  # that are red; not known of a run of version 1
    Column("clauses", String(64), nullable=False),  # the digest of their names
    Column("verdicts", LargeBinary, nullable=False),
    Column("operations", String(64), nullable=False),  # the digest of their names
    Column("figures", LargeBinary, nullable=False),
)


def version(made: Connection) -> Any:
    """Return which version a history is of; None where it was not begun, or its beginner died."""
    return made.scalar(select(FORMAT.c.version)) if inspect(made).has_table(FORMAT.name) else None


def prepared(engine: Engine) -> Any:
    """Begin a history where there is none, let an older one grow; return which version it is of now.

    Of several that come at once one does it, and the others wait for it. A newer one is left as it is.
    """
    with engine.connect() as made:
        known = version(made)
    if known is not None and not (isinstance(known, int) and known < VERSION):
        return known
    with _ALEMBIC, _alone(engine) as made:
        known = version(made)
        if known is None or (isinstance(known, int) and known < VERSION):
            _grow(made, known)
        else:
            return known  # another one was quicker
    if known is not None and engine.dialect.name == "sqlite":
        with (
            suppress(OperationalError),
            engine.connect() as made,
        ):  # its file shrinks where nobody else reads it
            made.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
    return VERSION


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that is the only one of its kind, and that takes new tables back where it fails."""
    with engine.connect() as made:
        if engine.dialect.name == "sqlite":
            made.execution_options(
                isolation_level="AUTOCOMMIT"
            )  # Python's driver begins none for a new table
        with made.begin():
            if engine.dialect.name == "sqlite":
                made.exec_driver_sql("BEGIN IMMEDIATE")
            if engine.dialect.name == "postgresql":
                made.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield made


def _grow(made: Connection, known: int | None) -> None:
    """Run the scripts that a history lacks."""
    command, bad = resolve_name("alembic.command"), resolve_name("alembic.util:CommandError")
    config = resolve_name("alembic.config:Config")()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = made
    try:
        if inspect(made).has_table(RUNS.name) and not inspect(made).has_table(REVISION):
            command.stamp(config, str(known or 1))
        command.upgrade(config, str(VERSION))
    except bad as said:
        raise ValueError(str(said)) from said
    if made.execute(update(FORMAT).values(version=VERSION)).rowcount == 0:
        made.execute(insert(FORMAT).values(version=VERSION))
