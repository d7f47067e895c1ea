"""The pre-flight: tells configuration faults from broken clauses before any check runs."""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clausewise import catalogue, checks, contracts, judge
from clausewise.bindings import Bindings
from clausewise.client import Client, Transport
from clausewise.errors import NoVerdict, TargetUnusable, Untestable
from clausewise.masking import Masker
from clausewise.model import Contract, Exchange, Request, Role, RoleNeed
from clausewise.scope import Scope, faults
from clausewise.strict_json import scalars
from clausewise.targets import FamilyTarget

_NOBODY = {"username": "no-such-user", "password": "no-such-password"}
_SECRETIVE = 16  # characters that a token has at least
_REFUSALS = range(400, 600)
_WIDE = 110  # characters of a line in a file to be filled in


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at. `state` is ok, missing (nothing is wrong, less can be judged), wrong or dead."""

    state: str
    what: str
    advice: str = ""


def examine(scope: Scope) -> Iterator[Diagnosis]:
    """Look at each claimed family: its host, its credentials, its fixtures, its fault hooks."""
    masker = judge.masker(scope, secrets.token_bytes(16))
    for told in _examined(scope, masker):
        yield replace(told, what=masker.text(told.what), advice=masker.text(told.advice))


def _examined(scope: Scope, masker: Masker) -> Iterator[Diagnosis]:
    yield Diagnosis("ok", f"target file {scope.target.path}")
    for claim, known in scope.idle_claims():
        yield Diagnosis("ok", f"{claim} changes no verdict: {known.inert}")
    for family, contract in scope.contracts.items():
        target = scope.target.families[family]
        transport = Transport(scope.target.limits, scope.target.tls)
        try:
            yield from _family(scope, contract, target, transport, masker)
        finally:
            transport.close()


def _family(
    scope: Scope, contract: Contract, target: FamilyTarget, transport: Transport, masker: Masker
) -> Iterator[Diagnosis]:
    careful = scope.target.environment == "production"
    reached = _named(target) if careful else _reach(target, transport)
    yield reached
    if reached.state != "ok":
        return
    client = Client(
        contract,
        target,
        transport,
        "doctor",
        scope.bindings[target.family],
        only_reads=careful,
    )
    client.heard, client.sends = masker.learn_from, masker.foresee
    roles = [
        role
        for role in catalogue.roles(scope.schemas / contract.family / "roles.toml")
        if contract.document in (role.documents or [contract.document])
    ]
    yield from (places := list(_places(scope.bindings[target.family], contract, target, client)))
    well = all(place.state == "ok" for place in places)
    yield from (logins := list(_credentials(roles, contract, target, client)) if well else [])
    if not well or any(login.state == "dead" for login in logins):
        return
    for role in roles:
        kind, _, name = role.id.partition(".")
        if kind != "credentials" or name not in target.credentials:  # which were just told
            yield _role(role, contract, target, client)


def _named(target: FamilyTarget) -> Diagnosis:
    """Name a host of production: nothing undocumented is sent there, so that a log-in is its first call."""
    return Diagnosis("ok", f"[families.{target.family}] base_url {target.base_url}, not called for itself")


def _reach(target: FamilyTarget, transport: Transport) -> Diagnosis:
    what = f"[families.{target.family}] base_url {target.base_url}"
    try:
        transport.send(Request("GET", f"{target.base_url}/"))
    except (NoVerdict, TargetUnusable) as bad:
        return Diagnosis("dead", what, f"{bad} Check base_url, the network and [tls].")
    return Diagnosis("ok", what)


def _credentials(
    roles: Iterable[RoleNeed], contract: Contract, target: FamilyTarget, client: Client
) -> Iterator[Diagnosis]:
    """Log each role in; one that has a probe is to be answered otherwise than with a token."""
    needs = {need.id: need for need in roles}
    for role, given in target.credentials.items():
        what = f"[families.{target.family}.credentials.{role}]"
        need = needs.get(f"credentials.{role}")
        try:
            if need and need.probe:
                yield _seen(client.log_in(role), need, contract, what)
                continue
            if given["type"] in {"oauth2-password", "login"}:
                client.token(role)
        except (NoVerdict, TargetUnusable, Untestable) as bad:
            yield Diagnosis("dead", what, str(bad))
        else:
            yield Diagnosis("ok", what)


def _places(
    bindings: Bindings, contract: Contract, target: FamilyTarget, client: Client
) -> Iterator[Diagnosis]:
    """Log in well, and once as nobody, and see whether token and error code stand where they are bound.

    Where one does not, propose the line to paste.
    """
    given = target.credentials.get("default", {})
    if "token" not in bindings.known or given.get("type") != "login":
        return
    head = f"[families.{target.family}.bindings]"
    try:
        good, bad = client.log_in("default"), client.log_in("default", **_NOBODY)
    except (NoVerdict, TargetUnusable, Untestable) as problem:
        yield Diagnosis("dead", f"[families.{target.family}] login", str(problem))
        return
    yield _token_place(bindings, good, head)
    documented = {form.code for known in contract.operations["login"].outcomes for form in known.forms} - {""}
    yield _code_place(bindings, bad, documented, head)


def _token_place(bindings: Bindings, answer: Exchange, head: str) -> Diagnosis:
    bound = str(bindings.value("token"))
    if any(isinstance(value, str) and value for value in bindings.found(answer, "token")):
        return Diagnosis("ok", f"{head} token {bound}")
    told = f"The log-in's answer (HTTP {answer.response.status}) has nothing at {bound}"
    texts = [(where, text) for where, text in scalars(answer.json) if isinstance(text, str)]
    likely = sorted((pair for pair in texts if len(pair[1]) >= _SECRETIVE), key=lambda pair: -len(pair[1]))
    if answer.response.status in _REFUSALS or not likely:
        return Diagnosis("wrong", f"{head} token", f"{told}, and no text that could be a token.")
    where, text = likely[0]
    one = f"one text of {len(text)} characters" if len(likely) == 1 else f"a text of {len(text)} characters"
    return Diagnosis(
        "wrong", f"{head} token", f'{told}; it has {one} at {where}: use it?\n{head}\ntoken = "{where}"'
    )


def _code_place(bindings: Bindings, answer: Exchange, documented: set[str], head: str) -> Diagnosis:
    bound = str(bindings.value("error_code"))
    places = [where for where, text in scalars(answer.json) if text in documented]
    if bound in places or (not bound and not places):
        return Diagnosis("ok", f"{head} error_code {bound or 'wherever it stands'}")
    if not places:
        told = f"A log-in of an unknown user (HTTP {answer.response.status}) has no documented code at"
        return Diagnosis("wrong", f"{head} error_code", f"{told} {bound}, nor anywhere else.")
    told = f"A log-in of an unknown user is answered with its code at {places[0]}: use it?"
    state = "wrong" if bound else "ok"
    return Diagnosis(state, f"{head} error_code", f'{told}\n{head}\nerror_code = "{places[0]}"')


def _role(role: RoleNeed, contract: Contract, target: FamilyTarget, client: Client) -> Diagnosis:
    kind = role.id.partition(".")[0]
    table = {"credentials": ".credentials", "fault": ".faults", "overlay": ""}.get(kind, ".fixtures")
    what = f"[families.{contract.family}{table}] {role.id}"
    if not target.has(role.id):
        return Diagnosis("missing", what, f"Not given: {role.otherwise or role.unlocks}")
    given = target.fixtures.get(role.id, {})
    lacking = [key for key in role.keys if key not in given]
    if table == ".fixtures" and lacking:
        return Diagnosis("wrong", what, f"It lacks {', '.join(lacking)}: {role.says}")
    return _probe(role, contract, given, client, what) if role.probe else Diagnosis("ok", what)


def _probe(
    role: RoleNeed, contract: Contract, given: Mapping[str, Any], client: Client, what: str
) -> Diagnosis:
    """Ask the target about a fixture."""
    call = {key: _filled(role.probe[key], given) for key in ("body", "path") if key in role.probe}
    try:
        answer = client.call(role.probe["operation"], **call)
    except (NoVerdict, TargetUnusable, Untestable) as bad:
        return Diagnosis("dead", what, str(bad))
    return _seen(answer, role, contract, what)


def _seen(answer: Exchange, role: RoleNeed, contract: Contract, what: str) -> Diagnosis:
    """See by the answer to a probe that a fixture, or who logs in, is what its role says."""
    operation, outcomes = contract.operations[role.probe["operation"]], role.probe["outcomes"]
    reading = checks.read(answer, operation, outcomes)
    if reading.given:
        return Diagnosis("ok", what)
    refused = reading.outcome and operation.outcome(reading.outcome).role is Role.REFUSED
    if refused and operation.id != "login":
        told = f"{operation.id} turns the credentials of role 'default' away (HTTP {answer.response.status})."
        return Diagnosis("dead", what, f"{told} Mend [families.{contract.family}.credentials.default].")
    got = f"the {reading.outcome} answer" if reading.outcome else f"HTTP {answer.response.status}"
    wanted = " or ".join(outcomes)
    return Diagnosis("wrong", what, f"{operation.id} gives {got} for it, not {wanted}: {role.says}")


def _filled(template: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _filled(value, given) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, given) for value in template]
    return given[template[1:-1]] if isinstance(template, str) and template.startswith("{") else template


def starter(schemas: Path, families: list[str]) -> str:
    """Return a commented target file for the families named, every role explained."""
    return "\n".join([_HEAD, *(_starter_family(schemas, family) for family in families)])


_HEAD = """\
# A target file tells clausewise what to judge. `clausewise doctor --target THIS` says what is still missing.
version = 1
name = "my-target"          # stands in every report
environment = "test"        # sandbox | test | production

