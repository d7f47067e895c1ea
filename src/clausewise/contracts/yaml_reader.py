"""YAML, read by the core schema of YAML 1.2, as OpenAPI asks for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, compiled, where it is there
_TAG = "tag:yaml.org,2002:"


class Yaml12(_Loader):  # type: ignore[misc]
    """YAML without the surprises of 1.1: 22:30:00, 1_000, yes and 2026-01-31 are texts, and 010 is ten.

    `<<` merges still, as most readers of 1.2 let it.
    """

    def whole(self, node: yaml.ScalarNode) -> int:
        """Return a whole number: decimal unless it begins with 0o or 0x."""
        text = str(self.construct_scalar(node))
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


# Section 10.3.2 of YAML 1.2.2, with the letters that such a scalar begins with.
_CORE = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "merge": (r"<<", "<"),
}
Yaml12.yaml_implicit_resolvers = {}
for _name, (_rule, _first) in _CORE.items():
    Yaml12.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"^(?:{_rule})$"), list(_first))
Yaml12.add_constructor(f"{_TAG}int", Yaml12.whole)

_DEEPEST = 100  # levels; the compiled parser itself dies of some ten thousand
_MOST = 200_000  # parts, those that aliases repeat counted each time, or as many as letters


class NotJson(ValueError):
    """A YAML text that is no JSON; says where and why without a word of the text."""


def plain(text: str) -> Any:
    """Return the value of a YAML text that others wrote, as JSON would hold it: every key a text, and once.

    Raises ValueError or a YAMLError, with a reason, for what is no YAML, cannot be JSON, or has no end.
    """
    if text.lstrip()[:1] == "{" and (told := _json(text)) is not None:
        return told
    depth = 0
    for event in yaml.parse(text, Loader=Yaml12):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise NotJson(f"{_line(event)} it is nested deeper than {_DEEPEST} levels")
    return _Reader(text).value()


def _json(text: str) -> Any:
    """Return the value of a text that is JSON, in a hundredth of the time; None where YAML says why not."""
    try:
        told = json.loads(text, object_pairs_hook=_once, parse_constant=_endless)
        level = [told]
        for _ in range(_DEEPEST):
            level = [inner for it in level for inner in _inside(it)]
            if not level:
                return told
    except (ValueError, RecursionError):
        pass
    return None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(made := dict(pairs)) < len(pairs):
        raise ValueError
    return made


def _endless(text: str) -> Any:
    raise ValueError(text)


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()


class _Reader:
    """Makes values of the nodes of one text, and says of which line it cannot."""

    def __init__(self, text: str) -> None:
        self._loader = Yaml12(text)
        self._count = 0
        self._most = max(_MOST, len(text))  # a text without aliases has fewer parts than letters

    def value(self) -> Any:
        try:
            node = self._loader.get_single_node()
            return None if node is None else self._of(node)
        finally:
            self._loader.dispose()

    def _of(self, node: Any, depth: int = 0) -> Any:
        self._count += 1
        if self._count > self._most or depth > _DEEPEST:
            raise NotJson(f"{_line(node)} its aliases make it endless")
        if node.tag == f"{_TAG}map" and isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if node.tag == f"{_TAG}seq" and isinstance(node, yaml.SequenceNode):
            return [self._of(item, depth + 1) for item in node.value]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if key.tag != f"{_TAG}merge"):
            if self._key(key) in seen:
                raise NotJson(f"{_line(key)} a key comes for the second time")
            seen.add(self._key(key))
        self._loader.flatten_mapping(node)
        return {self._key(key): self._of(item, depth + 1) for key, item in node.value}

    def _key(self, node: Any) -> str:
        key = self._scalar(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(key, str | int) and not isinstance(key, bool):
            return str(key)
        raise NotJson(f"{_line(node)} it has a key that is no text")

    def _scalar(self, node: Any) -> Any:
        try:
            value = self._loader.construct_object(node, deep=True)
        except (ValueError, TypeError, AttributeError, LookupError) as bad:  # a tag that it does not fit
            raise NotJson(f"{_line(node)} a value does not fit its tag") from bad
        if isinstance(value, float) and not math.isfinite(value):
            raise NotJson(f"{_line(node)} it holds {value}, and a finite number was expected")
        if value is None or isinstance(value, str | bool | int | float):
            return value
        raise NotJson(f"{_line(node)} it holds a {type(value).__name__}, which JSON has no word for")


def _line(part: Any) -> str:
    return f"in line {part.start_mark.line + 1},"
