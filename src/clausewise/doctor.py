"""The pre-flight: tells configuration faults from broken clauses before any check runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clausewise import catalogue, checks, contracts
from clausewise.client import Client, Transport
from clausewise.errors import NoVerdict, TargetUnusable, Untestable
from clausewise.model import Contract, Request, Role, RoleNeed
from clausewise.scope import Scope
from clausewise.targets import FamilyTarget


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at. `state` is ok, missing (nothing is wrong, less can be judged), wrong or dead."""

    state: str
    what: str
    advice: str = ""


def examine(scope: Scope) -> Iterator[Diagnosis]:
    """Look at each claimed family: its host, its credentials, its fixtures, its fault hooks."""
    yield Diagnosis("ok", f"target file {scope.target.path}")
    for family, contract in scope.contracts.items():
        target = scope.target.families[family]
        transport = Transport(scope.target.limits, scope.target.tls)
        try:
            yield from _family(scope, contract, target, transport)
        finally:
            transport.close()


def _family(
    scope: Scope, contract: Contract, target: FamilyTarget, transport: Transport
) -> Iterator[Diagnosis]:
    reached = _reach(target, transport)
    yield reached
    if reached.state != "ok":
        return
    client = Client(contract, target, transport, "doctor", scope.bindings[target.family])
    logins = list(_credentials(target, client))
    yield from logins
    if any(login.state != "ok" for login in logins):
        return
    for role in catalogue.roles(scope.schemas / contract.family / "roles.toml"):
        if contract.document in (role.documents or [contract.document]):
            yield _role(role, contract, target, client)


def _reach(target: FamilyTarget, transport: Transport) -> Diagnosis:
    what = f"[families.{target.family}] base_url {target.base_url}"
    try:
        transport.send(Request("GET", f"{target.base_url}/"))
    except (NoVerdict, TargetUnusable) as bad:
        return Diagnosis("dead", what, f"{bad} Check base_url, the network and [tls].")
    return Diagnosis("ok", what)


def _credentials(target: FamilyTarget, client: Client) -> Iterator[Diagnosis]:
    for role, given in target.credentials.items():
        what = f"[families.{target.family}.credentials.{role}]"
        try:
            if given["type"] == "oauth2-password":
                client.token(role)
        except (NoVerdict, TargetUnusable, Untestable) as bad:
            yield Diagnosis("dead", what, str(bad))
        else:
            yield Diagnosis("ok", what)


def _role(role: RoleNeed, contract: Contract, target: FamilyTarget, client: Client) -> Diagnosis:
    kind = role.id.partition(".")[0]
    table = kind if kind in {"credentials", "fault"} else "fixtures"
    what = f"[families.{contract.family}.{'faults' if table == 'fault' else table}] {role.id}"
    if not target.has(role.id):
        return Diagnosis("missing", what, f"Not given: {role.unlocks}")
    given = target.fixtures.get(role.id, {})
    lacking = [key for key in role.keys if key not in given]
    if table == "fixtures" and lacking:
        return Diagnosis("wrong", what, f"It lacks {', '.join(lacking)}: {role.says}")
    return _probe(role, contract, given, client, what) if role.probe else Diagnosis("ok", what)


def _probe(
    role: RoleNeed, contract: Contract, given: Mapping[str, Any], client: Client, what: str
) -> Diagnosis:
    """Ask the target about a fixture and see that the entity is what its role says."""
    probe = role.probe
    call = {key: _filled(probe[key], given) for key in ("body", "path") if key in probe}
    try:
        answer = client.call(probe["operation"], **call)
    except (NoVerdict, TargetUnusable, Untestable) as bad:
        return Diagnosis("dead", what, str(bad))
    operation = contract.operations[probe["operation"]]
    reading = checks.read(answer, operation, probe["outcomes"])
    if reading.given:
        return Diagnosis("ok", what)
    if reading.outcome and operation.outcome(reading.outcome).role is Role.REFUSED:
        told = f"{operation.id} turns the credentials of role 'default' away (HTTP {answer.response.status})."
        return Diagnosis("dead", what, f"{told} Mend [families.{contract.family}.credentials.default].")
    got = f"the {reading.outcome} answer" if reading.outcome else f"HTTP {answer.response.status}"
    wanted = " or ".join(probe["outcomes"])
    return Diagnosis("wrong", what, f"{operation.id} gives {got} for it, not {wanted}: {role.says}")


def _filled(template: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _filled(value, given) for key, value in template.items()}
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
        lines += [f"# {role.says}", f"# {role.unlocks}", *role.template.rstrip().splitlines(), ""]
    return "\n".join(lines)
