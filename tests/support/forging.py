"""What the owner of a vendor's key and of this program can do to a pack: each layer made to fit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from clausewise import journal
from clausewise.evidence import signing

Held = dict[str, bytes]
Change = Callable[[Any], Any]


def contents(pack: Path) -> Held:
    """Return the files of a pack by their names."""
    with ZipFile(pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(held: Mapping[str, bytes], path: Path) -> Path:
    """Write files as a zip, and return its path."""
    with ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return path


def told(held: Held, name: str) -> Any:
    """Return what a JSON file of a pack says, or each line of one of lines."""
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in held[name].splitlines()]
    return json.loads(held[name])


def tell(held: Held, name: str, value: Any) -> None:
    """Put a value into a JSON file of a pack, as the program writes it."""
    if name.endswith(".jsonl"):
        rows = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in value]
        held[name] = "".join(f"{row}\n" for row in rows).encode()
    else:
        held[name] = json.dumps(value, ensure_ascii=name == "manifest.json", indent=1).encode()


def change(held: Held, name: str, how: Change) -> None:
    """Change what a JSON file says; `how` changes it in place."""
    value = told(held, name)
    how(value)
    tell(held, name, value)


def predicate(held: Held) -> dict[str, Any]:
    """Return the in-toto predicate of a pack."""
    payload = base64.b64decode(json.loads(held["attestation.json"])["payload"])
    said: dict[str, Any] = json.loads(payload)["predicate"]
    return said


def resealed(held: Held) -> None:
    """Have the seal say that the run began and ended as it now is."""
    run = json.loads(held["run.json"])
    kept = {name.removeprefix("target/"): _digest(held[name]) for name in held if name.startswith("target/")}
    tell(held, "run.json", run | {"kept": kept})
    begun, ended = told(held, "seal.jsonl")
    begun["begun"]["facts"] = journal.digests(json.loads(held["run.json"]))
    base_urls = {name: family["base_url"] for name, family in run["target"]["families"].items()}
    begun["begun"]["base_urls"] = base_urls
    seal = [begun]
    held["seal.jsonl"] = b"".join(journal.line_of(row, only_ascii=True) for row in seal)
    files = {name: _digest(held[name]) for name in journal.SEALED}
    ended["ended"]["files"] = files | {"before": _digest(held["seal.jsonl"])}
    tell(held, "seal.jsonl", [begun, ended])


def resigned(held: Held, key: Path, said: Mapping[str, Any] | None = None) -> None:
    """Have the manifest's digests and the signature fit, of another predicate perhaps."""
    said = said or predicate(held)
    manifest = json.loads(held["manifest.json"])
    names = [*manifest["files"], *(name for name in held if name not in manifest["files"])]
    others = {"manifest.json", "attestation.json", "timestamp.tsr"}
    manifest["files"] = {name: _digest(held[name]) for name in names if name in held and name not in others}
    tell(held, "manifest.json", manifest)
    attest(held, key, said)


def attest(held: Held, key: Path, said: Mapping[str, Any]) -> None:
    """Sign a pack's manifest as it is."""
    subjects = {"manifest.json": _digest(held["manifest.json"])}
    held["attestation.json"] = signing.signed(subjects, said, key).encode()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
