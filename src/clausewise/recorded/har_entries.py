"""Reads the sides of a HAR entry as tools write them: what is odd counts as not given, and says nothing.

Raises LeftOut where nothing can be said of the whole exchange.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from clausewise.model import Json
from clausewise.recorded.exchanges import LeftOut

Side = Mapping[str, Any]
Headers = tuple[tuple[str, str], ...]

NO_ANSWER = "no answer was recorded"
NO_BODY = "the recording has no body"
_FORM = "application/x-www-form-urlencoded"
_BODILESS = {204, 205}
_STATUSES = range(100, 1000)
_GZIP = b"\x1f\x8b"
_BEGAN = "1970-01-01T00:00:00.000+00:00"  # of an entry that does not say when
_AS_GZIP = 31  # zlib's word for it
_LARGEST = 100_000_000  # bytes of a body
_LONGEST = 200  # characters of what a recorder writes in place of a body
# What recorders and those who clean up after them write in its place.
_IN_PLACE = re.compile(
    r"\b(not (included|available|recorded|captured|saved|shown)|omitted|left out|redacted|removed|stripped"
    r"|truncated|too (large|big|long)|unavailable|failed to load|binary data|filtered)\b",
    re.IGNORECASE,
)


def table(value: Any, name: str) -> Side:
    """Return what stands under a name, if it is a table; an empty one where it is not given."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def word(value: Any) -> str:
    """Return a text as it is, a number as it is written, and '' for all else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any) -> float:
    """Return a number, be it written as a text; -1 where there is none, or none that is finite."""
    with suppress(ValueError, TypeError, OverflowError):
        told = -1.0 if isinstance(value, bool) else float(value)
        return told if math.isfinite(told) else -1.0
    return -1.0


def status(side: Side) -> int:
    """Return the status of an answer; LeftOut where there was none (0, -1)."""
    given = number(side.get("status"))
    if given not in _STATUSES:
        raise LeftOut(NO_ANSWER)
    return int(given)


def milliseconds(entry: Side) -> float:
    """Return how long an exchange took; 0 where that was not measured (-1)."""
    return max(0.0, number(entry.get("time")))


def started(entry: Side) -> str:
    """Return when an exchange began, with a zone."""
    with suppress(ValueError, TypeError, OverflowError):
        at = datetime.fromisoformat(entry.get("startedDateTime", ""))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat(timespec="milliseconds")
    return _BEGAN


def headers(side: Side) -> Headers:
    """Return the headers of a side, but for HTTP/2's own; some tools write them as a table."""
    given = side.get("headers")
    pairs = given.items() if isinstance(given, Mapping) else _named(given)
    return tuple((name, word(value)) for name, value in pairs if _is_header(name) and value is not None)


def _named(value: Any) -> Iterator[tuple[Any, Any]]:
    for it in value if isinstance(value, list) else ():
        if isinstance(it, Mapping):
            yield it.get("name", it.get("key")), it.get("value")


def _is_header(name: Any) -> bool:
    return isinstance(name, str) and bool(name) and not name.startswith(":")


def header(headers: Headers, name: str) -> str:
    """Return the first header of that name; '' where there is none."""
    return next((value for key, value in headers if key.lower() == name), "")


def body(side: Side, code: int, headers: Headers) -> bytes:
    """Return the body of an answer; LeftOut where the recorder did not keep it as it came."""
    content = table(side, "content")
    own = _size(content.get("size"))
    sent_size = max(_size(side.get("bodySize")), _size(header(headers, "content-length")))
    text = content.get("text")
    if isinstance(text, dict | list):  # parsed by the recorder, so that only its values are known
        text = json.dumps(text, ensure_ascii=False)
    if not isinstance(text, str) or not text:
        size = max(own, sent_size)
        empty = size == 0 or code in _BODILESS or (isinstance(text, str) and size < 0)
        if not empty or content.get("comment"):
            raise LeftOut(NO_BODY)
        return b""
    raw = _raw(content, text)
    if raw.startswith(_GZIP) and "gzip" in header(headers, "content-encoding"):
        try:
            raw = unzipped(raw, _LARGEST)
        except ValueError:
            raise LeftOut(NO_BODY) from None
    if _is_in_place(raw, own if own >= 0 else sent_size):
        raise LeftOut(NO_BODY)
    return raw


def _size(value: Any) -> int:
    """Return a size that a recorder gives; -1 where it does not know."""
    return max(-1, int(number(value)))


def _is_in_place(raw: bytes, size: int) -> bool:
    """Tell whether a text stands in place of a body, or is only its beginning.

    It is no JSON object or list, and not as long as the recorder says that the body was, or says so itself.
    """
    said = raw.decode("utf-8", "replace").strip()
    if isinstance(_json(said), dict | list):
        return False
    note = len(said) <= _LONGEST and _IN_PLACE.search(said) is not None
    return len(raw) != size and (len(raw) < size or note)


def _json(text: str) -> Json:
    """Return what a text says as JSON, or as JSON in a JSON text; None for what is none."""
    try:
        value = json.loads(text)
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None


def unzipped(raw: bytes, most: int) -> bytes:
    """Unpack gzip; ValueError for what is none, is cut off, or unpacks to more than `most` bytes."""
    reader = zlib.decompressobj(wbits=_AS_GZIP)
    try:
        told = reader.decompress(raw, most)
    except zlib.error as bad:
        raise ValueError(str(bad)) from bad
    if not reader.eof:
        raise ValueError(f"it is cut off, or unpacks to more than {most} bytes")
    return told


def _raw(side: Side, text: str) -> bytes:
    if word(side.get("encoding")).lower() != "base64":
        return text.encode("utf-8", "surrogatepass")
    packed = "".join(text.split()).translate({45: "+", 95: "/"}).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise LeftOut("its body is to be base64, and is none", broken=True) from None


def sent(request: Side) -> tuple[bytes, Json]:
    """Return a request's body as bytes and, where it is JSON or a form, as a JSON value."""
    posted = table(request, "postData")
    text = posted.get("text")
    if isinstance(text, dict | list):
        text = json.dumps(text, ensure_ascii=False)
    if not isinstance(text, str):
        named = ((name, word(value)) for name, value in _named(posted.get("params")) if isinstance(name, str))
        fields: dict[str, Json] = dict(named)
        return urlencode(fields).encode("utf-8", "surrogatepass"), fields or None
    raw = _raw(posted, text)
    if word(posted.get("mimeType")).startswith(_FORM):
        return raw, dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return raw, json.loads(raw)
    except (ValueError, RecursionError):
        return raw, None
