"""Rows for spreadsheets, as CSV, in which no text of a target is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from clausewise.untrusted import printable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: Any) -> Any:
    """Return what a cell shows: numbers as they are, texts so that no spreadsheet computes them."""
    if value is None or isinstance(value, int | float):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows under their heads as CSV (RFC 4180)."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()
