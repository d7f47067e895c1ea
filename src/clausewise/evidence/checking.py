"""Opens an evidence pack: it must be what was signed, and be what its journal makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from securesystemslib.signer import Key

from clausewise import input_files
from clausewise.errors import ConfigurationError
from clausewise.evidence import packing, signing, stamping
from clausewise.evidence.comparing import differences, plain
from clausewise.evidence.contents import Check, Contents, Outcome, checked
from clausewise.evidence.signing import Attestation
from clausewise.evidence.unpacking import ATTESTATION, MANIFEST, RUN_FILES, STAMP, amend, ours, unpacked

_KEY = 16  # characters of a key's id that are shown


@dataclass
class Verified:
    """What came of a pack: every check, and, where its run can be read, the results made anew."""

    checks: list[Check] = field(default_factory=list)
    results: Mapping[str, Any] | None = None
    signers: Sequence[str] = ()
    stamped: str = ""

    @property
    def held(self) -> bool | None:
        """Whether everything holds; None where something could not be checked, and nothing is broken."""
        states = {check.held for check in self.checks}
        return False if False in states else None if None in states else True


def verify(
    pack: Path, key: Path | None = None, witnesses: Sequence[Path] = (), authority: Path | None = None
) -> Verified:
    """Check a pack by the signer's public key, its witnesses' and the roots of its time stamp's authority.

    Raises ConfigurationError for what is no pack, and for keys and roots that are none.
    """
    keys = [signing.public_key(path) for path in ([key] if key else []) + list(witnesses)]
    trusted = stamping.roots(authority) if authority else []
    done = Verified()
    with TemporaryDirectory() as name:
        folder = Path(name)
        manifest = unpacked(pack, folder)
        attestation = _attestation(folder, done)
        if attestation:
            done.signers = attestation.signers
            done.checks += _signatures(attestation, keys[0] if key else None, keys[1 if key else 0 :])
            _stamp(folder, attestation, trusted, done, required=bool(authority))
        files = checked("every file is as the manifest says", lambda: _files(folder, manifest), folder)
        done.checks.append(files)
        contents = Contents(folder)
        if files.held:  # what was changed is worth no judgement
            done.checks += contents.checks()
            if "made" in vars(contents):
                done.results = contents.made
                done.checks += _said(folder, manifest, attestation, contents)
    return done


def countersign(pack: Path, key: Path) -> None:
    """Add a witness's signature to a pack; ConfigurationError for a pack that does not hold."""
    if broken := [check for check in verify(pack).checks if check.held is False]:
        raise ConfigurationError(
            f"{pack} is not signed, since it does not hold: not so that {broken[0].what} ({broken[0].says})."
        )
    amend(pack, {ATTESTATION: signing.countersigned(_of(pack), key).encode()})


def stamp_request(pack: Path) -> bytes:
    """Return what a time stamp authority is to be asked for a pack."""
    return stamping.request(_of(pack).first)


def stamp(pack: Path, response: bytes) -> str:
    """Put an authority's answer into a pack and return its time; ConfigurationError for a bad one."""
    try:
        told = stamping.time(response, _of(pack).first, ())
    except ValueError as bad:
        raise ConfigurationError(f"The authority's answer cannot be used: {bad}.") from bad
    amend(pack, {STAMP: response})
    return told


def _of(pack: Path) -> Attestation:
    with TemporaryDirectory() as name:
        unpacked(pack, Path(name))
    try:
        with ZipFile(pack) as archive:
            return signing.read(archive.read(ATTESTATION).decode())
    except (KeyError, ValueError) as bad:
        raise ConfigurationError(
            f"{pack} carries no attestation that can be read: {input_files.shown(bad)}."
        ) from bad


def _attestation(folder: Path, verified: Verified) -> Attestation | None:
    try:
        return signing.read((folder / ATTESTATION).read_bytes().decode())
    except (OSError, ValueError) as bad:
        says = input_files.shown(str(bad).replace(f"{folder}/", ""))
        verified.checks.append(Check("the attestation is signed with the key given", held=False, says=says))
        return None


