"""Requests and answers of any operation, compared and told apart without a call."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from clausewise import generation, strict_json
from clausewise.model import Exchange, Input, Json, Operation, Outcome, Role, secret_name

Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was served, and what it was answered."""

    request: Request
    answer: Exchange


def answer_of(operation: Operation, answer: Exchange) -> Outcome | None:
    """Return the documented answer of a status, the most exact one."""
    status = answer.response.status
    some = [
        (form.last - form.first, at, it)
        for at, it in enumerate(operation.outcomes)
        if (form := it.form(status))
    ]
    return min(some)[2] if some else None


def named(operation: Operation, status: int) -> str:
    """Return the name of the first documented answer of a status; '' for none."""
    return next((known.name for known in operation.outcomes if known.form(status)), "")


def exactly(operation: Operation, answer: Exchange) -> bool:
    """Tell whether an answer's status is documented."""
    return any(known.form(answer.response.status) for known in operation.outcomes)


def successes(operation: Operation) -> list[str]:
    """Return the names of an operation's successes."""
    return [known.name for known in operation.outcomes if known.role is Role.SUCCESS]


def written_as(parameter: Input, value: Json) -> list[tuple[str, str]]:
    """Return a parameter as pairs of a query, by its style."""
    return generation.written(parameter.name, value, parameter.style, explode=parameter.explode)


def with_value(request: Request, parameter: Input, value: Json) -> Request:
    """Return a request with another value of a parameter."""
    pairs = written_as(parameter, value)
    if parameter.place == "query":
        return {**request, "query": [*(it for it in request["query"] if it[0] != parameter.name), *pairs]}
    if parameter.place == "path":
        return {**request, "path": {**request["path"], parameter.name: pairs[0][1] if pairs else ""}}
    if parameter.place == "cookie":
        return {**request, "headers": {**request["headers"], "Cookie": f"{parameter.name}={pairs[0][1]}"}}
    text = pairs[0][1] if pairs else ""
    return {**request, "headers": {**request["headers"], parameter.name: text}}


def spoilt_inputs(request: Request, parameter: Input) -> Iterator[tuple[str, Request]]:
    """Yield a request with each thing wrong that one of its parameters can have.

    What is empty, or has a stroke in it, would be another path, of which the document says something else.
    """
    value = next((it for it in parameter.examples if parameter.rule.fits(it)), None)
    value = generation.value(parameter.rule.schema) if value is None else value
    for wrong in generation.wrong_parameter(value, parameter.rule.schema):
        told = generation.text(wrong.body)
        if parameter.place == "path" and (not told.strip() or "/" in told):
            continue
        if parameter.place in {"header", "cookie"} and not (
            told.strip() == told != "" and told.isascii() and told.isprintable()
        ):
            continue
        yield wrong.about, with_value(request, replace(parameter, style="simple", explode=False), wrong.body)
    if parameter.place == "query":
        twice = written_as(parameter, value)
        yield "twice", {**request, "query": [*request["query"], *twice, *twice]}
        if parameter.required:
            yield "absent", {**request, "query": [it for it in request["query"] if it[0] != parameter.name]}


