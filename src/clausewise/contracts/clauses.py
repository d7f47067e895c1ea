"""The clauses that an OpenAPI document with our annotations states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clausewise.contracts import schema_messages
from clausewise.contracts.bodies import CompiledBody, Node
from clausewise.model import Clause, Kind, Observability, Source, Standing

Spec = Mapping[str, Any]

# What holds for every operation, whatever it does: suffix, standing, statement.
UNIVERSAL = (
    ("only-documented", Standing.INFERRED, "Every answer is one of those that the document lists."),
    ("json", Standing.INFERRED, "Every answer's body is one JSON text."),
    ("media-type", Standing.INFERRED, "Every JSON answer says so in its Content-Type."),
    ("unique-keys", Standing.INFERRED, "No object of an answer has a key twice."),
    ("no-leak", Standing.INFERRED, "No answer shows a stack trace, a query or the inside of the program."),
)

# What holds for every operation that takes a JSON body, whatever stands in it: suffix, statement.
DEPTH = (
    (
        "withstands",
        "With one thing wrong in its body a request is served or refused as documented, never a failure.",
    ),
    ("same-meaning", "However a JSON body is written, the same values get the same answer."),
    ("no-json", "A body that is no JSON text is refused as documented."),
)


def clauses_of(api: Spec) -> Iterator[Clause]:
    """Yield every clause of the document: universal ones, requests, answers and all their fields."""
    documents = tuple(entry["id"] for entry in api["x-documents"])
    rules = {suffix: standing for suffix, standing, _ in UNIVERSAL} | api.get("x-universal", {})
    for place in ("paths", "webhooks"):
        for item in api.get(place, {}).values():
            for spec in item.values():
                page = _Page(api["x-family"], documents, spec)
                if place == "paths":
                    yield from page.universal(rules)
                    yield from page.parameters()
                    yield from page.depth()
                yield from page.requests()
                yield from page.answers()


def request_branches(spec: Spec) -> Iterator[dict[str, Any]]:
    """Yield the annotated schema of every documented request body of an operation."""
    for content in spec.get("requestBody", {}).get("content", {}).values():
        yield from content["schema"].get("anyOf", [])


def answer_branches(spec: Spec) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the status and the annotated body schema of every documented answer of an operation."""
    for status, response in spec.get("responses", {}).items():
        for content in response.get("content", {}).values():
            for branch in content["schema"].get("anyOf", []):
                yield str(status), branch


