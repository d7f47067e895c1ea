"""The clauses that an OpenAPI document with our annotations states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.contracts import words
from clausewise.contracts.bodies import CompiledBody, Node
from clausewise.model import Clause, Kind, Observability, Source, Standing

Spec = Mapping[str, Any]

# What holds for every operation, whatever it does: suffix, standing, statement.
UNIVERSAL = (
    ("only-documented", Standing.INFERRED, "Every answer is one of those that the document lists."),
    ("json", Standing.DOCUMENTED, "Every answer's body is one JSON text, as the document prints it."),
    ("media-type", Standing.INFERRED, "Every JSON answer says so in its Content-Type."),
    ("unique-keys", Standing.INFERRED, "No object of an answer has a key twice."),
    ("no-leak", Standing.INFERRED, "No answer shows a stack trace, a query or the inside of the program."),
)


def clauses_of(api: Spec) -> Iterator[Clause]:
    """Yield every clause of the document: universal ones, requests, answers and all their fields."""
    for item in api.get("paths", {}).values():
        for spec in item.values():
            yield from _operation(api, spec)
    for item in api.get("webhooks", {}).values():
        for spec in item.values():
            yield from _requests(api, spec)


def request_branches(spec: Spec) -> Iterator[dict[str, Any]]:
    """Yield the annotated schema of every documented request body of an operation."""
    for content in spec.get("requestBody", {}).get("content", {}).values():
        yield from content["schema"].get("oneOf", [])


def answer_branches(spec: Spec) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the status and the annotated body schema of every documented answer of an operation."""
    for status, response in spec.get("responses", {}).items():
        for content in response.get("content", {}).values():
            for branch in content["schema"].get("oneOf", []):
                yield str(status), branch


def _operation(api: Spec, spec: Spec) -> Iterator[Clause]:
    prefix = f"{api['x-family']}.{spec['operationId']}"
    for suffix, standing, statement in UNIVERSAL:
        yield _clause(api, spec, {}, f"{prefix}.{suffix}", Kind.UNIVERSAL, statement, standing=standing)
    yield from _parameters(api, spec, prefix)
    yield from _requests(api, spec)
    for _, branch in answer_branches(spec):
        if "x-role" in branch:  # the printed form; other readings add no clause
            yield from _answer(api, spec, branch, f"{prefix}.{branch['x-outcome']}")


def _parameters(api: Spec, spec: Spec, prefix: str) -> Iterator[Clause]:
    for parameter in spec.get("parameters", []):
        statement = parameter.get("description", "")
        clause = f"{prefix}.request.{parameter['name']}"
        yield _clause(api, spec, parameter, clause, Kind.REQUEST_FIELD, statement)


def _requests(api: Spec, spec: Spec) -> Iterator[Clause]:
    for branch in request_branches(spec):
        clause = f"{api['x-family']}.{spec['operationId']}.{branch['x-request']}"
        for node in CompiledBody(clause, branch).nodes():
            yield _field(api, spec, branch, node, Kind.REQUEST_FIELD, outcome="")


def _answer(api: Spec, spec: Spec, branch: Spec, clause: str) -> Iterator[Clause]:
    name = branch["x-outcome"]
    statement = branch.get("x-statement", branch.get("description", ""))
    yield _clause(api, spec, branch, clause, Kind.ANSWER, statement, outcome=name)
    for node in CompiledBody(clause, branch).nodes():
        yield _field(api, spec, branch, node, Kind.RESPONSE_FIELD, outcome=name)


def _field(api: Spec, spec: Spec, branch: Spec, node: Node, kind: Kind, outcome: str) -> Clause:
    facets = node.schema.get("x-facets", {})
    inherited = [part["x-standing"] for part in node.parents if "x-standing" in part]
    standing = facets[node.keyword] if node.keyword else node.schema.get("x-standing", (inherited or [None])[-1])
    return _clause(
        api,
        spec,
        branch | _own(branch, node.schema),
        node.clause,
        Kind.FACET if node.keyword else kind,
        _statement(node),
        standing=Standing(standing or Standing.DOCUMENTED),
        outcome=outcome,
        pointer=node.pointer,
        keyword=node.keyword,
    )


def _own(branch: Spec, schema: Spec) -> dict[str, Any]:
    """Return what a field says for itself; the rest it takes from its answer or request."""
    own = {"x-discrepancies": schema["x-discrepancies"]} if "x-discrepancies" in schema else {}
    if "x-source" in schema:
        given = schema["x-source"]
        basis = next(iter(branch.get("x-source", [])), {})
        own["x-source"] = [basis | entry for entry in ([given] if isinstance(given, Mapping) else given)]
    return own


def _statement(node: Node) -> str:
    told = str(node.schema.get("description", ""))
    where = node.pointer or "the body"
    if node.keyword == "required":
        return f"{where} is there."
    if node.keyword:
        return f"{where} is {words.expectation(node.keyword, node.schema[node.keyword])}."
    if told:
        return told
    return f"{where} is {words.expectation('type', node.schema['type'])}." if "type" in node.schema else f"{where}."


def _clause(
    api: Spec,
    spec: Spec,
    own: Spec,
    clause: str,
    kind: Kind,
    statement: str,
    *,
    standing: Standing | None = None,
    outcome: str = "",
    pointer: str = "",
    keyword: str = "",
) -> Clause:
    everything = [entry["id"] for entry in api["x-documents"]]
    return Clause(
        id=clause,
        family=api["x-family"],
        kind=kind,
        standing=standing or Standing(own.get("x-standing", Standing.DOCUMENTED)),
        observability=Observability(own.get("x-observability", Observability.BLACK_BOX)),
        statement=statement,
        sources=tuple(_sources(spec, own)),
        documents=tuple(own.get("x-documents", everything)),
        operation=spec["operationId"],
        outcome=outcome,
        pointer=pointer,
        keyword=keyword,
        needs=tuple(own.get("x-needs", ())),
        discrepancies=tuple(own.get("x-discrepancies", ())),
        reason=own.get("x-reason", ""),
    )


def _sources(spec: Spec, own: Spec) -> Iterator[Source]:
    """Yield the sources given, or the operation's; what one leaves out comes from the operation's first."""
    whole = spec.get("x-source", [])
    basis = {key: value for key, value in next(iter(whole), {}).items() if key not in {"row", "line"}}
    given = own.get("x-source", whole)
    for entry in [given] if isinstance(given, Mapping) else given:
        yield Source(**(basis | entry))
