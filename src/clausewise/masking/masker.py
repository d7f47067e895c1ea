"""The masker: the only way to the disk, and to anybody's eyes."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from secrets import token_bytes
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

from clausewise.masking import detectors
from clausewise.masking.encodings import LONGEST, LONGEST_TOKEN, SHORTEST, readable, uncut
from clausewise.masking.files import BLOB, is_blob, is_file, may_hold_blob
from clausewise.masking.known_values import KnownValues, quoted_numbers, replaced
from clausewise.masking.names import Hidden, Hiding, squeezed, told, words_of
from clausewise.masking.quotes import Quotes
from clausewise.masking.truncation import KEPT, cut
from clausewise.model import Exchange, Request

_BINARY = re.compile(r"^(image|audio|video)/|octet-stream|application/(pdf|zip)", re.IGNORECASE)
_FIELD = re.compile(r'\bname="([^"]*)"')
_BOUNDARY = re.compile(r'boundary="?([^";]+)', re.IGNORECASE)

# A JSON string, with the colon behind it where it is a key; an unterminated one ends with the text.
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(\s*+:)?|\\?\Z)', re.DOTALL)
_NAME = re.compile(r'(?<!\\)"([^"\\]*+(?:\\.[^"\\]*+)*+)"\s*+:', re.DOTALL)
_KEY = re.compile(_NAME.pattern + r'\s*+(?:"([^"\\]*+)")?+', re.DOTALL)  # and a value that is a plain text
_LITERAL = re.compile(r'[^\s,\]}"]*')

# Secrets that give themselves away in any text: each by a hint that is quickly looked for, and by its form.
_USERINFO = re.compile(r"(?<=://)[^/@\s\"'?#<>]+(?=@)")
_PAIR = re.compile(r"(?<![\w.-])([\w.-]++)=(\{[^{}\n]*\}|[^\s&\"'<>;,(){}\[\]\\]+)")
_QUOTED_PAIR = re.compile(r"'([\w.-]+)'\s*:\s*b?'([^'\n]+)'")
_ELEMENT = re.compile(r"<(?:\w+:)?([\w.-]++)[^<>]*>([^<>]+)(?=</)")
_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*")
_SCHEME = re.compile(r"(?i)(?<=\bbearer )(?=\S*\d)[\w.~+/=-]{8,}|(?<=\bbasic )(?=\S*[\d=])[\w.~+/=-]{8,}")
_GIVEAWAYS = ("=", "://", "eyJ", "earer", "asic", "'", "</")
_ENCODED = ";base64,"

_WORDS = {"true", "false", "null", ""}
_DECODER = json.JSONDecoder(strict=False)
_scanned: Callable[[str, int, bool], tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]
_TELLING = 1 << 16  # characters of a large answer that tell whether it hides anything by name
_FORESEEN = 32  # requests whose masked form is kept until their answer comes
_FINGERPRINT = 4  # bytes
_KEY_BYTES = 64

Headers = list[list[str]]


class _Looked(dict[str, Hiding]):
    """Whether names are hidden, each looked up once."""

    def __init__(self, hides: Hidden) -> None:
        super().__init__()
        self._hides = hides

    def __missing__(self, name: str) -> Hiding:
        self[name] = told = self._hides[name]
        return told


class Masker:
    """Masks exchanges and texts; learns the secrets it meets, so that later texts lose them too.

    `secrets` are the target's own. `fields` are names to hide beside those of secrets; where `personal` data
    is hidden, the names of the shipped list are, but for those in `shown`, and what its own form gives away.
    `facts` are words of the documents, which are never learned. Bodies are kept as far as `kept` characters.
    """

    def __init__(
        self,
        key: bytes,
        secrets: Iterable[str] = (),
        fields: Iterable[str] = (),
        *,
        personal: bool = True,
        shown: Collection[str] = (),
        facts: Iterable[str] = (),
        kept: int = KEPT,
    ) -> None:
        self._hides = Hidden(fields, personal=personal, shown=shown)
        self._personal = personal
        self._mac = hashlib.blake2b(key=key[:_KEY_BYTES], digest_size=_FINGERPRINT)
        self._facts = {squeezed(part) for fact in facts for part in (fact, *words_of(fact))}
        self._kept = kept
        self._known = KnownValues()
        self._met: dict[str, str] = {}  # what the exchange at hand hides, however short
        self._foreseen: dict[int, tuple[Request, str, dict[str, Any], dict[str, str]]] = {}
        self._quotes: Quotes | None = None
        self._at_hand: Exchange | None = None
        self.seconds = 0.0  # that masking has taken
        for secret in secrets:
            if SHORTEST <= len(secret) <= LONGEST_TOKEN:
                self._known.own(secret, self.masked(secret))

    def learn(self, secret: str, *, whole: bool = False) -> str:
        """Remember a secret value, to be masked wherever it stands from now on; return its stand-in.

        A `whole` one is masked where it is a word of its own only: a person's name, not a token.
        """
        stand_in = self.masked(secret)
        most = LONGEST if whole else LONGEST_TOKEN
        if not self._known.full and SHORTEST <= len(secret) <= most and not (whole and self._is_fact(secret)):
            self._known.add(secret, stand_in, whole=whole)
        return stand_in

    def foreknow(self, values: Iterable[tuple[str, Any]]) -> None:
        """Remember for good those values, by name, that are hidden: what a target file gives."""
        for name, value in values:
            if self._hides[name] and value not in (None, "", True, False):
                self._known.begin()
                self._covered(value, self._hides[name])
        self._known.lasting()
        self._known.begin()

    def masked(self, value: Any) -> str:
        """Return what stands in place of a value: type, length in characters or bytes, fingerprint."""
        if isinstance(value, str):
            return self._masked(value)
        raw = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
        mac = self._mac.copy()
        mac.update(raw)
        stand_in = f"[masked {type(value).__name__} {len(raw)} {mac.hexdigest()}]"
        if not isinstance(value, bytes):
            self._met[raw.decode()] = stand_in
        return stand_in

    def _masked(self, text: str) -> str:
        mac = self._mac.copy()
        mac.update(text.encode("utf-8", "surrogatepass"))
        stand_in = self._met[text if len(text) <= LONGEST else text[:LONGEST]] = (
            f"[masked text {len(text)} {mac.hexdigest()}]"
        )
        return stand_in

    def text(self, text: str) -> str:
        """Return a text without known secrets, and without what its name or its form gives away."""
        if "\0" in text and self.text(narrow := text.replace("\0", "")) != narrow:  # UTF-16, read as UTF-8
            text = narrow
        return self._without(self._loose(text))

    @property
    def learned(self) -> int:
        """How many values were learned so far: a text masked before may hold one of the later ones."""
        return self._known.count

    def holds(self, text: str) -> bool:
        """Tell whether a known value stands in a text, in whatever writing."""
        return bool(self._known.spans(text))

    def learn_from(self, exchange: Exchange) -> None:
        """Remember the secrets of an exchange."""
        self.record(exchange)

    def foresee(self, request: Request, path: str = "") -> None:
        """Remember what a request hides before it is sent: it may never be answered."""
        self._known.begin()
        self._met = {}
        if len(self._foreseen) >= _FORESEEN:
            self._foreseen.pop(next(iter(self._foreseen)))
        self._foreseen[id(request)] = request, path, self._asked(request, path), self._met

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
        if self._quotes is None:
            self._quotes = Quotes(self._met)
        quotes = self._quotes
        text = quotes.without(text, least=1 if short else 2)
        return self.text(
            uncut(text, (quotes.beginnings, quotes.stand_in), (self._known.beginnings, self.masked))
        )

    def record(self, exchange: Exchange, path: str = "") -> dict[str, Any]:
        """Return an exchange as a JSON value fit to be written; `path` is its operation's template."""
        began = time.perf_counter()
        request, response = exchange.request, exchange.response
        self._known.begin()
        self._at_hand, self._met, self._quotes = exchange, {}, None
        foreseen = self._foreseen.pop(id(request), None)
        if foreseen and foreseen[0] is request and foreseen[1] == path:
            asked = foreseen[2]
            self._met |= foreseen[3]
        else:
            asked = self._asked(request, path)
        said = {
            "status": response.status,
            "reason": self._given_away(response.reason),
            "headers": self._headers(response.headers),
            "body": self._body(response.body, response.header("Content-Type") or ""),
        }
        record = {
            "id": exchange.id,
            "family": exchange.family,
            "operation": exchange.operation,
            "started": exchange.started,
            "milliseconds": round(exchange.milliseconds, 2),
            "request": self._plain(asked),
            "response": self._plain(said),
        }
        self.seconds += time.perf_counter() - began
        return record

    def _asked(self, request: Request, path: str) -> dict[str, Any]:
        kinds = (value for name, value in request.headers if name.lower() == "content-type")
        return {
            "method": request.method,
            "url": self._address(request.url, path),
            "headers": self._headers(request.headers),
            "body": self._body(request.body, next(kinds, "")),
        }

    def _plain(self, side: Mapping[str, Any]) -> dict[str, Any]:
        """Return one side of an exchange without known values, its body cut where it is huge."""
        heads = [
            side.get("url", ""),
            side.get("reason", ""),
            *(f"{name}: {value}" for name, value in side["headers"]),
        ]
        record = dict(side)
        if self._spans("\n".join(heads)):  # one search for all of it: most hold nothing
            record["headers"] = [
                [self._without(name), self._without(value)] for name, value in side["headers"]
            ]
            record |= {key: self._without(side[key]) for key in ("url", "reason") if key in side}
        record["body"], shortened = cut(self._without(side["body"]), self._kept)
        return record | ({"cut": shortened} if shortened else {})

    def _spans(self, text: str) -> list[tuple[int, int, str]]:
        found = self._known.spans(text)
        if self._personal:
            found += [(start, end, self.masked(text[start:end])) for start, end in detectors.personal(text)]
        return found

    def _without(self, text: str) -> str:
        """Return a text without known values and personal data that its form gives away."""
        found = self._spans(text)
        if not found:
            return text
        if text.lstrip()[:1] in {"{", "["}:
            found = quoted_numbers(text, found, _STRING)
        return replaced(text, found)

    def _is_fact(self, text: str) -> bool:
        return bool(self._facts) and squeezed(text) in self._facts

    def _address(self, url: str, path: str) -> str:
        bare, _, query = url.partition("?")
        if "{" in path and (values := _template(path).search(bare)):
            for name, at in _parameters(path).items():
                if hides := self._hides[name]:
                    shown = readable(self._hidden(unquote(values[at]), hides))
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
        hides = self._hides[name]
        if not value or not hides:
            return self._given_away(value)
        scheme, blank, rest = value.partition(" ")
        if name.lower().endswith("authorization") and blank:
            return f"{scheme} {self.learn(rest)}"
        if "cookie" in name.lower():
            for pair in value.split(";"):
                self.learn(pair.partition("=")[2].strip().strip('"'))
        return self._hidden(value, hides)

    def _hidden(self, value: str, hides: Hiding) -> str:
        return self.learn(value, whole=hides is not Hiding.SECRET)

    def _body(self, body: bytes, media_type: str) -> str:
        if not body:
            return ""
        if _BINARY.search(media_type) or is_file(body):
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
            said = head.decode("utf-8", "backslashreplace")
            if blank and "filename" in said:
                content = self.masked(content.removesuffix(b"\r\n")).encode() + b"\r\n"
            elif name := _FIELD.search(said):
                held = content.removesuffix(b"\r\n").decode("utf-8", "backslashreplace")
                content = str(self._field(name[1], held)).encode() + b"\r\n"
            shown.append(said + (blank + content).decode("utf-8", "backslashreplace"))
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
            head = text[:_TELLING] if len(text) > _TELLING else ""
            if any(hides[name] for part in (head, text) for name in set(_NAME.findall(part))):
                text = self._unnamed(text, _Looked(hides))
            if "\\" in text and any(escape in text for escape in ('\\"', "\\u", "\\/")):
                text = _STRING.sub(self._escaped, text)
        return self._given_away(text)

    def _unnamed(self, text: str, hidden: _Looked) -> str:
        """Return a JSON text with the values of hidden keys masked."""
        done, known, full, met = 0, self._known, self._known.full, self._met
        listed: list[str] = []
        shown: str | None
        for found in _KEY.finditer(text):
            name, plain = found.groups()
            hides = hidden[name]
            if not hides or found.start() < done:
                continue
            if full and plain and len(plain) <= LONGEST:  # nothing more is learned, and there may be many
                at, end = found.span(2)
                mac = self._mac.copy()
                mac.update(plain.encode("utf-8", "surrogatepass"))
                met[plain] = stand_in = f"[masked text {len(plain)} {mac.hexdigest()}]"
                listed += text[done:at], stand_in
                done = end
                continue
            if plain is not None:
                at, end = found.span(2)
                shown = self._hidden(plain, hides) if plain else plain
                full = known.full
            else:
                at = found.end()
                shown, end = self._value_at(text, at, hides)
            if shown is not None:
                listed += text[done:at], shown
                done = end
        return "".join([*listed, text[done:]])

    def _value_at(self, text: str, at: int, hides: Hiding) -> tuple[str | None, int]:
        """Return a JSON value of a text, masked, and where it ends; what is broken ends with the text.

        None stands for a list or an object whose own names tell what of it is hidden.
        """
        first = text[at : at + 1]
        try:
            if first == '"':
                value, end = _scanned(text, at + 1, False)  # noqa: FBT003 - it takes no names
                return f'"{self._hidden(value, hides)}"' if value else '""', end
            if first in {"{", "["}:
                value, end = _DECODER.raw_decode(text, at)
                if hides is Hiding.LISTED and not _flat(value):
                    covered = self._nested(value)
                    return (None, at) if covered == value else (json.dumps(covered, ensure_ascii=False), end)
                return json.dumps(self._covered(value, hides), ensure_ascii=False), end
        except (ValueError, RecursionError):
            return f'"{self._hidden(text[at + 1 :], hides)}"', len(text)
        found = _LITERAL.match(text, at)
        raw = found[0] if found else ""
        shown = raw if raw in _WORDS else f'"{self._covered(_number(raw), hides)}"'
        return shown, at + len(raw)

    def _covered(self, value: Any, hides: Hiding) -> Any:
        """Mask every text and number of a JSON value, and every key that is no name."""
        if isinstance(value, list):
            return [self._covered(item, hides) for item in value]
        if isinstance(value, dict):
            return {self._named(name, hides): self._covered(item, hides) for name, item in value.items()}
        if value is None or value is True or value is False or value == "":
            return value
        if isinstance(value, str):
            return self._hidden(value, hides)
        stand_in = self.masked(value)
        if len(text := str(value)) >= SHORTEST:
            self._known.add(text, stand_in, whole=True)
        return stand_in

    def _named(self, name: str, hides: Hiding) -> str:
        """Return a key of an object under a hidden name; one that no document knows may be data itself."""
        return name if not name or self._hides[name] or self._is_fact(name) else self._hidden(name, hides)

    def _nested(self, value: Any) -> Any:
        """Mask what stands under a name of the shipped list, but for what the documents have names for."""
        if isinstance(value, list):
            return [self._nested(item) for item in value]
        if isinstance(value, dict):
            return {
                name: self._nested(item)
                if isinstance(item, dict | list) or (self._is_fact(name) and not self._hides[name])
                else self._covered(item, self._hides[name] or Hiding.LISTED)
                for name, item in value.items()
            }
        return value

    def _escaped(self, found: re.Match[str]) -> str:
        """Mask within a JSON string what escapes hide: JSON in it, or a secret written otherwise."""
        if found[2] or "\\" not in found[1]:
            return found[0]
        value = told(found[1])
        shown = self.text(value)
        return found[0] if shown == value else json.dumps(shown, ensure_ascii=False)

    def _given_away(self, text: str) -> str:
        """Mask what gives itself away: pairs and elements of a secret name, user info, tokens, files."""
        if len(text) >= _LONG and may_hold_blob(text):
            text = BLOB.sub(self._blob, text)
        if not _gives_away(text):
            return text
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

    def _blob(self, found: re.Match[str]) -> str:
        named = found.string.endswith(_ENCODED, 0, found.start())
        return self.masked(found[0]) if is_blob(found[0], named=named) else found[0]

    def _whole(self, found: re.Match[str]) -> str:
        return self.masked(found[0])

    def _second(self, found: re.Match[str]) -> str:
        """Mask the value of a pair whose name hides it, or the pairs that stand in it, quoted for a URL."""
        name, value = found[1], found[2]
        if "[masked" in value:
            return found[0]
        if not self._hides[name]:
            if "%3" not in value:
                return found[0]
            inner = unquote_plus(value)
            shown = self.text(inner)
            return found[0] if shown == inner else f"{name}={readable(shown)}"
        return found[0].replace(value, self.masked(unquote(value)))

    def _field(self, name: str, value: str) -> str:
        """Return a field of a form, masked if its name hides it."""
        hides = self._hides[name]
        return self._hidden(value, hides) if value and hides else self._loose(value)


_LONG = 40


def _gives_away(text: str) -> bool:
    for hint in _GIVEAWAYS:  # noqa: SIM110 - a generator takes three times as long
        if hint in text:
            return True
    return False


def _flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _parameters(path: str) -> dict[str, int]:
    return {name: at for at, name in enumerate(re.findall(r"\{([^}]*)\}", path), 1)}


@lru_cache(1024)
def _template(path: str) -> re.Pattern[str]:
    """Return what finds the parameters of a path at the end of a URL."""
    return re.compile("([^/]+)".join(map(re.escape, re.split(r"\{[^}]*\}", path))) + "/?$")


def _number(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw


def plain(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text of ours without what gives itself away in it, and without some secrets."""
    return Masker(token_bytes(16), secrets, personal=False).text(text)


def held_in(texts: Iterable[str], secrets: Iterable[str]) -> Iterator[int]:
    """Yield the numbers of those texts that hold one of some secrets, in whatever writing, counted from 1."""
    masker = Masker(b"", secrets, personal=False)
    yield from (number for number, text in enumerate(texts, 1) if masker.holds(text))
