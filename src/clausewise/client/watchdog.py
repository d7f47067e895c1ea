"""Ends an exchange that outlives its deadline, even while its headers drip in byte by byte.

Read timeouts bound the gap between two bytes, not their number. The watchdog shuts the sockets down
from a thread of its own, and the read that waits on them fails at once.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from requests.adapters import HTTPAdapter

from clausewise.client import connections
from clausewise.errors import AddressNotAllowed

_TICK = 0.1  # seconds between two looks at the clock


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
        return connections.adapter(self, logins, key_password)

    def check(self, url: str) -> None:
        """Raise AddressNotAllowed for a URL that a proxy would lead nobody knows where.

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
        """Watch a socket that has just been connected; AddressNotAllowed where it may not lead there."""
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
