"""Keeps secrets and personal data out of everything that is written or shown.

A masked value keeps its type, its length and a keyed fingerprint: two equal values stay equal under
the mask of one run, and nothing can be looked up in a table of guesses without the run's key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

import ahocorasick

from clausewise.model import Exchange

_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"}
_SECRET_NAME = re.compile(r"pass(word|wd)|secret|token(?!_type)|api_?key|authorization|base64", re.IGNORECASE)
_SHORTEST = 6  # a shorter value would blot out innocent text
_LONGEST = 4096  # a longer one is a file, which no other text quotes
_FEW = 32  # secrets that are searched one by one
_TAIL = 40  # characters at a secret's end by which it is found: tokens begin alike, and end in a signature
_BINARY = re.compile(r"^(image|audio|video)/|octet-stream|application/pdf", re.IGNORECASE)
_MASK = re.compile(r"\[masked \w+ \d+ [0-9a-f]{8}\]")
_OF_TYPE = {"int": 0, "float": 0.5}
_FIELD = re.compile(r'\bname="([^"]*)"')

Headers = list[list[str]]


class Masker:
    """Masks exchanges and texts; learns the secrets it meets, so that later texts lose them too."""

    def __init__(self, key: bytes, secrets: Iterable[str] = (), fields: Iterable[str] = ()) -> None:
        self._key = key
        self._fields = {name.lower() for name in fields}
        self._known: dict[str, str] = {}
        self._recent: list[str] = []  # known, but not in the index yet
        self._index = ahocorasick.Automaton()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Remember a secret value, to be masked wherever it stands from now on."""
        if _SHORTEST <= len(secret) <= _LONGEST and secret not in self._known:
            self._known[secret] = self.masked(secret)
            self._recent.append(secret)

    def masked(self, value: Any) -> str:
        """Return what stands in place of a value: type, length in characters or bytes, fingerprint."""
        text = value if isinstance(value, str | bytes) else json.dumps(value, sort_keys=True)
        name = "text" if isinstance(value, str) else type(value).__name__
        raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        print_ = hmac.new(self._key, raw, hashlib.sha256).hexdigest()[:8]
        return f"[masked {name} {len(text)} {print_}]"

    def text(self, text: str) -> str:
        """Return a text with every known secret masked."""
        return str(_without(text, self._known_in(text)))

    def record(self, exchange: Exchange) -> dict[str, Any]:
        """Return an exchange as a JSON value fit to be written."""
        request, response = exchange.request, exchange.response
        url, _, query = request.url.partition("?")
        asked = self._body(request.body, dict(request.headers).get("Content-Type", ""))
        told = self._body(response.body, response.header("Content-Type") or "")
        headers = self._headers(request.headers), self._headers(response.headers)
        address = f"{url}?{self._form(query)}" if query else url
        record = {
            "id": exchange.id,
            "family": exchange.family,
            "operation": exchange.operation,
            "started": exchange.started,
            "milliseconds": round(exchange.milliseconds, 2),
            "request": {"method": request.method, "url": address, "headers": headers[0], "body": asked},
            "response": {
                "status": response.status,
                "reason": response.reason,
                "headers": headers[1],
                "body": told,
            },
        }
        texts = [address, asked, response.reason, told, *(value for few in headers for _, value in few)]
        known = self._known_in("\n".join(texts))  # one search for all: a run may know thousands of secrets
        return _without(record, known) if known else record

    def _known_in(self, text: str) -> Mapping[str, str]:
        """Return the secrets in a text with their stand-ins, however many are known.

        The index, of their last characters, is built anew when a sixteenth as many have come as are in it: a
        search for one more costs two microseconds in each text, and its place in a new index seven, once.
        """
        if len(self._recent) > max(_FEW, len(self._known) // 16):
            for secret in self._recent:
                tail = secret[-_TAIL:]
                self._index.add_word(tail, [*self._index.get(tail, ()), secret])
            self._index.make_automaton()
            self._recent.clear()
        ends = self._index.iter(text) if len(self._index) else ()
        found = {secret for end, held in ends for secret in held if text.endswith(secret, 0, end + 1)}
        found |= {secret for secret in self._recent if secret in text}
        return {secret: self._known[secret] for secret in sorted(found, key=len, reverse=True)}

    def _headers(self, headers: Iterable[tuple[str, str]]) -> Headers:
        return [[name, self._header(name, value)] for name, value in headers]

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in _SECRET_HEADERS and not self._hides(name):
            return value
        scheme, blank, rest = value.partition(" ")
        if name.lower().endswith("authorization") and blank:
            self.learn(rest)
            return f"{scheme} {self.masked(rest)}"
        return self.masked(value)

    def _body(self, body: bytes, media_type: str) -> str:
        if _BINARY.search(media_type):
            return self.masked(body)
        if media_type.startswith("multipart/"):
            return self._parts(body, media_type)
        text = body.decode("utf-8", "backslashreplace")
        if "form-urlencoded" in media_type:
            return self._form(text)
        try:
            return self._json(text, media_type)
        except ValueError:
            return text
        except RecursionError:  # too deep to look for secrets in it
            return self.masked(body)

    def _json(self, text: str, media_type: str) -> str:
        """Show a JSON text with its fields masked; ValueError where it is none."""
        value = json.loads(text)
        if isinstance(value, str) and value[:1] in {"{", "["}:  # an answer wrapped in a JSON text
            return json.dumps(
                self._body(value.encode("utf-8", "surrogatepass"), media_type), ensure_ascii=False
            )
        masked = self._value(value)
        return text if masked == value else json.dumps(masked, ensure_ascii=False)

    def _parts(self, body: bytes, media_type: str) -> str:
        """Show a multipart form with its files masked, and its fields as those of any other form."""
        boundary = b"--" + media_type.partition("boundary=")[2].strip('"').encode()
        shown = []
        for part in body.split(boundary):
            head, blank, content = part.partition(b"\r\n\r\n")
            told = head.decode("utf-8", "backslashreplace")
            if blank and "filename=" in told:
                content = self.masked(content.removesuffix(b"\r\n")).encode() + b"\r\n"
            elif name := _FIELD.search(told):
                held = content.removesuffix(b"\r\n").decode("utf-8", "backslashreplace")
                content = str(self._field(name[1], held)).encode() + b"\r\n"
            shown.append(told + (blank + content).decode("utf-8", "backslashreplace"))
        return boundary.decode().join(shown)

    def _form(self, text: str) -> str:
        pairs = parse_qsl(text, keep_blank_values=True)
        return "&".join(f"{_quoted(name)}={_quoted(str(self._field(name, value)))}" for name, value in pairs)

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._field(name, item) for name, item in value.items()}
        return value

    def _field(self, name: str, value: Any) -> Any:
        if isinstance(value, dict | list):
            return self._value(value)
        if value in (None, "", True, False) or not self._hides(name):
            return value
        if isinstance(value, str):
            self.learn(value)
        return self.masked(value)

    def _hides(self, name: str) -> bool:
        return name.lower() in self._fields or _secret_name(name)


