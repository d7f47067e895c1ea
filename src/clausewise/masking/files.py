"""Files in a text or a body: pictures and other bytes that no reader of a report can read."""

from __future__ import annotations

import re
from base64 import b64decode

# What files begin with, and what stands at the fourth byte of others.
_HEADS = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*", b"II+\x00", b"8BPS"),
    *(b"\x00\x00\x01\x00", b"\xff\x4f\xff\x51", b"\xff\x0a", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b\x08"),
)
_AT_FOUR = (b"ftyp", b"jP  ", b"JXL ")
_SVG = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>:]", re.DOTALL
)
_HEAD = 1200  # characters of base64 that are looked at
_LARGE = 200  # characters from which on anything that is no text is taken for a file
_CODE = r"[A-Za-z0-9+/_-]"
_RUN = 24  # characters of code that one begins with
BLOB = re.compile(
    rf"(?<!{_CODE})(?:{_CODE}{{{_RUN},}}+(?:(?:\\[/rn])+{_CODE}*+|(?:\r?\n[ \t]?){_CODE}++)*+={{0,2}})"
)
_CODES = bytes(120 if re.match(_CODE, chr(byte)) else 32 for byte in range(256))  # x for each, else a blank
_LINES = re.compile(r"\\[rn]|\\(?=/)|\s+")
_LEAST = 40


def may_hold_blob(text: str) -> bool:
    """Tell quickly whether a text may hold base64 that is a file's; most do not."""
    return b"x" * _RUN in text.encode("ascii", "replace").translate(_CODES)


def is_file(body: bytes) -> bool:
    """Tell whether bytes begin as a picture, a PDF or an archive does."""
    if body.startswith(_HEADS) or body.startswith(_AT_FOUR, 4):
        return True
    bitmap = body.startswith(b"BM") and body[6:10] == b"\0\0\0\0" and len(body) > 14  # noqa: PLR2004 - its header
    return bitmap or (b"<svg" in (head := body[:_HEAD]) and _SVG.search(head) is not None)


def is_blob(text: str, *, named: bool) -> bool:
    """Tell whether base64 text is a file's, `named` by the words before it or by what it begins with."""
    if len(text) < _LEAST:
        return False
    plain = _LINES.sub("", text[: 2 * _HEAD])[:_HEAD].rstrip("=").replace("-", "+").replace("_", "/")
    plain = plain[: len(plain) // 4 * 4]
    raw = b64decode(plain)
    if named or is_file(raw):
        return True
    return len(text) >= _LARGE and not _legible(raw)


def _legible(raw: bytes) -> bool:
    try:
        return raw[: len(raw) - 4].decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
