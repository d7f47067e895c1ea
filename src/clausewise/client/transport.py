"""Bytes out, bytes in, within the target's limits; every failure becomes one sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing

import requests
import urllib3

from clausewise.client.budget import Budget
from clausewise.client.watchdog import Watchdog
from clausewise.errors import CircuitOpen, NoVerdict, Unreachable, Unreadable
from clausewise.model import Request, Response
from clausewise.targets import Limits, Tls

_CHUNK = 64 * 1024


class Transport:
    """Sends requests over kept-alive connections, paced, bounded in time and size.

    A target that gives no answer `limits.breaker` times in a row opens the circuit: every later
    send raises CircuitOpen without touching the network.
    """

    def __init__(self, limits: Limits, tls: Tls, budget: Budget | None = None) -> None:
        self._limits = limits
        self._budget = budget or Budget(rate=limits.rate)
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, .netrc or bundle that the target file does not name
        self._session.headers.clear()
        self._watchdog = Watchdog(limits.addresses)
        self._session.mount("http://", self._watchdog.adapter())
        self._session.mount("https://", self._watchdog.adapter())
        self._session.verify = tls.ca_bundle or tls.verify
        if tls.client_certificate:
            key = tls.client_key
            self._session.cert = (tls.client_certificate, key) if key else tls.client_certificate
        self._dead = 0

    def send(self, request: Request) -> tuple[Response, float]:
        """Send one request; return the response and the milliseconds it took.

        Raises Unreachable, Unreadable or CircuitOpen, each with a sentence that says what happened.
        """
        if self._dead >= self._limits.breaker:
            raise CircuitOpen(
                f"The last {self._dead} calls got no answer, so no further one is sent. "
                f"See that the target at {_host(request.url)} is up, then run again."
            )
        self._budget.spend()
        began = time.perf_counter()
        self._watchdog.watch(began + self._limits.total_timeout)
        try:
            response = self._exchange(request)
        except NoVerdict:
            self._dead += 1
            raise
        finally:
            self._watchdog.rest()
        self._dead = 0
        return response, (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Close the connections."""
        self._watchdog.close()
        self._session.close()

    def _exchange(self, request: Request) -> Response:
        what = f"{request.method} {request.url.partition('?')[0]}"
        try:
            answer = self._session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=_sendable(request.headers),
                timeout=(self._limits.connect_timeout, self._limits.read_timeout),
                allow_redirects=False,
                stream=True,
            )
            with closing(answer):
                body = b"".join(self._pieces(answer.raw, what))
                headers = tuple((str(name), str(value)) for name, value in answer.raw.headers.items())
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as bad:
            self._in_time(what)
            raise Unreachable(f"{what} got no whole answer: {_why(bad, self._limits)}.") from bad
        self._in_time(what)
        return Response(answer.status_code, headers, body, answer.reason or "")

    def _in_time(self, what: str) -> None:
        if self._watchdog.bit:
            raise Unreadable(f"{what} had not ended its answer after {self._limits.total_timeout:g} s.")

    def _pieces(self, raw: urllib3.BaseHTTPResponse, what: str) -> Iterator[bytes]:
        """Yield the body as it comes, as far as the target's limit lets it grow."""
        size, limit = 0, self._limits.max_body_bytes
        while piece := raw.read1(_CHUNK, decode_content=True):
            size += len(piece)
            if size > limit:
                raise Unreadable(f"{what} answered more than {limit} bytes; the rest was not read.")
            yield piece


def _sendable(headers: tuple[tuple[str, str], ...]) -> Mapping[str, str | bytes]:
    """Encode header values as UTF-8, so that a garbled token can be sent as it is."""
    return {name: value.encode("utf-8") for name, value in headers}


def _host(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _why(bad: Exception, limits: Limits) -> str:
    """Say what went wrong in the user's words, not in those of three nested libraries."""
    text = repr(bad)
    known = {
        "ConnectTimeout": f"no connection within {limits.connect_timeout:g} s",
        "ReadTimeout": f"nothing came for {limits.read_timeout:g} s",
        "Read timed out": f"nothing came for {limits.read_timeout:g} s",
        "refused": "the connection was refused",
        "reset": "the connection was reset",
        "RemoteDisconnected": "the connection was closed before an answer came",
        "IncompleteRead": "the answer was cut off",
        "CERTIFICATE_VERIFY_FAILED": "its certificate cannot be verified",
        "NameResolution": "its name cannot be resolved",
    }
    return next((words for mark, words in known.items() if mark in text), f"{type(bad).__name__}: {bad}")
