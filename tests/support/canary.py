"""Planted secrets: who asks and answers with them, and a search of every byte for them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus
from zipfile import ZipFile, is_zipfile

import ahocorasick
import requests

from clausewise.reference.cdp import seed

_OURS = {"host", "content-length", "x-api-key", "accept-encoding"}
_BLOB = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
_LINES = re.compile(r"(?:\\\\)?\\[rn]|[\r\n]+")
_REAL = {
    "client_secret": seed.CLIENT_SECRET,
    "username": "sandbox-partner",
    "password": seed.USERS["sandbox-partner"].password,
}
_ODD = "/&\"'<ü% "  # what URLs, JSON, HTML and shells escape


# Names of personal data that no document of ours has, or has otherwise.
NAMED = """
    firstName FIRST-NAME firstname mobileNumber dateOfBirth fullName ho_ten cccd cmnd so_dien_thoai dia_chi
    nid msisdn dob passport_no accountNumber cif iban
""".split()

# How a token that an answer gives by its name is written elsewhere in that answer.
WRITTEN: dict[str, Callable[[str], str]] = {
    "percent": lambda it: "".join(f"%{byte:02X}" for byte in it.encode()),
    "percent-lower": lambda it: "".join(f"%{byte:02x}" for byte in it.encode()),
    "percent-twice": lambda it: "".join(f"%25{byte:02X}" for byte in it.encode()),
    "references": lambda it: "".join(f"&#{ord(letter)};" for letter in it),
    "references-hex": lambda it: "".join(f"&#x{ord(letter):x};" for letter in it),
    "escapes": lambda it: "".join(f"\\u{ord(letter):04x}" for letter in it),
    "base64-0": lambda it: base64.b64encode(it.encode()).decode(),
    "base64-1": lambda it: base64.b64encode(b"a" + it.encode() + b"b").decode(),
    "base64-2": lambda it: base64.b64encode(b"ab" + it.encode() + b"b").decode(),
    "base64-url": lambda it: base64.urlsafe_b64encode(b"user\xff\xfe:" + it.encode()).decode(),
    "mime": lambda it: base64.encodebytes(f"{'some words, ' * 5}{it}{' and after' * 9}".encode()).decode(),
    "hex": lambda it: it.encode().hex(),
    "hex-upper": lambda it: it.encode().hex().upper(),
    "md5": lambda it: hashlib.md5(it.encode(), usedforsecurity=False).hexdigest(),
    "sha1": lambda it: hashlib.sha1(it.encode(), usedforsecurity=False).hexdigest().upper(),
    "sha256": lambda it: hashlib.sha256(it.encode()).hexdigest(),
    "sha384": lambda it: hashlib.sha384(it.encode()).hexdigest(),
    "sha512": lambda it: hashlib.sha512(it.encode()).hexdigest(),
    "wide": lambda it: "".join(
        chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in it
    ),
    "unseen": "\u200b".join,
    "sha256-base64": lambda it: base64.b64encode(hashlib.sha256(it.encode()).digest()).decode(),
    "capitals": str.upper,
    "within-words": lambda it: f"the{it}ends",
}

# How what is personal, and given by its name, is written elsewhere.
PERSONAL: dict[str, tuple[str, Callable[[str], str]]] = {
    "in-a-sentence": ("ho_ten", lambda it: f"No customer {it}, sorry."),
    "capital-name": ("full_name", str.upper),
    "nfd": ("hoTen", lambda it: unicodedata.normalize("NFD", it)),
    "name-in-base64": ("ten_khach_hang", lambda it: base64.b64encode(it.encode()).decode()),
    "name-in-hex": ("customerName", lambda it: it.encode().hex()),
    "abroad": ("mobile_no", lambda it: f"call +84{it[1:]} now"),
    "blanks": ("sdt", lambda it: f"{it[:4]} {it[4:7]} {it[7:]}"),
    "dashes": ("phoneNumber", lambda it: f"({it[:4]}) {it[4:7]}-{it[7:]}"),
}
_DIALLED = {"abroad", "blanks", "dashes"}

_HEIC, _JP2 = b"\0\0\0\x18ftypheic\0\0\0\0", b"\0\0\0\x0cjP  \r\n\x87\n"
PICTURES = {
    "bmp": b"BM\x46\x10\0\0\0\0\0\0\x36\0\0\0",
    "heic": _HEIC,
    "jp2": _JP2,
    "svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><text>',
    "webp": b"RIFF\x24\x10\0\0WEBPVP8 ",
    "tiff": b"II*\0\x08\0\0\0",
}
FIXTURE = "9000000000000101"


def planted() -> dict[str, str]:
    """Return a new secret of every kind, by kind."""
    kinds = """
        client_secret username api_key fault_hook access_token refresh_token session_cookie own_cookie
        foreign_bearer location_token nested escaped_json twice_escaped image_answer image_request personal
        configured listed repeated broken element userinfo jwt wide query_token path_personal form_pin
        multipart_file multipart_field other_password basic_foreign printed proxy
        object_key header_personal under_hidden never_answered long_token unnamed_mail
    """.split()
    kinds += [f"named-{name}" for name in NAMED] + [f"written-{name}" for name in WRITTEN]
    kinds += [f"picture-{name}" for name in PICTURES] + [f"personal-{name}" for name in PERSONAL]
    made = {kind: f"cnry-{kind.replace('_', '-')}-{secrets.token_hex(6)}" for kind in kinds}
    made["password"] = f"cnry-own{_ODD}{secrets.token_hex(6)}"
    for name in PERSONAL:
        kind = f"personal-{name}"
        number = f"0{secrets.randbelow(10**8) + 9 * 10**8}"
        made[kind] = number if name in _DIALLED else f"Nguy\u1ec5n {made[kind]}"
    made["long_token"] = f"{made['long_token']}-{secrets.token_hex(3000)}"
    made["unnamed_mail"] += "@mail.example.com"
    made["fixture"] = FIXTURE
    made["number"] = str(secrets.randbelow(9 * 10**14) + 10**14)
    made["jwt"] = "eyJhbGciOiJIUzI1NiJ9." + base64.urlsafe_b64encode(made["jwt"].encode()).decode().rstrip(
        "="
    )
    return made


def picture(secret: str) -> str:
    """Return the base64 text of a PNG file that holds a secret."""
    return _picture(b"\x89PNG\r\n\x1a\n", secret)


def _picture(head: bytes, secret: str) -> str:
    return base64.b64encode(head + secret.encode() * 9).decode()


def spoilt(body: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    """Return an answer with a secret of every kind in it."""
    own, inner = told["password"], json.dumps({"password": told["escaped_json"]})
    return {
        **body,
        "deep": [
            {"auth": {"client_secret": told["nested"]}, "owner": {"refresh_token": told["refresh_token"]}}
        ],
        "payload": inner,
        "wrapped": json.dumps({"again": json.dumps({"access_token": told["twice_escaped"]})}),
        "scan": picture(told["image_answer"]),
        "first_name": told["personal"],
        "account_holder": told["configured"],
        "passwords": [told["listed"], {"old": told["listed"]}],
        "pin": int(told["number"]),
        "message": f"no log-in with {own} nor {quote(own)} nor {quote_plus(own)} nor {html.escape(own)}",
        "more": f"{own.upper()} {own.lower()} {base64.b64encode(f'amina:{own}'.encode()).decode()}",
        "page": f"<soap:password>{told['element']}</soap:password>",
        "link": f"https://{told['userinfo']}:{told['userinfo']}@bank.example.com/?token={told['location_token']}",
        "seen": f"{told['jwt']}.c2lnbmF0dXJl",
        "trace": f"{told['access_token']} was made by {told['client_secret']}",
        "own": {name: write(told["client_secret"]) for name, write in WRITTEN.items()},
        "pictures": [_picture(head, told[f"picture-{name}"]) for name, head in PICTURES.items()],
        "owner": {name: told[f"named-{name}"] for name in NAMED},
        "tokens_given": {f"token_{name}": told[f"written-{name}"] for name in WRITTEN},
        "written": {name: write(told[f"written-{name}"]) for name, write in WRITTEN.items()},
        "people": {told_as: told[f"personal-{name}"] for name, (told_as, _) in PERSONAL.items()},
        "again": {name: write(told[f"personal-{name}"]) for name, (_, write) in PERSONAL.items()},
        "fullName": {told["under_hidden"]: told["under_hidden"], "given": told["under_hidden"]},
        "by_owner": {told["object_key"]: 1, "soDienThoai": told["object_key"]},
        "auth_token": told["long_token"],
        "said": f"the token {told['long_token']} is worn, write to {told['unnamed_mail']} about {FIXTURE}",
    }


def headers(told: dict[str, str]) -> dict[str, str]:
    """Return headers that hold secrets."""
    return {
        "Set-Cookie": f"SESSION={told['session_cookie']}; Path=/; HttpOnly",
        "X-Debug": f"Bearer {told['foreign_bearer']}",
        "X-Basic": "Basic " + base64.b64encode(f"amina:{told['basic_foreign']}".encode()).decode(),
        "X-Api-Key": told["api_key"],
        "X-Customer-Phone": told["header_personal"],
        "Location": f"https://bank.example.com/next?access_token={told['location_token']}&page=1",
        "WWW-Authenticate": f'Bearer realm="x", error_description="{told["client_secret"]} is wrong"',
    }


@contextmanager
def leaking(behind: str, told: dict[str, str]) -> Iterator[str]:
    """Serve what the reference answers, with secrets added; some answers are broken JSON, too."""
    count = iter(range(10**9))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if told["never_answered"] in self.path:
                self.close_connection = True
                return
            for kind, known in _REAL.items():  # the reference has its own
                sent = sent.replace(quote_plus(told[kind]).encode(), known.encode())
            kept = {key: value for key, value in self.headers.items() if key.lower() not in _OURS}
            answer = requests.request(self.command, behind + self.path, data=sent, headers=kept, timeout=20)
            content, number = answer.content, next(count)
            body = answer.json() if content else None
            if isinstance(body, dict):
                body = spoilt(body, told)
                if "token" not in self.path and number % 4 == 0:  # becomes what a finding shows
                    body["errorCode"] = f"{told['client_secret']} {told['password']}"
                content = json.dumps(body, ensure_ascii=number % 2 == 0).encode()
                again = json.dumps({"password": told["repeated"]})[1:-1]
                content = b"{" + again.encode() + b', "password": null, ' + content[1:]
                if "token" not in self.path and number % 5 == 0:
                    content = content[:-1] + f', "access_token": "{told["broken"]}'.encode()
                if "token" not in self.path and number % 7 == 6:
                    content = json.dumps({"access_token": told["wide"]}).encode("utf-16")
            self.send_response(answer.status_code, f"so says {told['client_secret']}")
            for name, value in {"Content-Type": "application/json", **headers(told)}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_GET  # noqa: N815 - the library's names

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def recording(told: dict[str, str]) -> dict[str, Any]:
    """Return a HAR file that holds every secret."""
    validate = "https://me:%s@bank.example.com/caas/api/v2/customer/validate?api_key=%s"
    entries = [
        _entry(
            "POST",
            validate % (told["userinfo"], told["query_token"]),
            {"idNumber": told["personal"], "image": {"base64_data": picture(told["image_request"])}},
            told,
        ),
        _entry("GET", f"https://bank.example.com/caas/api/v2/customer/{told['path_personal']}", None, told),
        _entry("POST", validate % ("", ""), f"username={told['username']}&pin={told['form_pin']}", told),
        _entry("POST", validate % ("", ""), multipart(told), told),
    ]
    return {"log": {"version": "1.2", "entries": entries}}


def multipart(told: dict[str, str]) -> str:
    """Return a form of parts, with a file and a password among them."""
    head = "--b0\r\nContent-Disposition: form-data; name="
    file, field = told["multipart_file"], told["multipart_field"]
    return f'{head}"f"; filename="a.txt"\r\n\r\n{file}\r\n{head}"password"\r\n\r\n{field}\r\n--b0--\r\n'


def _entry(method: str, url: str, body: Any, told: dict[str, str]) -> dict[str, Any]:
    kind = "application/json"
    if isinstance(body, str):
        kind = (
            "multipart/form-data; boundary=b0"
            if body.startswith("--b0")
            else "application/x-www-form-urlencoded"
        )
    status = 299 if "@" in url else 200  # which no document knows
    asked = {
        "content-type": kind,
        "cookie": f"a=1; SESSION={told['own_cookie']}",
        "authorization": "Basic " + base64.b64encode(f"amina:{told['other_password']}".encode()).decode(),
    }
    answer = spoilt({"status": 200}, told)
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "startedDateTime": "2031-01-01T00:00:00Z",
        "time": 1,
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": name, "value": value} for name, value in asked.items()],
            "postData": {"mimeType": kind, "text": text},
        },
        "response": {
            "status": status,
            "statusText": told["client_secret"],
            "headers": [{"name": name, "value": value} for name, value in headers(told).items()],
            "content": {"text": json.dumps(answer)},
        },
    }


def needles(secret: str) -> set[bytes]:
    """Return what a secret looks like wherever it may stand, in small letters: escaped, encoded, digested."""
    written = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret)}
    written |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    written |= {unicodedata.normalize("NFD", secret), unicodedata.normalize("NFC", secret).upper()}
    exact = ("base64", "mime", "within", "capitals")
    written |= {write(secret) for name, write in WRITTEN.items() if not name.startswith(exact)}
    if secret.isdecimal() and secret.startswith("0"):
        bare = secret[1:]
        first, second, third = secret[:4], secret[4:7], secret[7:]
        written |= {bare, f"{first} {second} {third}", f"{first}) {second}-{third}"}
    told = {text.lower().encode("utf-8", "surrogatepass") for text in written} | {secret.encode("utf-16-le")}
    for before in range(3):  # the part that no neighbour changes
        core = base64.b64encode(b"\0" * before + secret.encode())
        told.add(core[4 : 4 + (len(core) - 8) // 4 * 4].lower())
    return {needle for needle in told if len(needle) >= 6}


@cache
def _index(secrets_told: tuple[tuple[str, str], ...]) -> ahocorasick.Automaton:
    index = ahocorasick.Automaton()
    for kind, secret in secrets_told:
        for needle in needles(secret):
            index.add_word(needle.decode("latin-1"), {kind} | index.get(needle.decode("latin-1"), set()))
    index.make_automaton()
    return index


def found(content: bytes, told: dict[str, str], depth: int = 0) -> set[str]:
    """Return the kinds of the secrets in some bytes, in what is packed in them, too."""
    lowered = content.lower().decode("latin-1")
    joined = _LINES.sub("", lowered)  # base64 over several lines
    index = _index(tuple(told.items()))
    kinds = {kind for text in {lowered, joined} for _, held in index.iter(text) for kind in held}
    if is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as pack:
            for name in pack.namelist():
                kinds |= found(pack.read(name), told, depth + 1)
    elif content.startswith(b"\x1f\x8b"):
        kinds |= found(gzip.decompress(content), told, depth + 1)
    elif depth < 4:
        for blob in set(_BLOB.findall(content)):
            for alphabet in (b"+/", b"-_"):
                try:
                    kinds |= found(base64.b64decode(blob + b"==", alphabet), told, depth + 1)
                except ValueError:
                    continue
    return kinds


def leaks(folder: Path, told: dict[str, str]) -> dict[str, set[str]]:
    """Return the kinds of secrets in every file below a folder, by file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    seen = {str(path.relative_to(folder)): found(path.read_bytes(), told) for path in files}
    return {name: kinds for name, kinds in seen.items() if kinds}
