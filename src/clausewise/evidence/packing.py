"""Puts a finished run into one signed zip."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from clausewise import journal, report, snapshots, statement
from clausewise.errors import ConfigurationError
from clausewise.evidence import signing
from clausewise.evidence.contents import Contents
from clausewise.evidence.unpacking import ATTESTATION, FORMAT, JOURNAL, MANIFEST, write
from clausewise.masking import held_in
from clausewise.scope import Scope

_RESULTS = {"conformant": "PASSED", "not conformant": "FAILED"}  # a smaller plan that is kept is no pass


def pack(folder: Path, scope: Scope, key: Path, output: Path) -> None:
    """Write the evidence of a run to a zip, signed with a key, after the checks that its reader makes.

    `scope` is what the run judged, with the secrets that may not be in it. Raises ConfigurationError for a
    run that is incomplete, stopped before its end, of some clauses only, or not as it was when it ended.
    """
    _whole(folder, report.read(folder))
    if stray := [overlay for name, overlay in snapshots.overlays(scope) if not name]:
        beside = scope.target.path.parent
        raise ConfigurationError(f"The overlay {stray[0]} lies outside {beside}; move it there.")
    if missing := [name for name in JOURNAL if not (folder / name).exists()]:
        raise ConfigurationError(f"The run {folder} is incomplete: it has no {missing[0]}.")
    contents = Contents(folder, trend=True)
    for check in contents.checks():
        if not check.held:
            raise ConfigurationError(
                f"The run {folder} is no evidence: not so that {check.what} ({check.says})."
            )
    results = contents.made | {"trend": []}  # of other runs this one's journal says nothing
    _whole(folder, results)
    try:
        files = {name: (folder / name).read_bytes() for name in JOURNAL}
        files[statement.RESULTS] = statement.text(results).encode("utf-8", "backslashreplace")
        for name, page in report.drawn(results, folder).items():
            files[name] = page.encode("utf-8", "backslashreplace")
        files |= {name: (folder / name).read_bytes() for name in contents.files()}
    except OSError as bad:
        raise ConfigurationError(f"The run {folder} is incomplete: {bad}.") from bad
    _check_secrets(files, scope.target.secrets)
    told = manifest(results, contents.scope, {name: _digest(content) for name, content in files.items()})
    files[MANIFEST] = text(told)
    subjects = {MANIFEST: _digest(files[MANIFEST])}
    files[ATTESTATION] = signing.signed(subjects, predicate(results, contents.facts), key).encode()
    write(output, files)


def manifest(results: Mapping[str, Any], scope: Scope, files: Mapping[str, str]) -> dict[str, Any]:
    """Return what a pack says that it holds; `files` are digests by name."""
    return {
        **FORMAT,
        "suite": results["suite"]["version"],
        "run": results["run"]["id"],
        "target": scope.target.path.name,
        "schemas": digests(scope),
        "files": dict(files),
    }


def text(record: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written."""
    return json.dumps(record, indent=1).encode()


def predicate(results: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the in-toto test result of a run: what came of it, by which configuration, excused by what."""
    by_verdict: dict[str, list[str]] = {}
    for row in results["clauses"]:
        by_verdict.setdefault(row["verdict"], []).append(row["id"])
    target = results["target"]
    configuration = [{"name": target["file"], "digest": {"sha256": target["sha256"]}}]
    configuration += [
        {"name": f"{family}/{name}", "digest": {"sha256": digest}}
        for family, told in target["families"].items()
        for name, digest in told.get("overlays", {}).items()
    ]
    rulings = {
        key: facts.get(key)
        for key in ("rulings", "plan", "strict", "confirm", "selected", "resumed", "labels")
    }
    configuration += [
        {"name": f"{journal.RUN}#{key}", "digest": {"sha256": journal.digest(value)}}
        for key, value in rulings.items()
    ]
    return {
        "result": _RESULTS.get(results["outcome"]["word"], "WARNED"),
        "configuration": configuration,
        "passedTests": by_verdict.get("pass", []),
        "failedTests": by_verdict.get("fail", []) + by_verdict.get("error", []),
        "warnedTests": [
            name for verdict in ("unstable", "waived", "untestable") for name in by_verdict.get(verdict, [])
        ],
        "outcome": results["outcome"],
        "promise": results["promise"],
        "labels": results["run"]["labels"],
        "excuses": results["excuses"],
    }


def digests(scope: Scope) -> dict[str, str]:
    """Return the SHA-256 of every schema file of the claimed families, and of the clause set.

    Of a family that does not ship the tests are among them.
    """
    found: dict[str, str] = {}
    for family in sorted(scope.contracts):
        found |= scope.homes[family].digests()
    ids = "\n".join(sorted(clause.id for clause in scope.clauses()))
    return found | {"clauses": _digest(ids.encode())}


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


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
    if run.get("shard"):
        message = f"The run {folder} is shard {run['shard']} alone; evidence is of a whole run"
        raise ConfigurationError(f"{message}: `clausewise merge` makes one of all shards.")
    if lost := [row["shard"] for row in run.get("shards", ()) if row["state"] != "whole"]:
        raise ConfigurationError(f"The run {folder} lacks shard {lost[0]}; evidence is of a whole run.")
    if run["partial"]:
        raise ConfigurationError(f"The run {folder} took some clauses only; evidence is of a whole run.")
