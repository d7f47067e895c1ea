"""How a secret may stand in a text: as it is, escaped, in base64, cut off."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

SHORTEST = 6  # a shorter value would blot out innocent text
_PLAIN = re.compile(r"[\w.~-]*", re.ASCII)  # written alike everywhere


def writings(secret: str) -> Iterable[str]:
    """Return how a secret may stand in a text: as it is, and escaped for URL, JSON, HTML or Python."""
    if _PLAIN.fullmatch(secret):
        return (secret,)
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    quoted = quote(secret, safe="", errors="replace")
    told = [secret, quoted, quote(secret, errors="replace"), quote_plus(secret, errors="replace")]
    told += [
        readable(secret),
        re.sub("%..", _lowered, quoted),
        html.escape(secret),
        html.escape(secret, quote=False),
    ]
    told += [escaped, escaped.replace("/", "\\/"), json.dumps(secret)[1:-1], repr(secret)[1:-1]]
    if not secret.isascii():  # UTF-8 read as Latin-1, and Latin-1 read as UTF-8
        told.append(secret.encode("utf-8", "replace").decode("latin-1"))
        told.append(secret.encode("latin-1", "replace").decode("utf-8", "backslashreplace"))
    return dict.fromkeys(told)


def _lowered(found: re.Match[str]) -> str:
    return found[0].lower()


def everywhere(secret: str) -> Iterator[str]:
    """Yield how a target's own secret may come back."""
    yield from (secret, secret.lower(), secret.upper(), *writings(secret), *_inside_base64(secret))


def _inside_base64(secret: str) -> Iterator[str]:
    """Yield what base64 makes of a secret wherever it stands, less what it shares with its neighbours."""
    raw = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        core = b64encode(b"\0" * before + raw).decode().rstrip("=")
        whole = (before + len(raw)) % 3 == 0
        core = core[(0, 2, 3)[before] :] if whole else core[(0, 2, 3)[before] : -1]
        yield core
        yield core.translate({43: "-", 47: "_"})


def uncut(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text without the beginnings of secrets where it was cut: at dots, or at its end."""
    cuts = [*(found.start() for found in re.finditer(r"\.\.\.|\u2026", text)), len(text)]
    for secret, stand_in in secrets.items():
        head = secret[:4] if len(secret) >= SHORTEST else ""
        at = text.find(head) if head else -1
        while at >= 0:
            for cut in cuts:
                if at + len(head) <= cut and secret.startswith(text[at:cut]):
                    return uncut(text[:at] + stand_in + text[cut:], secrets)
            at = text.find(head, at + 1)
    return text


def readable(text: str) -> str:
    """Quote for a form or query, but leave what a mask and a link are made of readable."""
    return quote(text, "[] :/", errors="backslashreplace")
