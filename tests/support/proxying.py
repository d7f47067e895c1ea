"""A forward proxy on a free loopback port: tunnels, passes on, asks for a password, or refuses."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from clausewise.chaos import wire

LOGIN = ("me", "S3cretOfTheProxy")
_REFUSED = b"HTTP/1.1 407 Who Are You\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n"
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class Forward:
    """What a proxy was asked, in its first lines; its URL; and the answer that it gives instead, if any."""

    refusal: bytes = b""
    login: tuple[str, str] | None = None
    seen: list[str] = field(default_factory=list)
    url: str = ""

    def talk(self, client: socket.socket) -> None:
        """Answer the calls of a connection, and pass the bytes of a tunnel on."""
        while call := wire.asked(client):
            self.seen.append(f"{call.method} {call.target}")
            there = urlsplit(call.target if "://" in call.target else f"//{call.target}")
            wanted = b64encode(":".join(self.login).encode()).decode() if self.login else ""
            if wanted not in dict(call.headers).get("proxy-authorization", ""):
                client.sendall(_REFUSED)
            elif self.refusal:
                client.sendall(self.refusal)
            elif call.method == "CONNECT":
                with socket.create_connection((there.hostname, there.port), 5) as upstream:
                    client.sendall(_ESTABLISHED)
                    threading.Thread(target=_pass, args=(upstream, client), daemon=True).start()
                    _pass(client, upstream)
                return
            else:
                host = f"http://{there.netloc}"
                client.sendall(wire.relayed(replace(call, target=call.target[len(host) :]), host).whole())


def _pass(from_: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while piece := from_.recv(65536):
            to.sendall(piece)
        to.shutdown(socket.SHUT_WR)


@contextmanager
def serving(refusal: bytes = b"", login: tuple[str, str] | None = None) -> Iterator[Forward]:
    """Serve a proxy while the context lasts."""
    made = Forward(refusal, login)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def answer(client: socket.socket) -> None:
            with suppress(OSError), client:
                made.talk(client)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield made
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
