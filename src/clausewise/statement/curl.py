"""A recorded request as a line that can be pasted into a shell, secrets as variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

_MASKED = re.compile(r"\[masked \w+ \d+ [0-9a-f]{8}\]")
_NAME, _FILE = re.compile(r'\bname="([^"]*)"'), re.compile(r'\bfilename="([^"]*)"')
_KIND = re.compile(r"Content-Type: (\S+)")
_SKIPPED = {"user-agent", "accept-encoding", "content-length", "host", "connection"}


def curl(record: Mapping[str, Any]) -> str:
    """Return the curl line of a masked exchange record."""
    request = record["request"]
    parts = ["curl", "-sS", "-i", "-X", request["method"], _quoted(request["url"], "VALUE")]
    boundary = ""
    for name, value in request["headers"]:
        if value.startswith(
            "multipart/form-data"
        ):  # curl writes this header itself, with a boundary of its own
            boundary = value.partition("boundary=")[2]
        elif name.lower() not in _SKIPPED:
            parts += ["-H", _quoted(f"{name}: {value}", _variable(name))]
    if boundary:
        parts += [word for field in _fields(request["body"], boundary) for word in ("-F", field)]
    elif request["body"]:
        parts += ["--data-raw", _quoted_body(request["body"])]
    return " ".join(parts)


def _fields(body: str, boundary: str) -> Iterator[str]:
    """Yield the parts of a multipart form as curl takes them; a file stands by its name."""
    for part in body.split(f"--{boundary}"):
        head, _, content = part.partition("\r\n\r\n")
        if name := _NAME.search(head):
            file, kind = _FILE.search(head), _KIND.search(head)
            typed = f";type={kind[1]}" if kind else ""
            held = content.removesuffix("\r\n")
            yield _quoted(f"{name[1]}=@{file[1]}{typed}" if file else f"{name[1]}={held}", _variable(name[1]))


def _quoted(text: str, variable: str) -> str:
    """Quote for a POSIX shell; a masked value becomes a variable, which needs double quotes."""
    if not _MASKED.search(text):
        return shlex.quote(text)
    pieces = [_escaped(piece) for piece in _MASKED.split(text)]
    return '"' + f"${{{variable}}}".join(pieces) + '"'


def _quoted_body(body: str) -> str:
    """Quote a body; each masked value takes its field's name as the variable's."""
    if not _MASKED.search(body):
        return shlex.quote(body)
    named = re.compile(r'(?:"(?P<json>\w+)":\s*"?|(?P<form>\w+)=)?(?P<mask>\[masked \w+ \d+ [0-9a-f]{8}\])')
    text, last = "", 0
    for match in named.finditer(body):
        text += _escaped(body[last : match.start("mask")])
        text += f"${{{_variable(match['json'] or match['form'] or 'value')}}}"
        last = match.end()
    return f'"{text}{_escaped(body[last:])}"'


def _escaped(text: str) -> str:
    return re.sub(r'(["\\$`])', r"\\\1", text)


def _variable(name: str) -> str:
    known = {"authorization": "TOKEN"}
    return known.get(name.lower(), re.sub(r"\W", "_", name).upper())
