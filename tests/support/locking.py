"""A gateway before the reference that locks a user after some wrong log-ins in a row, as banks do."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_PAGE = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
_OWN = {"host", "content-length"}


class Gateway:
    """Passes calls on; `calls` are those that came, as method, path, headers and body.

    A call whose body has the mark of a user of `users` (mark to password) in it, but not the password, is a
    wrong log-in; `most` in a row, and each later log-in of that user is refused as a wrong one is, as long
    as that `lasts`. Each call takes a `pause`.
    """

    def __init__(
        self, behind: str, users: dict[str, str], most: int, pause: float = 0.0, lasts: float = 1e9
    ) -> None:
        self.calls: list[tuple[str, str, dict[str, str], str]] = []
        self.began: list[float] = []
        self.wrong: Counter[str] = Counter()
        self.row: Counter[str] = Counter()
        self.longest: Counter[str] = Counter()
        self._behind = behind
        self._users = users
        self._most = most
        self._pause = pause
        self._lasts = lasts
        self._until: dict[str, float] = {}
        self.locked = 0
        self.page_every = 0
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def locks(self, body: str) -> bool:
        """Take note of a log-in, and tell whether its user is locked out."""
        with self._lock:
            for user, password in self._users.items():
                if user in body:
                    if self.row[user] >= self._most and time.monotonic() > self._until.get(user, 0):
                        self.row[user] = 0
                    locked = self.row[user] >= self._most
                    self.locked += locked
                    bad = password not in body
                    self.row[user] = self.row[user] + 1 if locked or bad else 0
                    if self.row[user] == self._most and not locked:
                        self._until[user] = time.monotonic() + self._lasts
                    self.wrong[user] += bad
                    self.longest[user] = max(self.longest[user], self.row[user])
                    return locked
        return False

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a call as the reference does, and count how many are at work."""
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self._answer(handler)
        finally:
            with self._lock:
                self.at_once -= 1

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.began.append(time.monotonic())
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        told = body.decode("utf-8", "replace")
        self.calls.append((handler.command, handler.path, dict(handler.headers), told))
        time.sleep(self._pause)
        if self.page_every and len(self.calls) % self.page_every == 0:
            handler.send_response(503)
            for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(_PAGE)))):
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(_PAGE)
            return
        if self.locks(told):
            for password in self._users.values():
                body = body.replace(password.encode(), password[::-1].encode())
        kept = {name: value for name, value in handler.headers.items() if name.lower() not in _OWN}
        given = requests.request(
            handler.command, f"{self._behind}{handler.path}", headers=kept, data=body, timeout=30
        )
        handler.send_response(given.status_code)
        for name, value in given.headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "content-encoding", "connection"}:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(given.content)))
        handler.end_headers()
        handler.wfile.write(given.content)


@contextmanager
def gateway(
    behind: str,
    users: dict[str, str],
    most: int = 1_000,
    *,
    pause: float = 0.0,
    lasts: float = 1e9,
    page_every: int = 0,
) -> Iterator[tuple[str, Gateway]]:
    """Run a gateway while the context lasts; yields its URL and itself."""
    kept = Gateway(behind, users, most, pause, lasts)
    kept.page_every = page_every

    def answer(handler: BaseHTTPRequestHandler) -> None:
        kept.answer(handler)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

    for method in _ALL:
        setattr(Handler, f"do_{method}", answer)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", kept
        server.shutdown()
