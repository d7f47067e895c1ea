"""What was told beside what was made anew: which fields differ, which pages."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError, canonicalize

from clausewise import input_files

_PACKED = re.compile(r'(?<=<script type="application/gzip" id="packed">)[^<]*(?=</script>)')
_PROLOGUE = re.compile(r"\A<\?xml [^<>]*\?>")
_BESIDE = re.compile(r"<[!?][^>]*")
_GZIP, _FLAGS = 16, 3  # for zlib: that it is gzip; and at which byte of its head the flags stand
_ABSENT = object()


def plain(value: Any) -> Any:
    """Return a value as JSON has it, so that it can be compared with one that was read."""
    return json.loads(json.dumps(value))


def differences(value: Any, made: Any, place: str = "") -> Iterator[str]:
    """Yield where two JSON values differ, each place with both values."""
    if type(value) is not type(made):
        yield _said(place, value, made)
    elif isinstance(value, dict):
        for key in dict.fromkeys([*made, *value]):
            yield from differences(value.get(key, _ABSENT), made.get(key, _ABSENT), _below(place, key))
    elif isinstance(value, list):
        if len(value) != len(made):
            yield f"{place} has {len(value)} entries instead of {len(made)}"
        for at, (one, other) in enumerate(zip(value, made, strict=False)):
            yield from differences(one, other, f"{place}[{_name(other, at)}]")
    elif value != made:
        yield _said(place, value, made)


def page_differs(name: str, text: str, made: str) -> bool:
    """Tell whether a page says anything else, however another machine's libraries pack or quote it."""
    if text == made:
        return False
    try:
        return bool(_meant(name, text) != _meant(name, made))
    except (ValueError, OSError, EOFError, zlib.error, ParseError, RecursionError):
        return True


def _meant(name: str, page: str) -> Any:
    if name.endswith(".xml"):  # canonical XML leaves out comments, and what a style sheet makes of it
        return canonicalize(page), _BESIDE.findall(_PROLOGUE.sub("", page, count=1))
    packed = _PACKED.findall(page)
    return _PACKED.sub("", page), [_unpacked(base64.b64decode(one, validate=True)) for one in packed]


def _unpacked(packed: bytes) -> bytes:
    """Return what one gzip stream says; ValueError for one with a name, a note, or anything behind it."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | _GZIP)
    said = stream.decompress(packed)
    if not stream.eof or stream.unused_data or packed[_FLAGS]:
        raise ValueError("more than one plain stream")
    return said


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else str(key)


def _name(value: Any, at: int) -> str:
    return str(value.get("id", at)) if isinstance(value, dict) else str(at)


def _said(place: str, packed: Any, made: Any) -> str:
    shown = [_shown(value) for value in (packed, made)]
    return f"{place} is {shown[0]} instead of {shown[1]}"


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "absent"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return input_files.shown(json.dumps(value, ensure_ascii=False))[:80]
