"""Target files: one environment under test, what it claims, and how to reach it.

This room alone reads environment variables. Every complaint names the file, the key in the file's own
words, what was expected, and what to do.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from clausewise import shipped, tables
from clausewise.errors import ConfigurationError, Untestable
from clausewise.model import secret_name

EMBEDDED = "embedded"
ANY_FAULT = "*"
ASSUMED = "assumed"  # the family's own overlay, our least surprising reading
_USERINFO = re.compile(r"^https?://[^/]*@")
_TELLING = 6  # characters of a secret that cannot stand in a file by chance
_ELSEWHERE = 'write { env = "NAME" }, { file = "path" } or { keyring = "service/user" } instead'


@dataclass(frozen=True, slots=True)
class Limits:
    """What the suite may ask of the target; times in seconds, rate in requests per second."""

    rate: float | None = None
    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    total_timeout: float = 60.0
    max_body_bytes: int = 32 * 1024 * 1024  # an image of 10 MB as base64 text, with room to spare
    max_wait: float = 10.0
    breaker: int = 5
    minimum_exercised: float = 0.9
    addresses: tuple[str, ...] = ()  # networks that its hosts may resolve to; empty for any


@dataclass(frozen=True, slots=True)
class Tls:
    """How certificates are checked and which one is shown; paths are absolute."""

    verify: bool = True
    ca_bundle: str = ""
    client_certificate: str = ""
    client_key: str = ""


@dataclass(frozen=True, slots=True)
class FamilyTarget:
    """One family's part of a target; credentials and fixtures are resolved values by role.

    `overlays` are the files that fill what the document leaves open, in the order they are applied;
    `bindings` say where a thing stands that the document does not name.
    """

    family: str
    document: str
    base_url: str
    readings: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    fixtures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    faults: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    overlays: tuple[Path, ...] = ()
    bindings: Mapping[str, Any] = field(default_factory=dict)

    def has(self, role: str) -> bool:
        """Tell whether the target provides a role: a fixture, `overlay`, `credentials.*` or `fault.*`."""
        kind, _, name = role.partition(".")
        if role == "overlay":
            return bool(self.overlays)
        if kind == "credentials":
            return name in self.credentials
        if kind == "fault":
            return name in self.faults or ANY_FAULT in self.faults
        return role in self.fixtures

    def fault(self, name: str) -> tuple[str, str]:
        """Return the header that provokes a fault; Untestable where the target has no hook for it.

        A hook named `*` serves every fault; `{fault}` in its value stands for the fault's name.
        """
        if not self.has(f"fault.{name}"):
            raise Untestable(f"The target file has no [families.{self.family}.faults] entry {name!r}.")
        hook = self.faults.get(name) or self.faults[ANY_FAULT]
        return hook["header"], hook["value"].replace("{fault}", name)

    def fixture(self, role: str) -> dict[str, Any]:
        """Return the entity in a role; Untestable where the target's owner provides none."""
        if role not in self.fixtures:
            raise Untestable(f'The target file has no [families.{self.family}.fixtures."{role}"].')
        return dict(self.fixtures[role])


@dataclass(frozen=True, slots=True)
class Target:
    """One environment under test. `secrets` are all values that must never be written anywhere.

    What is left in families that are `passing` is gone with the run: an embedded reference plays them.
    """

    name: str
    environment: str
    path: Path
    sha256: str
    families: Mapping[str, FamilyTarget]
    limits: Limits
    tls: Tls
    policy: Mapping[str, Any] = field(default_factory=dict)
    masked_fields: tuple[str, ...] = ()
    show_personal_data: bool = False
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    passing: frozenset[str] = frozenset()

    @property
    def embedded(self) -> tuple[str, ...]:
        """The families that the embedded reference target plays."""
        return tuple(key for key, value in self.families.items() if value.base_url == EMBEDDED)

    def reached(self, base_urls: Mapping[str, str]) -> Target:
        """Return the same target with families at other base URLs: embedded ones at a running reference."""
        moved = {key: replace(self.families[key], base_url=url) for key, url in base_urls.items()}
        passing = self.passing | {key for key in moved if self.families[key].base_url == EMBEDDED}
        return replace(self, families={**self.families, **moved}, passing=passing)

    def claiming(self, documents: Mapping[str, str]) -> Target:
        """Return the same target with other document versions claimed, by family."""
        moved = {key: replace(self.families[key], document=value) for key, value in documents.items()}
        return replace(self, families={**self.families, **moved})


