"""Regular expressions that others wrote, matched in bounded time.

The `regex` crate that `jsonschema-rs` brings along never backtracks; only look-around and back-references,
which it does not know, go by an engine that does, and that gives up after so many steps. A text on which it
gives up does not match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

OPTIONS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=1 << 20, dfa_size_limit=1 << 20)
_KEPT = 1000  # patterns compiled, the ones last used


def found(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found anywhere in a text; ValueError for a pattern that is none."""
    return bool(_compiled(pattern).is_valid(text))


def whole(pattern: str, text: str) -> bool:
    """Tell whether a pattern fits a whole text."""
    return found(f"^(?:{pattern})$", text)


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> Any:
    return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=OPTIONS)


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and not found(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


def _by_pattern(validator: Any, rules: Mapping[str, Any], held: Any, _: Any) -> Iterator[ValidationError]:
    for pattern, rule in rules.items() if isinstance(held, dict) else ():
        for name in (name for name in held if found(pattern, name)):
            yield from validator.descend(held[name], rule, path=name, schema_path=pattern)


def _additional(validator: Any, rule: Any, held: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(held, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    more = [name for name in held if name not in known and not any(found(it, name) for it in patterns)]
    if isinstance(rule, dict):
        for name in more:
            yield from validator.descend(held[name], rule, path=name)
    elif rule is False and more:
        text = ", ".join(map(repr, more))
        yield ValidationError(f"Additional properties are not allowed ({text} beyond those that are named)")


def _unevaluated(_: Any, __: Any, held: Any, schema: Any) -> Iterator[ValidationError]:
    own = jsonschema_rs.Draft202012Validator(schema, pattern_options=OPTIONS)
    for bad in own.iter_errors(held):
        if list(bad.schema_path) == ["unevaluatedProperties"]:
            yield ValidationError(bad.message)


Bounded: type[Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _by_pattern,
        "additionalProperties": _additional,
        "unevaluatedProperties": _unevaluated,
    },
)
