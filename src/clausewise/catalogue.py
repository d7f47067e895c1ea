"""Clauses, discrepancies and defects that people write by hand, in TOML.

The catalogue is handed the clauses that a contract states, adds those of `clauses.toml`, and refuses
what does not hang together: a clause id twice, or a discrepancy or defect about a clause nobody knows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from clausewise.errors import ConfigurationError
from clausewise.model import (
    Clause,
    Defect,
    Discrepancy,
    Freedom,
    Kind,
    Observability,
    RoleNeed,
    Source,
    Standing,
    among,
)

_EMPTY: Mapping[str, Any] = {"minItems": [], "minLength": ""}
_ANYWHERE = {"status", "steps", "switch"}  # bends that need no field
_LINE = re.compile(r"[a-z0-9.-]+:\d+")  # a document and a line of it
_NO_STATUS = 299  # an HTTP status that no document gives

Entry = TypeVar("Entry", Clause, Discrepancy, Defect, Freedom)

# A value of the same JSON type that no facet of the documents allows.
_BAD_TEXT = "\u00a7 not as documented \u00a7"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a family's data says beside its contract, keyed by permanent id.

    `open` are the ids of those defects that no test catches yet.
    """

    clauses: Mapping[str, Clause]
    discrepancies: Mapping[str, Discrepancy]
    defects: Mapping[str, Defect]
    freedoms: Mapping[str, Freedom]
    open: tuple[str, ...] = ()


def load(
    folder: Path, family: str, stated: Iterable[Clause], document: str = "", *, vouched: bool = False
) -> Catalogue:
    """Read a family's folder; `stated` are the clauses of its contract.

    What is asked and shown in the form of an overlay is inferred, unless its owner has `vouched` for that.
    With a `document`, only the clauses that this document states are kept. Raises ConfigurationError
    naming file and id where an entry is malformed, doubled, or speaks of an unknown clause.
    """
    every = _unique([*stated, *_clauses(folder / "clauses.toml", family)], folder)
    bare = set() if vouched else {key for key, clause in every.items() if clause.form}
    clauses = every | {key: replace(every[key], standing=Standing.INFERRED) for key in bare}
    discrepancies = _unique(_discrepancies(folder / "discrepancies.toml", family), folder)
    kept = {key: clause for key, clause in clauses.items() if not document or document in clause.documents}
    defects = _unique(_defects(folder / "defects.toml", kept, whole=not document), folder)
    globs = _read(folder / "defects.toml").get("open", [])
    return Catalogue(
        clauses=kept,
        discrepancies=discrepancies,
        defects=defects,
        freedoms=_unique(_freedoms(folder, family, kept.values()), folder),
        open=tuple(name for name in defects if among(name, globs)),
    )


def roles(path: Path) -> list[RoleNeed]:
    """Read the roles that a family's tests need: fixtures, credentials, fault hooks."""
    return [_role(entry) for entry in _entries(path, "role")]


def _role(entry: Mapping[str, Any]) -> RoleNeed:
    try:
        return RoleNeed(
            id=entry["id"],
            says=entry["says"],
            unlocks=entry["unlocks"],
            template=entry["template"],
            keys=tuple(entry.get("keys", ())),
            documents=tuple(entry.get("documents", ())),
            probes=tuple(entry.get("probes", ())),
            shows=tuple(entry.get("shows", ())),
            otherwise=entry.get("otherwise", ""),
        )
    except KeyError as bad:
        raise ConfigurationError(f"{entry['_where']}: {_malformed(bad)}") from bad


def _unique(entries: Iterable[Entry], folder: Path) -> dict[str, Entry]:
    seen: dict[str, Entry] = {}
    for entry in entries:
        if entry.id in seen:
            what = type(entry).__name__.lower()
            raise ConfigurationError(f"{folder}: the {what} id {entry.id!r} stands twice; ids are unique.")
        seen[entry.id] = entry
    return seen


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {bad}") from bad


