"""Reason-bound negatives: from an accepted body, one mutation at a time for every field and constraint."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clausewise.strict_json import pointer

Json = Any
Schema = Mapping[str, Any]

_QUESTIONS = 128  # each takes a call or more
_LONG = 5000  # characters; longer than any field of the documents
_CONTROL = "a control character"
_ODD = (
    ("letters of many scripts", "Nguyễn Văn Ả 王小明 علي 😀"),
    ("a quote and markup", "O'Neil\"; -- <b onload=x>"),
    (_CONTROL, "a\u0007b\u0000c"),
)
_WRONG_FORMAT = {
    "date": ("1990-02-30", "31/12/1990", "1990-1-5"),
    "date-time": ("1990-02-30T25:61:00Z", "yesterday"),
    "email": ("nobody", "a@b@example.com"),
    "uri": ("not a uri",),
    "uuid": ("not-a-uuid",),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A request body, and in words how it differs from the accepted one."""

    about: str
    body: Json


def one_wrong(body: Json, schema: Schema | None = None) -> Iterator[Variant]:
    """Yield the body again and again, each time with one thing wrong, and say which.

    Of a list only the first entry is taken apart. `schema` adds what its constraints forbid.
    """
    good = json.dumps(body)
    for path in _paths(body):
        at = _part(schema or {}, path)
        for about, change in _changes(_get(body, path), at, path):
            made = copy.deepcopy(body)
            change(made)
            if json.dumps(made) != good:
                yield Variant(f"{pointer(path)}: {about}", made)


def wrong_parameter(value: Json, schema: Schema) -> Iterator[Variant]:
    """Yield what a parameter may wrongly say, as it would stand in an address or a header, and what is wrong.

    A control character can stand in no address or header of ours, so that none is sent.
    """
    yield Variant("empty", "")
    yield Variant("another type", "other-type-of-value" if not isinstance(value, str) else "{}")
    for about, other in _values(value, schema):
        if about != _CONTROL and isinstance(other, str | int | float):
            yield Variant(about, other)
    yield Variant("a path that leads upwards", "../../etc/passwd")
    yield Variant("a percent sign alone", "%")


def optional(body: Json, schema: Schema) -> list[str]:
    """Return the pointers of what a body may lack by its schema, but of nothing that holds such a one."""
    paths = [it for it in _paths(body) if _may_lack(it, schema)]
    return [pointer(it) for it in paths if not any(other[: len(it)] == it != other for other in paths)]


def without(body: Json, pointers: Collection[str]) -> Json:
    """Return a body without what stands at some pointers, in a list in its first entry."""
    made = copy.deepcopy(body)
    for path in [it for it in _paths(body) if pointer(it) in pointers]:
        _delete(made, path)
    return made


def guilty(pointers: Sequence[str], helps: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """Return a few neighbours among some pointers that `helps` is true of; empty where none are found.

    Ever smaller parts are asked for, since what has to stay may stand among them (delta debugging).
    """
    found: Sequence[str] = ()
    size, left = len(pointers), _QUESTIONS
    while size and left:
        parts = [pointers[at : at + size] for at in range(0, len(pointers), size)][:left]
        helping = next((number for number, it in enumerate(parts) if helps(it)), None)
        left -= len(parts) if helping is None else helping + 1
        if helping is not None:
            found = pointers = parts[helping]
        size = math.ceil(size / 2) if size > 1 else 0
    return found


def _may_lack(path: Path, schema: Schema) -> bool:
    required = {name for part in _parts(_part(schema, path[:-1])) for name in part.get("required", ())}
    return isinstance(path[-1], str) and path[-1] not in required


Path = tuple[Any, ...]
Change = tuple[str, Callable[[Json], None]]


def _paths(value: Json, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*path, 0))


def _changes(value: Json, schema: Schema, path: Path) -> Iterator[Change]:
    yield "absent", lambda made: _delete(made, path)
    yield "null", _put(path, None)
    other = {"other-type": "of-value"} if not isinstance(value, dict) else "other-type-of-value"
    yield "another type", _put(path, other)  # no word that an answer says: under a secret name it is masked
    if isinstance(path[-1], str) and path[-1].swapcase() != path[-1]:
        yield "its key in another case", lambda made: _rename(made, path)
    for about, other in _values(value, schema):
        yield about, _put(path, other)


def _values(value: Json, schema: Schema) -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        yield "an empty list", []
        yield "its first entry twice", [*value[:1], *value]
        yield "an entry of another type", [*value, 7]
    elif isinstance(value, dict):
        yield "an empty object", {}
    elif isinstance(value, str):
        yield "an empty text", ""
        yield "a blank text", "   "
        yield f"{_LONG} characters", "x" * _LONG
        yield from _ODD
    elif isinstance(value, bool):
        yield "the other word", "maybe"
    elif isinstance(value, int | float):
        yield "a negative number", -1
        yield "a huge number", 10**30
        yield "a number as text", str(value)
    yield from _forbidden(value, schema)


def _forbidden(value: Json, schema: Schema) -> Iterator[tuple[str, Json]]:
    """Yield what the schema's own constraints forbid, one step beyond each."""
    if "enum" in schema or "const" in schema:
        yield "outside the listed values", "not-listed" if isinstance(value, str) else 987654
    for wrong in _WRONG_FORMAT.get(schema.get("format", ""), ()):
        yield f"no {schema['format']}: {wrong}", wrong
    if "pattern" in schema:
        yield "against the pattern", "\u00a7"
    if "maxLength" in schema:
        yield "one character too long", "x" * (schema["maxLength"] + 1)
    if schema.get("minLength", 0) > 1:
        yield "one character too short", "x" * (schema["minLength"] - 1)
    if "maximum" in schema:
        yield "one above the most", schema["maximum"] + 1
    if "minimum" in schema:
        yield "one below the least", schema["minimum"] - 1


def _part(schema: Schema, path: Path) -> Schema:
    """Return the subschema of a place, as far as properties, items and allOf lead there."""
    for name in path:
        inner = [
            part["items"] if name == 0 else part.get("properties", {}).get(name, {})
            for part in _parts(schema)
            if (name == 0 and isinstance(part.get("items"), Mapping)) or name in part.get("properties", {})
        ]
        schema = inner[0] if inner else {}
    return schema


def _parts(schema: Schema) -> Iterator[Schema]:
    yield schema
    for member in schema.get("allOf", ()):
        yield from _parts(member)


def _get(value: Json, path: Path) -> Json:
    for name in path:
        value = value[name]
    return value


def _put(path: Path, value: Json) -> Callable[[Json], None]:
    def put(made: Json) -> None:
        _get(made, path[:-1])[path[-1]] = value

    return put


def _delete(value: Json, path: Path) -> None:
    del _get(value, path[:-1])[path[-1]]


def _rename(value: Json, path: Path) -> None:
    holder = _get(value, path[:-1])
    pairs = [(key.swapcase() if key == path[-1] else key, item) for key, item in holder.items()]
    holder.clear()
    holder.update(pairs)
