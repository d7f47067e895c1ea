"""Reads HAR 1.2, as browsers, proxies and gateways write it.

Libraries for HAR analyse page loads and do not check what they read; here a schema does. What we wrote
ourselves says in its comments what was expected, and what is masked in it stays out of judgement.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from clausewise import masking, shipped, tables
from clausewise.errors import ConfigurationError
from clausewise.model import Exchange, Operation, Request, Response
from clausewise.recorded import archive, own
from clausewise.recorded.seen import Seen
from clausewise.scope import Scope

_FORM = "application/x-www-form-urlencoded"


def read(path: Path, scope: Scope) -> Iterator[Seen]:
    """Yield the entries of a HAR file; one that calls no claimed operation, or got no answer, is empty."""
    try:
        told = tables.load(path)
    except (OSError, ValueError) as bad:
        raise ConfigurationError(f"{path} is no HAR file that can be read: {tables.shown(bad)}.") from bad
    tables.check(told, shipped.SCHEMAS / "har.schema.json", str(path))
    operations = [known for contract in scope.contracts.values() for known in contract.operations.values()]
    for number, entry in enumerate(told["log"]["entries"], 1):
        try:
            if (record := archive.record(entry)) is None:
                yield Seen(_exchange(f"har-{number}", entry, operations))
                continue
            tables.check_record(record, "exchange.schema.json")
            yield own.seen(record, scope)
        except (ValueError, binascii.Error, ConfigurationError, RecursionError) as bad:
            why = masking.plain(tables.shown(bad))
            raise ConfigurationError(f"{path}: entry {number} cannot be read: {why}.") from bad


def _exchange(name: str, entry: Mapping[str, Any], operations: Sequence[Operation]) -> Exchange | None:
    asked, told = entry["request"], entry["response"]
    operation = _operation(asked["method"].upper(), urlsplit(asked["url"]).path, operations)
    if operation is None or not told["status"]:
        return None
    body, sent = _sent(asked.get("postData", {}))
    return Exchange(
        id=name,
        family=operation.family,
        operation=operation.id,
        request=Request(asked["method"].upper(), asked["url"], _headers(asked), body),
        response=Response(
            told["status"], _headers(told), _content(told.get("content", {})), told.get("statusText", "")
        ),
        started=str(entry.get("startedDateTime", "")),
        milliseconds=float(entry.get("time") or 0.0),
        sent=sent,
        wrapped=operation.wrapped,
        plain=operation.plain,
        spellings=operation.spellings,
    )


def _operation(method: str, path: str, operations: Sequence[Operation]) -> Operation | None:
    """Return the operation that a call meant, the one with the fewest path parameters first."""
    fitting = [
        known
        for known in operations
        if known.method == method and any(_fits(it, path) for it in (known.path, *known.other_paths))
    ]
    return min(fitting, key=lambda known: known.path.count("{"), default=None)


def _fits(template: str, path: str) -> bool:
    """Tell whether a path ends as an operation's does, whatever a gateway has put before it."""
    parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", template)]
    return re.search("[^/]+".join(parts) + "/?$", path) is not None


def _headers(side: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (entry["name"], entry["value"]) for entry in side["headers"] if not entry["name"].startswith(":")
    )


def _content(content: Mapping[str, Any]) -> bytes:
    text = content.get("text", "")
    return base64.b64decode(text, validate=True) if content.get("encoding") == "base64" else _bytes(text)


def _sent(posted: Mapping[str, Any]) -> tuple[bytes, Any]:
    """Return a request's body as bytes and, where it is JSON or a form, as a JSON value."""
    if "text" not in posted and posted.get("params"):
        fields = {entry["name"]: entry.get("value", "") for entry in posted["params"]}
        return urlencode(fields).encode(), fields
    body = _content(posted)
    if posted.get("mimeType", "").startswith(_FORM):
        return body, dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return body, json.loads(body)
    except (ValueError, RecursionError):
        return body, None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
