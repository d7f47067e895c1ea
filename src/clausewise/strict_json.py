"""JSON read as RFC 8259 writes it, with what a lenient parser would have swallowed."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

Json = Any


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed text: its value, why it is no JSON ('' where it is), and keys that came twice."""

    value: Any
    problem: str = ""
    repeated: tuple[str, ...] = ()


def parse(raw: bytes) -> Parsed:
    """Parse one JSON text strictly: UTF-8, no byte order mark, no NaN, nothing behind it."""
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return seen

    try:
        value = json.loads(_text(raw), object_pairs_hook=once, parse_constant=_refuse)
    except json.JSONDecodeError as bad:
        return Parsed(None, f"{bad.msg} at line {bad.lineno}, column {bad.colno}")
    except ValueError as bad:
        return Parsed(None, str(bad))
    except RecursionError:
        return Parsed(None, "it is nested too deeply to be read")
    return Parsed(value, "", tuple(repeated))


def _text(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF8):
        raise ValueError("it begins with a byte order mark")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise ValueError(f"it is not UTF-8: byte {bad.start} is 0x{raw[bad.start]:02x}") from bad
    if not text.strip():
        raise ValueError("it is empty")
    return text


def resolve(value: Any, pointer: str) -> tuple[bool, Any]:
    """Follow a JSON pointer (RFC 6901); return whether there is a value, and the value."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return False, None
    return True, value


def scalars(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the pointer and the value of every text, number or flag in a JSON value."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from scalars(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif value is not None:
        yield pointer, value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
