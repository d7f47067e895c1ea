"""What a file contradicts in itself: examples against schemas, and statuses that only an example knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from clausewise.model import BodyRule, Complaint, Contract, Operation
from clausewise.scaffolding.contract import ContractBuilder

Spec = Mapping[str, Any]

_MOST = 3000  # examples of fields that are looked at
_WIDE = 60  # characters of a value that is shown
_STATUSES = range(100, 600)
_SAYS = ("status", "statusCode", "status_code")
_RULING = "Neither is held against a server: an example shows one of many answers or requests."


def contradictions(maker: ContractBuilder, contract: Spec, known: Contract) -> Iterator[dict[str, Any]]:
    """Yield the entries of discrepancies.toml."""
    found = [(text, line) for text, line in _told(maker, contract, known)]
    prefix = maker.family.upper()
    for number, (text, line) in enumerate(dict.fromkeys(found), 1):
        yield {
            "id": f"{prefix}-{number}",
            "summary": text,
            "readings": {"a": "What the schema says.", "b": "What stands beside it."},
            "ruling": _RULING,
            "inert": "Both readings pass, whichever is claimed.",
            "sources": [{"document": maker.document, "section": maker.library.path.name, "line": line}],
        }


def _told(maker: ContractBuilder, contract: Spec, known: Contract) -> Iterator[tuple[str, int]]:
    for at, text in maker.contradictions:
        yield f"{maker.library.where(at)} {text}.", maker.library.line(at)
    left = _MOST
    for item in contract["paths"].values():
        for spec in item.values():
            operation, line = known.operations[spec["operationId"]], spec["x-source"][0]["line"]
            for text in (*_requests(operation), *_answers(operation, spec), *_fields(operation, left)):
                yield f"{operation.id}: {text}", line
                left -= 1


def _requests(operation: Operation) -> Iterator[str]:
    for parameter in operation.inputs:
        for example in parameter.examples[:5]:
            yield from _broken(parameter.rule, example, f"the example of the parameter {parameter.name}")
    for name, example in operation.printed.items():
        for rule in operation.requests.values():
            yield from _broken(rule, example, f"the request's example {name}")


def _answers(operation: Operation, spec: Spec) -> Iterator[str]:
    for code, response in spec["responses"].items():
        for content in response["content"].values():
            outcome = operation.outcome(content["schema"]["anyOf"][0]["x-outcome"])
            examples = {"example": content["example"]} if "example" in content else {}
            examples |= {name: it["value"] for name, it in content.get("examples", {}).items()}
            for name, example in examples.items():
                if not outcome.any_body:
                    yield from _broken(outcome.forms[0].body, example, f"the example {name} of HTTP {code}")
                yield from _undocumented(operation, example, f"the example {name} of HTTP {code}")


def _fields(operation: Operation, most: int) -> Iterator[str]:
    """Yield what examples of single fields break."""
    rules = [*operation.requests.values(), *(form.body for it in operation.outcomes for form in it.forms)]
    for rule in rules:
        for node in rule.nodes() if most > 0 else ():  # type: ignore[attr-defined]
            for example in node.schema.get("examples", ()) if not node.keyword else ():
                most -= 1
                plain = {**node.schema, "$defs": rule.schema.get("$defs", {})}
                if not jsonschema_rs.Draft202012Validator(plain).is_valid(example):
                    yield f"the example of {node.pointer} is none that its schema allows"


def _broken(rule: BodyRule, example: Any, what: str) -> Iterator[str]:
    complaints = rule.complaints(example)
    absent = [it for it in complaints if it.rule == "required"]
    for bad in absent[:5]:
        yield f"{what} lacks {bad.where}, which the schema requires"
    for bad in [it for it in complaints if it not in absent][:5]:
        yield f"{what} is {_short(bad)} at {bad.where or 'its top'}, and the schema asks for {bad.expected}"


def _short(complaint: Complaint) -> str:
    return complaint.actual if len(complaint.actual) <= _WIDE else f"{complaint.actual[:_WIDE]}..."


def _undocumented(operation: Operation, example: Any, what: str) -> Iterator[str]:
    """Yield that an example names a status that the operation has not."""
    told = [example.get(name) for name in _SAYS] if isinstance(example, dict) else []
    for status in told:
        if isinstance(status, int) and not isinstance(status, bool) and status in _STATUSES:
            exact = (form for it in operation.outcomes for form in it.forms if form.covers(status))
            if not any(form.exact or str(form) == "default" for form in exact):
                yield f"{what} names the status {status}, which {operation.id} does not document"
