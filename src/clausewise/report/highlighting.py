"""Request and answer as text of a page, with the part marked that a finding is about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from clausewise import strict_json
from clausewise.model import Kind
from clausewise.untrusted import visible

Row = Mapping[str, Any]

LONGEST = 20_000  # characters of one body that a page shows
_STATUS = "status"
_ABSENT = "nothing stands here"


def sides(record: Row, finding: Row, clause: Row) -> tuple[Markup, Markup]:
    """Return a request and its answer as text, with what a finding on a clause is about marked."""
    where = str(finding["where"])
    asked = clause["kind"] == Kind.REQUEST_FIELD and where.startswith("/")
    request, answer = record["request"], record["response"]
    first = f"HTTP {answer['status']} {answer['reason']}"
    return (
        _side(f"{request['method']} {request['url']}", request, where if asked else ""),
        _side(first, answer, "" if asked else where),
    )


def body(text: str) -> str:
    """Show a body, indented if it is JSON, cut if it is huge."""
    if len(text) <= LONGEST:
        try:
            text = _dumped(json.loads(text))
        except (ValueError, RecursionError):
            return visible(text)
        return visible(text)
    return visible(shortened(text))


def shortened(text: str) -> str:
    """Cut a huge text and say how much is left."""
    left = len(text) - LONGEST
    return text if left <= 0 else f"{text[:LONGEST]}\n... {left} characters more, see exchanges.jsonl"


def _side(first: str, side: Row, where: str) -> Markup:
    told = _marked(first) if where == _STATUS else _plain(first)
    for name, value in side["headers"]:
        line = f"{name}: {value}"
        told += "\n" + (_marked(line) if name.lower() == where.lower() else _plain(line))
    return told + "\n\n" + _body(side["body"], where)


def _body(text: str, where: str) -> Markup:
    if where.startswith("/") and len(text) <= LONGEST:
        try:
            return _pointed(json.loads(text), where, text)
        except (ValueError, RecursionError):
            return _plain(text)
    return _plain(body(text))


def _pointed(whole: Any, where: str, text: str) -> Markup:
    """Return a JSON value with what a pointer leads to marked, or else the nearest above it."""
    steps = strict_json.steps(where)
    told = None
    while steps and not _found(whole, steps)[0]:
        if isinstance(_found(whole, steps[:-1])[1], dict):
            told = _ABSENT
            break
        steps.pop()
    if not steps:
        return _marked(_dumped(whole))
    mark = "marked"
    while mark in text:
        mark += "-"
    before, _, after = _dumped(_with(whole, steps, mark)).partition(f'"{mark}"')
    last = before.rpartition("\n")[2]
    indent = last[: len(last) - len(last.lstrip())]
    inner = told or _dumped(_found(whole, steps)[1]).replace("\n", f"\n{indent}")
    return _plain(before) + _marked(inner) + _plain(after)


def _found(whole: Any, steps: Sequence[str]) -> tuple[bool, Any]:
    return strict_json.resolve(whole, strict_json.pointer(steps))


def _with(value: Any, steps: Sequence[str], mark: str) -> Any:
    """Return a JSON value with a mark in the place of what some steps lead to; it may be new in an object."""
    if not steps:
        return mark
    key = steps[0]
    if isinstance(value, list):
        at = int(key)
        return [*value[:at], _with(value[at], steps[1:], mark), *value[at + 1 :]]
    return {**value, key: _with(value.get(key), steps[1:], mark)}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _plain(text: str) -> Markup:
    return escape(visible(text))


def _marked(text: str) -> Markup:
    return Markup("<mark>{}</mark>").format(visible(text))