@lru_cache(4096)
def _secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))


def _without(value: Any, secrets: Mapping[str, str]) -> Any:
    """Return a text, or a JSON value of texts, with each secret replaced by its stand-in."""
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, dict):
        return {name: _without(item, secrets) for name, item in value.items()}
    if isinstance(value, str):
        for secret, stand_in in secrets.items():
            value = value.replace(secret, stand_in)
    return value


def is_masked(value: Any) -> bool:
    """Tell whether a value is one that stands in place of another."""
    return isinstance(value, str) and _MASK.fullmatch(value) is not None


def plausible(body: str) -> tuple[str, frozenset[str]]:
    """Return a masked body with values of the masked ones' types, and the JSON pointers of those.

    A body that is no JSON, or has nothing masked, comes back as it is.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body, frozenset()
    if isinstance(value, str) and value[:1] in {"{", "["}:  # JSON inside a JSON text
        inner, hidden = plausible(value)
        return (json.dumps(inner), hidden) if hidden else (body, hidden)
    masked: set[str] = set()
    shown = _unmasked(value, "", masked)
    return (json.dumps(shown) if masked else body), frozenset(masked)


def _unmasked(value: Any, pointer: str, hidden: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _unmasked(item, f"{pointer}/{key}", hidden) for key, item in value.items()}
    if isinstance(value, list):
        return [_unmasked(item, f"{pointer}/{at}", hidden) for at, item in enumerate(value)]
    if is_masked(value):
        hidden.add(pointer)
        return _OF_TYPE.get(value.split()[1], value)
    return value


def sensitive_fields(marks: Mapping[str, str], more: Iterable[str], *, personal: bool) -> set[str]:
    """Return the names to mask: all that a contract marks secret, personal ones too unless shown."""
    return {name for name, mark in marks.items() if mark == "secret" or personal} | set(more)


def _quoted(text: str) -> str:
    """Quote for a form or query, but leave what a mask and a link are made of readable."""
    return quote(text, "[] :/", errors="backslashreplace")