[limits]                    # all optional; seconds, requests per second, bytes
rate = 20
connect_timeout = 5
read_timeout = 20
total_timeout = 60
max_wait = 10               # how long a test may wait for a token to expire

# [tls]
# ca_bundle = "ca.pem"      # verification stays on; name your own authority here
# client_certificate = "client.pem"
# client_key = "client.key"
"""


def _starter_family(schemas: Path, family: str) -> str:
    documents = contracts.documents(schemas / family / "openapi.yaml")
    lines = [
        f"[families.{family}]",
        f'document = "{documents[0]}"    # {" | ".join(documents)}',
        'base_url = "https://api.example.com"',
        "",
    ]
    for role in catalogue.roles(schemas / family / "roles.toml"):
        template = [] if role.id.startswith("fault.") else role.template.rstrip().splitlines()  # told below
        told = [role.says, role.unlocks, *([role.otherwise] if role.otherwise else [])]
        lines += [*(f"# {line}" for line in told), *template, ""]
    return "\n".join([*lines, *_starter_faults(schemas, family)])


def _starter_faults(schemas: Path, family: str) -> Iterator[str]:
    """Yield commented lines with every fault that a hook can provoke, and how patterns give hooks."""
    by_operation: dict[str, list[str]] = {}
    names = faults(schemas, family)
    for name in names:
        operation, _, outcome = name.partition(".")
        by_operation.setdefault(operation, []).append(outcome)
    if not by_operation:
        return
    yield f"# The {len(names)} faults that the documents name, as <operation>.<outcome>:"
    for operation, outcomes in by_operation.items():
        told = f"{operation}. {' '.join(outcomes)}"
        yield from textwrap.wrap(
            told, _WIDE, initial_indent="#   ", subsequent_indent="#     ", break_on_hyphens=False
        )
    yield from _FAULTS.format(family=family).splitlines()
    yield ""


_FAULTS = """\
# A line gives a fault, or all that a pattern fits, the value of the header that provokes it. A pattern
# without a dot fits the outcome alone. {{name}} is the whole name, {{*}} or {{table}} what the star is, as in
# "insert-*" = "insert:{{table}}". A name beats a pattern, and a longer pattern a shorter one.
# [families.{family}.faults]
# header = "X-Fault"
# "*" = "{{name}}"
"""
