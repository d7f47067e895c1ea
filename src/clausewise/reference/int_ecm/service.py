"""The image sandbox of document 000, in the shape of the family's assumed overlay."""

from __future__ import annotations

import json
import secrets
import sqlite3
import struct
import time
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4
from zlib import crc32

from PIL import Image
from starlette.requests import Request

from clausewise.reference.fault_injection import MISSHAPEN, Answer, Faults

Act = Callable[[Request, bytes], Answer]

_BASE = "/int-ecm-service/v1"
_INVALID, _UNREACHED, _FUNCTION = "ESB.027.02.008", "ESB.027.01.008", "ESB.027.01.009"
_FUNCTIONS = {"login": "LOGIN", "upload-on-boarding": "UPLOAD_ON_BOARDING", "download": "DOWNLOAD"}
_SIDES = {"ID_CARD_FRONT", "ID_CARD_BACK", "SELFIE"}
_REQUIRED = {
    "login": ("functionCode", "username", "password"),
    "upload-on-boarding": ("functionCode", "documentType", "fileName", "image"),
    "download": ("functionCode", "document_id"),
}
_FIELDS = {field for fields in _REQUIRED.values() for field in fields} | {"metadata"}
_PORTRAIT = "10000000-0000-4000-8000-000000000001"
_PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_FORMS = ["PNG", "JPEG"]
_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class _User:
    """Somebody who may log in: password, seconds that a token lives, and where access is denied."""

    password: str
    lives: float = 300
    denied: str = ""


_USERS: Mapping[str, _User] = {
    "sandbox-channel": _User("sandbox-channel-2b7e"),
    "sandbox-channel-brief": _User("sandbox-channel-brief-51aa", lives=1),
    "sandbox-channel-denied": _User("sandbox-channel-denied-9c04", denied="documents"),
    "sandbox-channel-barred": _User("sandbox-channel-barred-77d3", denied="login"),
}


