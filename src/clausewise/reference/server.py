"""Serves the reference over real HTTP: in this process, or as a process of its own."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from clausewise import families
from clausewise.errors import ConfigurationError
from clausewise.reference.account_service import service as account_service
from clausewise.reference.cdp import service as cdp
from clausewise.reference.effects import Effects
from clausewise.reference.family_app import FamilyApp, brought
from clausewise.reference.fault_injection import Answer, Faults
from clausewise.reference.int_ecm import service as int_ecm
from clausewise.reference.ofs_ecm import service as ofs_ecm

Handle = Callable[[Request], Any]
Act = Callable[[Request, bytes], Answer]


class Sandbox(Protocol):
    """What plays one family."""

    @property
    def memory(self) -> sqlite3.Connection:
        """Where it keeps what it remembers; what is not committed can be undone."""

    def routes(self) -> Iterator[tuple[str, str, Act]]:
        """Yield method, path and action of every operation."""


# A family that ships is one entry here and one module beside this one; another brings an app of its own.
_FAMILIES: Mapping[str, Callable[[str, str, Faults], Sandbox]] = {
    "cdp": cdp.Sandbox,
    "ofs-ecm": ofs_ecm.Sandbox,
    "int-ecm": int_ecm.Sandbox,
    "account-service": account_service.Sandbox,
}

_TOO_LARGE = 413
_MOST_BODY = 64 << 20  # bytes; an image of 10 MB as base64 text, several of them in one form
_DIGITS = 18
_MOST_HEADER = 1 << 20  # bytes; a comment of 64k characters travels in the URL


def build(
    documents: Mapping[str, str], *, database: str = ":memory:", bends: Faults, control: bool = False
) -> Starlette:
    """Return the application that plays the families named, each by the document given ('' for its first)."""
    routes: list[BaseRoute] = []
    for family, document in documents.items():
        home = families.family(family)
        if family not in _FAMILIES:
            routes.append(Mount(f"/{family}", FamilyApp(brought(home), home, document, bends, _body)))
            continue
        sandbox = _FAMILIES[family](document, database, bends)
        effects = Effects(family, bends, sandbox.memory)
        routes += [
            Route(path, _answering(act, bends, family, effects), methods=[method])
            for method, path, act in sandbox.routes()
        ]
    if control:
        routes.append(Route("/__control__/bend", _switching(bends), methods=["PUT"]))
        routes.append(Route("/__control__/count", _counting(bends), methods=["GET"]))
        routes.append(Route("/__control__/answers", _telling(bends), methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={HTTPException: _plain})


def _answering(act: Act, bends: Faults, family: str, effects: Effects) -> Handle:
    async def handle(request: Request) -> Response:
        sent = await _body(request)
        if bends.busy(family):
            return Response(status_code=429, headers={"retry-after": "0"})
        wire = bends.wire(effects.act(partial(act, request, sent)), sent, family)
        if wire.delay:
            await asyncio.sleep(wire.delay)
        return Response(wire.content, wire.status, wire.headers)

    return handle


async def _body(request: Request) -> bytes:
    """Return the body of a request; 413 for one that is larger than any that the documents know."""
    body = bytearray()
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:_DIGITS]) <= _MOST_BODY:
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BODY:
                break
        else:
            return bytes(body)
    raise HTTPException(_TOO_LARGE, f"more than {_MOST_BODY} bytes", {"connection": "close"})


def _switching(bends: Faults) -> Handle:
    async def switch(request: Request) -> Response:
        told = await _body(request)
        bends.switch(asked if isinstance(asked := json.loads(told), list) else [asked])
        return Response(status_code=204)

    return switch


def _counting(bends: Faults) -> Handle:
    async def count(_: Request) -> Response:
        return JSONResponse({"answered": bends.answered, "changed": bends.changed})

    return count


def _telling(bends: Faults) -> Handle:
    async def tell(_: Request) -> Response:
        return JSONResponse(bends.heard())

    return tell


async def _plain(_: Request, bad: Exception) -> Response:
    status = bad.status_code if isinstance(bad, HTTPException) else 500
    headers = bad.headers if isinstance(bad, HTTPException) else None
    told = bad.detail if isinstance(bad, HTTPException) and status == _TOO_LARGE else "no such operation"
    return JSONResponse({"status": status, "error": told}, status, headers)


def serve(
    documents: Mapping[str, str],
    host: str,
    port: int,
    *,
    ready: Callable[[str], None],
    database: str = ":memory:",
    bends: Sequence[Mapping[str, Any]] = (),
    freedoms: Sequence[Mapping[str, Any]] = (),
    control: bool = False,
) -> None:
    """Serve until stopped; `ready` hears the URL as soon as calls are taken. Port 0 takes a free one."""
    try:
        app = build(documents, database=database, bends=Faults(bends, freedoms), control=control)
    except sqlite3.Error as bad:
        raise ConfigurationError(f"--database {database} cannot be used as a database: {bad}.") from bad
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as bad:
        raise ConfigurationError(f"The reference cannot listen on {host}:{port}: {bad.strerror}.") from bad
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms for an ACK
    told = f"[{host}]" if ":" in host else host
    ready(f"http://{told}:{listener.getsockname()[1]}")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", h11_max_incomplete_event_size=_MOST_HEADER
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
