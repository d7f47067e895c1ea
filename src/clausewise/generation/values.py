"""Values by a schema, made without chance, and how they are sent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

Json = Any
Schema = Mapping[str, Any]
Word = Callable[[int], str]

_DEEPEST = 12  # levels; a schema may contain itself
_OPTIONAL = 3  # levels down to which optional fields are filled in
_TEXTS = {
    "date": "2031-05-20",
    "date-time": "2031-05-20T08:00:00Z",
    "time": "08:00:00Z",
    "duration": "P1D",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "uri-reference": "/a",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "YQ==",
    "binary": "a",
}
_LETTERS = 8  # of a text that has to be told apart from others


def value(schema: Schema, *, word: Word | None = None, whole: bool = False) -> Json:
    """Return a value that a schema allows, as far as that can be told without trying.

    With a `word` to make texts of, those that are told apart by nothing but themselves are new; without one
    the schema's own examples come first. A `whole` one has optional fields, too.
    """
    return _Maker(schema.get("$defs", {}), word, whole=whole).made(schema, 0)


class _Maker:
    def __init__(self, named: Mapping[str, Schema], word: Word | None, *, whole: bool) -> None:
        self._named = named
        self._word = word
        self._whole = whole

    def made(self, schema: Schema, depth: int) -> Json:
        if depth > _DEEPEST:
            return None
        schema = self._followed(schema)
        for key in ("const", "default"):
            if key in schema:
                return schema[key]
        if schema.get("enum"):
            return next((it for it in schema["enum"] if it is not None), schema["enum"][0])
        kind = _kind(schema)
        if schema.get("examples") and not (self._word and kind in {"string", "object", "array"}):
            return schema["examples"][0]
        return self._by_kind(kind, schema, depth)

    def _by_kind(self, kind: str, schema: Schema, depth: int) -> Json:
        if kind == "object":
            return self._object(schema, depth)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                some = [it for it in map(self._followed, schema[key]) if _kind(it) != "null"]
                rest = {name: it for name, it in schema.items() if name != key}
                return self.made({**rest, **(some or [{}])[0]}, depth + 1)
        if kind == "array":
            count = max(int(schema.get("minItems", 0)), int(depth < _OPTIONAL))
            return [self.made(schema.get("items", {}), depth + 1) for _ in range(count)]
        makers = {"string": self._text, "integer": _number, "number": _number}
        if kind in makers:
            return makers[kind](schema)
        return {"boolean": True, "null": None}.get(kind, "a")

    def _object(self, schema: Schema, depth: int) -> Json:
        made: dict[str, Json] = {}
        for part in self._parts(schema, depth):
            needed = part.get("required", ())
            for name, child in part.get("properties", {}).items():
                optional = self._whole and depth < _OPTIONAL
                if (name in needed or optional) and name not in made:
                    made[name] = self.made(child, depth + 1)
            made |= {name: "a" for name in needed if name not in made}
        return made

    def _parts(self, schema: Schema, depth: int) -> Iterator[Schema]:
        schema = self._followed(schema)
        yield schema
        if depth > _DEEPEST:
            return
        for member in schema.get("allOf", ()):
            yield from self._parts(member, depth + 1)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                yield from self._parts(schema[key][0], depth + 1)

    def _followed(self, schema: Schema) -> Schema:
        name = str(schema.get("$dynamicRef", "")).removeprefix("#/$defs/")
        return {**self._named[name], **_own(schema)} if name in self._named else schema

    def _text(self, schema: Schema) -> str:
        least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 1 << 16))
        form = schema.get("format", "")
        if form == "email":
            return f"{(self._word or _plain)(_LETTERS).lower()}@example.com"
        if form == "uuid":
            return str(UUID(int=_seeded(self._word), version=4))
        if form in _TEXTS:
            return _TEXTS[form]
        length = min(max(least, _LETTERS), most)
        return (self._word or _plain)(length) if length else ""


def _own(schema: Schema) -> Schema:
    return {name: it for name, it in schema.items() if name != "$dynamicRef"}


def _plain(length: int) -> str:
    return ("text" * (length // 4 + 1))[:length]


def _seeded(word: Word | None) -> int:
    return int.from_bytes((word or _plain)(16).encode()[:16], "big")


def _kind(schema: Schema) -> str:
    told = schema.get("type")
    if isinstance(told, list):
        return next((it for it in told if it != "null"), "null")
    if told:
        return str(told)
    for kind, keys in (("object", ("properties", "allOf")), ("array", ("items",)), ("string", ("pattern",))):
        if any(key in schema for key in keys):
            return kind
    return ""


def _number(schema: Schema) -> float:
    least, most = schema.get("minimum"), schema.get("maximum")
    if (over := schema.get("exclusiveMinimum")) is not None:
        least = over + 1 if least is None else max(least, over + 1)
    if (under := schema.get("exclusiveMaximum")) is not None:
        most = under - 1 if most is None else min(most, under - 1)
    number = least if least is not None else min(1, most) if most is not None else 1
    if least is not None and most is not None and number > most:
        number = (least + most) / 2 - 0.5
    if step := schema.get("multipleOf"):
        number = math.ceil(number / step) * step
    return math.ceil(number) if _kind(schema) == "integer" else number


def written(name: str, value: Json, style: str, *, explode: bool) -> list[tuple[str, str]]:
    """Return a parameter as pairs of a query, by its style; of a path or a header the first text counts."""
    if style == "json":
        return [(name, json.dumps(value))]
    if isinstance(value, Mapping):
        return _written_object(name, value, style, explode=explode)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if style == "form" and explode:
            return [(name, text(it)) for it in value]
        comma = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
        return [(name, comma.join(map(text, value)))]
    return [(name, text(value))]


def _written_object(
    name: str, given: Mapping[str, Json], style: str, *, explode: bool
) -> list[tuple[str, str]]:
    if style == "deepObject":
        return [(f"{name}[{key}]", text(it)) for key, it in given.items()]
    if style == "form" and explode:
        return [(key, text(it)) for key, it in given.items()]
    if explode:
        return [(name, ",".join(f"{key}={text(it)}" for key, it in given.items()))]
    return [(name, ",".join(part for key, it in given.items() for part in (key, text(it))))]


def text(value: Json) -> str:
    """Return a plain value as it stands in an address or a header."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
