"""Reads the answers that people saved in a Postman collection (2.0, 2.1) as entries of a HAR file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.recorded.har_entries import table, word

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_HOST = re.compile(r"^\s*\{\{[^{}]*\}\}(?=/|$)")  # a base URL that the collection does not tell

Row = Mapping[str, Any]


def is_collection(value: Any) -> bool:
    """Tell whether a JSON value is a collection, and no HAR file."""
    return isinstance(value, dict) and "log" not in value and isinstance(value.get("item"), list)


def entries(record: Row) -> list[dict[str, Any]]:
    """Return each saved answer with the request that it was saved of, in the collection's order."""
    rows = record.get("variable")
    values = {
        word(row.get("key", row.get("id"))): word(row.get("value"))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping)
    }
    return [_entry(saved, request, values) for saved, request in _saved(record)]


def _saved(folder: Row) -> Iterator[tuple[Row, Row]]:
    """Yield the answers of a folder and of those in it, each with its request."""
    level = [folder]
    while level:
        here = level.pop(0)
        items, answers = here.get("item"), here.get("response")
        for saved in answers if isinstance(answers, list) else ():
            if isinstance(saved, Mapping):
                own = saved.get("originalRequest", here.get("request"))
                yield saved, own if isinstance(own, Mapping) else {"url": own}
        level[:0] = [it for it in items if isinstance(it, Mapping)] if isinstance(items, list) else []


def _entry(saved: Row, request: Row, values: Mapping[str, str]) -> dict[str, Any]:
    posted = table(request, "body")
    mode = word(posted.get("mode"))
    record: dict[str, Any] = {"text": _filled(word(posted.get("raw")), values)} if mode == "raw" else {}
    if mode == "urlencoded":
        record = {"params": posted.get("urlencoded")}
    body = saved.get("body")
    return {
        "time": saved.get("responseTime"),
        "request": {
            "method": request.get("method") or "GET",
            "url": _url(request, values),
            "headers": request.get("header"),
            "postData": record,
        },
        "response": {
            "status": saved.get("code"),
            "statusText": saved.get("status"),
            "headers": saved.get("header"),
            "content": {"text": body, **({} if body is None else {"size": -1})},
        },
    }


def _url(request: Row, values: Mapping[str, str]) -> str:
    given = request.get("url")
    text = _filled(word(given.get("raw")) if isinstance(given, Mapping) else word(given), values)
    return _HOST.sub("", text) or text


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with the collection's own variables in place; those of an environment stay."""
    return _VARIABLE.sub(lambda it: values.get(it[1]) or it[0], text)
