"""Puts a finished run into one signed zip."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from clausewise import journal, report, shipped
from clausewise.errors import ConfigurationError
from clausewise.evidence import signing
from clausewise.masking import held_in
from clausewise.scope import Scope

MANIFEST, ATTESTATION, TARGET = "manifest.json", "attestation.json", "target/"
FORMAT = {"format": "clausewise-evidence", "version": 1}
RUN_FILES = (journal.RUN, journal.VERDICTS, journal.EXCHANGES, "results.json", "summary.md", "report.html")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same run makes the same bytes
_RESULTS = {0: "PASSED", 1: "FAILED"}


def pack(folder: Path, scope: Scope, key: Path, output: Path) -> None:
    """Write the evidence of a run to a zip, signed with a key.

    Raises ConfigurationError for a run that is incomplete: stopped before its end, or of some clauses only.
    """
    results = report.read(folder)
    _whole(folder, results)
    try:
        files = {name: (folder / name).read_bytes() for name in RUN_FILES}
        files |= {f"{TARGET}{name}": path.read_bytes() for name, path in _target(scope)}
    except OSError as bad:
        raise ConfigurationError(f"The run {folder} is incomplete: {bad}.") from bad
    _check_secrets(files, scope.target.secrets)
    manifest = {
        **FORMAT,
        "suite": results["suite"]["version"],
        "run": results["run"]["id"],
        "target": scope.target.path.name,
        "schemas": digests(scope),
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    files[MANIFEST] = json.dumps(manifest, indent=1).encode()
    subjects = {MANIFEST: sha256(files[MANIFEST]).hexdigest()}
    files[ATTESTATION] = signing.signed(subjects, _predicate(results), key).encode()
    try:
        with ZipFile(output, "x", ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(_entry(name), content)
    except FileExistsError:
        raise ConfigurationError(f"{output} is there already; name another file or move it away.") from None
    except OSError as bad:
        raise ConfigurationError(f"The evidence cannot be written to {output}: {bad}.") from bad


def digests(scope: Scope) -> dict[str, str]:
    """Return the SHA-256 of every schema file of the claimed families, and of the clause set."""
    found = {}
    for family in sorted(scope.contracts):
        for path in sorted((scope.schemas / family).rglob("*")):
            if path.is_file() and path.suffix in {".json", ".yaml", ".toml"}:
                found[path.relative_to(scope.schemas).as_posix()] = sha256(path.read_bytes()).hexdigest()
    ids = "\n".join(sorted(clause.id for clause in scope.clauses()))
    return found | {"clauses": sha256(ids.encode()).hexdigest()}


def _check_secrets(files: Mapping[str, bytes], secrets: Iterable[str]) -> None:
    """Refuse to hand on a file that holds a secret of the target: an overlay, or a run of before."""
    for name, content in files.items():
        if next(held_in([content.decode("utf-8", "backslashreplace")], secrets), 0):
            raise ConfigurationError(
                f"{name} holds a secret of the target file in clear; take it out, and run anew."
            )


def _whole(folder: Path, results: Mapping[str, Any]) -> None:
    run = results["run"]
    if run["interrupted"] or not run["ended"]:
        raise ConfigurationError(f"The run {folder} was stopped before its end; evidence is of a whole run.")
    if run["partial"]:
        raise ConfigurationError(f"The run {folder} took some clauses only; evidence is of a whole run.")


def _target(scope: Scope) -> Iterator[tuple[str, Path]]:
    """Yield the target file, and the overlays beside it; secrets stand in neither."""
    target = scope.target.path
    yield target.name, target
    for family in scope.target.families.values():
        for overlay in family.overlays:
            if overlay.is_relative_to(shipped.SCHEMAS.absolute()):
                continue
            if not overlay.is_relative_to(target.parent.absolute()):
                raise ConfigurationError(
                    f"The overlay {overlay} lies outside {target.parent}; move it there."
                )
            yield overlay.relative_to(target.parent.absolute()).as_posix(), overlay


def _predicate(results: Mapping[str, Any]) -> dict[str, Any]:
    by_verdict: dict[str, list[str]] = {}
    for row in results["clauses"]:
        by_verdict.setdefault(row["verdict"], []).append(row["id"])
    return {
        "result": _RESULTS.get(results["outcome"]["exit"], "WARNED"),
        "configuration": [
            {"name": results["target"]["file"], "digest": {"sha256": results["target"]["sha256"]}}
        ],
        "passedTests": by_verdict.get("pass", []),
        "failedTests": by_verdict.get("fail", []) + by_verdict.get("error", []),
        "warnedTests": [
            name for verdict in ("unstable", "waived", "untestable") for name in by_verdict.get(verdict, [])
        ],
    }


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    return entry
