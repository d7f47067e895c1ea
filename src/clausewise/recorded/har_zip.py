"""Reads a zipped HAR, as Playwright writes it: the HAR, and a file for each body that it names (`_file`)."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

MARK = b"PK\x03\x04"
_HAR = "har.har"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, KeyError)

Parse = Callable[[bytes], Any]


def read(raw: bytes, most: int, parse: Parse) -> Any:
    """Return what a zipped HAR says, its bodies put where they belong; one that is not there is not recorded.

    Raises ValueError for what is none, or unpacks to more than `most` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            whole = _Files(packed, most)
            told = parse(whole.text(whole.har()))
            for part in _named(told):
                name = part["_file"]
                if "text" not in part and name in whole.names:
                    part.update(_content(whole.text(name)))
    except _BROKEN as bad:
        raise ValueError(f"it is a zip that cannot be unpacked ({bad})") from bad
    return told


class _Files:
    """The files of a zip, of which so many bytes at most are unpacked."""

    def __init__(self, packed: zipfile.ZipFile, most: int) -> None:
        self._packed = packed
        self._most = self._left = most
        self._read: dict[str, bytes] = {}
        self.names = frozenset(packed.namelist())

    def har(self) -> str:
        """Return the name of the HAR: the usual one, or the only one."""
        found = [name for name in sorted(self.names) if name.endswith(".har")]
        if _HAR not in self.names and len(found) != 1:
            raise ValueError(f"it is a zip with no {_HAR} in it")
        return _HAR if _HAR in self.names else found[0]

    def text(self, name: str) -> bytes:
        """Return what a file holds; ValueError where that is too much."""
        if name not in self._read:
            with self._packed.open(name) as file:
                held = file.read(self._left + 1)
            if len(held) > self._left:
                raise ValueError(f"it unpacks to more than {self._most} bytes")
            self._left -= len(held)
            self._read[name] = held
        return self._read[name]


def _named(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the sides of entries whose body lies in a file of its own."""
    log = value.get("log") if isinstance(value, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        for side, key in (("request", "postData"), ("response", "content")):
            held = entry.get(side) if isinstance(entry, dict) else None
            part = held.get(key) if isinstance(held, dict) else None
            if isinstance(part, dict) and isinstance(part.get("_file"), str):
                yield part


def _content(raw: bytes) -> dict[str, str]:
    try:
        return {"text": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
