"""What a run has seen and judged, on disk the moment it falls.

Each record is one line, appended with a single write, so that parallel workers never mix their lines
and a killed run loses at most the test in flight.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol

from clausewise import files, input_files, package_data
from clausewise.errors import ConfigurationError, Unwritable

Record = Mapping[str, Any]

RUN = "run.json"
EXCHANGES = "exchanges.jsonl"
VERDICTS = "verdicts.jsonl"
TESTS = "tests.jsonl"
SEAL = "seal.jsonl"  # what each part of the run began with and ended with, by its digests
HELD = ".held"  # empty; whoever makes the run keeps it, and Windows lets nobody read what is kept
KEPT = "target"  # the folder in a run's folder that keeps the target file, as it was
SEALED = (EXCHANGES, VERDICTS, TESTS)
CLEAN_UP = "clean-up"  # stands in place of a test in the records of what a part of a run took away again
_CUT = b"\x18\n"  # ends a line that was not written to its end; no record holds that character
_IN_TURN = os.name == "nt"
_TURN = ".turn"
_LONGEST = 256 << 20  # bytes of a line: the largest answer that is read, escaped, and room to spare


class Journal(Protocol):
    """Where a judge writes down what it saw."""

    def exchange(self, record: Record) -> None:
        """Take one masked exchange."""

    def verdict(self, record: Record) -> None:
        """Take one test's word on the clauses that it touched."""


