"""Ends an exchange that outlives its deadline, even while its headers drip in byte by byte.

Read timeouts bound the gap between two bytes, not their number. The watchdog shuts the sockets down
from a thread of its own, and the read that waits on them fails at once.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from clausewise.errors import Elsewhere

_INTERIM = range(100, 200)
_TICK = 0.1  # seconds between two looks at the clock


class Watchdog:
    """Watches the sockets of one transport; `deadline` is on the clock of `time.perf_counter`."""

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        self._allowed = [ip_network(text) for text in addresses]
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._deadline: float | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.bit = False

    def adapter(self) -> HTTPAdapter:
        """Return an adapter for `requests` whose connections are watched."""
        adapter = HTTPAdapter(max_retries=0)
        adapter.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self._taken),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self._taken),
        }
        return adapter

    def _taken(self, connected: socket.socket) -> None:
        """Watch a socket that has just been connected; Elsewhere where it may not lead there."""
        there = ip_address(connected.getpeername()[0].partition("%")[0])
        if self._allowed and not any(there in network for network in self._allowed):
            connected.close()
            raise Elsewhere(
                f"The target's host resolves to {there}, which [limits] addresses does not allow "
                f"({', '.join(map(str, self._allowed))}): nothing was sent there. Mend the name, or the list."
            )
        self._sockets.add(connected)

    def watch(self, deadline: float) -> None:
        """Let the exchange that begins now live until the deadline."""
        self.bit = False
        self._deadline = deadline
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="clausewise watchdog", daemon=True)
            self._thread.start()

    def rest(self) -> None:
        """Stop watching: the exchange is over."""
        self._deadline = None

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(_TICK):
            deadline = self._deadline
            if deadline is not None and time.perf_counter() > deadline:
                self.bit, self._deadline = True, None
                for connected in list(self._sockets):
                    with suppress(OSError):
                        connected.shutdown(socket.SHUT_RDWR)


class _Final(http.client.HTTPResponse):
    """Reads over interim answers (1xx) but for the one that ends HTTP, as RFC 9110, 15.2 asks of a client.

    The standard library knows 100 only, and would take the 103 before an answer for the answer.
    """

    def _read_status(self) -> tuple[str, int, str]:
        told: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
        while told[1] in _INTERIM and told[1] != HTTPStatus.SWITCHING_PROTOCOLS:
            http.client.parse_headers(self.fp)
            told = super()._read_status()  # type: ignore[misc]
        return told


def _pool(pool: type[Any], connection: type[Any], taken: Callable[[socket.socket], None]) -> type[Any]:
    """Return a connection pool class whose connections hand over their sockets before a byte is sent."""

    def new_conn(self: Any) -> socket.socket:
        connected: socket.socket = connection._new_conn(self)  # noqa: SLF001 - the one place before TLS begins
        taken(connected)
        return connected

    def connect(self: Any) -> None:
        connection.connect(self)
        taken(self.sock)

    own = {"_new_conn": new_conn, "connect": connect, "response_class": _Final}
    watched = type(f"Watched{connection.__name__}", (connection,), own)
    return type(f"Watched{pool.__name__}", (pool,), {"ConnectionCls": watched})
