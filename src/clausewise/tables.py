"""TOML files that people write, held against their JSON Schema.

Every complaint is one sentence: which file, which key in the file's own words, what was expected.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource

from clausewise import shipped
from clausewise.errors import ConfigurationError

_HIDING = {"credentials", "fixtures", "faults", "tls", "entries"}  # whatever stands there may be a secret


def read(path: Path, schema: Path, what: str, remedy: str = "") -> tuple[dict[str, Any], str]:
    """Return a file's tables and its text.

    `what` is what such a file is called, `remedy` what to do where there is none. Raises ConfigurationError.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        advice = f"; {remedy}." if remedy else "."
        raise ConfigurationError(f"There is no {what} {path}{advice}") from None
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigurationError(f"The {what} {path} cannot be read: {bad}.") from bad
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as bad:
        raise ConfigurationError(f"{path} is no valid TOML: {bad}.") from bad
    raw = _plain(raw)
    check(raw, schema, str(path))
    return raw, text


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
    problems = list(Draft202012Validator(rules, registry=registry).iter_errors(value))
    if problems:
        raise ConfigurationError(f"{name}: {_say(_first(problems))}")


def _sibling(uri: str) -> Resource[Any]:
    """Return one of our own schemas, to which another one refers."""
    path = shipped.SCHEMAS / uri.rpartition("/")[2]
    return Resource.from_contents(json.loads(path.read_text("utf-8")))


def _first(problems: list[ValidationError]) -> ValidationError:
    """Return what to tell first: a misspelt key is the cause of the key that is then missing."""
    strays = [problem for problem in problems if problem.validator == "additionalProperties"]
    return best_match(strays or problems) or problems[0]


def _say(problem: ValidationError) -> str:
    """Turn a schema error into a sentence in the words of the file."""
    place = ".".join(str(part) for part in problem.absolute_path)
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
    shown = _shown(given, hidden=stray or not _HIDING.isdisjoint(problem.absolute_path))
    message = problem.message.replace(repr(given), shown)
    return f"{where} is {shown}, but {message}. {_description(schema)}".rstrip()


def _shown(given: Any, *, hidden: bool) -> str:
    """Show a value in a complaint, or only its type, where it may be a secret in the wrong place."""
    if not given or isinstance(given, bool):
        return repr(given)
    if isinstance(given, dict | list):
        return "a table" if isinstance(given, dict) else "a list"
    if hidden:
        return "a text" if isinstance(given, str) else "a number"
    return re.sub(r"//[^/]*@", "//...@", repr(given))


def _unknown_key(where: str, given: Mapping[str, Any], known: Iterable[str]) -> str:
    stray = next(key for key in given if key not in known)
    close = difflib.get_close_matches(stray, known, 1)
    advice = f"did you mean {close[0]!r}?" if close else f"it may have: {', '.join(known)}."
    return f"{where} has an unknown key {stray!r}; {advice}"


def _description(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""
