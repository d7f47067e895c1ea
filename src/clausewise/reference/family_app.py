"""A reference that a family brings: an ASGI app, whose answers are bent as those of our own are.

It says in the header `clausewise-answer` which documented answer (`operation.outcome`) each of its answers
is; what says nothing goes out as it is. In `scope["extensions"]["clausewise"]` it finds the `document` that
it is to keep, and what a defect or a freedom has it do otherwise: `on(switch)`, and `refuses(operation,
body)`, which gives the name of the field that is to be refused.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pkgutil import resolve_name
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from clausewise.errors import ConfigurationError
from clausewise.families import Family
from clausewise.reference.fault_injection import Answer, Faults

NAME = "clausewise-answer"
_LONGEST = 300  # characters of a complaint that somebody else's code makes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Body = Callable[[Request], Awaitable[bytes]]


def brought(home: Family) -> App:
    """Import the app that a family names; ConfigurationError where there is none that can be."""
    home.check_plays()
    if str(home.root) not in sys.path:
        sys.path.insert(0, str(home.root))
    place = f"{home.folder / 'family.toml'}: the reference {home.reference}"
    try:
        app = resolve_name(home.reference)
    except Exception as bad:  # whatever a module of somebody else raises
        told = " ".join(f"{type(bad).__name__}: {bad}".split())[:_LONGEST]
        raise ConfigurationError(f"{place} cannot be imported ({told}); write module:app.") from bad
    if not callable(app):
        raise ConfigurationError(f"{place} is no ASGI app, but a {type(app).__name__}; write module:app.")
    made: App = app
    return made


class FamilyApp:
    """The ASGI app that stands between a family's own one and its callers."""

    def __init__(self, app: App, home: Family, document: str, bends: Faults, body: Body) -> None:
        self._app = app
        self._family = home.id
        self._bends = bends
        self._body = body
        self._extension = {"document": document, "on": bends.on, "refuses": bends.refuses}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Have the app answer, and hand its answer on, bent."""
        sent = await self._body(Request(scope, receive))
        if self._bends.busy(self._family):
            answer = Response(status_code=429, headers={"retry-after": "0"})
        else:
            answer = self._bent(await self._answered(scope, sent), sent)
        await answer(scope, receive, send)

    async def _answered(self, scope: Message, sent: bytes) -> Response:
        found = [{"type": "http.request", "body": sent, "more_body": False}]
        answer, body = Response(status_code=500), bytearray()

        async def receive() -> Message:
            return found.pop() if found else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status_code, answer.raw_headers = message["status"], list(message.get("headers", ()))
            else:
                body.extend(message.get("body", b""))

        extensions = {**scope.get("extensions", {}), "clausewise": self._extension}
        await self._app({**scope, "extensions": extensions}, receive, send)
        answer.body = bytes(body)
        return answer

    def _bent(self, answer: Response, sent: bytes) -> Response:
        name = answer.headers.get(NAME)
        if name is None:
            return answer
        del answer.headers[NAME]
        kept = {key: value for key, value in answer.headers.items() if key != "content-length"}
        try:
            body = json.loads(bytes(answer.body))
        except ValueError:
            return answer  # only JSON is bent
        wire = self._bends.wire(Answer(name, answer.status_code, body, kept), sent, self._family)
        return Response(wire.content, wire.status, wire.headers)