class JournalFiles:
    """Appends to the files of one run folder; every process opens its own.

    A run that was resumed has parts, counted from 1. Writing raises Unwritable where it fails.
    """

    def __init__(self, folder: Path, part: int = 1) -> None:
        self._folder = folder
        self._mark = {"part": part} if part > 1 else {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._files = {name: _append(folder / name) for name in (EXCHANGES, VERDICTS, TESTS)}
        except OSError as bad:
            raise ConfigurationError(f"The run folder {folder} cannot be written: {bad}.") from bad

    def exchange(self, record: Record) -> None:
        """Append one masked exchange."""
        self._write(EXCHANGES, record)

    def verdict(self, record: Record) -> None:
        """Append one test's word on the clauses that it touched."""
        self._write(VERDICTS, record)

    def collected(self, tests: Mapping[str, Sequence[str]], left_out: Sequence[str] = ()) -> None:
        """Append which tests are to be made, each with the clauses that it is marked with.

        And which pytest's own options left out (-k, -m, --deselect).
        """
        self._write(TESTS, {"collected": tests, **({"left_out": left_out} if left_out else {})})

    def begun(self, test: str) -> None:
        """Append that a test begins, and in which process; that it ended is said by its verdict."""
        self._write(TESTS, {"begun": test, "process": os.getpid()})

    def close(self) -> None:
        """Close the files."""
        for descriptor in self._files.values():
            os.close(descriptor)

    def _write(self, name: str, record: Record) -> None:
        line = line_of({**record, **self._mark})
        with self._turn():
            self._append(name, line)

    def _turn(self) -> AbstractContextManager[object]:
        """Wait for this process's turn where the system does not itself append whole lines."""
        return files.alone(self._folder / _TURN) if _IN_TURN else nullcontext()

    def _append(self, name: str, line: bytes) -> None:
        try:
            written = os.write(self._files[name], line)
            if written < len(line):
                os.write(self._files[name], line[written:])
        except OSError as bad:
            with suppress(OSError):
                os.write(self._files[name], _CUT)  # what others still write shall not end half a line
            raise full(self._folder, bad) from bad


def full(folder: Path, error: OSError) -> Unwritable:
    """Return what is raised where a run's folder takes no more."""
    return Unwritable(f"The run folder {folder} takes no more: {error.strerror}.")


def begin(
    folder: Path,
    facts: Record,
    kept: Mapping[str, bytes] = MappingProxyType({}),
    mark: Record = MappingProxyType({}),
) -> None:
    """Write down what the run is, before its first call, and seal it: what is changed later shows.

    `kept` are the target file and what it names, `mark` what else the seal remembers. Raises
    ConfigurationError where the folder holds another run, whose evidence would be mixed with this one's, or
    cannot be written.
    """
    whole = {**facts, "kept": {name: sha256(content).hexdigest() for name, content in kept.items()}}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.put(folder / RUN, text_of(whole).decode(), new=True)
        for name, content in kept.items():
            path = folder / KEPT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _seal(folder, {"begun": {"facts": digests(whole), **mark}})
    except OSError as bad:
        if isinstance(bad, FileExistsError) and (folder / RUN).exists():
            raise ConfigurationError(f"{folder} holds a run already; name a new folder.") from bad
        raise ConfigurationError(f"The run's folder {folder} cannot be written: {bad}") from bad


def hold(folder: Path) -> int:
    """Keep a run folder for this process alone, until the file descriptor that it returns is closed.

    A process that is killed lets go. Raises ConfigurationError where another run holds it.
    """
    try:
        held = files.hold(folder / HELD)
    except OSError as bad:
        raise ConfigurationError(f"The run folder {folder} cannot be written: {bad}.") from bad
    if held is None:
        raise ConfigurationError(f"The run in {folder} is still going on; wait for its end.")
    return held


def end(folder: Path, at: str | None, *, interrupted: bool, **more: Any) -> None:
    """Seal what a run saw and said; `at` is when it ended, None where it was stopped. Raises OSError."""
    written = {name: _digest(folder / name) for name in SEALED} | {"before": _digest(folder / SEAL)}
    _seal(folder, {"ended": {"at": at, "interrupted": interrupted, **more, "files": written}})


def ended(folder: Path) -> dict[str, Any] | None:
    """Return what `end` sealed last; None for a run that is going on, or was killed."""
    last: dict[str, Any] = (seals(folder) or [{}])[-1]
    return last.get("ended")


def changed(folder: Path) -> list[str]:
    """Return the files of a run that has ended which are not as it left them."""
    then = (ended(folder) or {}).get("files", {})
    return [name for name in SEALED if name in then and then[name] != _digest(folder / name)]


def seals(folder: Path) -> list[dict[str, Any]]:
    """Return what each part of a run began and ended with; ConfigurationError for what no run writes."""
    found = list(_lines(folder / SEAL))
    for record in found:
        try:
            input_files.check_record(record, "seal.schema.json")
        except ValueError as bad:
            why = input_files.shown(bad).rstrip(".")
            raise ConfigurationError(f"{folder / SEAL} holds what no run writes ({why}).") from bad
    return found


def digests(facts: Record) -> dict[str, str]:
    """Return the SHA-256 of each fact of a run, but for its later parts."""
    return {key: digest(value) for key, value in facts.items() if key != "resumed"}


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value, however it is written."""
    return sha256(_encoded(json.dumps(value, sort_keys=True, separators=(",", ":")))).hexdigest()


def _digest(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _seal(folder: Path, record: Record) -> None:
    with (folder / SEAL).open("ab") as file:
        file.write(line_of(record, only_ascii=True))


def resume(folder: Path, record: Record, part: Record, mark: Record = MappingProxyType({})) -> None:
    """Write down that a run goes on: `record` are its facts so far, `part` those of its new part."""
    try:
        for name in (EXCHANGES, VERDICTS, TESTS, SEAL):
            _end_line(folder / name)
        whole = {**record, "resumed": [*record.get("resumed", ()), part]}
        files.put(folder / RUN, text_of(whole).decode())
        _seal(folder, {"begun": {"facts": digests(whole), "part": digest(part), **mark}})
    except OSError as bad:
        raise ConfigurationError(f"The run's folder {folder} cannot be written: {bad}") from bad


def seconds(folder: Path) -> float:
    """Return how long a run has been at work so far, by its last verdict, over all its parts."""
    told = facts(folder)
    last = (told.get("resumed") or [told])[-1]
    begun = until = datetime.fromisoformat(last["started"])
    with suppress(FileNotFoundError):  # killed before its first verdict
        until = datetime.fromtimestamp((folder / VERDICTS).stat().st_mtime, UTC)
    return float(last.get("before", 0.0)) + max(0.0, (until - begun).total_seconds())


def settled(folder: Path, *, confirmed: bool) -> frozenset[str]:
    """Return the tests that have come to a verdict, which a resumed run leaves alone.

    An error, or a budget that was used up, is none. Where failures are `confirmed`, one that was not
    repeated is none, either.
    """
    done: set[str] = set()
    for record in records(folder, VERDICTS):
        again = confirmed and record["findings"] and not record.get("repeats")
        (done.discard if record["verdict"] == "error" or record.get("spent") or again else done.add)(
            record["test"]
        )
    return frozenset(done)


def lost(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Return the tests that were to be made and have no verdict: what became of each, and its clauses.

    Raises ConfigurationError where nobody wrote down which were to be made.
    """
    collected: dict[str, list[str]] = {}
    begun: set[str] = set()
    for record in _lines(folder / TESTS):
        collected |= record.get("collected", {})
        begun |= {record["begun"]} if "begun" in record else set()
    if not is_collected(folder):
        raise ConfigurationError(f"{folder / TESTS} does not say which tests the run was to make.")
    ended = {record["test"] for record in _lines(folder / VERDICTS)}
    return {
        test: ("was begun and never ended" if test in begun else "was never begun", clauses)
        for test, clauses in collected.items()
        if test not in ended
    }


def is_collected(folder: Path) -> bool:
    """Tell whether a run has written down which tests it is to make."""
    return any("collected" in record for record in _lines(folder / TESTS))


def left_out(folder: Path) -> list[str]:
    """Return the tests that pytest's own options left out of every part of a run."""
    found = {test for record in _lines(folder / TESTS) for test in record.get("left_out", ())}
    return sorted(found - {record["test"] for record in _lines(folder / VERDICTS)}) if found else []


def facts(folder: Path) -> dict[str, Any]:
    """Return what `begin` wrote; ConfigurationError where the folder holds no run."""
    try:
        record: dict[str, Any] = input_files.load(folder / RUN)
    except (OSError, ValueError) as bad:
        why = input_files.shown(bad)
        raise ConfigurationError(f"{folder} holds no run that can be read ({RUN}: {why}).") from bad
    input_files.check(record, package_data.SCHEMAS / "run.schema.json", str(folder / RUN))
    for part in (record, *record.get("resumed", ())):
        for name in ("started", "ended"):
            _check_moment(part.get(name), f"{folder / RUN}: {name}")
    return record


def _check_moment(text: Any, where: str) -> None:
    """Raise ConfigurationError, beginning with `where`, for a time that cannot be counted from."""
    with suppress(ValueError, TypeError):
        if text is None or datetime.fromisoformat(text).tzinfo is not None:
            return
    raise ConfigurationError(
        f"{where} is {input_files.shown(repr(text))}, and a time with its zone was expected."
    )


def records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of one file; a line that a kill or a full disk cut off is left out.

    Of a test that a resumed run made again, only what its last part saw counts. Raises ConfigurationError
    for a line that no run writes.
    """
    newest: dict[str, int] = {}
    if (folder / RUN).exists() and facts(folder).get("resumed"):
        for record in (*_lines(folder / VERDICTS), *_lines(folder / EXCHANGES)):
            newest[_test(record)] = max(newest.get(_test(record), 1), _part(record))
    for record in _lines(folder / name):
        if _test(record) == CLEAN_UP or _part(record) == newest.get(_test(record), _part(record)):
            yield record


def _test(record: Record) -> str:
    return str(record.get("test", ""))


def _part(record: Record) -> int:
    return int(record.get("part", 1))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(lines(file), 1):
            if was_cut_off(line) or (line and not line.endswith(b"\n")):
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                raise ConfigurationError(f"{path}, line {number}, is no record that a run writes.")
            yield record


def was_cut_off(line: bytes) -> bool:
    """Tell whether a line is marked as one that a kill or a full disk cut off."""
    return line.endswith(_CUT)


def line_of(record: Record, *, only_ascii: bool = False) -> bytes:
    """Return a record as its line is written; those of the seal are in ASCII."""
    return _encoded(json.dumps(record, ensure_ascii=only_ascii, separators=(",", ":")) + "\n")


def text_of(facts: Record) -> bytes:
    """Return the facts of a run as they are written."""
    return _encoded(json.dumps(facts, ensure_ascii=False, indent=1))


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file, with their ends; one longer than any we write comes as an empty one."""
    while line := file.readline(_LONGEST + 1):
        if len(line) <= _LONGEST:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_LONGEST)
        yield b""


def _end_line(path: Path) -> None:
    """End a line that a kill or a full disk cut off, so that the next one is none of its."""
    if path.exists() and path.stat().st_size:
        with path.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(_CUT)


def _append(path: Path) -> int:
    return os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY | files.BINARY, 0o600)