def bare_path(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/")


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def name_of(sent: Sent, parameter: Input, method: str) -> Json:
    """Return what an answer calls a thing, by a parameter's name, as its id, or in its Location."""
    body = sent.answer.json
    if method == "GET":
        entries = list_in(body)
        body = entries[0] if entries else None
    for holder in _holders(body):
        if (found := _by_name(holder, parameter.name)) is not None:
            return found
    if method == "POST" and (place := sent.answer.response.header("Location")):
        return unquote(urlsplit(place).path.rstrip("/").rpartition("/")[2]) or None
    if isinstance(body, str | int) and not isinstance(body, bool):
        return body if method == "POST" or parameter.rule.fits(body) else None
    own = sent.request.get("body")
    return _by_name(own, parameter.name) if isinstance(own, dict) else None


def _holders(body: Json) -> Iterator[dict[str, Json]]:
    """Yield an answer's object, and those right in it, which it may only wrap."""
    if isinstance(body, dict):
        yield body
        yield from (it for it in body.values() if isinstance(it, dict))


def _by_name(holder: dict[str, Json], name: str) -> Json:
    wanted = _letters(name)
    plain = {key: it for key, it in holder.items() if isinstance(it, str | int) and not isinstance(it, bool)}
    exact = next((it for key, it in plain.items() if _letters(key) == wanted), None)
    if exact is not None:
        return exact
    if wanted.endswith("id") or wanted in {"key", "uuid"}:
        return next((it for key, it in plain.items() if key.lower() in {"id", "_id", "uuid"}), None)
    inner = next((it for key, it in plain.items() if wanted.endswith(_letters(key)) and _letters(key)), None)
    return inner if inner is not None else None


def list_in(body: Json) -> list[Json] | None:
    """Return the list that an answer is, or has as its only one; None where there is none."""
    if isinstance(body, list):
        return body
    lists = [it for it in body.values() if isinstance(it, list)] if isinstance(body, dict) else []
    return lists[0] if len(lists) == 1 else None


def reordered(first: Json, second: Json, where: str = "") -> Iterator[str]:
    """Yield the pointer of each list that has the same entries in another order."""
    if isinstance(first, list) and isinstance(second, list):
        found = [[json.dumps(it, sort_keys=True) for it in some] for some in (first, second)]
        if found[0] != found[1] and Counter(found[0]) == Counter(found[1]):
            yield where or "/"
    elif isinstance(first, dict) and isinstance(second, dict):
        for key in first.keys() & second.keys():
            yield from reordered(first[key], second[key], f"{where}/{key}")


def unlike_sent(sent: Json, read: Json) -> str:
    """Return where what is read is of the same type as what was sent, and another value; '' for nowhere."""
    holders = list(_holders(read))
    if not isinstance(sent, dict) or not holders:
        return ""
    shown = max(holders, key=lambda it: len(sent.keys() & it.keys()))
    for key in sent.keys() & shown.keys():
        one, other = sent[key], shown[key]
        if secret_name(key) or key in {"id", "_id"} or type(one) is not type(other):
            continue
        if isinstance(one, str) and _plain(one) != _plain(other) and not _timed(one):
            return f"/{key}"
        if isinstance(one, bool | int | float) and one != other:
            return f"/{key}"
    return ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _timed(text: str) -> bool:
    return bool(re.match(r"\d{4}-\d\d-\d\d|\d\d:\d\d|https?:|urn:", text))


def paging(parameter: Input) -> str:
    """Return what a parameter says of a list: limit, offset, or ''."""
    kinds = parameter.rule.schema.get("type")
    whole = parameter.place == "query" and (
        kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds)
    )
    letters = re.sub(r"[^a-z]", "", parameter.name.lower())
    words: dict[str, tuple[str, ...]] = {}
    words |= {"limit": ("limit", "perpage", "pagesize", "maxresults", "maxitems", "pagelimit", "topcount")}
    words |= {"offset": ("offset", "skip", "startindex")}
    return next((kind for kind, some in words.items() if whole and letters in some), "")


def said_by(expression: Json, sent: Sent) -> tuple[bool, Json]:
    """Return what a runtime expression of a link comes to, and whether there is such a thing."""
    text = str(expression)
    if not isinstance(expression, str) or "$" not in text:
        return True, expression
    if text.startswith("{$") and text.endswith("}"):
        text = text[1:-1]
    answer = sent.answer
    if text == "$statusCode":
        return True, answer.response.status
    side, _, rest = text.partition(".")
    if rest.startswith("body"):
        body = answer.json if side == "$response" else sent.request.get("body")
        return strict_json.resolve(body, rest.partition("#")[2])
    place, _, name = rest.partition(".")
    if place == "header":
        headers = answer.response.headers if side == "$response" else answer.request.headers
        found = [value for key, value in headers if key.lower() == name.lower()]
        return bool(found), found[0] if found else None
    held = sent.request.get(place, {})
    pairs = dict(held) if not isinstance(held, Mapping) else held
    return name in pairs, pairs.get(name)
