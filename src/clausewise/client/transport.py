"""Bytes out, bytes in, within the target's limits; every failure becomes one sentence."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import closing
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import urllib3

from clausewise import thread_turns
from clausewise.client import error_messages
from clausewise.client.budget import Budget
from clausewise.client.watchdog import Watchdog
from clausewise.errors import Dropped, NoConnection, NoVerdict, TargetUnusable, Unreachable, Unreadable
from clausewise.model import Request, Response
from clausewise.proxies import Proxy
from clausewise.targets import Limits, Tls

_CHUNK = 64 * 1024
_VALUES = 300_000  # of JSON: each takes up to a hundred times its bytes in memory
_IDLE = 1.0  # seconds after which a kept connection may be about to end
_PROXY_PAGE = "X-Squid-Error"  # what a proxy says with a page of its own
_CODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}  # others, and more than one, may unpack to anything


class Transport:
    """Sends requests over kept-alive connections, paced, bounded in time and size.

    Each call stands for itself: no redirect is followed, and no cookie kept. Threads share its connections,
    of which each call has one; while one waits for an answer others work (`thread_turns`).
    """

    def __init__(
        self, limits: Limits, tls: Tls, budget: Budget | None = None, proxy: Proxy | None = None
    ) -> None:
        self.limits = limits
        self._proxy = proxy or Proxy()
        self._budget = budget or Budget(rate=limits.rate)
        self._session = _Session()
        self._session.trust_env = False  # no proxy, .netrc or bundle that the target file does not name
        self._session.headers.clear()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._watchdog = Watchdog(limits.addresses)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._watchdog.adapter(self._proxy.logins, tls.client_key_password))
        self._wary = False
        self.room: thread_turns.Lock = (
            thread_turns.OPEN
        )  # entered by each call, where only so many may be at work
        self._session.verify = tls.ca_bundle or tls.verify
        if tls.client_certificate:
            key = tls.client_key
            self._session.cert = (tls.client_certificate, key) if key else tls.client_certificate

    def send(self, request: Request, what: str = "", *, harmless: bool = False) -> tuple[Response, float]:
        """Send one request; return the response and the milliseconds it took.

        `what` is what errors call it where its address holds what they may not tell. A `harmless` one, which
        may come twice, is sent anew where the target closes a kept connection as it comes; any other one
        is not sent on a connection of which that is to be feared.
        Raises Unreachable or Unreadable, or TargetUnusable where TLS fails for good, each with a sentence
        that says what happened.
        """
        try:
            return self._timed(request, what, math.inf if harmless else 0.0 if self._wary else _IDLE)
        except Dropped:
            self._wary = True
            if not harmless:
                raise
        return self._timed(request, what, 0.0)

    def _timed(self, request: Request, what: str, rested: float) -> tuple[Response, float]:
        """Send once, on a connection that has rested for less than so many seconds, or on a new one."""
        with thread_turns.alone(self.room):
            self._budget.spend()
            began = ended = time.perf_counter()
            self._watchdog.watch(began + self.limits.total_timeout, rested)
            try:
                with thread_turns.waiting():
                    try:
                        response = self._exchange(request, what)
                    finally:
                        self._watchdog.rest()
                        ended = time.perf_counter()
            except (NoVerdict, TargetUnusable):
                if self._budget.cancelled:  # which may have cut it short, and is no fault of the target
                    raise KeyboardInterrupt from None
                raise
            finally:
                self._budget.answered(ended - began)
        return response, (ended - began) * 1000

    def cut(self) -> None:
        """End every call that is at work, since the run is cancelled."""
        self._watchdog.bite()

    def put_off(self, seconds: float) -> None:
        """Let no process of the run send for so many seconds, and go slower from then on."""
        self._budget.put_off(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._watchdog.close()
        self._session.close()

    def _exchange(self, request: Request, what: str) -> Response:
        what = what or f"{request.method} {request.url.partition('?')[0]}"
        headers: tuple[tuple[str, str], ...] = ()
        way = self._proxy.of(request.url)
        if way:
            self._watchdog.check(request.url)
        try:
            answer = self._session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=_sendable(request.headers),
                timeout=(self.limits.connect_timeout, self.limits.read_timeout),
                allow_redirects=False,
                stream=True,
                proxies={urlsplit(request.url).scheme: way} if way else {},
            )
            with closing(answer):
                headers = tuple((str(name), str(value)) for name, value in answer.raw.headers.items())
                _check(headers, what)
                body = self._body(answer.raw, what)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as bad:
            self._in_time(what)
            why = error_messages.why(bad, self.limits, self._proxy, way, fresh=self._watchdog.fresh)
            message = f"{what} got no whole answer: {why}."
            if error_messages.hopeless(bad):
                raise TargetUnusable(message) from bad
            if not (self._watchdog.new or headers) and error_messages.dropped(bad):
                raise Dropped(message) from bad
            raise (NoConnection if error_messages.unconnected(bad) else Unreachable)(message) from bad
        self._in_time(what)
        if message := error_messages.unshown(answer.status_code, body) or error_messages.barred(
            answer.status_code, self._proxy, way
        ):
            raise TargetUnusable(f"{what} got no answer of the target: {message}.")
        if way and (page := dict(answer.headers).get(_PROXY_PAGE)):
            raise Unreachable(
                f"{what} was answered by the proxy {way}, with a {answer.status_code} ({page[:40]})."
            )
        return Response(answer.status_code, headers, body, answer.reason or "")

    def _in_time(self, what: str) -> None:
        if self._watchdog.bit:
            raise Unreadable(f"{what} had not ended its answer after {self.limits.total_timeout:g} s.")

    def _body(self, raw: urllib3.BaseHTTPResponse, what: str) -> bytes:
        """Read the body as it comes, as far as the target's limit lets it grow once it is unpacked."""
        body, limit = bytearray(), self.limits.max_body_bytes
        while piece := raw.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > limit:
                raise Unreadable(f"{what} answered more than {limit} bytes; the rest was not read.")
        if body.lstrip().startswith((b"[", b"{")) and body.count(b",") > _VALUES:
            raise Unreadable(
                f"{what} answered JSON of more than {_VALUES} values, which was not looked into."
            )
        return bytes(body)


class _Session(requests.Session):
    """A session that does not look where a redirect points: it would read its body without a limit."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None: an answer is an answer."""


def _check(headers: tuple[tuple[str, str], ...], what: str) -> None:
    """Raise Unreadable for headers that make a body's end, or its meaning, a matter of taste."""
    for name, value in headers:
        if name.lower() == "content-encoding" and value.strip().lower() not in _CODINGS:
            raise Unreadable(
                f"{what} answered in the Content-Encoding {value[:40]!r}, which the request did not ask for."
            )
        if name.lower() == "content-length" and not value.replace(",", "").replace(" ", "").isdecimal():
            raise Unreadable(f"{what} answered with the Content-Length {value[:40]!r}, which is no length.")


def _sendable(headers: tuple[tuple[str, str], ...]) -> Mapping[str, str | bytes]:
    """Encode header values as UTF-8, so that a garbled token can be sent as it is."""
    return {name: value.encode("utf-8") for name, value in headers}
