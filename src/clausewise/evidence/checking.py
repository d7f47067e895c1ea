"""Opens an evidence pack: the files must be those that were signed, and judge as they say."""

from __future__ import annotations

import lzma
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from securesystemslib.signer import Key

from clausewise import journal, recorded, report, scope, shipped, statement, tables, targets
from clausewise.errors import ClausewiseError, ConfigurationError
from clausewise.evidence import signing
from clausewise.evidence.packing import ATTESTATION, FORMAT, MANIFEST, RUN_FILES, TARGET, digests
from clausewise.judge import Bench
from clausewise.model import Kind, Verdict
from clausewise.recorded.judging import again
from clausewise.scope import Scope
from clausewise.verdict import Policy

_MOST = 4 << 30  # bytes; a pack that unfolds to more is none of ours
_LARGEST = 256 << 20  # bytes of a file that is read as a whole: all but the exchanges
_MOST_FILES = 1000
_TAIL = 65_557  # bytes at the end of a zip within which its last record must begin
_NONSENSE = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    RuntimeError,
)
_UNPACKING = (zlib.error, lzma.LZMAError)
_SEEN_ALONE = {Kind.REQUEST_FIELD, Kind.RESPONSE_FIELD, Kind.FACET, Kind.UNIVERSAL}  # by one exchange
_BROKEN = {Verdict.FAIL, Verdict.UNSTABLE, Verdict.WAIVED, Verdict.ERROR}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: whether it holds (None where it could not be checked), and the figures."""

    what: str
    held: bool | None
    says: str


def verify(pack: Path, key: Path | None) -> Iterator[Check]:
    """Yield every check of a pack, the public key's first. Raises ConfigurationError for what is no pack."""
    public = signing.public_key(key) if key else None
    with TemporaryDirectory() as name:
        folder = Path(name)
        manifest = _unpacked(pack, folder)
        yield from _signature(folder, public)
        files = _files(folder, manifest)
        yield files
        if files.held:  # what was changed is worth no judgement
            try:
                yield from _content(folder, manifest)
            except (ClausewiseError, *_NONSENSE) as bad:
                what = "" if isinstance(bad, ClausewiseError) else "nonsense in its run: "
                says = f"{what}{tables.shown(str(bad).replace(f'{folder}/', ''))}"
                yield Check("its run can be read and judged again", held=False, says=says)


def _content(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Check]:
    known = _scope(folder, manifest)
    yield _schemas(manifest, known)
    results = report.read(folder)
    yield _added_up(folder, known, results)
    yield _judged_again(folder, known, results)


def _unpacked(pack: Path, folder: Path) -> dict[str, Any]:
    try:
        _check_directory(pack)
        with ZipFile(pack) as archive:
            _check_size(pack, archive.infolist())
            archive.extractall(folder)
        manifest = tables.load(folder / MANIFEST)
    except (OSError, BadZipFile, NotImplementedError, EOFError, *_NONSENSE, *_UNPACKING) as bad:
        why = tables.shown(str(bad).replace(f"{folder}/", "")) or "it is cut off"
        raise ConfigurationError(f"{pack} is no evidence pack that can be read: {why}.") from bad
    if not isinstance(manifest, dict):
        raise ConfigurationError(f"{pack} is no evidence pack that can be read: its manifest is no object.")
    if {key: manifest.get(key) for key in FORMAT} != FORMAT or not isinstance(manifest.get("files"), dict):
        raise ConfigurationError(f"{pack} is an evidence pack of another format or version.")
    return manifest


def _check_directory(pack: Path) -> None:
    """Refuse a zip whose directory is too long to be read: a million entries take minutes and gigabytes."""
    with pack.open("rb") as file:
        file.seek(-min(pack.stat().st_size, _TAIL), os.SEEK_END)
        tail = file.read()
    at = tail.rfind(b"PK\5\6")  # the record at its end; the length of the directory stands at byte 12 of it
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 0 and (length > _MOST_FILES << 10 or tail[at - 20 : at - 16] == b"PK\6\7"):
        raise ConfigurationError(f"{pack} holds more than {_MOST_FILES} files; it is no evidence pack.")


def _check_size(pack: Path, entries: Sequence[ZipInfo]) -> None:
    """Refuse what no run of ours packs, before anything is unpacked."""
    names = [entry.filename for entry in entries]
    if sum(entry.file_size for entry in entries) > _MOST:
        told = f"unfolds to more than {_MOST >> 30} GB"
    elif len(names) > _MOST_FILES:
        told = f"holds {len(names)} files"
    elif any(entry.file_size > _LARGEST for entry in entries if entry.filename != journal.EXCHANGES):
        told = f"holds a file of more than {_LARGEST >> 20} MB"
    elif len(set(names)) < len(names):
        told = "holds two files of one name"
    elif stray := [name for name in names if not _ours(name)]:
        told = f"holds {tables.shown(stray[0])!r}, which no run writes"
    else:
        return
    raise ConfigurationError(f"{pack} {told}; it is no evidence pack.")


