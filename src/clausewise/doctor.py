"""The pre-flight: tells configuration faults from broken clauses before any check runs."""

from __future__ import annotations

import json
import re
import secrets
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from clausewise import catalogue, checks, contracts, judge
from clausewise.bindings import Bindings
from clausewise.client import Client, Transport
from clausewise.errors import NoVerdict, TargetUnusable, Untestable
from clausewise.families import Family
from clausewise.masking import Masker
from clausewise.model import Contract, Exchange, Request, Role, RoleNeed
from clausewise.scope import Scope, faults
from clausewise.scope import of as scoped
from clausewise.strict_json import scalars
from clausewise.targets import TEMPLATE_URL, FamilyTarget

Asked = dict[tuple[str, str], Exchange]  # what an operation answered on a fixture, by role
_NOBODY = {"username": "no-such-user", "password": "no-such-password"}
_SECRETIVE = 16  # characters that a token has at least
_REFUSALS = range(400, 600)
_WIDE = 110  # characters of a line in a file to be filled in


@dataclass(frozen=True, slots=True)
class Questions:
    """Whom to ask about fixtures, by which contract, and what was answered so far."""

    client: Client
    contract: Contract
    asked: Asked = field(default_factory=dict)

    def ask(self, role: str, probe: Mapping[str, Any], table: Mapping[str, Any]) -> Exchange:
        """Ask the target what a probe asks; raises what a call does."""
        if "ask" in probe:
            answer = self.client.ask(probe["operation"], **_filled(probe["ask"], table))
        else:
            call = {key: _filled(probe[key], table) for key in ("body", "path") if key in probe}
            answer = self.client.call(probe["operation"], **call)
        self.asked[role, probe["operation"]] = answer
        return answer


