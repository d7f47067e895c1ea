"""Runs over months, in SQLite or any database that SQLAlchemy reaches: what changed, and when."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

from sqlalchemy import Column, Connection, Engine, create_engine, delete, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from clausewise import input_files, labels, masking
from clausewise.errors import ConfigurationError
from clausewise.history import packing, schema
from clausewise.model import secret_name

Row = dict[str, Any]

_OPTION = re.compile(r"\s*([^=;]+?)\s*=\s*(\{[^}]*\}|[^;]*)")  # of a driver's own connection string
_NOT_KEPT = ("fail", "unstable", "error", "waived")
_AT_ONCE = 500  # runs that are asked for at once
_WAIT = 30.0  # seconds for a database that another run is writing to
_RUNS = schema.RUNS
_PACKED = ("clauses", "verdicts", "operations", "figures")
_TOLD = [it for it in _RUNS.c if it.name not in _PACKED]


@dataclass(frozen=True, slots=True)
class History:
    """A history that is open. Every method raises ConfigurationError where the database does not do it."""

    engine: Engine
    name: str
    hush: Callable[[str], str] = str
    _lists: dict[str, list[Any]] = field(default_factory=dict, repr=False)  # names, by their digests

    @classmethod
    @contextmanager
    def at(cls, where: str) -> Iterator[Self]:
        """Open the history at a path (SQLite) or a database URL, made new where there is none.

        One that an older clausewise made grows first; one of a newer one is refused.
        """
        history = cls(*_engine(where))
        try:
            with history._said():
                version = schema.prepared(history.engine)
            history._expect(version)
            yield history
        finally:
            history.engine.dispose()

    def append(self, results: Mapping[str, Any]) -> None:
        """Put a run's results into the history, in place of what it holds of the same run."""
        row = _row(results)
        with self._said():
            clauses, row["verdicts"] = packing.verdicts(
                {clause["id"]: str(clause["verdict"]) for clause in results["clauses"]}
            )
            operations, row["figures"] = packing.figures(dict(map(_figures, results["operations"])))
            row |= {"clauses": self._kept(clauses), "operations": self._kept(operations)}
            with self.engine.begin() as made:
                made.execute(delete(_RUNS).where(_RUNS.c.id == row["id"]))
                # Shared, so that no newer client lets the history grow before this run is in it.
                self._expect(made.scalar(select(schema.FORMAT.c.version).with_for_update(read=True)))
                made.execute(insert(_RUNS).values(**row))

    def runs(self, target: str = "", last: int = 30, build: str = "") -> list[Row]:
        """Return the last runs, the newest last, each with how many clauses broke and were mended since.

        With a `build` none before its first run. Raises ConfigurationError where no run is of it.
        """
        asked = select(*_TOLD).order_by(_RUNS.c.started.desc(), _RUNS.c.id.desc()).limit(last + 1)
        if target:
            asked = asked.where(_RUNS.c.target == target)
        if build:
            asked = asked.where(_RUNS.c.started >= self._begun(build, target))
        with self._said(), self.engine.connect() as made:
            held = [self._whole(dict(row)) for row in made.execute(asked).mappings()][::-1]
        fails = {run: set(told) for run, told in self._found([row["id"] for row in held], {"fail"})}
        for row in held:
            now, then = fails[row["id"]], fails.get(_before(held, row))
            row["broken"] = [] if then is None else sorted(now - then)
            row["mended"] = [] if then is None else sorted(then - now)
        return held[-last:]

    def of(self, targets: Sequence[str], since: str = "") -> list[Row]:
        """Return the runs on some targets since a moment, the newest last: what many are told by."""
        names = "id started target plan exit word counts share seconds exchanges labels causes".split()
        asked = select(*(_RUNS.c[name] for name in names)).where(_RUNS.c.started >= since)
        asked = asked.order_by(_RUNS.c.started, _RUNS.c.id)
        with self._said(), self.engine.connect() as made:
            rows = [self._whole(dict(row)) for row in made.execute(asked).mappings()]
        wanted = set(targets)
        return [row for row in rows if row["target"] in wanted]

    def not_kept(self, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the clauses that each of some runs did not find kept, with their verdicts."""
        held: dict[str, dict[str, str]] = {run: {} for run in ids}
        held |= self._found(ids, set(_NOT_KEPT))
        return held

    def paces(self, ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return the 95th percentile of each operation's times in each of some runs."""
        held: dict[str, dict[str, float]] = {run: {} for run in ids}
        for run, operations, figures in self._timed(ids):
            told = zip(operations, figures, strict=True)
            held[run] = {f"{family} {name}": float(row[2]) for (family, name), row in told if row[0] > 0}
        return held

    def clause(self, clause: str, target: str = "") -> list[Row]:
        """Return the verdicts of a clause over all runs, the newest last."""
        names = ("id", "started", "target", "labels", "clauses", "verdicts")
        asked = select(*(_RUNS.c[name] for name in names)).order_by(_RUNS.c.started, _RUNS.c.id)
        if target:
            asked = asked.where(_RUNS.c.target == target)
        held, places = list[Row](), dict[str, int]()
        with self._said(), self.engine.connect() as made:
            for row in map(dict, made.execute(asked).mappings()):
                digest, packed = row.pop("clauses"), row.pop("verdicts")
                clauses = self._names(made, digest)
                if digest not in places:
                    places[digest] = clauses.index(clause) if clause in clauses else -1
                if places[digest] >= 0:
                    words, letters = packing.read_verdicts(packed, len(clauses))
                    held.append(self._whole(row) | {"verdict": words[letters[places[digest]]]})
        return held

    def restless(self, target: str = "", last: int = 30) -> list[Row]:
        """Return the clauses that changed their verdict in the last runs, the most restless first."""
        seen: defaultdict[str, set[str]] = defaultdict(set)
        for _, clauses, words, letters in self._judged([row["id"] for row in self.runs(target, last)]):
            for clause, letter in zip(clauses, letters, strict=True):
                seen[clause].add(words[letter])
        found = [
            {"clause": clause, "verdicts": len(known)} for clause, known in seen.items() if len(known) > 1
        ]
        return sorted(found, key=lambda row: (-row["verdicts"], row["clause"]))

    def broken(self, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the verdicts by run of each clause that was not kept in one of some runs."""
        bad = {clause for _, told in self._found(ids, set(_NOT_KEPT)) for clause in told}
        held: dict[str, dict[str, str]] = {clause: {} for clause in sorted(bad)}
        for run, clauses, words, letters in self._judged(ids):
            for clause, letter in zip(clauses, letters, strict=True):
                if clause in held:
                    held[clause][run] = words[letter]
        return held

    def times(self, ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return the 95th percentiles by run of each operation that was called in one of some runs."""
        held: dict[tuple[str, str], dict[str, float]] = {}
        for run, operations, figures in self._timed(ids):
            for (family, name), row in zip(operations, figures, strict=True):
                if row[0] > 0:
                    held.setdefault((family, name), {})[run] = float(row[2])
        return {f"{family} {name}": held[family, name] for family, name in sorted(held)}

    def _found(self, ids: Sequence[str], verdicts: set[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield of each run the clauses that it found to be one of some verdicts."""
        for run, clauses, words, letters in self._judged(ids):
            wanted = {letter: word for letter, word in words.items() if word in verdicts}
            at = [place for place, letter in enumerate(letters) if letter in wanted] if wanted else []
            yield run, {clauses[place]: wanted[letters[place]] for place in at}

    def _judged(self, ids: Sequence[str]) -> Iterator[tuple[str, list[str], dict[str, str], str]]:
        """Yield runs with their clauses, a letter for the verdict on each, and the letters' words."""
        with self._said():
            for made, run, digest, packed in self._packed(ids, _RUNS.c.clauses, _RUNS.c.verdicts):
                clauses = self._names(made, digest)
                yield run, clauses, *packing.read_verdicts(packed, len(clauses))

    def _timed(self, ids: Sequence[str]) -> Iterator[tuple[str, list[Any], list[packing.Figures]]]:
        """Yield runs with their operations (family, name), and the figures of each."""
        with self._said():
            for made, run, digest, packed in self._packed(ids, _RUNS.c.operations, _RUNS.c.figures):
                operations = self._names(made, digest)
                yield run, operations, packing.read_figures(packed, len(operations))

    def _packed(
        self, ids: Sequence[str], *columns: Column[Any]
    ) -> Iterator[tuple[Connection, str, str, bytes]]:
        """Yield two columns of some runs, in the order of these."""
        for some in _parts(ids):
            with self.engine.connect() as made:
                asked = select(_RUNS.c.id, *columns).where(_RUNS.c.id.in_(some))
                held = {row[0]: row for row in made.execute(asked)}
                for run in some:
                    if run in held:
                        yield made, run, held[run][1], held[run][2]

    def _names(self, made: Connection, digest: str) -> list[Any]:
        """Return a list of names by its digest; ValueError where the history lacks it."""
        if digest not in self._lists:
            packed = made.scalar(select(schema.NAMES.c.packed).where(schema.NAMES.c.digest == digest))
            if packed is None:
                raise ValueError(f"the list of names {input_files.shown(str(digest))} is gone")
            self._lists[digest] = packing.read_names(digest, packed)
        return self._lists[digest]

    def _kept(self, names: list[Any]) -> str:
        """Keep a list of names, if the history has it not; return its digest."""
        digest, told = packing.names(names)
        of = schema.NAMES
        with self.engine.connect() as made:
            there = made.scalar(select(of.c.digest).where(of.c.digest == digest))
        if there is None:
            try:
                with self.engine.begin() as made:
                    made.execute(insert(of).values(digest=digest, packed=packing.pack(told)))
            except IntegrityError:
                pass  # another run kept it meanwhile
        return digest

    def _expect(self, version: Any) -> None:
        if version != schema.VERSION:
            newer = isinstance(version, int) and version > schema.VERSION
            hint = ": a newer clausewise made it so, install that one" if newer else ""
            raise ConfigurationError(
                f"The history {self.name} is of version {input_files.shown(str(version))}, "
                f"{schema.VERSION} was expected{hint}."
            )

    def _begun(self, build: str, target: str) -> str:
        """Return when the first run of a build started."""
        asked = select(_RUNS.c.started, _RUNS.c.target, _RUNS.c.labels).order_by(_RUNS.c.started)
        with self._said(), self.engine.connect() as made:
            for row in map(self._whole, map(dict, made.execute(asked).mappings())):
                if row["labels"].get("build") == build and target in {"", row["target"]}:
                    return str(row["started"])
        raise ConfigurationError(
            f"The history {self.name} has no run of the build {input_files.shown(build)}; a run is told "
            f"its own by --label build=..., or by the CI server."
        )

    def _whole(self, row: Row) -> Row:
        """Return a row whose every value is of its column's type: SQLite holds anything anywhere."""
        if "labels" in row:
            row["labels"] = {} if row["labels"] is None else row["labels"]
        for name, value in row.items():
            kind = _RUNS.c[name].type.python_type
            unknown = value is None and name == "causes"
            sound = unknown or isinstance(value, int | float if kind is float else kind)
            sound = sound and (name != "labels" or all(isinstance(it, str) for it in value.values()))
            if not sound or (name == "counts" and not {"pass", "fail"} <= set(value)):
                shown = input_files.shown(repr(value))
                raise ConfigurationError(f"The history {self.name} holds a run whose {name} is {shown}.")
        return row | ({"name": labels.name(row["labels"])} if "labels" in row else {})

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say in one sentence what the database has against something."""
        try:
            yield
        except (
            SQLAlchemyError,
            ValueError,
            TypeError,
            OverflowError,
        ) as bad:  # a driver's own, and packing's
            why = self.hush(input_files.shown(getattr(bad, "orig", None) or bad))
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
        name = input_files.shown(hush(where).rpartition("@")[2])
        why = hush(input_files.shown(bad))
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
    record = {key: results[key] for key in whole}
    return record | {"clauses": clauses, "causes": causes, "operations": operations}


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


def _figures(row: Mapping[str, Any]) -> tuple[tuple[str, str], packing.Figures]:
    took = row["milliseconds"]
    return (row["family"], row["operation"]), (row["exchanges"], took["p50"], took["p95"], took["max"])


def _before(held: list[Row], row: Row) -> str:
    """Return the run before another one of the same target; '' where there is none."""
    earlier = [known["id"] for known in held if known["target"] == row["target"]]
    at = earlier.index(row["id"])
    return str(earlier[at - 1]) if at else ""