def _entries(path: Path, table: str) -> Iterator[dict[str, Any]]:
    for position, entry in enumerate(_read(path).get(table, []), 1):
        yield {"_where": f"{path}, [[{table}]] {entry.get('id', position)!s}", **entry}


def _clauses(path: Path, family: str) -> Iterator[Clause]:
    for entry in _entries(path, "clause"):
        try:
            sources = tuple(Source(**source) for source in entry["sources"])
            yield Clause(
                id=entry["id"],
                family=family,
                kind=Kind(entry["kind"]),
                standing=Standing(entry["standing"]),
                observability=Observability(entry.get("observability", "black-box")),
                statement=entry["statement"],
                sources=sources,
                documents=tuple(entry.get("documents", dict.fromkeys(source.document for source in sources))),
                operation=entry.get("operation", ""),
                needs=tuple(entry.get("needs", ())),
                discrepancies=tuple(entry.get("discrepancies", ())),
                reason=entry.get("reason", ""),
                form=entry.get("form", ""),
            )
        except (KeyError, TypeError, ValueError) as bad:
            raise ConfigurationError(f"{entry['_where']}: {_malformed(bad)}") from bad


def _discrepancies(path: Path, family: str) -> Iterator[Discrepancy]:
    for entry in _entries(path, "discrepancy"):
        try:
            yield Discrepancy(
                id=entry["id"],
                family=family,
                summary=entry["summary"],
                readings=entry["readings"],
                ruling=entry["ruling"],
                clauses=tuple(entry.get("clauses", ())),
                sources=tuple(Source(**source) for source in entry.get("sources", ())),
                accepts=tuple(entry.get("accepts", entry["readings"])),
                inert=entry.get("inert", ""),
            )
        except (KeyError, TypeError) as bad:
            raise ConfigurationError(f"{entry['_where']}: {_malformed(bad)}") from bad


def _malformed(error: Exception) -> str:
    return f"the key {error} is missing" if isinstance(error, KeyError) else str(error)


def _defects(path: Path, clauses: Mapping[str, Clause], *, whole: bool) -> Iterator[Defect]:
    """Yield the defects of the clauses given; only in a whole catalogue is an unknown clause a mistake."""
    for entry in _entries(path, "defect"):
        if whole and entry.get("clause") not in clauses:
            raise ConfigurationError(f"{entry['_where']}: no clause has the id {entry.get('clause')!r}.")
        if entry.get("clause") in clauses:
            yield Defect(entry["id"], entry["clause"], _bend(entry), tuple(entry.get("also", ())))
    for sweep in _entries(path, "sweep"):
        yield from _sweep(sweep, clauses, whole=whole)


def _freedoms(folder: Path, family: str, clauses: Iterable[Clause]) -> Iterator[Freedom]:
    """Yield the freedoms of a family, those of a sweep for each operation."""
    for entry in _entries(folder / "freedoms.toml", "freedom"):
        yield _freedom(entry)
    known = dict.fromkeys((clause.operation, clause.outcome) for clause in clauses if clause.operation)
    for sweep in _entries(folder / "freedoms.toml", "sweep"):
        yield from _swept_freedoms(sweep, family, known)


def _swept_freedoms(
    sweep: Mapping[str, Any], family: str, known: Iterable[tuple[str, str]]
) -> Iterator[Freedom]:
    """Expand one sweep into a freedom for each operation that it names and that has its outcome."""
    outcome = sweep.get("outcome", "*")
    having = dict.fromkeys(name for name, its in known if outcome in {"*", its})
    for operation in having:
        if among(operation, sweep.get("operations", ["*"])) and not among(operation, sweep.get("except", [])):
            entry = {
                **sweep,
                "id": f"{sweep['prefix']}:{family}.{operation}",
                "answer": f"{operation}.{outcome}",
            }
            entry["guesses"] = [glob.replace("{operation}", operation) for glob in sweep.get("guesses", ())]
            if "switch" in sweep:
                entry["switch"] = sweep["switch"].replace("{operation}", operation)
            yield _freedom(entry)