def load(path: Path, schema: Path, *, secrets: bool = True) -> Target:
    """Read and check a target file, and fetch what it refers to; without `secrets` those stay empty.

    Raises ConfigurationError with one sentence naming file, key, expectation and remedy.
    """
    raw, text = tables.read(path, schema, "target file", "`clausewise init` writes one to start from")
    known: set[str] | None = set() if secrets else None
    families = {name: _family(path, name, spec, known) for name, spec in raw["families"].items()}
    _check_secrets(path, text, known or ())
    masking = raw.get("masking", {})
    if masking.get("show_personal_data") and raw["environment"] != "sandbox":
        raise ConfigurationError(
            f"{path}: [masking] show_personal_data is for environment = 'sandbox' only, and this one is "
            f"{raw['environment']!r}; delete the line."
        )
    return Target(
        name=raw["name"],
        environment=raw["environment"],
        path=path,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        families=families,
        limits=_limits(path, raw.get("limits", {})),
        tls=_tls(path, raw.get("tls", {})) if secrets else Tls(),
        policy=raw.get("policy", {}),
        masked_fields=tuple(masking.get("fields", ())),
        show_personal_data=bool(masking.get("show_personal_data")),
        secrets=frozenset(known or ()),
    )


def _limits(path: Path, given: Mapping[str, Any]) -> Limits:
    addresses = tuple(given.get("addresses", ()))
    for text in addresses:
        try:
            ip_network(text)
        except ValueError as bad:
            raise ConfigurationError(
                f"{path}: [limits] addresses holds {text!r}, which is no network ({bad}); "
                f"write one as 10.20.0.0/16 or 127.0.0.1."
            ) from bad
    return Limits(**{**given, "addresses": addresses})


def _family(path: Path, name: str, spec: Mapping[str, Any], secrets: set[str] | None) -> FamilyTarget:
    here = f"families.{name}"
    if _USERINFO.match(spec["base_url"]):
        raise ConfigurationError(
            f"{path}: {here}.base_url holds a user name or password; secrets stay out of target files: take "
            f"them out, and give them as [{here}.credentials.default] type = 'basic'."
        )
    credentials = {
        role: _resolved(path, f"{here}.credentials.{role}", entry, secrets)
        for role, entry in spec.get("credentials", {}).items()
    }
    fixtures = {
        role: _resolved(path, f"{here}.fixtures.{role}", entry, secrets)
        for role, entry in spec.get("fixtures", {}).items()
    }
    faults = {
        role: _resolved(path, f"{here}.faults.{role}", entry, secrets, _named(entry["header"]))
        for role, entry in spec.get("faults", {}).items()
    }
    return FamilyTarget(
        family=name,
        document=spec["document"],
        base_url=spec["base_url"].rstrip("/"),
        readings=spec.get("readings", {}),
        credentials=credentials,
        fixtures=fixtures,
        faults=faults,
        overlays=tuple(_overlays(path, name, spec.get("overlays", ()))),
        bindings=dict(_flat(spec.get("bindings", {}))),
    )