def _signatures(attestation: Attestation, key: Key | None, witnesses: Sequence[Key]) -> Iterator[Check]:
    what = "the attestation is signed with the key given"
    if key is None:
        yield Check(what, held=None, says="give --public-key to check it")
    else:
        first = bool(attestation.signers) and attestation.signers[0] == key.keyid
        held = first and attestation.signed_by(key)
        yield Check(
            what, held, f"key {key.keyid[:_KEY]}" if held else "it is signed with another key, or badly"
        )
    for witness in witnesses:
        held = attestation.signed_by(witness)
        says = f"key {witness.keyid[:_KEY]}"
        yield Check("a witness signed it", held, says if held else f"{says} did not")
    known = {one.keyid for one in witnesses} | {attestation.signers[0]}
    for other in [name for name in attestation.signers if name not in known]:
        says = f"key {input_files.shown(other)[:_KEY]}; give --witness to check it"
        yield Check("a witness signed it", held=None, says=says)


def _stamp(
    folder: Path, attestation: Attestation, roots: Sequence[Any], verified: Verified, *, required: bool
) -> None:
    what, path = "the time stamp is of this signature", folder / STAMP
    if not path.exists():
        verified.checks += [Check(what, held=False, says="it carries none")] if required else []
        return
    try:
        told = stamping.time(path.read_bytes(), attestation.first, roots)
    except ValueError as bad:
        verified.checks.append(Check(what, held=False, says=input_files.shown(bad)))
    except ConfigurationError as bad:
        verified.checks.append(Check(what, held=None, says=input_files.shown(bad)))
    else:
        verified.stamped = told if roots else ""
        says = told if roots else f"{told}, if its authority is to be trusted: give --tsa-root to check it"
        verified.checks.append(Check(what, True if roots else None, says))


def _files(folder: Path, manifest: Mapping[str, Any]) -> Outcome:
    told = manifest["files"]
    wrong = [name for name, digest in told.items() if not ours(name) or _digest(folder / name) != digest]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong += sorted(there - set(told) - {MANIFEST, ATTESTATION, STAMP})
    says = [f"changed, missing or added: {input_files.shown(', '.join(wrong))}"] if wrong else []
    lacking = [f"{name} is missing" for name in RUN_FILES if name not in told]
    return says + lacking, f"{len(told)} files"


def _said(
    folder: Path, manifest: Mapping[str, Any], attestation: Attestation | None, contents: Contents
) -> Iterator[Check]:
    """Yield what manifest and attestation say beside what they would say of this run."""
    names = [*RUN_FILES, *contents.files()]
    made = packing.manifest(contents.made, contents.scope, {name: _digest(folder / name) for name in names})

    def schemas() -> Outcome:
        now, then = made["schemas"], manifest.get("schemas", {})
        other = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
        return [f"others: {', '.join(other[:5])}"] if other else [], f"{len(now)} digests"

    def listed() -> Outcome:
        wrong = [f"a file that no run writes: {name}" for name in sorted(set(manifest["files"]) - set(names))]
        others = {key: value for key, value in manifest.items() if key not in {"schemas", "files"}}
        wanted = {key: value for key, value in made.items() if key not in {"schemas", "files"}}
        wrong += differences(others, wanted, MANIFEST)
        raw = (folder / MANIFEST).read_bytes()
        if not wrong and manifest == made and raw != packing.text(_ordered(manifest, made)):
            wrong.append(f"{MANIFEST} is written in another way than `clausewise evidence` writes it")
        return wrong, f"run {made['run']}"

    def attested() -> Outcome:
        if attestation is None:
            return ["there is none"], ""
        wanted = signing.expected(
            {MANIFEST: _digest(folder / MANIFEST)}, packing.predicate(contents.made, contents.facts)
        )
        return list(differences(plain(attestation.says), plain(wanted), "attestation")), MANIFEST

    yield checked("the schemas and the clause set are those of this suite", schemas, folder)
    yield checked("the manifest is of this run", listed, folder)
    yield checked("the attestation is about this manifest and these results", attested, folder)


def _ordered(manifest: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest has to be, its files in the order that it has them."""
    return {**made, "files": {name: made["files"][name] for name in manifest["files"]}}


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # absent, a folder, or a name that no file can have
        return ""
