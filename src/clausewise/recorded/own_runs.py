"""Reads the exchanges of our own runs again, with what was masked in them left out of judgement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from clausewise import input_files, journal, masking
from clausewise.errors import ConfigurationError
from clausewise.judge import Terms
from clausewise.model import Exchange, Json, Request, Response, respelt_place
from clausewise.recorded.exchanges import Seen
from clausewise.scope import Scope

_CUT = "too long to be kept whole, and judged live"
_STRAY = "a request that no document describes"
_UNCLAIMED = "a family that the target does not claim"
FILE = journal.EXCHANGES
_ENCODED = ("utf-8", "backslashreplace")  # half a character becomes the escape that it came as


def _as_it_is(record: dict[str, Any]) -> dict[str, Any]:
    return record


def _by_name(_: str) -> bool:
    return True


def read(
    path: Path,
    scope: Scope,
    amend: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is,
    named: Callable[[str], bool] = _by_name,
) -> Iterator[Seen]:
    """Yield every exchange of an exchanges.jsonl; ConfigurationError for a line that is none.

    A line that is marked as cut off is left out. `amend` returns what is judged in a record's
    place; `named` tells whether a JSON pointer leads to what is masked for its name.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(journal.lines(lines), 1):
            if journal.was_cut_off(line):
                continue
            try:
                record = json.loads(line)
                input_files.check_record(record, "exchange.schema.json")
                yield seen(record, scope, amend, named)
            except RecursionError as bad:
                raise ConfigurationError(f"{path}, line {number}, is nested too deeply to be read.") from bad
            except (ValueError, ConfigurationError) as bad:
                why = input_files.shown(bad).rstrip(".")
                raise ConfigurationError(f"{path}, line {number}, is no exchange record: {why}.") from bad


def seen(
    record: dict[str, Any],
    scope: Scope,
    amend: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is,
    named: Callable[[str], bool] = _by_name,
) -> Seen:
    """Return what a record tells; ValueError or ConfigurationError where it tells nonsense."""
    cut = any(record[side].get("cut") for side in ("request", "response"))  # it was judged whole
    record = amend(record)
    if cut or record.get("stray"):
        return Seen(None, test=str(record["test"]), why=_CUT if cut else _STRAY)
    made = _exchange(record, scope, named)
    terms = Terms(
        () if record.get("free") else tuple(record["expected"]),
        any_of_role=bool(record.get("loose")),
        inferred=bool(record.get("guess")),
        unlike_any=bool(record.get("unlike")),
    )
    return Seen(made, terms, str(record["test"]), "" if made else _UNCLAIMED)


def _exchange(record: Mapping[str, Any], scope: Scope, named: Callable[[str], bool]) -> Exchange | None:
    if record["family"] not in scope.contracts:
        return None
    operation = scope.operation(record["family"], record["operation"])
    asked, told = record["request"], record["response"]
    body, hidden = masking.plausible(told["body"])
    sent, hidden_sent = _sent(record, asked)
    return Exchange(
        id=record["id"],
        family=operation.family,
        operation=operation.id,
        request=Request(asked["method"], asked["url"], _headers(asked), asked["body"].encode(*_ENCODED)),
        response=Response(told["status"], _headers(told), body.encode(*_ENCODED), told["reason"]),
        started=record["started"],
        milliseconds=record["milliseconds"],
        sent=sent,
        wrapped=operation.wrapped,
        plain=operation.plain,
        spellings=operation.spellings,
        masks=operation.masks,
        hidden=frozenset(
            f"{'' if named(place) else '='}{respelt_place(place, operation.spellings)}" for place in hidden
        ),
        hidden_sent=hidden_sent,
    )


def _sent(record: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[Json, frozenset[str]]:
    """Return what was sent as a JSON value, and the pointers of what is masked in it."""
    if record.get("raw"):
        return None, frozenset()
    kind = next((value for name, value in request["headers"] if name.lower() == "content-type"), "")
    if "form-urlencoded" in kind:
        fields = dict(parse_qsl(request["body"], keep_blank_values=True))
        return fields, frozenset(f"/{name}" for name, value in fields.items() if masking.is_masked(value))
    text, hidden = masking.plausible(request["body"])
    try:
        return json.loads(text), hidden
    except ValueError:
        return None, frozenset()


def _headers(side: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in side["headers"])
