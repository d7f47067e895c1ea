"""A server that answers each call with bytes of the test's choice, on a free loopback port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clausewise import chaos
from clausewise.chaos import Act, raw

__all__ = ["http", "raw", "serving"]


@contextmanager
def serving(answer: Act | str) -> Iterator[str]:
    """Serve an answer, or a kind of chaos by its name, until the context ends; yields the URL."""
    kind = answer if isinstance(answer, str) else chaos.Kind("the test's own", answer)
    with chaos.serving(kind) as served:
        yield served.url


def http(body: bytes, *, status: str = "200 OK", headers: str = "Content-Type: application/json\r\n") -> Act:
    """Answer with a well-formed HTTP/1.1 response around any body."""
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return raw(head.encode() + body)
