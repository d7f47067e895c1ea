"""A JSON body in other writings: of the same meaning, or so broken that no reader takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def same_meaning(body: Any) -> Iterator[tuple[str, bytes]]:
    """Yield writings that RFC 8259 calls the same value, and say what is different."""
    yield "no blank between its parts", json.dumps(body, separators=(",", ":")).encode()
    yield "indents and line ends", json.dumps(body, indent=3).replace("\n", "\r\n").encode()
    yield "its keys in another order", json.dumps(_turned(body)).encode()
    yield "every letter of its texts escaped", _escaped(body).encode()
    yield "blanks around it", b" \n\t" + json.dumps(body).encode() + b"\n "


def hopeless(body: Any) -> Iterator[tuple[str, bytes]]:
    """Yield bodies that are no JSON text by any reading, each near to the good one."""
    good = json.dumps(body).encode()
    yield "cut off in the middle", good[: len(good) // 2]
    yield "its last bracket gone", good[:-1]
    yield "a bare word", b"hello"
    yield "brackets that do not match", good[:-1] + (b")" if good[:1] == b"{" else b"}")
    yield "a key without its value", b'{"key": }'


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def _escaped(value: Any) -> str:
    if isinstance(value, str):
        units = value.encode("utf-16-be")
        return '"' + "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)) + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_escaped(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_escaped, value)) + "]"
    return json.dumps(value)
