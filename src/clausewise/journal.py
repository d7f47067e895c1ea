"""What a run has seen and judged, on disk the moment it falls.

Each record is one line, appended with a single write, so that parallel workers never mix their lines
and a killed run loses at most the test in flight.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from clausewise import shipped, tables
from clausewise.errors import ConfigurationError

Record = Mapping[str, Any]

RUN = "run.json"
EXCHANGES = "exchanges.jsonl"
VERDICTS = "verdicts.jsonl"
_LONGEST = 256 << 20  # bytes of a line: the largest answer that is read, escaped, and room to spare


class Journal(Protocol):
    """Where a judge writes down what it saw."""

    def exchange(self, record: Record) -> None:
        """Take one masked exchange."""

    def verdict(self, record: Record) -> None:
        """Take one test's word on the clauses that it touched."""


class Pages:
    """Appends to the files of one run folder; every process opens its own."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._files = {name: _append(folder / name) for name in (EXCHANGES, VERDICTS)}
        except OSError as bad:
            raise ConfigurationError(f"The run folder {folder} cannot be written: {bad}.") from bad

    def exchange(self, record: Record) -> None:
        """Append one masked exchange."""
        self._write(EXCHANGES, record)

    def verdict(self, record: Record) -> None:
        """Append one test's word on the clauses that it touched."""
        self._write(VERDICTS, record)

    def close(self) -> None:
        """Close the files."""
        for descriptor in self._files.values():
            os.close(descriptor)

    def _write(self, name: str, record: Record) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        os.write(self._files[name], f"{line}\n".encode("utf-8", "backslashreplace"))


def begin(folder: Path, facts: Record) -> None:
    """Write down what the run is, before its first call.

    Raises ConfigurationError where the folder holds another run, whose evidence would be mixed with this
    one's, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / RUN).open("x", encoding="utf-8") as file:
            json.dump(facts, file, ensure_ascii=False, indent=1)
    except OSError as bad:
        if (folder / RUN).exists():
            raise ConfigurationError(f"{folder} holds a run already; name a new folder.") from bad
        raise ConfigurationError(f"The run's folder {folder} cannot be written: {bad}") from bad


def facts(folder: Path) -> dict[str, Any]:
    """Return what `begin` wrote; ConfigurationError where the folder holds no run."""
    try:
        told: dict[str, Any] = tables.load(folder / RUN)
    except (OSError, ValueError) as bad:
        why = tables.shown(bad)
        raise ConfigurationError(f"{folder} holds no run that can be read ({RUN}: {why}).") from bad
    tables.check(told, shipped.SCHEMAS / "run.schema.json", str(folder / RUN))
    return told


def records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of one file; a line that a kill cut off is left out."""
    path = folder / name
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in lines(file):
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                yield record


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; one that is longer than any we write comes as an empty one."""
    while line := file.readline(_LONGEST + 1):
        if len(line) <= _LONGEST:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_LONGEST)
        yield b""


def _append(path: Path) -> int:
    return os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
