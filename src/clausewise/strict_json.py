"""JSON read as RFC 8259 writes it, with what a lenient parser would have swallowed."""

from __future__ import annotations

import codecs
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, NoReturn

Json = Any

_DEEPEST = 100  # levels; what walks a value recursively has room for some more
_TOO_DEEP = f"it is nested too deeply to be read (more than {_DEEPEST} levels)"
_EXACT = 2**53  # below it a double holds each whole number
_MANY = 20  # repeated keys that are told
_SHOWN = 40  # characters of a number
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed text: its value, why it is no JSON ('' where it is), and some keys that came twice."""

    value: Any
    problem: str = ""
    repeated: tuple[str, ...] = ()


class _Refused(ValueError):
    """What the grammar allows and a reader cannot hold, or what the grammar does not allow."""


def parse(raw: bytes) -> Parsed:
    """Parse one JSON text strictly: UTF-8, no byte order mark, no NaN, nothing behind it.

    Nor is it JSON to us what RFC 8259 lets a reader refuse, and readers differ on: numbers beyond a double
    or of thousands of digits, half a surrogate pair, and nesting more than a hundred deep.
    """
    repeated: dict[str, None] = {}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) < len(pairs) and len(repeated) < _MANY:
            keys = Counter(key for key, _ in pairs)
            repeated.update(dict.fromkeys(islice(sorted(key for key in keys if keys[key] > 1), _MANY)))
        return seen

    try:
        value = json.loads(_text(raw), object_pairs_hook=once, parse_constant=_refuse, parse_float=_number)
        _hold(value, raw)
    except json.JSONDecodeError as bad:
        return Parsed(None, f"{bad.msg} at line {bad.lineno}, column {bad.colno}")
    except _Refused as bad:
        return Parsed(None, str(bad))
    except ValueError:  # the interpreter's own limit, told in words of its own
        return Parsed(None, f"it has a number of more than {sys.get_int_max_str_digits()} digits")
    except RecursionError:
        return Parsed(None, _TOO_DEEP)
    return Parsed(value, "", tuple(repeated))


def _number(text: str) -> int | float:
    """Return a number; what has no fraction but zeros is the whole number that it is to JSON Schema."""
    value = float(text)
    if math.isinf(value):
        raise _Refused(f"the number {text[:_SHOWN]} is larger than readers can hold")
    if not value.is_integer():
        return value
    if abs(value) < _EXACT:
        return int(value)
    told = Decimal(text)
    return int(told) if told == told.to_integral_value() else value


def _hold(value: Any, raw: bytes) -> None:
    """Refuse what was read and cannot be worked with; looks closely only where the bytes give reason to."""
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST and _deeper(value, _DEEPEST):
        raise _Refused(_TOO_DEEP)
    if _SURROGATE.search(raw):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as bad:
            half = ord(bad.object[bad.start])
            raise _Refused(f"it has half a surrogate pair (\\u{half:04x}), which is no character") from bad


def _deeper(value: Any, most: int) -> bool:
    """Tell whether a value is nested deeper than that, without recursion."""
    level = [value]
    for _ in range(most + 1):
        holders = (held for held in level if isinstance(held, dict | list))
        level = [item for held in holders for item in (held.values() if isinstance(held, dict) else held)]
        if not level:
            return False
    return True


def _text(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF8):
        raise _Refused("it begins with a byte order mark")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise _Refused(f"it is not UTF-8: byte {bad.start} is 0x{raw[bad.start]:02x}") from bad
    if not text.strip():
        raise _Refused("it is empty")
    return text


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same to JSON Schema: 1.0 is 1, and true is not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def steps(pointer: str) -> list[str]:
    """Return the names that a JSON pointer (RFC 6901) leads through, as they are in the value."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def pointer(names: Iterable[object]) -> str:
    """Return the JSON pointer that leads through some names and places."""
    return "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in names)


def resolve(value: Any, pointer: str) -> tuple[bool, Any]:
    """Follow a JSON pointer (RFC 6901); return whether there is a value, and the value."""
    for key in steps(pointer):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return False, None
    return True, value


def scalars(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the pointer and the value of every text, number or flag in a JSON value."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from scalars(item, at + pointer([key]))
    elif value is not None:
        yield at, value


def _refuse(constant: str) -> NoReturn:
    raise _Refused(f"{constant} is no JSON number")
