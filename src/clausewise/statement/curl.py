"""A recorded request as a line that can be pasted into a shell, secrets as variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

_MASKED = re.compile(r"\[masked \w+ \d+ [0-9a-f]{8}\]")
_SKIPPED = {"user-agent", "accept-encoding", "content-length", "host", "connection"}


def curl(record: Mapping[str, Any]) -> str:
    """Return the curl line of a masked exchange record."""
    request = record["request"]
    parts = ["curl", "-sS", "-i", "-X", request["method"], _quoted(request["url"], "VALUE")]
    for name, value in request["headers"]:
        if name.lower() not in _SKIPPED:
            parts += ["-H", _quoted(f"{name}: {value}", _variable(name))]
    if request["body"]:
        parts += ["--data-raw", _quoted_body(request["body"])]
    return " ".join(parts)


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
