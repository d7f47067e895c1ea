"""Runs over months, in SQLite or any database that SQLAlchemy reaches: what changed, and when."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from clausewise import labels, masking, tables
from clausewise.errors import ConfigurationError
from clausewise.model import secret_name

Row = dict[str, Any]

_VERSION = 2  # 1 had no labels and no causes
_OPTION = re.compile(r"\s*([^=;]+?)\s*=\s*(\{[^}]*\}|[^;]*)")  # of a driver's own connection string
_NOT_KEPT = ("fail", "unstable", "error", "waived")
_AT_ONCE = 500  # runs that are asked for at once
_TURNS, _TICK = 5, 0.1  # looks at a history that another one begins, and seconds between them
_WAIT = 30.0  # seconds for a database that another run is writing to
_TABLES = MetaData()
_FORMAT = Table("clausewise_format", _TABLES, Column("version", Integer, primary_key=True))
_RUNS = Table(
    "clausewise_runs",
    _TABLES,
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
)
_VERDICTS = Table(
    "clausewise_verdicts",
    _TABLES,
    Column("run", ForeignKey("clausewise_runs.id"), primary_key=True),
    Column("clause", String(300), primary_key=True, index=True),
    Column("verdict", String(16), nullable=False),
)
_OPERATIONS = Table(
    "clausewise_operations",
    _TABLES,
    Column("run", ForeignKey("clausewise_runs.id"), primary_key=True),
    Column("family", String(64), primary_key=True),
    Column("operation", String(128), primary_key=True),
    Column("exchanges", Integer, nullable=False),
    Column("p50", Float, nullable=False),
    Column("p95", Float, nullable=False),
    Column("max", Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class History:
    """A history that is open. Every method raises ConfigurationError where the database does not do it."""

    engine: Engine
    name: str
    hush: Callable[[str], str] = str

    @classmethod
    @contextmanager
    def at(cls, where: str) -> Iterator[Self]:
        """Open the history at a path (SQLite) or a database URL, made new where there is none."""
        history = cls(*_engine(where))
        try:
            with history._said():
                version = _prepared(history.engine)
            if version not in {None, 1, _VERSION}:
                raise ConfigurationError(
                    f"The history {history.name} is of version {version}, {_VERSION} was expected."
                )
            yield history
        finally:
            history.engine.dispose()

    def append(self, results: Mapping[str, Any]) -> None:
        """Put a run's results into the history, in place of what it holds of the same run."""
        run = results["run"]["id"]
        with self._said(), self.engine.begin() as made:
            for table in (_VERDICTS, _OPERATIONS):
                made.execute(delete(table).where(table.c.run == run))
            made.execute(delete(_RUNS).where(_RUNS.c.id == run))
            made.execute(insert(_RUNS).values(**_row(results)))
            verdicts = [
                {"run": run, "clause": row["id"], "verdict": str(row["verdict"])}
                for row in results["clauses"]
            ]
            operations = [
                {
                    "run": run,
                    **{key: row[key] for key in ("family", "operation", "exchanges")},
                    **row["milliseconds"],
                }
                for row in results["operations"]
            ]
            for table, rows in ((_VERDICTS, verdicts), (_OPERATIONS, operations)):
                if rows:
                    made.execute(insert(table), rows)

    def runs(self, target: str = "", last: int = 30, build: str = "") -> list[Row]:
        """Return the last runs, the newest last, each with how many clauses broke and were mended since.

        With a `build` none before its first run. Raises ConfigurationError where no run is of it.
        """
        asked = select(_RUNS).order_by(_RUNS.c.started.desc()).limit(last + 1)
        if target:
            asked = asked.where(_RUNS.c.target == target)
        if build:
            asked = asked.where(_RUNS.c.started >= self._begun(build, target))
        with self._said(), self.engine.connect() as made:
            held = [self._whole(dict(row)) for row in made.execute(asked).mappings()][::-1]
            for row in held:
                before = _before(held, row)
                row["broken"], row["mended"] = self._changed(made, before, row["id"]) if before else ([], [])
        return held[-last:]

    def of(self, targets: Sequence[str], since: str = "") -> list[Row]:
        """Return the runs on some targets since a moment, the newest last: what many are told by."""
        names = "id started target plan exit word counts share seconds exchanges labels causes".split()
        asked = select(*(_RUNS.c[name] for name in names)).where(_RUNS.c.started >= since)
        with self._said(), self.engine.connect() as made:
            rows = [
                self._whole(dict(row)) for row in made.execute(asked.order_by(_RUNS.c.started)).mappings()
            ]
        wanted = set(targets)
        return [row for row in rows if row["target"] in wanted]

    def not_kept(self, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the clauses that each of some runs did not find kept, with their verdicts."""
        held: dict[str, dict[str, str]] = {run: {} for run in ids}
        for some in _parts(ids):
            asked = select(_VERDICTS).where(_VERDICTS.c.run.in_(some), _VERDICTS.c.verdict.in_(_NOT_KEPT))
            with self._said(), self.engine.connect() as made:
                for row in made.execute(asked.order_by(_VERDICTS.c.clause)).mappings():
                    told = self._whole(dict(row), _VERDICTS)
                    held[told["run"]][told["clause"]] = told["verdict"]
        return held

    def paces(self, ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return the 95th percentile of each operation's times in each of some runs."""
        held: dict[str, dict[str, float]] = {run: {} for run in ids}
        of = _OPERATIONS.c
        for some in _parts(ids):
            asked = select(of.run, of.family, of.operation, of.p95).where(of.run.in_(some), of.exchanges > 0)
            with self._said(), self.engine.connect() as made:
                for run, family, operation, figure in made.execute(asked):
                    held[run][f"{family} {operation}"] = float(figure)
        return held

    def clause(self, clause: str, target: str = "") -> list[Row]:
        """Return the verdicts of a clause over all runs, the newest last."""
        asked = (
            select(_RUNS.c.id, _RUNS.c.started, _RUNS.c.target, _RUNS.c.labels, _VERDICTS.c.verdict)
            .join(_VERDICTS, _VERDICTS.c.run == _RUNS.c.id)
            .where(_VERDICTS.c.clause == clause)
            .order_by(_RUNS.c.started)
        )
        if target:
            asked = asked.where(_RUNS.c.target == target)
        with self._said(), self.engine.connect() as made:
            return [self._whole(dict(row)) for row in made.execute(asked).mappings()]

    def restless(self, target: str = "", last: int = 30) -> list[Row]:
        """Return the clauses that changed their verdict in the last runs, the most restless first."""
        ids = [row["id"] for row in self.runs(target, last)]
        count = func.count(func.distinct(_VERDICTS.c.verdict))
        asked = (
            select(_VERDICTS.c.clause, count.label("verdicts"))
            .where(_VERDICTS.c.run.in_(ids))
            .group_by(_VERDICTS.c.clause)
            .having(count > 1)
            .order_by(count.desc(), _VERDICTS.c.clause)
        )
        with self._said(), self.engine.connect() as made:
            return [dict(row) for row in made.execute(asked).mappings()]

    def broken(self, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the verdicts by run of each clause that was not kept in one of some runs."""
        bad = select(_VERDICTS.c.clause).where(_VERDICTS.c.run.in_(ids), _VERDICTS.c.verdict.in_(_NOT_KEPT))
        asked = select(_VERDICTS.c.clause, _VERDICTS.c.run, _VERDICTS.c.verdict).where(
            _VERDICTS.c.run.in_(ids), _VERDICTS.c.clause.in_(bad)
        )
        held: dict[str, dict[str, str]] = {}
        with self._said(), self.engine.connect() as made:
            for row in made.execute(asked.order_by(_VERDICTS.c.clause)).mappings():
                told = self._whole(dict(row), _VERDICTS)
                held.setdefault(told["clause"], {})[told["run"]] = told["verdict"]
        return held

    def times(self, ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return the 95th percentiles by run of each operation that was called in one of some runs."""
        named = (_OPERATIONS.c.family, _OPERATIONS.c.operation)
        asked = select(*named, _OPERATIONS.c.run, _OPERATIONS.c.p95).where(
            _OPERATIONS.c.run.in_(ids), _OPERATIONS.c.exchanges > 0
        )
        held: dict[str, dict[str, float]] = {}
        with self._said(), self.engine.connect() as made:
            for row in made.execute(asked.order_by(*named)).mappings():
                told = self._whole(dict(row), _OPERATIONS)
                held.setdefault(f"{told['family']} {told['operation']}", {})[told["run"]] = told["p95"]
        return held

    def _begun(self, build: str, target: str) -> str:
        """Return when the first run of a build started."""
        asked = select(_RUNS.c.started, _RUNS.c.target, _RUNS.c.labels).order_by(_RUNS.c.started)
        with self._said(), self.engine.connect() as made:
            for row in map(self._whole, map(dict, made.execute(asked).mappings())):
                if row["labels"].get("build") == build and target in {"", row["target"]}:
                    return str(row["started"])
        raise ConfigurationError(
            f"The history {self.name} has no run of the build {tables.shown(build)}; a run is told "
            f"its own by --label build=..., or by the CI server."
        )

    def _changed(self, made: Any, before: str, after: str) -> tuple[list[str], list[str]]:
        """Return the clauses that failed in the later run only, and in the earlier one only."""
        broken = {}
        for run in (before, after):
            asked = select(_VERDICTS.c.clause).where(_VERDICTS.c.run == run, _VERDICTS.c.verdict == "fail")
            broken[run] = set(made.scalars(asked))
        return sorted(broken[after] - broken[before]), sorted(broken[before] - broken[after])

    def _whole(self, row: Row, *held: Table) -> Row:
        """Return a row whose every value is of its column's type: SQLite holds anything anywhere."""
        if "labels" in row:
            row["labels"] = {} if row["labels"] is None else row["labels"]
        for name, value in row.items():
            table = next(it for it in (*held, _RUNS, _VERDICTS) if name in it.c)
            kind = table.c[name].type.python_type
            unknown = value is None and name == "causes"
            sound = unknown or isinstance(value, int | float if kind is float else kind)
            sound = sound and (name != "labels" or all(isinstance(it, str) for it in value.values()))
            if not sound or (name == "counts" and not {"pass", "fail"} <= set(value)):
                shown = tables.shown(repr(value))
                raise ConfigurationError(f"The history {self.name} holds a run whose {name} is {shown}.")
        return row | ({"name": labels.name(row["labels"])} if "labels" in row else {})

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say in one sentence what the database has against something."""
        try:
            yield
        except (SQLAlchemyError, ValueError, TypeError, OverflowError) as bad:  # the last three from a driver
            why = self.hush(tables.shown(getattr(bad, "orig", None) or bad))
            raise ConfigurationError(f"The history {self.name} cannot be used: {why}.") from bad


def _engine(where: str) -> tuple[Engine, str, Callable[[str], str]]:
    url = where if "://" in where else f"sqlite:///{where}"
    hush = partial(masking.plain, secrets=set(_secrets(url)))
    try:
        parsed = make_url(url)
        shown = hush(parsed.render_as_string(hide_password=True))
        waits = {"connect_args": {"timeout": _WAIT}} if parsed.get_backend_name() == "sqlite" else {}
        return create_engine(parsed, **waits), shown, hush
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError, TypeError) as bad:
        name = tables.shown(hush(where).rpartition("@")[2])
        why = hush(tables.shown(bad))
        raise ConfigurationError(
            f"The history {name!r} cannot be opened ({why}); write a path for SQLite, or a URL such as "
            f"postgresql+psycopg://host/name, with its driver installed."
        ) from bad


def _secrets(url: str) -> Iterator[str]:
    """Yield what a database URL holds that nobody may see: its password, and those in its options."""
    bare, _, query = url.partition("?")
    before, at, _ = bare.rpartition("@")
    if at:
        yield from (told for told in (before.rpartition(":")[2], unquote(before.rpartition(":")[2])) if told)
    for name, value in parse_qsl(query, keep_blank_values=True, separator="&"):
        pairs = _OPTION.findall(value) if "=" in value else [(name, value)]
        yield from (held.strip("{}") for key, held in pairs if held and secret_name(key))


def needed(results: Mapping[str, Any]) -> Row:
    """Return what `append` takes of a run's results, which is little of them."""
    clauses = [{"id": row["id"], "verdict": row["verdict"]} for row in results["clauses"]]
    causes = [{"colour": cause["colour"]} for cause in results["causes"]]
    operations = [
        {key: row[key] for key in ("family", "operation", "exchanges", "milliseconds")}
        for row in results["operations"]
    ]
    whole = ("run", "target", "outcome", "suite", "counts", "exercised")
    told = {key: results[key] for key in whole}
    return told | {"clauses": clauses, "causes": causes, "operations": operations}


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield a few ids at a time: databases bound how many values a question may have."""
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]


def _row(results: Mapping[str, Any]) -> Row:
    run, target, outcome = results["run"], results["target"], results["outcome"]
    return {
        "id": run["id"],
        "started": run["started"],
        "target": target["name"],
        "environment": target["environment"],
        "documents": {family: known["document"] for family, known in target["families"].items()},
        "suite": results["suite"]["version"],
        "plan": run["plan"],
        "exit": outcome["exit"],
        "word": outcome["word"],
        "counts": results["counts"],
        "share": results["exercised"]["share"],
        "seconds": run["seconds"],
        "exchanges": run["exchanges"],
        "labels": dict(run["labels"]),
        "causes": sum(cause["colour"] == "red" for cause in results["causes"]),
    }


def _prepared(engine: Engine) -> int | None:
    """Make the tables where there are none, and bring older ones up to date; return which version was there.

    Of several that begin a history at once one is the first, and the others look again.
    """
    for turn in range(_TURNS):
        try:
            _TABLES.create_all(engine)
            with engine.begin() as made:
                version: int | None = made.scalar(select(_FORMAT.c.version))
                if version is None:
                    made.execute(insert(_FORMAT).values(version=_VERSION))
                if version == 1:
                    _grow(made)
                return version
        except (IntegrityError, ProgrammingError, OperationalError):
            if turn == _TURNS - 1:
                raise
            time.sleep(_TICK * (turn + 1))
    return None


def _grow(made: Connection) -> None:
    """Give a history of version 1 what it lacks."""
    known = {column["name"] for column in inspect(made).get_columns(_RUNS.name)}
    for name, kind in (("labels", "JSON"), ("causes", "INTEGER")):
        if name not in known:
            made.execute(text(f"ALTER TABLE {_RUNS.name} ADD COLUMN {name} {kind}"))
    made.execute(update(_FORMAT).values(version=_VERSION))


def _before(held: list[Row], row: Row) -> str:
    """Return the run before another one of the same target; '' where there is none."""
    earlier = [known["id"] for known in held if known["target"] == row["target"]]
    at = earlier.index(row["id"])
    return str(earlier[at - 1]) if at else ""