class Sandbox:
    """Log-in, upload and download over one database."""

    def __init__(self, document: str, database: str, bends: Faults) -> None:
        self.document = document
        self._bends = bends
        self.memory = self._db = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS image (id TEXT PRIMARY KEY, content BLOB, kind TEXT)")
        self._db.execute("CREATE TABLE IF NOT EXISTS entry (token TEXT PRIMARY KEY, who TEXT, until REAL)")
        self._keep(_PORTRAIT, _PIXEL)
        self._spent: set[str] = set()
        self._lost = False

    def routes(self) -> Iterator[tuple[str, str, Act]]:
        """Yield method, path and action of every operation."""
        yield "POST", f"{_BASE}/login", self._served("login", self._log_in)
        for name, act in (("upload-on-boarding", self._upload), ("download", self._download)):
            yield "POST", f"{_BASE}/document/{name}", self._served(name, act)

    def _served(self, name: str, act: Callable[[dict[str, Any]], Answer]) -> Act:
        def served(request: Request, body: bytes) -> Answer:
            try:
                checks: list[Callable[[], Answer | None]] = [
                    lambda: self._refusal(name, request),
                    lambda: self._unfit(name, request, body),
                ]
                if self._bends.on("checks-body-first") and _object(body) is None:
                    checks.reverse()
                return next(filter(None, (check() for check in checks)), None) or act(json.loads(body))
            except MISSHAPEN:
                return self._invalid(name, "The request cannot be read.")

        return served

    def _refusal(self, name: str, request: Request) -> Answer | None:
        """Turn away who is not let in."""
        if name == "login":
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        who, problem = self._holder(token)
        let_in = self._bends.on(f"let-in:{name}:{problem}")
        if problem == "missing" and self._bends.on("missing-token-400") and not let_in:
            return self._invalid(name, "The token is mandatory.")
        if problem and not let_in:
            answer = _refused(name, "unauthorized", 401, "UNAUTHORIZED", "Token is not valid or expired.")
            return self._leaking(answer)
        if (who and _USERS[who].denied and not self._bends.on(f"let-in:{name}:denied")) or self._bends.on(
            f"shut:{name}"
        ):
            return _refused(name, "forbidden", 403, "FORBIDDEN", "Access to the service is denied.")
        return None

    def _leaking(self, answer: Answer) -> Answer:
        if self._bends.on("refused-with-image"):
            return Answer(answer.name, 401, answer.body | {"image": b64encode(_PIXEL).decode()})
        return answer

    def _holder(self, token: str) -> tuple[str, str]:
        """Return whose token it is, and what is wrong with it ('' for nothing)."""
        row = self._db.execute("SELECT who, until FROM entry WHERE token = ?", (token,)).fetchone()
        if row is None:
            foreign = token.startswith("foreign.")  # as the issuer begins whose tokens the target file names
            problem = "missing" if not token else "foreign" if foreign else "garbled"
            return "", "username" if token in _USERS else problem
        used = self._bends.on("one-use-tokens") and token in self._spent
        self._spent.add(token)
        return row[0], "expired" if row[1] < time.time() else "used" if used else ""

    def _unfit(self, name: str, request: Request, body: bytes) -> Answer | None:
        """Refuse what the error table lists: failures that were asked for, then what is wrong inside."""
        fault = request.headers.get("x-fault", "")
        if fault == f"{name}.internal-error":
            return _refused(name, "internal-error", 500, "INTERNAL", "An internal error occurred.")
        if fault == f"{name}.connection-error":
            return _refused(name, "connection-error", 400, _UNREACHED, "Connection error to targetService.")
        sent = _object(body)
        if sent is None:
            return self._invalid(name, "The body is no JSON object.")
        if self._bends.on("knows-its-fields-only") and set(sent) - _FIELDS:
            return self._invalid(name, "A field is not known.")
        lacking = [field for field in _REQUIRED[name] if self._lacks(name, sent, field)]
        if lacking or self._bends.refuses(name, sent):
            return self._invalid(name, "A field is missing or not taken.")
        return self._misdirected(name, sent)

    def _lacks(self, name: str, sent: Mapping[str, Any], field: str) -> bool:
        if self._bends.on(f"optional:{name}:{field}") and field not in sent:
            return False
        return sent.get(field) in (None, "") and not (
            field in sent and self._bends.on(f"empty:{name}:{field}")
        )

    def _misdirected(self, name: str, sent: Mapping[str, Any]) -> Answer | None:
        if sent.get("functionCode") in {None, _FUNCTIONS[name]} or self._bends.on(f"any-function:{name}"):
            return None
        answer = _refused(name, "invalid-function-code", 400, _FUNCTION, "Invalid FunctionCode.")
        stored = {"document_id": secrets.token_hex(8)} if self._bends.on("refused-with-id") else {}
        return Answer(answer.name, 400, answer.body | stored)

    def _invalid(self, name: str, message: str) -> Answer:
        return _refused(name, "validation-error", 400, _INVALID, message)

    def _log_in(self, sent: dict[str, Any]) -> Answer:
        known = _USERS.get(str(sent.get("username", "sandbox-channel")))
        if known is None and self._bends.on("any-user"):
            known = _USERS["sandbox-channel"]
        right = known and (
            known.password == sent.get("password", known.password) or self._bends.on("any-password")
        )
        if not known or not right:
            told = {"access_token": secrets.token_urlsafe(24)} if self._bends.on("refused-with-token") else {}
            answer = self._invalid("login", "The user name or password does not exist.")
            status = 401 if self._bends.on("unknown-user-401") else answer.status
            return Answer(answer.name, status, answer.body | told)
        if known.denied == "login" and not self._bends.on("let-in:login:denied"):
            return _refused("login", "forbidden", 403, "FORBIDDEN", "Access to the service is denied.")
        if self._bends.on("forgets-at-log-in"):
            self._db.execute("DELETE FROM image WHERE id != ?", (_PORTRAIT,))
        parts = 3 if self._bends.on("tokens-in-three-parts") else 1
        letters = 7500 if self._bends.on("tokens-of-10-kb") else 36
        token = ".".join(secrets.token_urlsafe(letters) for _ in range(parts))
        life = min(known.lives, 60) if self._bends.on("brief-lives") else known.lives
        rest = 0.9 if self._bends.on("lives-rounded-down") else 0  # of a second that nobody is told
        lives = 3600 if self._bends.on("tokens-for-ever") else life + rest
        if self._bends.on("brief-tokens-are-dead") and known.lives == 1:
            lives = 0
        row = (token, str(sent.get("username", "sandbox-channel")), time.time() + lives)
        self._db.execute("INSERT INTO entry VALUES (?, ?, ?)", row)
        if self._bends.on("tokens-live-a-second"):
            self._db.execute("UPDATE entry SET until = ? WHERE token = ?", (time.time() + 1, token))
        promised = 7199 if known.lives == 1 and self._bends.on("brief-tokens-say-two-hours") else life
        body = {"access_token": token, "token_type": "Bearer", "expires_in": int(promised)}
        return Answer("login.token", 200, body)

    def _upload(self, sent: dict[str, Any]) -> Answer:
        given = sent.get("image", "")
        images = given if isinstance(given, list) else [given]
        content = [_decoded(image) for image in images]
        if (
            not content
            or any(it is None for it in content)
            or sent.get("documentType", "SELFIE") not in _SIDES
        ):
            return self._invalid("upload-on-boarding", "The image cannot be read, or its kind is unknown.")
        sent_at_all = [it for it in content if it]  # that one is missing was looked at before
        if self._bends.on("opens-images") and not all(map(_opened, sent_at_all)):
            return self._invalid("upload-on-boarding", "The image cannot be opened.")
        several = len(content) > 1
        if several and self._bends.on("first-image-only"):
            content, several = content[:1], False
        if several and not self._bends.on("several-images"):
            return self._invalid("upload-on-boarding", "One image per request.")
        ids = [self._stored(sent, it or b"") for it in content]
        body = {"document_id": ids[0]} | ({"documents": ids} if several else {})
        return Answer("upload-on-boarding.uploaded", 200, body)

    def _stored(self, sent: Mapping[str, Any], content: bytes) -> str:
        """Keep an image, or what a defect makes of it, and return its id."""
        name = self._new_id()
        last = self._db.execute("SELECT id, content FROM image ORDER BY rowid DESC LIMIT 1").fetchone()
        same = self._db.execute("SELECT id FROM image WHERE content = ?", (content,)).fetchone()
        if (self._bends.on("same-id-for-same-image") and same) or (
            self._bends.on("one-id") and last[0] != _PORTRAIT
        ):
            name = same[0] if same else last[0]
        spoilt = {
            f"spoils:{sent.get('documentType')}": content[: len(content) // 2],
            "cuts-large": content[: 1 << 20],
            "cuts-64k": content[: 1 << 16],
            "strips-zeros": content.replace(b"\x00", b""),
            "spoils-one-byte": content if len(content) > 1 else b"",
            "spoils-jpeg": content[: len(content) // 2] if content.startswith(b"\xff\xd8") else content,
            "spoils-png": content[: len(content) // 2] if content.startswith(b"\x89PNG") else content,
            "stores-the-one-before": last[1],
        }
        kept = next((made for bend, made in spoilt.items() if self._bends.on(bend)), content)
        if self._bends.on(f"mirrors:{sent.get('documentType')}") or (
            self._bends.on("mirrors-jpeg") and content.startswith(b"\xff\xd8")
        ):
            kept = _mirrored(kept)
        if self._bends.on("writes-images-anew"):
            kept = _written_anew(kept)
        if self._bends.on("keeps-every-image-as-jpeg"):
            kept = _written_as_jpeg(kept)
        self._keep(name, kept)
        self._wrap()
        return name[:8] if self._bends.on("cuts-id") else name

    def _new_id(self) -> str:
        if self._bends.on("ids-as-uuid"):
            return str(uuid4())
        if self._bends.on("ids-of-digits"):
            return str(10**17 + secrets.randbelow(10**17))
        if self._bends.on("ids-in-braces"):
            return f"{{{str(uuid4()).upper()}}}"
        return secrets.token_hex(16)

    def _wrap(self) -> None:
        """Defects only: a store of three places, in which the fourth image takes that of the first."""
        if self._bends.on("three-places"):
            rows = self._db.execute("SELECT id, content FROM image ORDER BY rowid DESC LIMIT 4").fetchall()
            if len(rows) == 4 and rows[3][0] != _PORTRAIT:  # noqa: PLR2004 - three places and one
                self._db.execute("UPDATE image SET content = ? WHERE id = ?", (rows[0][1], rows[3][0]))

    def _keep(self, name: str, content: bytes) -> None:
        kind = next(
            (kind for head, kind in _KINDS.items() if content.startswith(head)), "application/octet-stream"
        )
        self._db.execute("INSERT OR REPLACE INTO image VALUES (?, ?, ?)", (name, content, kind))

    def _download(self, sent: dict[str, Any]) -> Answer:
        name = str(sent.get("document_id", _PORTRAIT))
        row = self._db.execute("SELECT content, kind FROM image WHERE id = ?", (name,)).fetchone()
        if row is None and self._bends.on("any-id"):
            row = _PIXEL, "image/png"
        self._lost, lost = row is None, self._lost
        if row and lost and self._bends.on("shows-another-after-an-unknown-id"):
            row = _PIXEL, "image/png"
        if row is None and self._bends.on("unknown-id-404"):
            return _refused("download", "validation-error", 404, "NOT_FOUND", "No such document.")
        if row is None:
            return self._invalid("download", "The document id does not exist.")
        content, kind = row
        if self._bends.on("download-once"):
            self._db.execute("DELETE FROM image WHERE id = ?", (name,))
        if self._bends.on("no-portrait") and name == _PORTRAIT:
            return self._invalid("download", "The document id does not exist.")
        if self._bends.on("image-with-comment"):
            content = _commented(content)
        return Answer("download.image", 200, {"image": b64encode(content).decode(), "mediaType": kind})


def _refused(name: str, outcome: str, status: int, code: str, message: str) -> Answer:
    return Answer(f"{name}.{outcome}", status, {"code": code, "message": message})


def _commented(content: bytes) -> bytes:
    """Return the same pixels in other bytes: a comment stands in the file."""
    if content.startswith(b"\xff\xd8"):
        return content[:2] + b"\xff\xfe\x00\x08stored" + content[2:]
    head, end, rest = content.rpartition(b"\x00\x00\x00\x00IEND")
    if not content.startswith(b"\x89PNG") or not end:
        return content
    chunk = b"tEXtComment\x00stored"
    return head + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", crc32(chunk)) + end + rest


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _opened(content: bytes) -> Image.Image | None:
    try:
        image = Image.open(BytesIO(content), formats=_FORMS)
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return image


def _written_anew(content: bytes) -> bytes:
    """Return other bytes that show the same, as an archive does that keeps images in a form of its own."""
    image = _opened(content)
    return content if image is None else _saved(image, image.format)


def _written_as_jpeg(content: bytes) -> bytes:
    """Return nearly the same pixels, as an archive does that keeps every image as a JPEG."""
    image = _opened(content)
    return content if image is None else _saved(image.convert("RGB"), "JPEG")


def _saved(image: Image.Image, form: str | None) -> bytes:
    page = BytesIO()
    image.save(page, form, **({"quality": 90} if form == "JPEG" else {"compress_level": 5}))
    return page.getvalue()


def _mirrored(content: bytes) -> bytes:
    """Defects only: return an image of the same form and size that shows something else."""
    image = _opened(content)
    return (
        content if image is None else _saved(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), image.format)
    )


def _decoded(text: Any) -> bytes | None:
    try:
        return b64decode(text, validate=True) if isinstance(text, str) else None
    except (Error, ValueError):
        return None