def _ours(name: str) -> bool:
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name
    return inside and (name in {MANIFEST, ATTESTATION, *RUN_FILES} or name.startswith(TARGET))


def _signature(folder: Path, key: Key | None) -> Iterator[Check]:
    what = "the attestation is signed with the key given"
    try:
        subjects = signing.attested((folder / ATTESTATION).read_text("utf-8"), key)
    except (OSError, ValueError) as bad:
        yield Check(what, held=False, says=tables.shown(str(bad).replace(f"{folder}/", "")))
        return
    if key is None:
        yield Check(what, held=None, says="give --public-key to check it")
    else:
        yield Check(what, held=True, says=f"key {key.keyid[:16]}")
    held = subjects == {MANIFEST: _digest(folder / MANIFEST)}
    yield Check(
        "the attestation is about this manifest", held, MANIFEST if held else "it is about another one"
    )


def _files(folder: Path, manifest: Mapping[str, Any]) -> Check:
    told = manifest["files"].items()
    wrong = [name for name, digest in told if not _ours(name) or _digest(folder / name) != digest]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong += sorted(there - set(manifest["files"]) - {MANIFEST, ATTESTATION})
    says = (
        f"changed, missing or added: {tables.shown(', '.join(wrong))}"
        if wrong
        else f"{len(manifest['files'])} files"
    )
    return Check("every file is as the manifest says", not wrong, says)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # absent, a folder, or a name that no file can have
        return ""


def _scope(folder: Path, manifest: Mapping[str, Any]) -> Scope:
    facts = journal.facts(folder)
    path = folder / TARGET / PurePosixPath(str(manifest.get("target", ""))).name
    target = targets.load(path, shipped.SCHEMAS / "target.schema.json", secrets=False)
    claims = dict(text.partition("=")[::2] for text in facts["documents"])
    for family in target.families.values():
        for overlay in family.overlays:  # what lies on this disk is no evidence
            if not _lies_in(overlay, folder) and not _lies_in(overlay, shipped.SCHEMAS):
                raise ConfigurationError(f"its target file names {overlay.name}, which is not in the pack")
    return scope.of(target.claiming(claims), shipped.SCHEMAS)


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _schemas(manifest: Mapping[str, Any], known: Scope) -> Check:
    now, then = digests(known), manifest.get("schemas", {})
    other = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
    says = f"others: {tables.shown(', '.join(other[:5]))}" if other else f"{len(now)} digests"
    return Check("the schemas and the clause set are those of this suite", not other, says)


def _added_up(folder: Path, known: Scope, results: Mapping[str, Any]) -> Check:
    """Add the journal up again: the results must say what the tests said."""
    made = statement.assemble(known, folder)
    then = {row["id"]: row["verdict"] for row in results["clauses"]}
    other = [row["id"] for row in made["clauses"] if then.get(row["id"]) != row["verdict"]]
    exits = (results["outcome"]["exit"], made["outcome"]["exit"])
    told = [f"{name} was {then.get(name)}" for name in other[:5]] + (
        [f"exit {exits[0]}"] if exits[0] != exits[1] else []
    )
    says = f"not so: {tables.shown(', '.join(told))}" if told else f"{len(then)} verdicts, exit {exits[0]}"
    return Check("the results are what the journal adds up to", not told, says)


def _judged_again(folder: Path, known: Scope, results: Mapping[str, Any]) -> Check:
    """Judge every exchange again: what one exchange shows alone must be what the run said of it."""
    bench = Bench.of(known, _Nothing(), Policy(), b"")
    broken: set[str] = set()
    seen: set[str] = set()
    count = 0
    for one in recorded.read(folder, known):
        judge = again(one, bench)
        count += 1
        seen |= judge.touched
        broken |= {finding.clause for finding in judge.findings}
    then = {row["id"]: Verdict(row["verdict"]) for row in results["clauses"]}
    other = sorted(name for name in broken if then.get(name) not in _BROKEN)
    kinds = {clause.id: clause.kind for clause in known.clauses()}
    other += sorted(
        name
        for name, verdict in then.items()
        if kinds.get(name) in _SEEN_ALONE and verdict in {Verdict.PASS, Verdict.FAIL}
        if (name in broken) != (verdict is Verdict.FAIL) or name not in seen
    )
    says = (
        f"not so: {tables.shown(', '.join(dict.fromkeys(other[:5])))}"
        if other
        else f"{count} exchanges, {len(seen)} clauses"
    )
    return Check("the exchanges judge as the run says", not other, says)


class _Nothing:
    """A journal that keeps nothing."""

    def exchange(self, record: Mapping[str, Any]) -> None:
        """Forget it."""

    def verdict(self, record: Mapping[str, Any]) -> None:
        """Forget it."""
