"""What people decide about a run beside the documents: policy, waivers, frozen requirement sets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from clausewise import input_files, package_data
from clausewise.errors import ConfigurationError

_HEADER = re.compile(r"^\s*\[\[\s*waiver\s*\]\]", re.MULTILINE)
_FORMAT = {"format": "clausewise-frozen", "version": 1}


@dataclass(frozen=True, slots=True)
class Waiver:
    """A broken clause that somebody answers for; `expires` is the last day it holds, as ISO 8601.

    `lines` are the first and last line of its entry, counted from 1.
    """

    clause: str
    target: str
    reason: str
    owner: str
    ticket: str
    expires: str
    file: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the answers of some operations may take: a figure, `p50`, `p95` or `max`, in milliseconds."""

    operations: str
    figure: str
    most: float
    red: bool

    def of(self, family: str, operation: str) -> bool:
        """Tell whether an operation is meant."""
        return fnmatchcase(f"{family}.{operation}", self.operations)


@dataclass(frozen=True, slots=True)
class Rulings:
    """Everything decided for one run. `red` is None where the policy leaves it at the default."""

    red: tuple[str, ...] | None = None
    minimum_exercised: tuple[tuple[str, float], ...] = ()
    paces: tuple[Pace, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    frozen: str = ""
    scored: frozenset[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the rulings as a run remembers them."""
        return asdict(self) | {"scored": None if self.scored is None else sorted(self.scored)}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Rulings:
        """Return the rulings that a run remembers."""
        return cls(
            red=None if record.get("red") is None else tuple(record["red"]),
            minimum_exercised=tuple((family, share) for family, share in record.get("minimum_exercised", ())),
            paces=tuple(Pace(**pace) for pace in record.get("paces", ())),
            waivers=tuple(
                Waiver(**entry | {"lines": tuple(entry["lines"])}) for entry in record.get("waivers", ())
            ),
            frozen=record.get("frozen", ""),
            scored=None if record.get("scored") is None else frozenset(record["scored"]),
        )


def load(
    table: Mapping[str, Any],
    beside: Path,
    target: str,
    *,
    policy: str = "",
    waivers: str = "",
    frozen: str = "",
) -> Rulings:
    """Return the rulings for a target by name.

    `table` is the [policy] of its target file, which lies at `beside`; the paths, where given, win over
    what that says. Raises ConfigurationError for a file that is missing or malformed.
    """
    if policy:
        beside = Path(policy)
        table, _ = input_files.read(beside, package_data.SCHEMAS / "policy.schema.json", "policy file")
    listed = Path(waivers) if waivers else _beside(table, "waivers", beside)
    held = Path(frozen) if frozen else _beside(table, "frozen", beside)
    name, scored = thawed(held) if held else ("", None)
    return Rulings(
        red=tuple(table["red"]) if "red" in table else None,
        minimum_exercised=tuple(table.get("minimum_exercised", {}).items()),
        paces=tuple(_paces(table.get("response_time", {}))),
        waivers=tuple(entry for entry in _waivers(listed) if entry.target == target) if listed else (),
        frozen=name,
        scored=scored,
    )


def freeze(name: str, documents: Iterable[str], clauses: Iterable[str]) -> str:
    """Return the text of a frozen requirement set: the clause ids that a release is scored by."""
    return json.dumps(
        {**_FORMAT, "name": name, "documents": sorted(documents), "clauses": sorted(clauses)}, indent=1
    )


def thawed(path: Path) -> tuple[str, frozenset[str]]:
    """Return the name and the clause ids of a frozen requirement set."""
    try:
        told = input_files.load(path)
    except (OSError, ValueError) as bad:
        remedy = "`clausewise clauses --freeze` writes one"
        why = input_files.shown(bad)
        raise ConfigurationError(f"The frozen set {path} cannot be read ({why}); {remedy}.") from bad
    input_files.check(told, package_data.SCHEMAS / "frozen.schema.json", str(path))
    return told["name"], frozenset(told["clauses"])


def _beside(table: Mapping[str, Any], key: str, file: Path) -> Path | None:
    return file.parent / table[key] if key in table else None


def _paces(table: Mapping[str, Mapping[str, Any]]) -> Iterable[Pace]:
    for operations, told in table.items():
        for figure in ("p50", "p95", "max"):
            if figure in told:
                yield Pace(operations, figure, told[figure], bool(told.get("red")))


def _waivers(path: Path) -> list[Waiver]:
    raw, text = input_files.read(path, package_data.SCHEMAS / "waivers.schema.json", "waiver file")
    entries = raw.get("waiver", [])
    starts = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    if len(starts) != len(entries):  # written as an inline array: point at the whole file
        starts = [1] * len(entries)
    ends = [*(start - 1 for start in starts[1:]), len(text.splitlines())][: len(starts)]
    made = []
    for entry, start, end in zip(entries, starts, ends, strict=True):
        try:
            date.fromisoformat(entry["expires"])
        except ValueError as bad:
            given = input_files.shown(entry["expires"])
            raise ConfigurationError(
                f"{path}, line {start}: expires is {given!r}; a day such as 2026-12-31 was expected ({bad})."
            ) from bad
        made.append(Waiver(**entry, file=str(path), lines=(start, max(start, end))))
    return made
