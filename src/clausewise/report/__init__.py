"""Draws a run's results: JUnit, Markdown and HTML files, and what a terminal shows.

Everything is drawn from the results alone, so that any old run can be drawn again; nothing is judged here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clausewise import files, journal, shipped, tables
from clausewise.errors import ConfigurationError
from clausewise.report import junit, pages

__all__ = ["draw", "read"]

_FORMAT, _VERSION = "clausewise-results", 1


def draw(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write every report into a run folder and return their paths."""
    drawn = {
        "junit.xml": junit.xml(results),
        "summary.md": pages.summary(results),
        "statement.html": pages.statement(results),
        "badge.svg": pages.badge(results),
        "report.html": pages.html(results, journal.records(folder, journal.EXCHANGES)),
    }
    return [files.put(folder / name, text) for name, text in drawn.items()]


def read(folder: Path) -> dict[str, Any]:
    """Read the results.json of a run folder.

    Raises ConfigurationError where there is none, it is no JSON, or of another format or version.
    """
    path = folder / "results.json"
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"There is no {path}; name the folder of a run.") from None
    except (OSError, ValueError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {bad}.") from bad
    given = (told.get("format"), told.get("version")) if isinstance(told, dict) else (None, None)
    if given != (_FORMAT, _VERSION):
        raise ConfigurationError(
            f"{path} is {given[0]} version {given[1]}; {_FORMAT} version {_VERSION} was expected."
        )
    whole = _completed(told)
    tables.check(whole, shipped.SCHEMAS / "results.schema.json", str(path))
    return whole


def _completed(told: dict[str, Any]) -> dict[str, Any]:
    """Add what results lack that were written before it was known."""
    clauses = [{"scored": True, **row} for row in told.get("clauses", []) if isinstance(row, dict)]
    operations = [
        {**row, "counts": {"unstable": 0, **row.get("counts", {})}}
        for row in told.get("operations", [])
        if isinstance(row, dict)
    ]
    return {
        "drift": [],
        "left_behind": [],
        "trend": [],
        "waivers": [],
        "response_times": [],
        "frozen": {"set": "", "scored": len(clauses), "not_scored": 0, "gone": []},
        **told,
        "counts": {"unstable": 0, **told.get("counts", {})},
        "clauses": clauses,
        "operations": operations,
    }
