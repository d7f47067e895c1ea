"""Ends an exchange that outlives its deadline, even while its headers drip in byte by byte.

Read timeouts bound the gap between two bytes, not their number. The watchdog shuts the sockets down
from a thread of its own, and the read that waits on them fails at once.
"""

from __future__ import annotations

import http.client
import math
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from clausewise.errors import AddressNotAllowed

_INTERIM = range(100, 200)
_TICK = 0.1  # seconds between two looks at the clock


_MOST = 256  # connections that are kept: one for each call that may be at work


@dataclass(eq=False)
class _Watched:
    """One exchange, in a thread of its own: its deadline, its sockets, how new its connection is."""

    deadline: float = math.inf
    rested: float = math.inf
    bit: bool = False
    new: bool = True
    fresh: bool = False
    sockets: WeakSet[Any] = field(default_factory=WeakSet)

    def bite(self) -> None:
        """End it."""
        self.bit, self.deadline = True, math.inf
        for connected in list(self.sockets):
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)


class _Own(threading.local):
    """The exchange of a thread."""

    def __init__(self) -> None:
        self.exchange = _Watched()


class Watchdog:
    """Watches the sockets of one transport; a deadline is on the clock of `time.perf_counter`.

    Each thread has an exchange of its own, and only what that one is sent on is shut down with it.
    """

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        self._allowed = [ip_network(text) for text in addresses]
        self._own = _Own()
        self._live: dict[int, _Watched] = {}  # by thread; each writes its own place
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def bit(self) -> bool:
        """Whether the exchange at hand was ended."""
        return self._own.exchange.bit

    @property
    def new(self) -> bool:
        """Whether the exchange at hand has a connection of its own."""
        return self._own.exchange.new

    @property
    def fresh(self) -> bool:
        """Whether the exchange at hand began with a handshake of TLS."""
        return self._own.exchange.fresh

    def adapter(self, logins: Mapping[str, tuple[str, str]], key_password: str) -> HTTPAdapter:
        """Return an adapter for `requests` whose connections are watched; `logins` are those of proxies."""
        pools = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self),
        }
        return _Adapter(pools, logins, key_password)

    def check(self, url: str) -> None:
        """Raise Elsewhere for a URL that a proxy would lead nobody knows where.

        A proxy looks names up by itself, so that only an address in the URL tells.
        """
        host = urlsplit(url).hostname or ""
        try:
            there = ip_address(host)
        except ValueError:
            if self._allowed:
                raise AddressNotAllowed(
                    f"The target's host {host} is looked up by the proxy, so that [limits] addresses cannot "
                    f"be held: nothing was sent. Write its address into base_url, or take the list out."
                ) from None
            return
        self._check(there)

    def _check(self, there: IPv4Address | IPv6Address) -> None:
        if self._allowed and not any(there in network for network in self._allowed):
            raise AddressNotAllowed(
                f"The target's host resolves to {there}, which [limits] addresses does not allow "
                f"({', '.join(map(str, self._allowed))}): nothing was sent there. Mend the name, or the list."
            )

    def taken(self, connected: Any, *, to_proxy: bool) -> None:
        """Watch a socket that has just been connected; Elsewhere where it may not lead there."""
        self._own.exchange.new = True
        if not to_proxy:
            try:
                self._check(ip_address(connected.getpeername()[0].partition("%")[0]))
            except AddressNotAllowed:
                connected.close()
                raise
        self.secured(connected)

    def secured(self, connected: Any) -> None:
        """Watch a socket that was taken before, now that it speaks TLS; its other end may be gone again."""
        self._own.exchange.sockets.add(_bare(connected))
        self._own.exchange.fresh = type(connected) is not socket.socket

    def lent(self, connection: Any) -> None:
        """Watch a kept connection for the exchange at hand, or close one that has rested too long."""
        exchange, kept = self._own.exchange, getattr(connection, "sock", None)
        if kept is None:
            return
        if time.perf_counter() - vars(connection).get("rests", -math.inf) >= exchange.rested:
            connection.close()
        else:
            exchange.sockets.add(_bare(kept))

    def dug(self) -> None:
        """Raise TimeoutError where it bit while a proxy dug a tunnel, which then looks like a good one."""
        if self.bit:
            raise TimeoutError

    def watch(self, deadline: float, rested: float = math.inf) -> None:
        """Let the exchange that begins now live until the deadline, on a connection that rested no longer."""
        self._own.exchange = self._live[threading.get_ident()] = _Watched(deadline, rested, new=False)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="clausewise watchdog", daemon=True)
            self._thread.start()

    def rest(self) -> None:
        """Stop watching: the exchange is over."""
        self._live.pop(threading.get_ident(), None)

    def bite(self) -> None:
        """End every exchange that is at work."""
        for exchange in list(self._live.values()):
            exchange.bite()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(_TICK):
            now = time.perf_counter()
            for exchange in list(self._live.values()):
                if now > exchange.deadline:
                    exchange.bite()


def _bare(connected: Any) -> Any:
    """Return the socket of a connection; TLS in a proxy's TLS has it within."""
    return getattr(connected, "socket", connected)


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


class _Adapter(HTTPAdapter):
    """An adapter whose pools, those behind a proxy too, are of classes of ours."""

    def __init__(
        self, pools: Mapping[str, type[Any]], logins: Mapping[str, tuple[str, str]], key_password: str
    ) -> None:
        self._key: dict[str, Any] = {"key_password": key_password} if key_password else {}
        super().__init__(max_retries=0, pool_maxsize=_MOST)
        self._pools = pools
        self._logins = logins
        self.poolmanager.pool_classes_by_scheme = pools

    def init_poolmanager(self, connections: int, maxsize: int, *block: bool, **more: Any) -> None:
        """Make the pools, whose connections open the client's key."""
        super().init_poolmanager(connections, maxsize, *block, **{**more, **self._key})

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Return the pools behind a proxy."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs, **self._key)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Return what a proxy is sent beside each call, or before each tunnel."""
        login = self._logins.get(proxy)
        pair = b64encode(":".join(login).encode()).decode() if login else ""
        return {"Proxy-Authorization": f"Basic {pair}"} if pair else {}


def _pool(pool: type[Any], connection: type[Any], watchdog: Watchdog) -> type[Any]:
    """Return a connection pool class whose connections hand over their sockets before a byte is sent."""

    def new_conn(self: Any) -> socket.socket:
        connected: socket.socket = connection._new_conn(self)  # noqa: SLF001 - the one place before TLS begins
        watchdog.taken(connected, to_proxy=self.proxy is not None)
        return connected

    def connect(self: Any) -> None:
        connection.connect(self)
        watchdog.secured(self.sock)

    def tunnel(self: Any) -> None:
        connection._tunnel(self)  # noqa: SLF001 - as above
        watchdog.dug()

    def get_conn(self: Any, timeout: float | None = None) -> Any:
        lent = pool._get_conn(self, timeout)  # noqa: SLF001 - which connection an exchange has, nobody else says
        watchdog.lent(lent)
        return lent

    def put_conn(self: Any, value: Any) -> None:
        if value is not None:
            value.rests = time.perf_counter()
        pool._put_conn(self, value)  # noqa: SLF001 - as above

    own = {"_new_conn": new_conn, "connect": connect, "_tunnel": tunnel, "response_class": _Final}
    watched = type(f"Watched{connection.__name__}", (connection,), own)
    return type(
        f"Watched{pool.__name__}",
        (pool,),
        {"ConnectionCls": watched, "_get_conn": get_conn, "_put_conn": put_conn},
    )