def _overlays(path: Path, family: str, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        file = shipped.SCHEMAS / family / "assumed.overlay.yaml" if name == ASSUMED else path.parent / name
        if not os.path.isfile(file):  # noqa: PTH113 - false, not an error, for a name that no file can have
            told = f"the family has no {ASSUMED} overlay" if name == ASSUMED else f"there is no file {file}"
            given, place = tables.shown(name), f"{path}: [families.{family}] overlays"
            raise ConfigurationError(f"{place} names {given!r}, and {tables.shown(told)}.")
        yield file.absolute()


def _flat(bindings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield bindings by key; a table `[...bindings.<operation>]` gives keys `<operation>.<thing>`."""
    for key, value in bindings.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{thing}", given) for thing, given in value.items())
        else:
            yield key, value


def _named(header: str) -> str:
    """Return the key of a hook whose header holds a secret by its name."""
    return "value" if secret_name(header) else ""


def _check_secrets(path: Path, text: str, secrets: Iterable[str]) -> None:
    """See that what is kept elsewhere does not stand in the file itself, in a comment for instance."""
    for number, line in enumerate(text.splitlines(), 1):
        if any(len(secret) >= _TELLING and secret in line for secret in secrets):
            raise ConfigurationError(
                f"{path}: line {number} holds a value that the file itself takes from elsewhere; secrets "
                f"stay out of target files: take it out of that line."
            )


def _resolved(
    path: Path, place: str, entry: Mapping[str, Any], secrets: set[str] | None, secret: str = ""
) -> dict[str, Any]:
    """Return an entry's values, fetched where they are kept elsewhere; the key `secret` must be so kept."""
    values: dict[str, Any] = {}
    for key, value in entry.items():
        values[key] = value
        if isinstance(value, str) and value and (key == secret or secret_name(key)):
            raise ConfigurationError(
                f"{path}: {place}.{key} holds its value inline; secrets stay out of target files: "
                f"{_ELSEWHERE}."
            )
        if isinstance(value, dict):
            values[key] = "" if secrets is None else _fetch(path, f"{place}.{key}", value)
            if secrets is not None:
                secrets.add(values[key])
    return values


def _fetch(path: Path, place: str, reference: Mapping[str, str]) -> str:
    if "env" in reference:
        name = reference["env"]
        if not os.environ.get(name):
            raise ConfigurationError(
                f"{path}: {place} is taken from the environment variable {name}, which is not set; export it."
            )
        return os.environ[name]
    if "keyring" in reference:
        return _from_keyring(f"{path}: {place} is taken from the keyring", reference["keyring"])
    file = path.parent / reference["file"]
    try:
        text = file.read_text("utf-8").strip()
    except (OSError, ValueError) as bad:
        raise ConfigurationError(
            f"{path}: {place} is taken from the file {file}, which cannot be read: {bad}."
        ) from bad
    if not text:
        raise ConfigurationError(f"{path}: {place} is taken from the file {file}, which is empty.")
    return text


def _from_keyring(what: str, entry: str) -> str:
    """Return an entry `service/user` of the system's keyring; ConfigurationError, beginning with `what`."""
    service, _, user = entry.rpartition("/")
    try:
        value = importlib.import_module("keyring").get_password(service, user)
    except Exception as bad:  # whatever a backend raises
        if isinstance(bad, ModuleNotFoundError) and bad.name == "keyring":
            raise ConfigurationError(f"{what}, which takes: pip install 'clausewise[keyring]'.") from bad
        known = {
            "NoKeyringError": "there is none on this machine",
            "KeyringLocked": "it is locked; unlock it",
        }
        why = known.get(type(bad).__name__, f"it cannot be read ({type(bad).__name__})")
        raise ConfigurationError(f"{what}, and {why}; use env or file where that cannot be helped.") from bad
    if not value:
        raise ConfigurationError(
            f"{what}, which has no entry {entry!r}; make it: keyring set {service!r} {user!r}."
        )
    return str(value)


def _tls(path: Path, spec: Mapping[str, Any]) -> Tls:
    files = dict(_files(path, spec))
    return Tls(verify=spec.get("verify", True), **files)


def _files(path: Path, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("ca_bundle", "client_certificate", "client_key"):
        if key in spec:
            if "-----BEGIN" in spec[key]:
                raise ConfigurationError(
                    f"{path}: [tls] {key} holds its value inline; keep it in a file, and name that."
                )
            file = path.parent / spec[key]
            if not os.path.isfile(file):  # noqa: PTH113 - as above
                raise ConfigurationError(f"{path}: [tls] {key} names {file}, and there is no such file.")
            if key != "ca_bundle" and b"ENCRYPTED" in file.read_bytes():  # OpenSSL would ask the terminal
                raise ConfigurationError(
                    f"{path}: [tls] {key} names {file}, whose key is encrypted; name one without a "
                    f"passphrase that only you can read."
                )
            yield key, str(file)
