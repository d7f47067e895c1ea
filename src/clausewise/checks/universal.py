"""What holds for every answer of every operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from clausewise.model import Assertion, Exchange, Finding, Operation

Check = Callable[[Exchange, Operation], Iterator[Finding]]

_BODILESS = {204, 205, 304}
_JSON_TYPE = re.compile(r"^application/([\w.+-]+\+)?json\s*(;|$)", re.IGNORECASE)
_SEARCHED = 1 << 20  # bytes at either end of a body that are searched for leaks
# Each repetition below has an end, so that no text can make the search for it a matter of hours.
# What gives a program's inside away, and the words without which an answer need not be searched for it.
_LEAKS = {
    "a Java stack trace": (
        (".java:", "java.lang", "java.util", "java.sql", "java.io"),
        re.compile(r"\bat [\w$.]+\([\w$]+\.java:\d+\)|\bjava\.(lang|util|sql|io)\.\w+"),
    ),
    "a framework's class name": (
        ("org.springframework", "org.hibernate", "org.apache", "com.oracle", "oracle.jdbc"),
        re.compile(r"\b(org\.(springframework|hibernate|apache)|com\.oracle|oracle\.jdbc)\.\w+"),
    ),
    "a Python traceback": (
        ("traceback", "file "),
        re.compile(r"Traceback \(most recent call last\)|\bFile \\?\"[^\"]+\", line \d+"),
    ),
    "a .NET stack trace": (
        ("system.", ":line "),
        re.compile(r"\bSystem(?:\.\w{1,60}){1,8}(?<=Exception)\b|\bin [A-Z]:\\[^:]+:line \d+"),
    ),
    "a database's error": (
        ("ora-", "sqlstate", "sql syntax", "syntax error", "pl/sql"),
        re.compile(r"\bORA-\d{5}\b|\bSQLSTATE\b|SQL syntax|syntax error at or near|\bPL/SQL\b"),
    ),
    "a query": (
        ("select", "insert", "update", "delete"),
        re.compile(
            r"\b(SELECT\s.{1,300}\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s", re.IGNORECASE
        ),
    ),
}


def universal(exchange: Exchange, operation: Operation) -> list[Assertion]:
    """Judge an exchange by every universal clause of its operation."""
    return [
        Assertion(f"{operation.clause}.{suffix}", tuple(check(exchange, operation)), exchange.id)
        for suffix, check in CHECKS.items()
    ]


def _only_documented(exchange: Exchange, operation: Operation) -> Iterator[Finding]:
    status = exchange.response.status
    forms = [form for known in operation.outcomes for form in known.forms]
    if not any(form.covers(status) for form in forms):
        documented = ", ".join(sorted({str(form) for form in forms}))
        yield Finding("", f"one of the documented statuses {documented}", f"HTTP {status}", "status")


def _json(exchange: Exchange, operation: Operation) -> Iterator[Finding]:
    status = exchange.response.status
    free = status in _BODILESS or any(known.any_body and known.form(status) for known in operation.outcomes)
    given = exchange.response.header("Content-Type") or ""
    free = free or (not _JSON_TYPE.match(given) and _documents(operation, status, given))
    if exchange.parsed.problem and not free:
        yield Finding("", "one JSON text", f"{exchange.parsed.problem}: {excerpt(exchange)}", "body")


def _media_type(exchange: Exchange, operation: Operation) -> Iterator[Finding]:
    given = exchange.response.header("Content-Type")
    if told := _media_types(operation, exchange.response.status):
        if exchange.response.body and not _documents(operation, exchange.response.status, given or ""):
            yield Finding(
                "", f"Content-Type: {' or '.join(told)}", given or "no Content-Type", "Content-Type"
            )
    elif not exchange.parsed.problem and not _JSON_TYPE.match(given or ""):
        yield Finding("", "Content-Type: application/json", given or "no Content-Type", "Content-Type")


def _media_types(operation: Operation, status: int) -> list[str]:
    """Return the media types that an answer of that status may have, where its document says some."""
    forms = (form for known in operation.outcomes if (form := known.form(status)))
    return list(dict.fromkeys(told for form in forms for told in form.media_types))


def _documents(operation: Operation, status: int, given: str) -> bool:
    """Tell whether an answer's media type, whatever its parameters, is one that is documented."""
    bare = given.partition(";")[0].strip().lower()
    told = (it.partition(";")[0].strip().lower() for it in _media_types(operation, status))
    return any(fnmatchcase(bare, it) for it in told)


def _unique_keys(exchange: Exchange, _: Operation) -> Iterator[Finding]:
    for key in exchange.parsed.repeated:
        hint = "Readers differ on which of the two they take."
        yield Finding("", "each key once in an object", f"the key {key!r} twice in one object", "body", hint)


def _no_leak(exchange: Exchange, _: Operation) -> Iterator[Finding]:
    body = exchange.response.body
    ends = body if len(body) <= 2 * _SEARCHED else b"\n".join([body[:_SEARCHED], body[-_SEARCHED:]])
    text = ends.decode("utf-8", "replace")
    lowered = text.lower()
    for what, (words, pattern) in _LEAKS.items():
        if any(word in lowered for word in words) and (match := pattern.search(text)):
            yield Finding("", "nothing of the program's inside", f"{what}: {match.group()[:80]}", "body")


# The suffix of the clause that each check speaks for (contracts.clauses.UNIVERSAL states them).
CHECKS: dict[str, Check] = {
    "only-documented": _only_documented,
    "json": _json,
    "media-type": _media_type,
    "unique-keys": _unique_keys,
    "no-leak": _no_leak,
}


def excerpt(exchange: Exchange, limit: int = 160) -> str:
    """Show the beginning of an answer's body on one line."""
    text = " ".join(exchange.response.body[: limit * 4].decode("utf-8", "replace").split())
    return text if len(text) <= limit else f"{text[:limit]}..."
