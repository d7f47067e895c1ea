"""Connections that are watched: all of urllib3 and http.client that we need and that has no public name.

`PRIVATE` lists what that is; `tests/client/test_connections.py` tells when any of it moves.
"""

from __future__ import annotations

import http.client
import socket
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Protocol

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

PRIVATE: Mapping[type, Sequence[str]] = MappingProxyType(
    {
        http.client.HTTPResponse: ("_read_status",),
        HTTPConnection: ("_new_conn", "_tunnel"),
        HTTPSConnection: ("_new_conn", "_tunnel"),
        HTTPConnectionPool: ("_get_conn", "_put_conn"),
        HTTPSConnectionPool: ("_get_conn", "_put_conn"),
    }
)
_INTERIM = range(100, 200)
_MOST = 256  # connections that are kept: one for each call that may be at work


class Watcher(Protocol):
    """What is told of each connection."""

    def taken(self, connected: Any, *, to_proxy: bool) -> None:
        """Hear of a socket that has just been connected, before a byte is sent."""

    def secured(self, connected: Any) -> None:
        """Hear of a socket again, now that it speaks TLS."""

    def dug(self) -> None:
        """Hear that a proxy has dug a tunnel."""

    def lent(self, connection: Any) -> None:
        """Hear of a kept connection that is used once more."""


def adapter(watcher: Watcher, logins: Mapping[str, tuple[str, str]], key_password: str) -> HTTPAdapter:
    """Return an adapter for `requests` whose connections are watched; `logins` are those of proxies."""
    pools = {
        "http": _pool(HTTPConnectionPool, HTTPConnection, watcher),
        "https": _pool(HTTPSConnectionPool, HTTPSConnection, watcher),
    }
    return _Adapter(pools, logins, key_password)


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


def _pool(pool: type[Any], connection: type[Any], watcher: Watcher) -> type[Any]:
    """Return a connection pool class whose connections hand over their sockets before a byte is sent."""

    def new_conn(self: Any) -> socket.socket:
        connected: socket.socket = connection._new_conn(self)  # noqa: SLF001 - before TLS begins
        watcher.taken(connected, to_proxy=self.proxy is not None)
        return connected

    def connect(self: Any) -> None:
        connection.connect(self)
        watcher.secured(self.sock)

    def tunnel(self: Any) -> None:
        connection._tunnel(self)  # noqa: SLF001 - as above
        watcher.dug()

    def get_conn(self: Any, timeout: float | None = None) -> Any:
        lent = pool._get_conn(self, timeout)  # noqa: SLF001 - which connection an exchange has, nobody else says
        watcher.lent(lent)
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
