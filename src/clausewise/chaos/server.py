"""Listens on 127.0.0.1, lets good calls through to the target behind it, and spoils the others."""

from __future__ import annotations

import re
import socket
import ssl
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from clausewise.chaos import certificates
from clausewise.chaos.kinds import KINDS, Kind
from clausewise.chaos.wire import Asked, Call, asked, relayed
from clausewise.errors import ConfigurationError

HOST = "127.0.0.1"

Struck = Callable[[Asked], bool]
Talk = Callable[[socket.socket], None]


@dataclass
class Chaos:
    """A running server: its URL, how many calls it spoiled by path, and what the other host was asked.

    `certificate` is the file of its certificate, where it speaks TLS.
    """

    kind: Kind
    upstream: str
    struck: Struck
    url: str = ""
    elsewhere: str = ""
    certificate: Path | None = None
    calls: Counter[str] = field(default_factory=Counter)
    strayed: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def talk(self, connection: socket.socket) -> None:
        """Answer the calls of one connection until it is closed."""
        while request := asked(connection):
            if not self.struck(request):
                connection.sendall(relayed(request, self.upstream).whole())
                continue
            with self._lock:
                self.calls[request.path] += 1
                number = self.calls[request.path]
            call = Call(connection, request, number, self.upstream, self.elsewhere)
            self.kind.act(call)
            if call.closed:
                return

    def stray(self, connection: socket.socket) -> None:
        """Take note of a call that came to the other host, where none should."""
        if request := asked(connection):
            self.strayed.append(request)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")


def calls_to(operations: Iterable[tuple[str, str]]) -> Struck:
    """Return what picks the calls to these operations (method, path with `{name}`); all calls for none."""
    patterns = [f"{method} {re.sub(r'{[^}]*}', '[^/]+', path)}" for method, path in operations]
    wanted = re.compile("|".join(patterns) or ".*")
    return lambda asked: wanted.fullmatch(f"{asked.method} {asked.path}") is not None


@contextmanager
def serving(
    wanted: str | Kind, upstream: str = "", *, struck: Struck = lambda _: True, port: int = 0
) -> Iterator[Chaos]:
    """Serve a kind of chaos, by name or one's own, while it lasts; yields the server. Port 0 is a free one.

    Calls that are not `struck` go to the good target at the URL `upstream`; without one every call should
    be struck. Raises ConfigurationError for a kind that nobody knows and a port that is taken.
    """
    if isinstance(wanted, str) and wanted not in KINDS:
        raise ConfigurationError(f"There is no chaos {wanted!r}; there is {', '.join(sorted(KINDS))}.")
    kind = KINDS[wanted] if isinstance(wanted, str) else wanted
    with ExitStack() as stack:
        chaos = Chaos(kind, upstream, struck)
        secured = None
        if kind.tls:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            secured, chaos.certificate = certificates.context(kind.tls, folder)
        here = stack.enter_context(_listening(_prepared(chaos, secured), port, deaf=kind.deaf))
        there = stack.enter_context(_listening(chaos.stray, 0))
        chaos.url = f"{'https' if kind.https else 'http'}://{HOST}:{here}"
        chaos.elsewhere = f"http://localhost:{there}"
        yield chaos


def _prepared(chaos: Chaos, secured: ssl.SSLContext | None) -> Talk:
    """Return what to do with a new connection: greet it, secure it, answer its calls."""

    def talk(connection: socket.socket) -> None:
        if chaos.kind.greet:
            chaos.kind.greet(connection)
        with secured.wrap_socket(connection, server_side=True) if secured else connection as usable:
            chaos.talk(usable)

    return talk


@contextmanager
def _listening(talk: Talk, port: int, *, deaf: bool = False) -> Iterator[int]:
    """Hand every connection to a thread of its own while the context lasts; yields the port.

    A `deaf` one gives its port back at once, so that nobody listens there.
    """
    try:
        listener = socket.create_server((HOST, port))
    except OSError as bad:
        raise ConfigurationError(f"Chaos cannot listen on {HOST}:{port}: {bad.strerror}.") from bad
    port = listener.getsockname()[1]
    stop = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits for an ACK
        with suppress(OSError, ValueError), connection:
            talk(connection)

    def accept() -> None:
        while not stop.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    if deaf:
        listener.close()
    else:
        threading.Thread(target=accept, daemon=True).start()
    try:
        yield port
    finally:
        stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # or `accept` would wait on
        listener.close()
