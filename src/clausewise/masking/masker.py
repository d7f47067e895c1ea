"""The masker: the only way to the disk, and to anybody's eyes."""

from __future__ import annotations

import hmac
import html
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from secrets import token_bytes
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

import ahocorasick

from clausewise.masking.writings import (
    LONGEST,
    SHORTEST,
    Beginnings,
    everywhere,
    readable,
    uncut,
    writings,
)
from clausewise.model import Exchange, secret_name

_FEW = 32  # secrets that are searched one by one
_TAIL = 40  # characters at a secret's end by which it is found: tokens begin alike, and end in a signature
_BINARY = re.compile(r"^(image|audio|video)/|octet-stream|application/(pdf|zip)", re.IGNORECASE)
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"PK\x03\x04", b"II*\x00", b"MM\x00*")
_FIELD = re.compile(r'\bname="([^"]*)"')
_BOUNDARY = re.compile(r'boundary="?([^";]+)', re.IGNORECASE)

# A JSON string, with the colon behind it where it is a key; an unterminated one ends with the text.
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(\s*+:)?|\\?\Z)', re.DOTALL)
_LITERAL = re.compile(r'[^\s,\]}"]*')

# Secrets that give themselves away in any text: each by a hint that is quickly looked for, and by its form.
_USERINFO = re.compile(r"(?<=://)[^/@\s\"'?#<>]+(?=@)")
_PAIR = re.compile(r"(?<![\w.-])([\w.-]++)=([^\s&\"'<>;,(){}\[\]\\]+)")
_QUOTED_PAIR = re.compile(r"'([\w.-]+)'\s*:\s*b?'([^'\n]+)'")
_ELEMENT = re.compile(r"<(?:\w+:)?([\w.-]++)[^<>]*>([^<>]+)(?=</)")
_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*")
_SCHEME = re.compile(r"(?i)(?<=\bbearer )(?=\S*\d)[\w.~+/=-]{8,}|(?<=\bbasic )(?=\S*[\d=])[\w.~+/=-]{8,}")
_IMAGES = ("iVBORw0KGg", "/9j/", "R0lGOD", "JVBERi0", "SUkqA", "TU0AK", "UklGR", ";base64,")
_IMAGE = re.compile(rf"(?:{'|'.join(_IMAGES)})(?:[A-Za-z0-9+/=_-]|\\/){{40,}}")
_GIVEAWAYS = ("=", "://", "eyJ", "earer ", "asic ", "'", "</", *_IMAGES)

# How else a text may be read in which a secret stands escaped, by a hint that it may.
_ESCAPES: tuple[tuple[str, Callable[[str], str]], ...] = (("%", unquote_plus), ("&", html.unescape))
_BEFORE_VALUE = frozenset(": \t\r\n")
_WORDS = {"true", "false", "null", ""}
_NAMES = 4096
_DECODER = json.JSONDecoder(strict=False)
_scanned: Callable[[str, int, bool], tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]

Headers = list[list[str]]


