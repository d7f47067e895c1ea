"""What an answer says beside its body: the headers that its document describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

from clausewise.model import Assertion, Exchange, Finding, Form, Input, Json


def headers(exchange: Exchange, form: Form) -> Iterator[Assertion]:
    """Yield the word of an answer on each header of its form: there where it has to be, and of its schema."""
    for known in form.headers:
        given = exchange.response.header(known.name)
        if given is None:
            if known.required:
                yield _touch(exchange, known, "the header", "nothing: it is absent")
            continue
        readings = list(readings_of(given, known))
        if any(known.rule.fits(value) for value in readings):
            yield Assertion(known.clause, (), exchange.id)
        else:
            told = next((bad.expected for value in readings for bad in known.rule.complaints(value)), "")
            yield _touch(exchange, known, told or "a value as its schema says", given)


def readings_of(text: str, parameter: Input) -> Iterator[Json]:
    """Yield what a header's text may stand for: a text, a number, a flag, a list, an object."""
    yield text
    with suppress(ValueError, RecursionError):
        yield json.loads(text)
    if "," in text or parameter.rule.schema.get("type") == "array":
        parts = [part.strip() for part in text.split(",")] if text else []
        yield parts
        yield [_scalar(part) for part in parts]
        if parameter.explode and all("=" in part for part in parts):
            yield {name: _scalar(value) for name, _, value in (part.partition("=") for part in parts)}


def _scalar(text: str) -> Json:
    try:
        told: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(told, dict | list) else told


def _touch(exchange: Exchange, parameter: Input, expected: str, actual: str) -> Assertion:
    return Assertion(
        parameter.clause,
        (Finding(parameter.clause, expected, actual, parameter.name, exchange=exchange.id),),
        exchange.id,
    )