@dataclass(frozen=True, slots=True)
class Listener:
    """What listens to every answer: who masks what is told of it, and how many seconds each took."""

    masker: Masker
    times: list[float]

    def hear(self, exchange: Exchange) -> None:
        """Take note of one."""
        self.masker.learn_from(exchange)
        self.times.append(exchange.milliseconds / 1000)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at. `state` is ok, missing (nothing is wrong, less can be judged), wrong or dead."""

    state: str
    what: str
    advice: str = ""


def examine(scope: Scope, times: list[float] | None = None) -> Iterator[Diagnosis]:
    """Look at each claimed family: its host, its credentials, its fixtures, its fault hooks.

    The seconds that its answers took are put into `times`.
    """
    masker = judge.masker(scope, secrets.token_bytes(16))
    for told in _examined(scope, Listener(masker, [] if times is None else times)):
        yield replace(told, what=masker.text(told.what), advice=masker.text(told.advice))


def _examined(scope: Scope, ear: Listener) -> Iterator[Diagnosis]:
    yield Diagnosis("ok", f"target file {scope.target.path}")
    for claim, known in scope.idle_claims():
        yield Diagnosis("ok", f"{claim} changes no verdict: {known.inert}")
    for family, contract in scope.contracts.items():
        target = scope.target.families[family]
        transport = Transport(scope.target.limits, scope.target.tls, proxy=scope.target.proxy)
        try:
            yield from _family(scope, contract, target, transport, ear)
        finally:
            transport.close()


def _family(
    scope: Scope, contract: Contract, target: FamilyTarget, transport: Transport, ear: Listener
) -> Iterator[Diagnosis]:
    careful = scope.target.environment == "production"
    way = scope.target.proxy.of(target.base_url)
    text = f"[families.{target.family}] base_url {target.base_url}{f' by the proxy {way}' if way else ''}"
    reached = (
        Diagnosis("ok", f"{text}, not called for itself") if careful else _reach(text, target, transport)
    )
    yield reached  # of production it is named alone: nothing undocumented is sent there
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
    client.heard, client.sends = ear.hear, ear.masker.foresee
    roles = [
        role
        for role in catalogue.roles(scope.homes[contract.family].folder / "roles.toml")
        if contract.document in (role.documents or [contract.document])
    ]
    yield from (places := list(_places(scope.bindings[target.family], contract, target, client)))
    well = all(place.state == "ok" for place in places)
    yield from (logins := list(_credentials(roles, contract, target, client)) if well else [])
    if not well or any(login.state == "dead" for login in logins):
        return
    questions = Questions(client, contract)
    for role in roles:
        kind, _, name = role.id.partition(".")
        if kind != "credentials" or name not in target.credentials:  # which were just told
            yield _role(role, questions, target)
    yield from _version(scope, contract, roles, questions.asked)


def _reach(what: str, target: FamilyTarget, transport: Transport) -> Diagnosis:
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
            if need and need.probes:
                yield _seen(client.log_in(role), need, need.probes[0], contract, what)
                continue
            if given["type"] in {"oauth2-password", "oauth2-client-credentials", "login"}:
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
    message = f"The log-in's answer (HTTP {answer.response.status}) has nothing at {bound}"
    texts = [(where, text) for where, text in scalars(answer.json) if isinstance(text, str)]
    likely = sorted((pair for pair in texts if len(pair[1]) >= _SECRETIVE), key=lambda pair: -len(pair[1]))
    if answer.response.status in _REFUSALS or not likely:
        return Diagnosis("wrong", f"{head} token", f"{message}, and no text that could be a token.")
    where, text = likely[0]
    one = f"one text of {len(text)} characters" if len(likely) == 1 else f"a text of {len(text)} characters"
    return Diagnosis(
        "wrong", f"{head} token", f'{message}; it has {one} at {where}: use it?\n{head}\ntoken = "{where}"'
    )


def _code_place(bindings: Bindings, answer: Exchange, documented: set[str], head: str) -> Diagnosis:
    bound = str(bindings.value("error_code"))
    places = [where for where, text in scalars(answer.json) if text in documented]
    if bound in places or (not bound and not places):
        return Diagnosis("ok", f"{head} error_code {bound or 'wherever it stands'}")
    if not places:
        message = f"A log-in of an unknown user (HTTP {answer.response.status}) has no documented code at"
        return Diagnosis("wrong", f"{head} error_code", f"{message} {bound}, nor anywhere else.")
    message = f"A log-in of an unknown user is answered with its code at {places[0]}: use it?"
    state = "wrong" if bound else "ok"
    return Diagnosis(state, f"{head} error_code", f'{message}\n{head}\nerror_code = "{places[0]}"')


def _role(role: RoleNeed, questions: Questions, target: FamilyTarget) -> Diagnosis:
    kind = role.id.partition(".")[0]
    table = {"credentials": ".credentials", "fault": ".faults", "overlay": ""}.get(kind, ".fixtures")
    what = f"[families.{target.family}{table}] {role.id}"
    if not target.has(role.id):
        return Diagnosis("missing", what, f"Not given: {role.otherwise or role.unlocks}")
    given = target.fixtures.get(role.id, {})
    lacking = [key for key in role.keys if key not in given]
    if table == ".fixtures" and lacking:
        return Diagnosis("wrong", what, f"It lacks {', '.join(lacking)}: {role.says}")
    return _probe(role, questions, given, what)


def _probe(role: RoleNeed, questions: Questions, table: Mapping[str, Any], what: str) -> Diagnosis:
    """Ask the target about a fixture all that its clauses will, and see whether the answers agree."""
    for probe in _probes(role, questions.contract.document):
        try:
            answer = questions.ask(role.id, probe, table)
        except (NoVerdict, TargetUnusable, Untestable) as bad:
            return Diagnosis("dead", what, str(bad))
        seen = _seen(answer, role, probe, questions.contract, what)
        if seen.state != "ok":
            return seen
        if told := _contradicted(answer, probe.get("agrees", {}), table):
            return Diagnosis("wrong", what, f"{probe['operation']} {told}: {role.says}")
    return Diagnosis("ok", what)


def _probes(role: RoleNeed, document: str) -> list[Mapping[str, Any]]:
    """Return the probes of a role that a document carries."""
    return [probe for probe in role.probes if document in probe.get("documents", [document])]


def _contradicted(answer: Exchange, agrees: Mapping[str, str], table: Mapping[str, Any]) -> str:
    """Say where an answer shows another entity than the file names; '' where it does not."""
    places: dict[str, set[str]] = {}
    for where, value in scalars(answer.json):
        places.setdefault(re.sub(r"/\d+(?=/|$)", "/*", where), set()).add(str(value))
    for where, template in agrees.items():
        shown = places.get(where, set())
        if shown and str(_filled(template, table)) not in shown:
            return f"shows another {where} for it than the {template[1:-1]} of the file"
    return ""


def _seen(
    answer: Exchange, role: RoleNeed, probe: Mapping[str, Any], contract: Contract, what: str
) -> Diagnosis:
    """See by the answer to a probe that a fixture, or who logs in, is what its role says."""
    operation, outcomes = contract.operations[probe["operation"]], probe["outcomes"]
    reading = checks.read(answer, operation, outcomes)
    if reading.as_expected:
        return Diagnosis("ok", what)
    refused = reading.outcome and operation.outcome(reading.outcome).role is Role.REFUSED
    if refused and operation.id != "login":
        text = f"{operation.id} turns the credentials of role 'default' away (HTTP {answer.response.status})."
        return Diagnosis("dead", what, f"{text} Mend [families.{contract.family}.credentials.default].")
    if answer.parsed.problem and answer.response.status == HTTPStatus.NOT_FOUND:
        text = f"{operation.id} gives HTTP 404 with no JSON: see to the path in base_url"
        return Diagnosis("dead", what, f"{text} ({answer.request.url.partition('?')[0]} was called).")
    got = f"the {reading.outcome} answer" if reading.outcome else f"HTTP {answer.response.status}"
    wanted = " or ".join(outcomes)
    return Diagnosis("wrong", what, f"{operation.id} gives {got} for it, not {wanted}: {role.says}")


def _version(
    scope: Scope, contract: Contract, roles: Iterable[RoleNeed], asked: Asked
) -> Iterator[Diagnosis]:
    """Tell which document the target looks like, where the family has several: by its answers on fixtures."""
    every = contracts.documents(scope.homes[contract.family].contract)
    if len(every) == 1 or not asked:
        return
    fits = {document: _fitting(_contract(scope, contract, document), roles, asked) for document in every}
    claimed, best = fits[contract.document], max(every, key=lambda document: fits[document])
    what = f"[families.{contract.family}] document {contract.document}"
    if fits[best] > claimed:
        text = (
            f"{claimed} of {len(asked)} answers on fixtures are as it says, and {fits[best]} as {best} says"
        )
        yield Diagnosis("wrong", what, f"{text}: the target looks like {best}. Claim that one, or see why.")
    elif any(fits[document] == claimed for document in every if document != contract.document):
        yield Diagnosis("ok", f"{what}: no answer on a fixture tells it from the other one")
    else:
        yield Diagnosis("ok", f"{what}: what the target looks like")


def _contract(scope: Scope, contract: Contract, document: str) -> Contract:
    """Return a family's contract by another document of it."""
    if document == contract.document:
        return contract
    own = replace(scope.target.families[contract.family], document=document, readings={})
    target = replace(scope.target, families={contract.family: own})
    return scoped(target).contracts[contract.family]