class Masker:
    """Masks exchanges and texts; learns the secrets it meets, so that later texts lose them too.

    `secrets` are the target's own, masked in any letter case and inside base64, too.
    """

    def __init__(self, key: bytes, secrets: Iterable[str] = (), fields: Iterable[str] = ()) -> None:
        self._hides = _Hidden(fields)
        self._mac = hmac.new(key, None, "sha256")
        self._known: dict[str, str] = {}
        self._recent: list[str] = []  # known, but not in the index yet
        self._index = ahocorasick.Automaton()
        self._beginnings = Beginnings()
        self._met: dict[str, str] = {}  # what the exchange at hand hides, however short
        self._at_hand: Exchange | None = None
        for secret in secrets:
            for written in everywhere(secret):
                self.learn(written)

    def learn(self, secret: str) -> str:
        """Remember a secret value, to be masked wherever it stands from now on; return its stand-in."""
        if not SHORTEST <= len(secret) <= LONGEST:
            return self.masked(secret)
        stand_in = self._known.get(secret)
        if stand_in is None:
            stand_in = self._known[secret] = self.masked(secret)
            self._recent.append(secret)
            self._beginnings.add(secret, stand_in)
        self._met[secret] = stand_in
        return stand_in

    def masked(self, value: Any) -> str:
        """Return what stands in place of a value: type, length in characters or bytes, fingerprint."""
        text = value if isinstance(value, str | bytes) else json.dumps(value, sort_keys=True)
        name = "text" if isinstance(value, str) else type(value).__name__
        mac = self._mac.copy()
        mac.update(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        stand_in = f"[masked {name} {len(text)} {mac.hexdigest()[:8]}]"
        if isinstance(text, str):
            self._met[text[:LONGEST]] = stand_in
        return stand_in

    def text(self, text: str) -> str:
        """Return a text without known secrets, and without what its name or its form gives away."""
        if "\0" in text and self.text(narrow := text.replace("\0", "")) != narrow:  # UTF-16, read as UTF-8
            text = narrow
        loose = self._loose(text)
        return str(_without(loose, self._known_in(loose)))

    def learn_from(self, exchange: Exchange) -> None:
        """Remember the secrets of an exchange."""
        self.record(exchange)

    def hides(self, place: str) -> bool:
        """Tell whether a JSON pointer, or the name of a header, leads to what is masked."""
        return any(self._hides[name] for name in place.split("/"))

    def finding(self, text: str, exchange: Exchange, *, short: bool = False) -> str:
        """Return a text about an exchange without what is hidden there, were it cut short.

        What has one character only is masked where the text is about nothing else (`short`).
        """
        if not text:
            return text
        if self._at_hand is not exchange:
            self.record(exchange)
        met = {value: told for value, told in self._met.items() if len(value) > 1 or short}
        whole = [re.escape(value) for value in sorted(met, key=len, reverse=True) if len(value) <= len(text)]
        if whole:
            text = re.sub(rf"(?<!\w)(?:{'|'.join(whole)})(?!\w)", lambda found: met[found[0]], text)
        return self.text(uncut(text, Beginnings(met), self._beginnings))

    def record(self, exchange: Exchange, path: str = "") -> dict[str, Any]:
        """Return an exchange as a JSON value fit to be written; `path` is its operation's template."""
        request, response = exchange.request, exchange.response
        self._at_hand, self._met = exchange, {}
        told = self._body(response.body, response.header("Content-Type") or "")
        kinds = (value for name, value in request.headers if name.lower() == "content-type")
        asked = self._body(request.body, next(kinds, ""))
        headers = self._headers(request.headers), self._headers(response.headers)
        address = self._address(request.url, path)
        record = {
            "id": exchange.id,
            "family": exchange.family,
            "operation": exchange.operation,
            "started": exchange.started,
            "milliseconds": round(exchange.milliseconds, 2),
            "request": {"method": request.method, "url": address, "headers": headers[0], "body": asked},
            "response": {
                "status": response.status,
                "reason": self._given_away(response.reason),
                "headers": headers[1],
                "body": told,
            },
        }
        texts = [address, asked, response.reason, told, *(value for few in headers for _, value in few)]
        known = self._known_in("\n".join(texts))  # one search for all: a run may know thousands of secrets
        return _without(record, known) if known else record

    def _known_in(self, text: str) -> Mapping[str, str]:
        """Return the secrets in a text, as they are written there, with their stand-ins."""
        found = {secret: self._known[secret] for secret in self._search(text)}
        for hint, read in _ESCAPES:
            if hint in text and (plain := read(text)) != text:
                for secret in self._search(plain):
                    found |= dict.fromkeys(writings(secret), self._known[secret])
        return {secret: found[secret] for secret in sorted(found, key=len, reverse=True)} if found else found

    def _search(self, text: str) -> set[str]:
        """Return the known secrets in a text, however many are known.

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
        found.update([secret for secret in self._recent if secret in text])
        return found

    def _address(self, url: str, path: str) -> str:
        bare, _, query = url.partition("?")
        if "{" in path and (values := _template(path).search(bare)):
            for name, at in _parameters(path).items():
                if self._hides[name]:
                    shown = readable(self.learn(unquote(values[at])))
                    bare = bare.replace(f"/{values[at]}", f"/{shown}")
        bare = self._given_away(bare)
        return f"{bare}?{self._form(query)}" if query else bare

    def _headers(self, headers: Collection[tuple[str, str]]) -> Headers:
        loose = _gives_away("\n".join([value for _, value in headers]))
        hides = self._hides
        return [
            [name, self._header(name, value) if loose or hides[name] else value] for name, value in headers
        ]

    def _header(self, name: str, value: str) -> str:
        if not value or not self._hides[name]:
            return self._given_away(value)
        scheme, blank, rest = value.partition(" ")
        if name.lower().endswith("authorization") and blank:
            return f"{scheme} {self.learn(rest)}"
        if "cookie" in name.lower():
            for pair in value.split(";"):
                self.learn(pair.partition("=")[2].strip().strip('"'))
        return self.learn(value)

    def _body(self, body: bytes, media_type: str) -> str:
        if _BINARY.search(media_type) or body.startswith(_MAGIC):
            return self.masked(body)
        if media_type[:10].lower() == "multipart/":
            return self._parts(body, media_type)
        text = body.decode("utf-8", "backslashreplace")
        if "form-urlencoded" in media_type.lower() and text[:1] not in {"{", "["}:
            return self._form(text)
        if b"\0" in body[:4] or body[:2] in {b"\xff\xfe", b"\xfe\xff"}:  # JSON may come so, and be legible
            wide = body.decode(json.detect_encoding(body), "replace")
            return text if self.text(wide) == wide else self.masked(body)
        return self._loose(text)

    def _parts(self, body: bytes, media_type: str) -> str:
        """Show a multipart form with its files masked, and its fields as those of any other form."""
        named = _BOUNDARY.search(media_type)
        boundary = b"--" + (named[1] if named else "").encode()
        if not named or boundary not in body:
            return self.masked(body) if body else ""
        shown = []
        for part in body.split(boundary):
            head, blank, content = part.partition(b"\r\n\r\n")
            told = head.decode("utf-8", "backslashreplace")
            if blank and "filename" in told:
                content = self.masked(content.removesuffix(b"\r\n")).encode() + b"\r\n"
            elif name := _FIELD.search(told):
                held = content.removesuffix(b"\r\n").decode("utf-8", "backslashreplace")
                content = str(self._field(name[1], held)).encode() + b"\r\n"
            shown.append(told + (blank + content).decode("utf-8", "backslashreplace"))
        return boundary.decode().join(shown)

    def _form(self, text: str) -> str:
        pairs = parse_qsl(text, keep_blank_values=True)
        return "&".join(
            f"{readable(name)}={readable(str(self._field(name, value)))}" for name, value in pairs
        )

    def _loose(self, text: str) -> str:
        """Mask what a text that may be JSON, whole or broken, hides by name or gives away; else leave it.

        Everything stays where it stands, so that white space, repeated keys and faults can be judged again.
        """
        if '"' in text:
            hides = self._hides
            names = {name for name, after in pairwise(text.split('"')) if after[:1] in _BEFORE_VALUE}
            if hidden := frozenset([name for name in names if hides[name]]):
                text = "".join(self._unnamed(text, hidden))
            if "\\" in text and any(escape in text for escape in ('\\"', "\\u", "\\/")):
                text = _STRING.sub(self._escaped, text)
        return self._given_away(text)

    def _unnamed(self, text: str, hidden: frozenset[str]) -> Iterator[str]:
        """Yield the pieces of a JSON text, the values of hidden keys masked."""
        done = 0
        while found := _keys(hidden).search(text, done):
            at = found.end()
            yield text[done:at]
            shown, done = self._value_at(text, at)
            yield shown
        yield text[done:]

    def _value_at(self, text: str, at: int) -> tuple[str, int]:
        """Return a JSON value of a text, masked, and where it ends; what is broken ends with the text."""
        first = text[at : at + 1]
        try:
            if first == '"':
                end = text.find('"', at + 1) + 1
                value = text[at + 1 : end - 1]
                if not end or "\\" in value:
                    value, end = _scanned(text, at + 1, False)  # noqa: FBT003 - it takes no names
                return f'"{self.learn(value)}"' if value else '""', end
            if first in {"{", "["}:
                value, end = _DECODER.raw_decode(text, at)
                return json.dumps(self._covered(value), ensure_ascii=False), end
        except (ValueError, RecursionError):
            return f'"{self.learn(text[at + 1 :])}"', len(text)
        found = _LITERAL.match(text, at)
        raw = found[0] if found else ""
        shown = raw if raw in _WORDS else f'"{self._covered(_number(raw))}"'
        return shown, at + len(raw)

    def _covered(self, value: Any) -> Any:
        """Mask every text and number of a JSON value."""
        if isinstance(value, list):
            return [self._covered(item) for item in value]
        if isinstance(value, dict):
            return {name: self._covered(item) for name, item in value.items()}
        if value in (None, "", True, False):
            return value
        return self.learn(value) if isinstance(value, str) else self.masked(value)

    def _escaped(self, found: re.Match[str]) -> str:
        """Mask within a JSON string what escapes hide: JSON in it, or a secret written otherwise."""
        if found[2] or "\\" not in found[1]:
            return found[0]
        value = _told(found[1])
        shown = self.text(value)
        return found[0] if shown == value else json.dumps(shown, ensure_ascii=False)

    def _given_away(self, text: str) -> str:
        """Mask what gives itself away: pairs and elements of a secret name, user info, tokens, images."""
        if not _gives_away(text):
            return text
        if any(head in text for head in _IMAGES):
            text = _IMAGE.sub(self._whole, text)
        if "://" in text:
            text = _USERINFO.sub(self._whole, text)
        if "eyJ" in text:
            text = _TOKEN.sub(self._whole, text)
        if "earer " in text or "asic " in text:
            text = _SCHEME.sub(self._whole, text)
        for hint, pairs in (("=", _PAIR), ("'", _QUOTED_PAIR), ("</", _ELEMENT)):
            if hint in text:
                text = pairs.sub(self._second, text)
        return text

    def _whole(self, found: re.Match[str]) -> str:
        return self.masked(found[0])

    def _second(self, found: re.Match[str]) -> str:
        """Mask the value of a pair whose name hides it."""
        if not self._hides[found[1]] or "[masked" in found[2]:
            return found[0]
        return found[0].replace(found[2], self.masked(unquote(found[2])))

    def _field(self, name: str, value: str) -> str:
        """Return a field of a form, masked if its name hides it."""
        return self.learn(value) if value and self._hides[name] else self._loose(value)


class _Hidden(dict[str, bool]):
    """Tells by name whether a field or header is to be masked, and remembers it for some names."""

    def __init__(self, fields: Iterable[str]) -> None:
        super().__init__()
        self._fields = {name.lower() for name in fields}

    def __missing__(self, name: str) -> bool:
        if len(self) > _NAMES:
            self.clear()
        if name.endswith("\\") or len(name) > LONGEST:
            return False  # an escaped quote, no key's end
        plain = _told(name).lower()
        self[name] = hides = plain in self._fields or secret_name(plain)
        return hides


def _gives_away(text: str) -> bool:
    for hint in _GIVEAWAYS:  # noqa: SIM110 - a generator takes three times as long
        if hint in text:
            return True
    return False


@lru_cache(1024)
def _keys(names: frozenset[str]) -> re.Pattern[str]:
    """Return what finds the keys of some names, as they are written, in a JSON text."""
    return re.compile(rf'"(?:{"|".join(map(re.escape, sorted(names)))})"\s*:\s*')


def _parameters(path: str) -> dict[str, int]:
    return {name: at for at, name in enumerate(re.findall(r"\{([^}]*)\}", path), 1)}


@lru_cache(1024)
def _template(path: str) -> re.Pattern[str]:
    """Return what finds the parameters of a path at the end of a URL."""
    return re.compile("([^/]+)".join(map(re.escape, re.split(r"\{[^}]*\}", path))) + "/?$")


def _told(raw: str) -> str:
    """Return what a JSON string means; a broken one as it stands."""
    if "\\" not in raw:
        return raw
    try:
        return str(_DECODER.decode(f'"{raw}"'))
    except ValueError:
        return raw


def _number(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw


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


def plain(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text of ours without what gives itself away in it, and without some secrets."""
    return Masker(token_bytes(16), secrets).text(text)