def _freedom(entry: Mapping[str, Any]) -> Freedom:
    try:
        return Freedom(
            entry["id"],
            entry["why"],
            _bend(entry),
            discrepancy=entry.get("discrepancy", ""),
            reading=entry.get("reading", ""),
            choice=entry.get("choice", ""),
            guesses=tuple(entry.get("guesses", ())),
            slow=tuple(entry.get("slow", ())),
            rests_on=_rest(entry),
        )
    except KeyError as bad:
        raise ConfigurationError(f"{entry['_where']}: {_malformed(bad)}") from bad


def _rest(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines that a freedom rests on; none for the word silence. Raises ConfigurationError."""
    given = entry.get("rests_on", ())
    if given == "silence":
        return ()
    if not given or not all(_LINE.fullmatch(str(line)) for line in given):
        raise ConfigurationError(
            f'{entry["_where"]}: rests_on is "silence" or a list of lines, each as "document:line".'
        )
    return tuple(given)


def _bend(entry: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {
        "answer",
        "bend",
        "switch",
        "refuse",
        "pointer",
        "with",
        "value",
        "when",
        "busy_every",
        "lag",
        "reads",
    }
    return {key: value for key, value in entry.items() if key in wanted}


def _sweep(sweep: Mapping[str, Any], clauses: Mapping[str, Clause], *, whole: bool) -> Iterator[Defect]:
    """Expand one sweep into a defect for each clause that it names, or for what it says that this `breaks`.

    A field whose type is a facet is not retyped: that would break the facet's clause, not the field's.
    """
    bend = sweep["bend"]
    for clause in clauses.values():
        placed = clause.pointer or bend in _ANYWHERE
        seen = placed and clause.observability is not Observability.NOT_OBSERVABLE
        loose = bend == "retype" and f"{clause.id}.type" in clauses
        if clause.kind == sweep["kind"] and _named(clause.id, sweep) and seen and not loose:
            more = {key: sweep[key] for key in ("with", "value", "when") if key in sweep}
            broken = sweep.get("breaks", clause.id).replace("{operation}", clause.operation)
            if whole and broken not in clauses:
                raise ConfigurationError(f"{sweep['_where']}: no clause has the id {broken!r}.")
            if broken in clauses:
                bent = _swept(clause, sweep) | more
                yield Defect(f"{sweep['prefix']}:{clause.id}", broken, bent, tuple(sweep.get("also", ())))


def _named(clause: str, sweep: Mapping[str, Any]) -> bool:
    return among(clause, sweep["clauses"]) and not among(clause, sweep.get("except", ()))


def _swept(clause: Clause, sweep: Mapping[str, Any]) -> dict[str, Any]:
    bend = sweep["bend"]
    if bend == "refuse":
        return {"refuse": clause.operation, "pointer": clause.pointer}
    if bend == "switch":
        return {"switch": sweep["switch"].replace("{operation}", clause.operation)}
    answer = f"{clause.operation}.{clause.outcome or '*'}"
    if bend == "steps":
        return {"answer": answer, "bend": sweep["steps"]}
    if bend == "set":
        return {"answer": answer, "bend": [{"set": clause.pointer, "to": sweep["to"]}]}
    step: dict[str, Any] = {bend: sweep.get("to", _NO_STATUS) if bend == "status" else clause.pointer}
    if bend == "break-facet":
        step = {"drop": clause.pointer} if clause.keyword == "required" else _broken(clause)
    return {"answer": answer, "bend": [step]}


def _broken(clause: Clause) -> dict[str, Any]:
    if clause.keyword in _EMPTY:
        return {"set": clause.pointer, "to": _EMPTY[clause.keyword]}
    return {"set": clause.pointer, "to": _BAD_TEXT * (200 if clause.keyword == "maxLength" else 1)}