def _fitting(contract: Contract, roles: Iterable[RoleNeed], asked: Asked) -> int:
    """Count the answers on fixtures that are as a contract has them."""
    probes = [(role, probe) for role in roles for probe in _probes(role, contract.document)]
    return sum(
        checks.read(
            asked[role.id, probe["operation"]], contract.operations[probe["operation"]], probe["outcomes"]
        ).as_expected
        for role, probe in probes
        if (role.id, probe["operation"]) in asked
    )


def _filled(template: Any, table: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _filled(value, table) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, table) for value in template]
    return table[template[1:-1]] if isinstance(template, str) and template.startswith("{") else template


def starter(homes: Iterable[Family], beside: Path) -> str:
    """Return a commented target file, to lie in a folder, for some families, every role explained."""
    return "\n".join([_HEAD, *(_starter_family(home, beside) for home in homes)])


_HEAD = """\
#:schema ./target.schema.json
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

# [proxy]
# url = "http://proxy.example.com:3128"    # or environment = true for the one of HTTPS_PROXY
"""


def _starter_family(home: Family, beside: Path) -> str:
    documents = contracts.documents(home.contract)
    found = home.ships or home.installed
    lines = [
        f"[families.{home.id}]",
        *([] if found else [f"folder = {json.dumps(home.way(beside))}    # where the family lies"]),
        f'document = "{documents[0]}"    # {" | ".join(documents)}',
        f'base_url = "{TEMPLATE_URL}"',
        "",
    ]
    for role in catalogue.roles(home.folder / "roles.toml"):
        template = [] if role.id.startswith("fault.") else role.template.rstrip().splitlines()  # told below
        listed = [role.says, role.unlocks, *([role.otherwise] if role.otherwise else [])]
        lines += [*(f"# {line}" for line in listed), *template, ""]
    return "\n".join([*lines, *_starter_faults(home)])


def _starter_faults(home: Family) -> Iterator[str]:
    """Yield commented lines with every fault that a hook can provoke, and how patterns give hooks."""
    by_operation: dict[str, list[str]] = {}
    names = faults(home)
    for name in names:
        operation, _, outcome = name.partition(".")
        by_operation.setdefault(operation, []).append(outcome)
    if not by_operation:
        return
    yield f"# The {len(names)} faults that the documents name, as <operation>.<outcome>:"
    for operation, outcomes in by_operation.items():
        text = f"{operation}. {' '.join(outcomes)}"
        yield from textwrap.wrap(
            text, _WIDE, initial_indent="#   ", subsequent_indent="#     ", break_on_hyphens=False
        )
    yield from _FAULTS.format(family=home.id).splitlines()
    yield ""


_FAULTS = """\
# A line gives a fault, or all that a pattern fits, the value of the header that provokes it. A pattern
# without a dot fits the outcome alone. {{name}} is the whole name, {{*}} or {{table}} what the star is, as in
# "insert-*" = "insert:{{table}}". A name beats a pattern, and a longer pattern a shorter one.
# [families.{family}.faults]
# header = "X-Fault"
# "*" = "{{name}}"
"""
