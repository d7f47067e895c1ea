"""What an answer says about the request's fields: taken, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from clausewise import strict_json
from clausewise.model import Assertion, Exchange, Finding, Operation, Outcome, Role


def taken(exchange: Exchange, operation: Operation, got: str, *, wanted_success: bool) -> list[Assertion]:
    """Judge the documented request fields that were sent: a success takes them all.

    A documented request that is refused breaks the clauses of the fields that the answer names, or of
    all that were sent where it names none.
    """
    outcome = next((known for known in operation.outcomes if known.name == got), None)
    if outcome and outcome.role is Role.SUCCESS:
        return [Assertion(clause, (), exchange.id) for clause in _sent(exchange, operation)]
    if outcome and wanted_success and (outcome.role is Role.INVALID or not operation.secured):
        return list(_refused(exchange, outcome, list(_sent(exchange, operation))))
    return []


def untaken(clause: str, exchange: Exchange, actual: str, pointer: str) -> Assertion:
    """Return that a request field of a clause, at a pointer ('' for unknown), was not taken."""
    expected = "the field taken, as the document shows it in the request"
    return Assertion(clause, (Finding(clause, expected, actual, pointer, exchange=exchange.id),), exchange.id)


def documented(exchange: Exchange, operation: Operation) -> bool:
    """Tell whether a request is as the document shows one; one without a documented body is."""
    rules = operation.requests.values()
    return not rules or any(rule.fits(exchange.sent, exchange.hidden_sent) for rule in rules)


def _sent(exchange: Exchange, operation: Operation) -> Iterator[str]:
    """Yield the clauses of the documented fields in a documented request."""
    for rule in operation.requests.values():
        if rule.fits(exchange.sent, exchange.hidden_sent):
            yield from rule.seen(exchange.sent)
    asked = dict(parse_qsl(urlsplit(exchange.request.url).query, keep_blank_values=True))
    headers = {name.lower() for name, _ in exchange.request.headers}

    def is_at(place: str, name: str) -> bool:
        if place == "path":
            return f"{{{name}}}" in operation.path
        if place == "header":
            return name.lower() in headers
        return place == "query" and (name in asked or any(it.startswith(f"{name}[") for it in asked))

    for name in operation.parameters:
        if any(is_at(place, name) for place in ("path", "header", "query")):
            yield f"{operation.clause}.request.{name}"
    for known in operation.inputs:  # of one name in two places the second has its place in its id
        apart = known.clause.endswith(f".request.{known.name}:{known.place}")
        if apart and is_at(known.place, known.name):
            yield known.clause


def _refused(exchange: Exchange, outcome: Outcome, sent: list[str]) -> Iterator[Assertion]:
    found, named = strict_json.resolve(exchange.json, outcome.names_fields or "/-")
    if not (found and isinstance(named, dict) and named):
        for clause in sent:
            yield untaken(clause, exchange, f"the whole request refused ({outcome.name}), no field named", "")
        return
    for key in named:
        for clause in sent:
            if _same(clause.rpartition(".")[2], str(key)):
                yield untaken(clause, exchange, f"refused: {named[key]}", f"{outcome.names_fields}/{key}")


def _same(field: str, named: str) -> bool:
    """Compare a request field with a refusal's key by letters alone: first_name is firstName."""
    return _letters(field) == _letters(named.rpartition(".")[2])


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
