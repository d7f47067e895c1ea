"""Files that people hand in, TOML and JSON, held against their JSON Schema.

Every complaint is one sentence: which file, which key in the file's own words, what was expected.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, time
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource

from clausewise import package_data
from clausewise.errors import ConfigurationError
from clausewise.suggestions import nearest

_DEEPEST = 150  # levels; what reads a value calls itself a few times for each
_ENDLESS = 10**18  # no database or clock of ours holds more
_HIDING = {
    "credentials",
    "fixtures",
    "faults",
    "tls",
    "proxy",
    "entries",
}  # whatever stands there may be a secret
_MOST = 100  # problems that are weighed for which to tell
_LONGEST = 300  # characters of a value that a complaint shows


def read(path: Path, schema: Path, what: str, remedy: str = "") -> tuple[dict[str, Any], str]:
    """Return a file's tables and its text.

    `what` is what such a file is called, `remedy` what to do where there is none. Raises ConfigurationError.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        advice = f"; {remedy}." if remedy else "."
        raise ConfigurationError(f"There is no {what} {path}{advice}") from None
    except (OSError, ValueError) as bad:
        raise ConfigurationError(f"The {what} {path} cannot be read: {bad}.") from bad
    try:
        raw = tomllib.loads(text)
        _check_sane(raw)
    except (ValueError, RecursionError) as bad:
        raise ConfigurationError(f"{path} is no valid TOML: {shown(bad)}.") from bad
    raw = _plain(raw)
    check(raw, schema, str(path))
    return raw, text


def load(path: Path) -> Any:
    """Return the value of a JSON file that we or a tool wrote.

    Raises ValueError with the reason for what is no JSON, is nested absurdly deep, or has a number that is
    not finite; OSError where the file cannot be read.
    """
    try:
        value = json.loads(path.read_text("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_sane(value)
    return value


def _check_sane(value: Any) -> None:
    """Raise ValueError for what no schema can refuse: endless nesting, numbers without end."""
    level = [value]
    for _ in range(_DEEPEST):
        for item in level:
            if isinstance(item, float) and not math.isfinite(item):
                raise ValueError(f"it holds {item}, and a finite number was expected")
            if isinstance(item, int) and abs(item) >= _ENDLESS:
                raise ValueError("it holds a number of more than 18 digits; write it as a text")
        level = [inner for item in level for inner in _inside(item)]
        if not level:
            return
    raise ValueError(f"it is nested deeper than {_DEEPEST} levels")


def _inside(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


def shown(text: Any) -> str:
    """Return a text as a complaint shows it: on one line, cut where it is long."""
    flat = " ".join(str(text).split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}..."


def _plain(value: Any) -> Any:
    """Write TOML's own dates as texts: 2026-12-31 may stand with quotes or without."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | time) else value


def check(value: Any, schema: Path, name: str) -> None:
    """Raise ConfigurationError with the first thing to tell about a value that breaks a schema file."""
    rules = json.loads(schema.read_text("utf-8"))
    registry: Registry[Any] = Registry(retrieve=_sibling)  # type: ignore[call-arg]
    problems = list(islice(Draft202012Validator(rules, registry=registry).iter_errors(value), _MOST))
    if problems:
        raise ConfigurationError(f"{name}: {_say(_first(problems))}")


def check_record(record: Any, name: str) -> None:
    """Raise ValueError with the first thing that a record breaks of one of our schemas, by its file name."""
    try:
        fault = next(iter(_compiled(name).iter_errors(record)), None)
    except UnicodeEncodeError:  # a half of a character, which is told as it came, and which Rust cannot hold
        whole = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
        fault = next(iter(_compiled(name).iter_errors(json.loads(whole))), None)
    if fault:
        where = f"at {'/'.join(map(str, fault.instance_path))}, " if fault.instance_path else ""
        raise ValueError(shown(where + fault.message))


@cache
def _compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads((package_data.SCHEMAS / name).read_text("utf-8")))


def _sibling(uri: str) -> Resource[Any]:
    """Return one of our own schemas, to which another one refers."""
    path = package_data.SCHEMAS / uri.rpartition("/")[2]
    return Resource.from_contents(json.loads(path.read_text("utf-8")))


def _first(problems: list[ValidationError]) -> ValidationError:
    """Return what to tell first: a misspelt key is the cause of the key that is then missing."""
    strays = [problem for problem in problems if problem.validator == "additionalProperties"]
    return best_match(strays or problems) or problems[0]


def _say(problem: ValidationError) -> str:
    """Turn a schema error into a sentence in the words of the file."""
    place = shown(".".join(str(part) for part in problem.absolute_path))
    given: Any = problem.instance
    schema: Any = problem.schema
    rule: Any = problem.validator_value
    where = f"[{place}]" if isinstance(given, dict) and place else place or "the top of the file"
    if problem.validator == "additionalProperties":
        return _unknown_key(where, given, sorted(schema.get("properties", {})))
    if problem.validator == "required":
        missing = next(key for key in rule if key not in given)
        told = schema.get("properties", {}).get(missing, {})
        return f"{where} lacks the key {missing!r}. {_description(told)}".rstrip()
    if "env" in schema.get("properties", {}) and not isinstance(given, dict):
        return (
            f"{where} holds its value inline; secrets stay out of target files: "
            f'write {{ env = "NAME" }}, {{ file = "path" }} or {{ keyring = "service/user" }} instead.'
        )
    stray = problem.validator == "type" and isinstance(given, str)  # a secret in the wrong line, perhaps
    told = shown(_shown(given, hidden=stray or not _HIDING.isdisjoint(problem.absolute_path)))
    message = problem.message.removeprefix(repr(given)).strip().replace(repr(given), told)
    return f"{where} is {told}, but {shown(message)}. {_description(schema)}".rstrip()


def _shown(value: Any, *, hidden: bool) -> str:
    """Show a value in a complaint, or only its type, where it may be a secret in the wrong place."""
    if not value or isinstance(value, bool):
        return repr(value)
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if hidden:
        return "a text" if isinstance(value, str) else "a number"
    return re.sub(r"//[^/]*@", "//...@", repr(value))


def _unknown_key(where: str, table: Mapping[str, Any], known: Iterable[str]) -> str:
    stray = next(key for key in table if key not in known)
    close = nearest(stray, known)
    advice = f"did you mean {close!r}?" if close else f"it may have: {', '.join(known)}."
    return f"{where} has an unknown key {shown(repr(stray))}; {advice}"


def _description(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""
