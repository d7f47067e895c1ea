"""Our judge as a check of the Schemathesis command line, for those who run it on our schemas.

    SCHEMATHESIS_HOOKS=clausewise.hooks st run openapi.yaml --url https://...

Schemathesis makes the requests and keeps the books; each answer is judged here by what holds for all answers
of its operation and by the documented answer that it is. It knows no rule between calls: that takes
`clausewise run`.
"""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import schemathesis

from clausewise import contracts
from clausewise.checks import read, universal
from clausewise.errors import ConfigurationError
from clausewise.masking import Masker
from clausewise.model import Assertion, Contract, Exchange, Finding, Request, Response, Standing
from clausewise.verdict import explain

_JUDGED = {Standing.DOCUMENTED, Standing.AGREED, Standing.INFERRED}


@schemathesis.check
def documented_answer(_: Any, response: Any, case: Any) -> None:
    """Hold an answer against its operation's clauses; AssertionError names each one that it breaks.

    `response` and `case` are Schemathesis's. A method that no document describes is not judged, nor is
    an answer to a schema that is none of ours.
    """
    contract = _contract(str(case.operation.schema.location or ""))
    name = (case.operation.definition.raw or {}).get("operationId", "")
    if contract is None or name not in contract.operations:
        return
    operation = contract.operations[name]
    if str(response.request.method).upper() != operation.method:
        return
    exchange = _exchange(response, operation.family, name)
    reading = read(exchange, operation)
    assertions = [*universal(exchange, operation), *reading.assertions]
    if not reading.outcome:
        clause, told = f"{operation.clause}.only-documented", f"HTTP {response.status_code}, which fits none"
        assertions.append(
            Assertion(clause, (Finding(clause, "one of the documented answers", told, "body"),))
        )
    clauses = {clause.id: clause for clause in contract.clauses}
    broken = [
        explain(clauses[touch.clause], touch.findings)
        for touch in assertions
        if touch.findings and touch.clause in clauses and clauses[touch.clause].standing in _JUDGED
    ]
    if broken:
        masker = Masker(secrets.token_bytes(16), (), contract.sensitive)
        raise AssertionError(masker.finding("\n\n".join(broken), exchange))


@cache
def _contract(location: str) -> Contract | None:
    path = Path(unquote(urlsplit(location).path) if location.startswith("file:") else location)
    try:
        claimed = next(iter(contracts.documents(path)))
        return contracts.load(path, claimed)
    except (ConfigurationError, KeyError, OSError, StopIteration):
        return None


def _exchange(response: Any, family: str, operation: str) -> Exchange:
    asked = response.request
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
    return Exchange(
        id="",
        family=family,
        operation=operation,
        request=Request(asked.method, asked.url, tuple(asked.headers.items()), bytes(body)),
        response=Response(
            response.status_code,
            tuple((name, value) for name, values in response.headers.items() for value in values),
            response.content,
        ),
    )