@dataclass(frozen=True, slots=True)
class _Page:
    """What the document says of one operation."""

    family: str
    documents: tuple[str, ...]
    spec: Spec

    def universal(self, rules: Mapping[str, str | None]) -> Iterator[Clause]:
        for suffix, _, statement in UNIVERSAL:
            if standing := rules[suffix]:  # a document without answers gives some of them no ground
                whole = self._clause({}, suffix, Kind.UNIVERSAL, statement)
                yield replace(whole, standing=Standing(standing))

    def depth(self) -> Iterator[Clause]:
        said = self.spec.get(
            "x-depth", {}
        )  # what a document says itself of such a body, or asks for without one
        whole = "application/json" in self.spec.get("requestBody", {}).get("content", {})
        for suffix, statement in DEPTH:
            if whole or suffix in said:
                own = {"x-standing": Standing.INFERRED, **said.get(suffix, {})}
                told = own.get("x-statement", statement)
                yield self._clause(own, suffix, Kind.RULE, told)

    def parameters(self) -> Iterator[Clause]:
        for parameter in self.spec.get("parameters", []):
            name = f"request.{parameter.get('x-name', parameter['name'])}"
            statement = parameter.get("x-statement", parameter.get("description", ""))
            clause = self._clause(parameter, name, Kind.REQUEST_FIELD, statement)
            yield replace(clause, pointer=f"/{parameter['name']}")

    def requests(self) -> Iterator[Clause]:
        for branch in request_branches(self.spec):
            yield from self._fields(branch, branch["x-request"], Kind.REQUEST_FIELD)

    def answers(self) -> Iterator[Clause]:
        for _, branch in answer_branches(self.spec):
            if "x-role" in branch:  # the printed form; other readings add no clause
                name = branch["x-outcome"]
                statement = branch.get("x-statement", branch.get("description", ""))
                whole = self._clause(branch, name, Kind.ANSWER, statement)
                yield replace(whole, outcome=name, form=branch.get("x-form", ""))
                for clause in self._fields(branch, name, Kind.RESPONSE_FIELD):
                    yield replace(clause, outcome=name)
                for header, told in branch.get("x-headers", {}).items():
                    own = branch | told
                    clause = self._clause(
                        own, f"{name}.header:{header}", Kind.RESPONSE_FIELD, told["description"]
                    )
                    yield replace(clause, outcome=name)

    def _fields(self, branch: dict[str, Any], name: str, kind: Kind) -> Iterator[Clause]:
        seen: set[str] = set()
        for node in CompiledBody(name, branch).nodes():
            if (
                node.clause in seen and "x-made-from" in self.spec
            ):  # two members of an allOf speak of one field
                continue
            seen.add(node.clause)
            own = branch | _own(branch, node.schema)
            clause = self._clause(own, node.clause, Kind.FACET if node.keyword else kind, _statement(node))
            clause = replace(clause, standing=_standing(node), pointer=node.pointer, keyword=node.keyword)
            yield self._with_page(clause)

    def _with_page(self, clause: Clause) -> Clause:
        """Name the page first where only a companion page says it; the line gives no more than the field."""
        if clause.standing is not Standing.COMPANION or "x-companion" not in self.spec:
            return clause
        return replace(clause, sources=(Source(**self.spec["x-companion"]), *clause.sources))

    def _clause(self, own: Spec, name: str, kind: Kind, statement: str) -> Clause:
        return Clause(
            id=f"{self.family}.{self.spec['operationId']}.{name}",
            family=self.family,
            kind=kind,
            standing=Standing(own.get("x-standing", Standing.DOCUMENTED)),
            observability=Observability(own.get("x-observability", Observability.BLACK_BOX)),
            statement=statement,
            sources=tuple(_sources(self.spec, own)),
            documents=tuple(own.get("x-documents", self.documents)),
            operation=self.spec["operationId"],
            needs=tuple(own.get("x-needs", ())),
            discrepancies=tuple(own.get("x-discrepancies", ())),
            reason=own.get("x-reason", ""),
        )


def _standing(node: Node) -> Standing:
    """Return a field's standing: its facet's, its own, or that of the nearest part around it."""
    if node.keyword:
        return Standing(node.schema["x-facets"][node.keyword])
    around = [part["x-standing"] for part in node.parents if "x-standing" in part]
    return Standing(node.schema.get("x-standing", around[-1] if around else Standing.DOCUMENTED))


def _own(branch: Spec, schema: Spec) -> dict[str, Any]:
    """Return what a field says for itself; the rest it takes from its answer or request.

    It never takes the words that carry the whole answer, nor a row of one table where it names another.
    """
    own = {key: schema[key] for key in ("x-discrepancies", "x-needs", "x-observability") if key in schema}
    whole = [_wordless(entry) for entry in branch.get("x-source", [])]
    if "x-source" in schema:
        given = schema["x-source"]
        basis = next(iter(whole), {})
        own["x-source"] = [
            _based(basis, entry) for entry in ([given] if isinstance(given, Mapping) else given)
        ]
    elif whole:
        own["x-source"] = whole
    return own


def _wordless(entry: Spec) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "span"}


def _based(basis: Spec, entry: Spec) -> dict[str, Any]:
    elsewhere = entry.get("table", basis.get("table")) != basis.get("table")
    return {key: value for key, value in basis.items() if not (elsewhere and key == "row")} | dict(entry)


def _statement(node: Node) -> str:
    where = node.pointer or "the body"
    if node.keyword == "required":
        return f"{where} is there."
    if node.keyword:
        return f"{where} is {schema_messages.expectation(node.keyword, node.schema[node.keyword])}."
    if text := str(node.schema.get("description", "")):
        return text
    return (
        f"{where} is {schema_messages.expectation('type', node.schema['type'])}."
        if "type" in node.schema
        else where
    )


def _sources(spec: Spec, own: Spec) -> Iterator[Source]:
    """Yield the sources given, or the operation's; what one leaves out comes from the operation's first."""
    whole = spec.get("x-source", [])
    basis = {key: value for key, value in next(iter(whole), {}).items() if key not in {"row", "line", "span"}}
    for entry in own.get("x-source", whole):
        yield Source(**(basis | dict(entry)))
