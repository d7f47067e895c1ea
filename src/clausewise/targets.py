"""Target files: one environment under test, what it claims, and how to reach it.

This room alone reads environment variables. Every complaint names the file, the key in the file's own
words, what was expected, and what to do.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from clausewise import certificates, env_file, families, input_files, proxies
from clausewise.errors import ConfigurationError, Untestable
from clausewise.masking import held_in
from clausewise.model import SIGNS, Contract, Masks, Operation, secret_name
from clausewise.proxies import Proxy

TEMPLATE_URL = "https://api.example.com"  # what `clausewise init` writes, to be replaced
_SEVERAL = 2
EMBEDDED = "embedded"
ANY_FAULT = "*"
ASSUMED = "assumed"  # the family's own overlay, our least surprising reading
PROXY = "[proxy]"  # what stands for a family in a reference that goes to the proxy
KEPT = "[tls]"  # the same for one that opens a file, and goes nowhere
_USERINFO = re.compile(r"^https?://[^/]*@")
_LONGEST = 200  # characters of a misspelt name that are compared
_STARS = 2  # in a pattern of fault names; more would only be hard to read
_KINDS = ("env", "file", "keyring")
_PLACES = (*_KINDS, "ca_bundle", "client_certificate", "client_key")
_PLACE = re.compile(rf"""\b(?:{"|".join(_PLACES)})["']?\s*=\s*(?P<name>"[^"]*"|'[^']*')""")
_ELSEWHERE = 'write { env = "NAME" }, { file = "path" } or { keyring = "service/user" } instead'


@dataclass(frozen=True, slots=True)
class Limits:
    """What the suite may ask of the target; times in seconds, rate in requests per second."""

    rate: float | None = None
    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    total_timeout: float = 60.0
    max_body_bytes: int = 32 * 1024 * 1024  # an image of 10 MB as base64 text, with room to spare
    max_kept_body: int = 1 << 20  # characters of a body that a run folder keeps; it is judged whole
    max_wait: float = 10.0
    settle: float = 0.0  # until what was written is read
    breaker: int = 5
    max_connections: int | None = None  # calls at once, at most
    minimum_exercised: float = 0.9
    addresses: tuple[str, ...] = ()  # networks that its hosts may resolve to; empty for any


@dataclass(frozen=True, slots=True)
class Tls:
    """How certificates are checked and which one is shown; paths are absolute."""

    verify: bool = True
    ca_bundle: str = ""
    client_certificate: str = ""
    client_key: str = ""
    client_key_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that a target file takes from elsewhere: at `place`, of what `kind`, by what name.

    `family` is the one whose host it is sent to; '' for all of them, PROXY for the proxy,
    and KEPT for nowhere.
    """

    family: str
    place: str
    kind: str  # env, file, keyring, or dotenv: a variable of the .env beside the target file
    name: str


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
    token_url: str = ""  # '' where tokens are given below base_url
    bindings: Mapping[str, Any] = field(default_factory=dict)
    masked: tuple[str, ...] = ()  # places of answers; of one operation behind its name and a colon
    mask_signs: str = SIGNS

    def at(self, base_url: str) -> FamilyTarget:
        """Return the same at a base URL: at another one, tokens are given there, too."""
        return replace(self, base_url=base_url, token_url=self.token_url if base_url == self.base_url else "")

    def has(self, role: str) -> bool:
        """Tell whether the target provides a role: a fixture, `overlay`, `credentials.*` or `fault.*`."""
        kind, _, name = role.partition(".")
        if role == "overlay":
            return bool(self.overlays)
        if kind == "credentials":
            return name in self.credentials
        if kind == "fault":
            return bool(self._hooks(name))
        return role in self.fixtures

    def fault(self, name: str) -> tuple[str, str]:
        """Return the header that provokes a fault; Untestable where the target has no hook for it.

        In its value `{fault}` and `{name}` stand for the fault's name, `{table}` and `{*}` for what the last
        star of the hook's pattern stands for.
        """
        hooks = self._hooks(name)
        if not hooks:
            raise Untestable(f"The target file has no [families.{self.family}.faults] entry {name!r}.")
        hook, piece = self.faults[hooks[0]], _piece(hooks[0], name)
        said = {"{fault}": name, "{name}": name}
        if piece is not None:
            said |= {"{table}": piece, "{*}": piece}
        return hook["header"], re.sub(
            r"\{(?:fault|name|table|\*)\}", lambda it: said.get(it[0], it[0]), hook["value"]
        )

    def check_faults(self, known: Iterable[str], place: str) -> None:
        """See that every hook is for a fault that the family's documents name, and each fault has one hook.

        Raises ConfigurationError, with the nearest name, that begins with `place`.
        """
        known = sorted(known)
        for key in self.faults:
            _check_known(key, known, f"{place} [families.{self.family}.faults]")
        for name in known:
            best = self._hooks(name)[:2]
            if len(best) > 1 and best[0] != name and _literal(best[0]) == _literal(best[1]):
                raise ConfigurationError(
                    f"{place} [families.{self.family}.faults] {best[0]!r} and {best[1]!r} both fit the fault "
                    f"{name!r}, and neither says more of it; give {name!r} a line of its own."
                )

    def over(self, contract: Contract, place: str) -> Contract:
        """Return a contract whose operations know which places of their answers the owner declares masked.

        Raises ConfigurationError, that begins with `place`, for one that no answer has.
        """
        places: dict[str, list[str]] = {name: [] for name in contract.operations}
        for text in self.masked:
            operation, colon, where = text.rpartition(":")
            if colon and operation not in places:
                close = difflib.get_close_matches(operation[:_LONGEST], places, 1, 0)[0]
                raise ConfigurationError(
                    f"{place} {input_files.shown(text)!r} names no operation; did you mean {close!r}?"
                )
            held = [operation] if colon else list(places)
            found = [name for name in held if _holds(contract.operations[name], where)]
            if not found:
                raise ConfigurationError(
                    f"{place} {input_files.shown(text)!r}: no answer has that place. "
                    f"Write a field's name or a "
                    f"JSON pointer with * for every entry of a list, behind an operation's name and a colon "
                    f"where only one is meant."
                )
            for name in found:
                places[name].append(where)
        return replace(
            contract,
            operations={
                name: replace(known, masks=Masks(tuple(places[name]), self.mask_signs))
                for name, known in contract.operations.items()
            },
        )

    def _hooks(self, name: str) -> list[str]:
        """Return the keys that fit a fault's name, the best one first: itself, then the longest pattern."""
        fit = [key for key in self.faults if key == name or _piece(key, name) is not None]
        return sorted(fit, key=lambda key: (key != name, -_literal(key)))

    def lawful(self, discrepancy: str, **readings: Any) -> list[Any]:
        """Return what the claimed reading of a discrepancy expects, or each of them where none is claimed."""
        claimed = self.readings.get(discrepancy)
        return [wanted for letter, wanted in readings.items() if claimed in {None, letter}]

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
    proxy: Proxy = field(default_factory=Proxy)
    policy: Mapping[str, Any] = field(default_factory=dict)
    masked_fields: tuple[str, ...] = ()
    shown_fields: tuple[str, ...] = ()
    show_personal_data: bool = False
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    passing: frozenset[str] = frozenset()
    references: tuple[Reference, ...] = ()

    @property
    def embedded(self) -> tuple[str, ...]:
        """The families that the embedded reference target plays."""
        return tuple(key for key, value in self.families.items() if value.base_url == EMBEDDED)

    def reached(self, base_urls: Mapping[str, str]) -> Target:
        """Return the same target with families at other base URLs: embedded ones at a running reference.

        What the file does not name is on this machine, where no proxy leads.
        """
        moved = {key: self.families[key].at(url) for key, url in base_urls.items()}
        passing = self.passing | {key for key in moved if self.families[key].base_url == EMBEDDED}
        ours = (url for key, url in base_urls.items() if self.families[key].base_url != url)
        proxy = self.proxy.without(*ours) if self.proxy.urls else self.proxy
        return replace(self, families={**self.families, **moved}, passing=passing, proxy=proxy)

    def claiming(self, documents: Mapping[str, str]) -> Target:
        """Return the same target with other document versions claimed, by family."""
        moved = {key: replace(self.families[key], document=value) for key, value in documents.items()}
        return replace(self, families={**self.families, **moved})


def load(path: Path, schema: Path, *, secrets: bool = True, allowed: Collection[str] | None = None) -> Target:
    """Read and check a target file, and fetch what it refers to.

    Without `secrets` those stay empty, and a folder that it names for a family is not looked into.

    Files of secrets must lie beside the target file or be `allowed`, themselves or a folder of theirs; None
    for any, where nothing is sent to a host that the file names. Raises ConfigurationError with one sentence
    naming file, key, expectation and remedy.
    """
    raw, text = input_files.read(path, schema, "target file", "`clausewise init` writes one to start from")
    if secrets:  # whoever handed the file over with a pack has no say in what is run here
        _find(path, raw)
    references = tuple(_placed(path, told) for told in _references(raw))
    if allowed is not None:
        _check_beside(path, references, allowed)
    if secrets:
        _check_edited(path, raw)
        _check_there(path, references)
    known: set[str] | None = set() if secrets else None
    claimed = {name: _family(path, name, spec, known) for name, spec in raw["families"].items()}
    proxy = _proxy(path, raw.get("proxy"), known)
    tls = Tls() if known is None else _tls(path, raw.get("tls", {}), known)
    _check_secrets(path, text, known or (), frozenset(_places(raw)))
    masking = raw.get("masking", {})
    for key in ("show_personal_data", "show"):
        if masking.get(key) and raw["environment"] != "sandbox":
            raise ConfigurationError(
                f"{path}: [masking] {key} is for environment = 'sandbox' only, and this one is "
                f"{raw['environment']!r}; delete the line."
            )
    return Target(
        name=raw["name"],
        environment=raw["environment"],
        path=path,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        families=claimed,
        limits=_limits(path, raw.get("limits", {})),
        tls=tls,
        proxy=proxy,
        policy=raw.get("policy", {}),
        masked_fields=tuple(masking.get("fields", ())),
        shown_fields=tuple(masking.get("show", ())),
        show_personal_data=bool(masking.get("show_personal_data")),
        secrets=frozenset(known or ()),
        references=references,
    )


def _find(path: Path, raw: Mapping[str, Any]) -> None:
    """Name the folders that a file says its families lie in."""
    for name, spec in raw["families"].items():
        if "folder" in spec:
            folder, place = path.parent / spec["folder"], f"{path}: [families.{name}] folder"
            held = [one.id for one in families.within(folder, place)]
            if name not in held:
                given = input_files.shown(spec["folder"])
                raise ConfigurationError(
                    f"{place} names {given!r}, which holds {', '.join(held)}, and no {name}."
                )
            families.name(folder, place)


def _references(raw: Mapping[str, Any]) -> Iterator[Reference]:
    for family, spec in raw["families"].items():
        for kind in ("credentials", "fixtures", "faults"):
            yield from _referred(family, f"families.{family}.{kind}", spec.get(kind, {}))
    yield from _referred(PROXY, "proxy", raw.get("proxy", {}))
    yield from _referred(KEPT, "tls", raw.get("tls", {}))
    for key in ("client_certificate", "client_key"):
        if name := raw.get("tls", {}).get(key):
            yield Reference("", f"[tls] {key}", "file", name)


def _referred(family: str, place: str, value: Any) -> Iterator[Reference]:
    if not isinstance(value, dict):
        return
    found = [(kind, value[kind]) for kind in _KINDS if isinstance(value.get(kind), str)]
    if len(value) == 1 and found:
        yield Reference(family, place, *found[0])
        return
    for key, item in value.items():
        yield from _referred(family, f"{place}.{key}", item)


def _placed(path: Path, reference: Reference) -> Reference:
    """Return a reference with where its variable comes from."""
    return (
        replace(reference, kind="dotenv")
        if reference.kind == "env" and env_file.has(path, reference.name)
        else reference
    )


def _check_beside(path: Path, references: Iterable[Reference], allowed: Collection[str]) -> None:
    """See that no file is sent anywhere that its owner did not put there, whoever wrote the target file."""
    fine = [os.path.realpath(path.parent), *map(os.path.realpath, allowed)]
    for told in references:
        name = {"file": told.name, "dotenv": env_file.FILE}.get(told.kind, "")
        if not name or "\0" in name:  # which no file has in its name
            continue
        file = path.parent / name
        if not any(Path(os.path.realpath(file)).is_relative_to(folder) for folder in fine):
            raise ConfigurationError(
                f"{path}: {told.place} is the file {input_files.shown(file)}, which does not lie "
                f"beside the target file, links resolved; move it there or, if you trust who wrote "
                f"this, say --allow-file."
            )


def _check_edited(path: Path, raw: Mapping[str, Any]) -> None:
    """Refuse a file that is as `clausewise init` wrote it, before anything is looked up for it."""
    for family, spec in raw["families"].items():
        if spec["base_url"].rstrip("/") == TEMPLATE_URL:
            raise ConfigurationError(
                f"{path}: [families.{family}] base_url is still the example of `clausewise init`; write your "
                f"API's address there, and see to the other lines of that family."
            )


def _check_there(path: Path, references: Iterable[Reference]) -> None:
    """See that all that a file takes from elsewhere is there, and tell at once what is not."""
    unset, gone = {}, {}
    for told in references:
        if told.kind == "env" and not os.environ.get(told.name):
            unset[told.name] = told.place
        if told.kind == "file" and "\0" not in told.name and not os.path.lexists(path.parent / told.name):
            gone[str(path.parent / told.name)] = told.place
    if len(unset) + len(gone) < _SEVERAL:
        return  # whoever fetches it tells of it
    parts = [
        f"{what} {', '.join(f'{name} ({place})' for name, place in held.items())}, {then}"
        for what, held, then in (
            ("the environment variables", unset, f"to be exported or written into {env_file.FILE} beside it"),
            ("the files", gone, "to be put there"),
        )
        if held
    ]
    raise ConfigurationError(f"{path}: {len(unset) + len(gone)} secrets are not there: {'; '.join(parts)}.")


def _holds(operation: Operation, where: str) -> bool:
    """Tell whether an operation's answers have a place; they have any where none is known."""
    forms = [(known, form) for known in operation.outcomes for form in known.forms]
    named = {place for _, form in forms for place in form.body.places()}
    return not named or any(where in {place, place.rpartition("/")[2]} for place in named)


def _piece(pattern: str, name: str) -> str | None:
    """Return what the last star of a pattern stands for in a fault's name; None where it does not fit.

    A pattern without a dot speaks of the outcome alone, whatever the operation.
    """
    held = name if "." in pattern else name.partition(".")[2]
    fit = re.fullmatch("(.*)".join(map(re.escape, pattern.split("*"))), held) if "*" in pattern else None
    return fit[fit.re.groups] if fit else None


def _literal(pattern: str) -> int:
    """Return how many characters a pattern says itself."""
    return len(pattern) - pattern.count("*")


def _check_known(key: str, known: Collection[str], place: str) -> None:
    """Raise ConfigurationError, beginning with `place`, for a key that fits no fault's name."""
    text = f"{place} {input_files.shown(repr(key))}"
    if key.count("*") > _STARS:
        raise ConfigurationError(f"{text} has more than {_STARS} stars; leave some out.")
    if key in {ANY_FAULT, *known} or any(_piece(key, name) is not None for name in known):
        return
    if not known:
        raise ConfigurationError(
            f"{text} does nothing, since the family's documents name no fault; delete it."
        )
    if "*" in key:
        raise ConfigurationError(f"{text} fits no fault's name; `clausewise init` lists the names.")
    close = difflib.get_close_matches(key[:_LONGEST], known, 1, 0)[0]
    raise ConfigurationError(
        f"{text} is no fault that the documents name; did you mean {close!r}? `clausewise init` lists them."
    )


def _limits(path: Path, table: Mapping[str, Any]) -> Limits:
    addresses = tuple(table.get("addresses", ()))
    for text in addresses:
        try:
            ip_network(text)
        except ValueError as bad:
            raise ConfigurationError(
                f"{path}: [limits] addresses holds {text!r}, which is no network ({bad}); "
                f"write one as 10.20.0.0/16 or 127.0.0.1."
            ) from bad
    return Limits(**{**table, "addresses": addresses})


def _family(path: Path, name: str, spec: Mapping[str, Any], secrets: set[str] | None) -> FamilyTarget:
    here = f"families.{name}"
    for key in ("base_url", "token_url"):
        if not _USERINFO.match(spec.get(key, "")):
            continue
        raise ConfigurationError(
            f"{path}: {here}.{key} holds a user name or password; secrets stay out of target files: take "
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
        for role, entry in _hooks(path, here, spec.get("faults", {}))
    }
    return FamilyTarget(
        family=name,
        document=spec["document"],
        base_url=spec["base_url"].rstrip("/"),
        token_url=spec.get("token_url", ""),
        readings=spec.get("readings", {}),
        credentials=credentials,
        fixtures=fixtures,
        faults=faults,
        overlays=tuple(_overlays(path, name, spec.get("overlays", ()))),
        bindings=dict(_flat(spec.get("bindings", {}))),
        masked=tuple(spec.get("masked", ())),
        mask_signs=spec.get("mask_signs", SIGNS),
    )


def _overlays(path: Path, family: str, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        file = _own_overlay(path, family) if name == ASSUMED else path.parent / name
        if not os.path.isfile(file):  # noqa: PTH113 - false, not an error, for a name that no file can have
            text = f"the family has no {ASSUMED} overlay" if name == ASSUMED else f"there is no file {file}"
            given, place = input_files.shown(name), f"{path}: [families.{family}] overlays"
            raise ConfigurationError(f"{place} names {given!r}, and {input_files.shown(text)}.")
        yield file.absolute()


def _own_overlay(path: Path, family: str) -> Path:
    return families.family(family, str(path)).folder / "assumed.overlay.yaml"


def _flat(bindings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield bindings by key; a table `[...bindings.<operation>]` gives keys `<operation>.<thing>`."""
    for key, value in bindings.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{thing}", given) for thing, given in value.items())
        else:
            yield key, value


def _hooks(path: Path, here: str, spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield hooks with header and value; a text alone is a value, for the header that the table names."""
    common = spec.get("header")
    for role, given in spec.items():
        if role == "header" and isinstance(given, str):
            continue
        entry = given if isinstance(given, dict) else {"value": given}
        if "header" not in entry and not common:
            raise ConfigurationError(
                f"{path}: [{here}.faults] {input_files.shown(repr(role))} has no header; "
                f"give it one, or write "
                f'header = "NAME" once at the head of [{here}.faults] for all.'
            )
        yield role, {"header": common, **entry}


def _named(header: str) -> str:
    """Return the key of a hook whose header holds a secret by its name."""
    return "value" if secret_name(header) else ""


def _check_secrets(path: Path, text: str, secrets: Iterable[str], places: Collection[str]) -> None:
    """See that what is kept elsewhere does not stand in the file itself, in a comment for instance.

    Where a place is named it may hold its value: that the two are alike, the name does not tell.
    """
    named = lambda it: "" if _plain(it["name"]) in places else it[0]  # noqa: E731 - it is said once
    lines = [_PLACE.sub(named, line) for line in text.splitlines()]
    whole = "\n".join(lines)  # base64 may go over several lines
    number = next(held_in([whole], secrets), 0) and next(held_in(lines, secrets), 0)
    if number or next(held_in([whole], secrets), 0):
        where = f"line {number} holds" if number else "some lines hold"
        raise ConfigurationError(
            f"{path}: {where} a value that the file itself takes from elsewhere, however written; secrets "
            f"stay out of target files: take it out of {'that line' if number else 'those lines'}."
        )


def _places(value: Any, key: str = "") -> Iterator[str]:
    """Yield the names of the places, files for the most part, that a target file refers to."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _places(item, name)
    elif isinstance(value, str) and key in _PLACES:
        yield value


def _plain(literal: str) -> str:
    """Return what a TOML text says, but for escapes that no name of a file needs."""
    return literal[1:-1].replace("\\\\", "\\") if literal.startswith('"') else literal[1:-1]


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
        value = os.environ.get(name) or env_file.variables(path).get(name)
        if not value:
            where = f"{path}: {place} is taken from the environment variable {name}"
            raise ConfigurationError(
                f"{where}, which is not set; export it, or write it into {env_file.FILE} beside this file."
            )
        return value
    if "keyring" in reference:
        return _from_keyring(f"{path}: {place} is taken from the keyring", reference["keyring"])
    file = path.parent / reference["file"]
    try:
        text = file.read_text("utf-8-sig").strip()
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


def _proxy(path: Path, spec: Mapping[str, Any] | None, secrets: set[str] | None) -> Proxy:
    """Return the proxy that a file names, or asks the environment for."""
    place = f"{path}: {PROXY}"
    if spec is None:
        return proxies.unasked(os.environ)
    proxies.check(spec, place)
    if "environment" in spec:
        if secrets is None:  # nothing is sent
            return Proxy()
        found = proxies.surrounding(os.environ, f"{place} environment")
        secrets.update(password for _, password in found.logins.values() if password)
        return found
    if _USERINFO.match(spec["url"]):
        raise ConfigurationError(
            f"{place} url holds a user name or password; secrets stay out of target files: take them out, "
            f"and give them as username and password of {PROXY}."
        )
    told = _resolved(
        path, "proxy", {key: spec[key] for key in ("username", "password") if key in spec}, secrets
    )
    login = (told["username"], told["password"]) if told else None
    return proxies.named(spec["url"], login, tuple(spec.get("bypass", ())), place)


def _tls(path: Path, spec: Mapping[str, Any], secrets: set[str]) -> Tls:
    files = dict(_files(path, spec))
    locked = {key: spec[key] for key in ("client_key_password",) if key in spec}
    password = _resolved(path, "tls", locked, secrets)
    certificates.check(files, password.get("client_key_password", ""), f"{path}: [tls]")
    return Tls(verify=spec.get("verify", True), **files, **password)


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
            yield key, str(file)
