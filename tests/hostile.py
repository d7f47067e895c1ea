"""A server that answers each connection with bytes of the test's choice, on a free loopback port."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve until the context ends; yields the URL. Each connection's request is read before `answer`."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=_talk, args=(connection, answer), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.close()


def raw(data: bytes) -> Answer:
    """Answer with exactly these bytes."""
    return lambda connection: connection.sendall(data)


def http(
    body: bytes, *, status: str = "200 OK", headers: str = "Content-Type: application/json\r\n"
) -> Answer:
    """Answer with a well-formed HTTP/1.1 response around any body."""
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return raw(head.encode() + body)


def endless(chunk: bytes, pause: float = 0.0) -> Answer:
    """Answer 200 and then send the chunk for as long as somebody listens."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            connection.sendall(chunk)
            if pause:
                threading.Event().wait(pause)

    return answer


def dripping_headers(connection: socket.socket) -> None:
    """Send one header byte every 50 ms, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.05)


def silence(connection: socket.socket) -> None:
    """Say nothing at all, for longer than any test waits."""
    threading.Event().wait(30)
    connection.close()


def _talk(connection: socket.socket, answer: Answer) -> None:
    with suppress(OSError), connection:
        connection.recv(65536)
        answer(connection)
