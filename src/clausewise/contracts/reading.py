"""YAML, read by the 1.2 rules that OpenAPI asks for."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, compiled, where it is there


class Yaml12(_Loader):  # type: ignore[misc]
    """YAML without the surprise types: only true and false are booleans, and a date stays text."""


Yaml12.yaml_implicit_resolvers = {
    letter: [(tag, rule) for tag, rule in rules if not tag.endswith((":bool", ":timestamp"))]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))

_DEEPEST = 100  # levels; the compiled parser itself dies of some ten thousand
_MOST = 200_000  # parts, those that aliases repeat counted each time


class Unfit(ValueError):
    """A YAML text that is no JSON; says why without a word of the text."""


def plain(text: str) -> Any:
    """Return the value of a YAML text that others wrote, as JSON would hold it: every key a text.

    Raises ValueError or a YAMLError, with a reason, for what is no YAML, cannot be JSON, or has no end.
    """
    depth = 0
    for event in yaml.parse(text, Loader=Yaml12):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise Unfit(f"it is nested deeper than {_DEEPEST} levels")
    try:
        value = yaml.load(text, Loader=Yaml12)  # noqa: S506 - a SafeLoader
    except (TypeError, AttributeError, LookupError) as bad:  # a tag that its value does not fit
        raise Unfit("a value does not fit its tag") from bad
    return _as_json(value, [0])


def _as_json(value: Any, count: list[int], depth: int = 0) -> Any:
    count[0] += 1
    if count[0] > _MOST or depth > _DEEPEST:
        raise Unfit("its aliases make it endless")
    if isinstance(value, dict):
        return {_key(key): _as_json(item, count, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item, count, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise Unfit(f"it holds {value}, and a finite number was expected")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise Unfit(f"it holds a {type(value).__name__}, which JSON has no word for")


def _key(key: Any) -> str:
    if isinstance(key, str | int) and not isinstance(key, bool):
        return str(key)
    raise Unfit(f"it has a key that is a {type(key).__name__}, and a text was expected")
