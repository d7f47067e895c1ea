"""The strict twin of a contract: what an answer holds beyond all that its document describes.

No document forbids more fields than it prints, so this turns nothing red: it is drift, worth a look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clausewise.model import Json

Schema = Mapping[str, Any]

_MEMBERS = ("allOf", "anyOf", "oneOf")
_OPEN = ("additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties")


def beyond(schema: Schema, value: Json) -> list[str]:
    """Return the JSON pointers of all keys that no part of the schema names, with * for a list's items.

    An object that the schema says nothing of, or says to be open, may hold anything.
    """
    return list(dict.fromkeys(_beyond([schema], value, "")))


def _beyond(schemas: Sequence[Schema], value: Json, pointer: str) -> Iterator[str]:
    parts = [part for schema in schemas for part in _parts(schema)]
    if isinstance(value, list):
        items = [part["items"] for part in parts if isinstance(part.get("items"), Mapping)]
        for item in value:
            yield from _beyond(items, item, f"{pointer}/*")
    elif isinstance(value, dict):
        named = [part["properties"] for part in parts if part.get("properties")]
        closed = named and not any(key in part for part in parts for key in _OPEN)
        for key, inner in value.items():
            found = [properties[key] for properties in named if key in properties]
            if found:
                yield from _beyond(found, inner, f"{pointer}/{key}")
            elif closed:
                yield f"{pointer}/{key}"


def _parts(schema: Schema) -> Iterator[Schema]:
    yield schema
    for word in _MEMBERS:
        for member in schema.get(word, ()):
            yield from _parts(member)
