"""Asks a time stamp authority over HTTP, as RFC 3161 has it in section 3.4."""

from __future__ import annotations

import requests

from clausewise import input_files
from clausewise.errors import ConfigurationError

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_MOST = 1 << 20  # bytes of an answer
_SECONDS = 20.0


def asked(url: str, query: bytes) -> bytes:
    """Return an authority's answer to a query; ConfigurationError where there is none."""
    headers = {"Content-Type": _QUERY, "Accept": _REPLY}
    try:
        with requests.post(
            url, query, headers=headers, timeout=_SECONDS, stream=True, allow_redirects=False
        ) as answer:
            told = answer.raw.read(_MOST + 1, decode_content=True)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    except (requests.RequestException, OSError, ValueError) as bad:
        raise ConfigurationError(
            f"The time stamp authority {url} gave no answer: {input_files.shown(type(bad).__name__)}."
        ) from bad
    if answer.status_code != requests.codes.ok or kind != _REPLY or len(told) > _MOST:
        raise ConfigurationError(
            f"The time stamp authority {url} answered HTTP {answer.status_code} with "
            f"{input_files.shown(kind) or 'no media type'}; {_REPLY} was expected."
        )
    return bytes(told)
