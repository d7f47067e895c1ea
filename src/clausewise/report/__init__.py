"""Draws a run's results: JUnit, Markdown and HTML files, and what a terminal shows.

Everything is drawn from the results alone, so that any old run can be drawn again; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import Any

from clausewise import files, input_files, journal, package_data
from clausewise.errors import ConfigurationError
from clausewise.report import findings, junit, pages, traceability

__all__ = ["PAGES", "draw", "drawn", "findings", "read", "traceability"]

PAGES = ("junit.xml", "summary.md", "statement.html", "badge.svg", "report.html")
_FORMAT, _VERSION, _OLDER = "clausewise-results", 2, 1


def draw(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write every report into a run folder and return their paths."""
    return [files.put(folder / name, text) for name, text in drawn(results, folder).items()]


def drawn(results: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return every report of a run folder by its name: the same results, the same texts."""
    return {
        "junit.xml": junit.xml(results),
        "summary.md": pages.summary(results),
        "statement.html": pages.statement(results, _digests(folder)),
        "badge.svg": pages.badge(results),
        "report.html": pages.html(results, journal.records(folder, journal.EXCHANGES)),
    }


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of what a run wrote as it went on, by the names of the files."""
    held = {}
    for name in journal.SEALED:
        with suppress(FileNotFoundError), (folder / name).open("rb") as file:
            held[name] = file_digest(file, "sha256").hexdigest()
    return held


def read(folder: Path) -> dict[str, Any]:
    """Read the results.json of a run folder.

    Raises ConfigurationError where there is none, it is no JSON, or of another format or version.
    """
    path = folder / "results.json"
    try:
        told: Any = input_files.load(path)
    except FileNotFoundError:
        raise ConfigurationError(f"There is no {path}; name the folder of a run.") from None
    except (OSError, ValueError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {input_files.shown(bad)}.") from bad
    given = (told.get("format"), told.get("version")) if isinstance(told, dict) else (None, None)
    if given not in {(_FORMAT, _VERSION), (_FORMAT, _OLDER)}:
        named = [input_files.shown(value) for value in given]
        raise ConfigurationError(
            f"{path} is {named[0]} version {named[1]}; {_FORMAT} version {_VERSION} was expected."
        )
    whole: dict[str, Any] = _completed(told)
    input_files.check(whole, package_data.SCHEMAS / "results.schema.json", str(path))
    _check_named(whole, path)
    return whole


def _check_named(whole: dict[str, Any], path: Path) -> None:
    """See that what a clause or a finding names is there, which no schema can tell."""
    known = {row["id"] for row in whole["clauses"]}
    for row in whole["clauses"]:
        if missing := [number for number in row["findings"] if number >= len(whole["findings"])]:
            raise ConfigurationError(
                f"{path}: the clause {input_files.shown(row['id'])} names finding {missing[0]}; "
                f"there is none."
            )
    if stray := [row["clause"] for row in whole["findings"] if row["clause"] not in known]:
        raise ConfigurationError(
            f"{path}: a finding is of the clause {input_files.shown(stray[0])}; there is none."
        )
    for row in whole["causes"]:
        if missing := [number for number in row["findings"] if number >= len(whole["findings"])]:
            raise ConfigurationError(f"{path}: cause {row['id']} names finding {missing[0]}; there is none.")
        if unknown := [name for name in row["clauses"] if name not in known]:
            raise ConfigurationError(
                f"{path}: cause {row['id']} is of the clause {input_files.shown(unknown[0])}; there is none."
            )


def _completed(record: dict[str, Any]) -> dict[str, Any]:
    """Add what results lack that were written before it was known."""
    clauses = [_over({"scored": True}, row) for row in _rows(record, "clauses")]
    operations = [_counted(row) for row in _rows(record, "operations")]
    whole: dict[str, Any] = _counted(
        {
            "drift": [],
            "left_behind": [],
            "trend": [],
            "waivers": [],
            "response_times": [],
            "excuses": [],
            "promise": _promised(record, len(clauses)),
            "causes": [_alone(row, at) for at, row in enumerate(_rows(record, "findings"))],
            "frozen": {"set": "", "scored": len(clauses), "not_scored": 0, "gone": []},
            **record,
            **({"run": _over({"labels": {}}, record["run"])} if "run" in record else {}),
            **({"clauses": clauses} if clauses else {}),
            **({"operations": operations} if operations else {}),
            "findings": [_over({"rule": ""}, row) for row in _rows(record, "findings")],
            "version": _VERSION,
        }
    )
    return whole


def _alone(row: Any, at: int) -> dict[str, Any]:
    """Return the cause of a finding of older results, which knew of no causes: itself."""
    bad = row if isinstance(row, dict) else {}
    where = {"family": "", "operation": "", "answer": "", "where": bad.get("where", "")}
    kept = {"id": at + 1, "colour": bad.get("colour", "red"), "security": False}
    return {**kept, **where, "clauses": [bad.get("clause", "")], "findings": [at]}


def _promised(record: Mapping[str, Any], clauses: int) -> dict[str, Any]:
    """Return what the plan of older results asked: the whole, or what somebody picked."""
    run = record.get("run")
    name, narrowed = (run.get("plan"), run.get("partial")) if isinstance(run, dict) else ("", False)
    whole = {"whole": not narrowed, "narrowed": bool(narrowed)}
    return {"plan": str(name), **whole, "asked": clauses, "of": clauses}


def _rows(record: Mapping[str, Any], key: str) -> list[Any]:
    held = record.get(key)
    return held if isinstance(held, list) else []


def _counted(row: Any) -> Any:
    return {**row, "counts": _over({"unstable": 0}, row["counts"])} if _has_counts(row) else row


def _has_counts(row: Any) -> bool:
    return isinstance(row, dict) and "counts" in row


def _over(default: dict[str, Any], value: Any) -> Any:
    """Return an object with defaults behind it; anything else as it is, for the schema to refuse.

    Its own keys keep their order, so that the same results make the same pages.
    """
    return (
        value | {key: default[key] for key in default if key not in value}
        if isinstance(value, dict)
        else value
    )
