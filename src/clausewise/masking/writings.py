"""How a secret may stand in a text: as it is, escaped, in base64, cut off."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from urllib.parse import quote, quote_plus

SHORTEST = 6  # a shorter value would blot out innocent text
LONGEST = 4096  # a longer one is a file, which no other text quotes
_DOTS = re.compile(r"\.\.\.|\u2026")
_HEAD = 4  # characters that must be left of a secret for it to be known
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


class Beginnings:
    """Finds secrets by how they begin, so that they are known where a text was cut off."""

    def __init__(self, secrets: Mapping[str, str] = MappingProxyType({})) -> None:
        self._by_head: dict[str, dict[str, str]] = {}
        for secret, stand_in in secrets.items():
            self.add(secret, stand_in)

    def add(self, secret: str, stand_in: str) -> None:
        """Remember a secret; a shorter one than SHORTEST begins as any word does."""
        if len(secret) >= SHORTEST:
            self._by_head.setdefault(secret[:_HEAD], {})[secret] = stand_in

    def starts(self, text: str) -> list[int]:
        """Return where in a text a secret may begin."""
        heads = self._by_head
        return [at for at in range(len(text) - _HEAD + 1) if text[at : at + _HEAD] in heads]

    def stand_in(self, cut: str) -> str:
        """Return what stands in place of a secret's beginning, or nothing where it is none."""
        told = self._by_head.get(cut[:_HEAD], {}).items()
        return next((stand_in for secret, stand_in in told if secret.startswith(cut)), "")


def uncut(text: str, *known: Beginnings) -> str:
    """Return a text without the beginnings of secrets where it was cut: at dots, or at its end."""
    starts = sorted({at for beginnings in known for at in beginnings.starts(text)})
    cuts = [*(found.start() for found in _DOTS.finditer(text)), len(text)]
    for cut, at in product(cuts, starts):
        if _HEAD <= cut - at <= LONGEST:
            stand_in = next(filter(None, (one.stand_in(text[at:cut]) for one in known)), "")
            if stand_in:
                return uncut(text[:at] + stand_in + text[cut:], *known)
    return text


def readable(text: str) -> str:
    """Quote for a form or query, but leave what a mask and a link are made of readable."""
    return quote(text, "[] :/", errors="backslashreplace")
