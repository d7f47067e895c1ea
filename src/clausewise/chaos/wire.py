"""One call on a plain socket: the request as it came, the good answer, and whatever bytes go back.

No HTTP framework, since none of them lets a server misbehave.
"""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from urllib.parse import urlsplit

_MOST = 1 << 20  # bytes of a request's head
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
_SECONDS = 30.0  # what the good target may take


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: its target is path and query; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer, to be spoiled."""

    status: int = 200
    reason: str = "OK"
    headers: Sequence[tuple[str, str]] = (("content-type", "application/json"),)
    body: bytes = b"{}"

    def having(self, body: bytes | None = None, /, **headers: str) -> Answer:
        """Return the same answer with another body, and with headers more (`_` for `-`)."""
        more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return replace(self, headers=(*self.headers, *more), body=self.body if body is None else body)

    def head(self, *, length: int | None = None) -> bytes:
        """Return the status line and the headers, up to the empty line; `length` None leaves it out."""
        told = [("content-length", str(length))] if length is not None else []
        lines = [
            f"HTTP/1.1 {self.status} {self.reason}",
            *(f"{k}: {v}" for k, v in chain(self.headers, told)),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def whole(self) -> bytes:
        """Return the answer as it should be written."""
        return self.head(length=len(self.body)) + self.body


@dataclass(slots=True)
class Call:
    """One call to spoil. `number` counts the calls of this path that the server spoils, from 1."""

    connection: socket.socket
    asked: Asked
    number: int
    upstream: str = ""
    elsewhere: str = ""
    closed: bool = field(default=True)

    def good(self) -> Answer:
        """Return what the good target answers; an empty object where there is none."""
        return relayed(self.asked, self.upstream) if self.upstream else Answer()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def keep(self) -> None:
        """Leave the connection open for the next call."""
        self.closed = False

    def reset(self) -> None:
        """End the connection with a reset (RST) in place of a proper end (FIN)."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def ever(self, chunk: bytes, pause: float = 0.0) -> None:
        """Send the chunk again and again, with pauses in seconds, for as long as somebody listens."""
        while True:
            self.connection.sendall(chunk)
            if pause:
                threading.Event().wait(pause)


def asked(connection: socket.socket) -> Asked | None:
    """Read one request, its body by Content-Length; None where the caller closed the connection."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = connection.recv(65536)
        if not piece or len(raw) > _MOST:
            return None
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, *_ = [*first.split(" "), "", ""]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    for piece in _rest(connection, int(headers.get("content-length", 0)) - len(body)):
        body += piece
    return Asked(method, target, headers, body)


def _rest(connection: socket.socket, left: int) -> Iterator[bytes]:
    while left > 0 and (piece := connection.recv(65536)):
        left -= len(piece)
        yield piece


def relayed(request: Asked, upstream: str) -> Answer:
    """Ask the good target and return its answer."""
    host = urlsplit(upstream)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=_SECONDS)
    try:
        headers = {
            name: value for name, value in request.headers.items() if name not in {"host", "connection"}
        }
        connection.request(request.method, request.target, request.body or None, headers)
        told = connection.getresponse()
        kept = tuple((name, value) for name, value in told.getheaders() if name.lower() not in _HOP_BY_HOP)
        return Answer(told.status, told.reason, kept, told.read())
    finally:
        connection.close()
