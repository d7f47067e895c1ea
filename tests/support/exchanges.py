"""Exchanges made by hand, for tests that need no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from clausewise import contracts
from clausewise.model import Exchange, Request, Response

TOY = contracts.load(Path(__file__).parent / "toy" / "openapi.yaml", "toy-1")
JSON = (("Content-Type", "application/json"),)


def exchange(
    operation: str, status: int, body: Any = None, *, raw: bytes | None = None, sent: Any = None, **more: Any
) -> Exchange:
    """Return an exchange of the toy family whose answer is the body as JSON, or raw bytes."""
    content = raw if raw is not None else json.dumps(body).encode()
    return Exchange(
        id=more.pop("id", "x-1"),
        family="toy",
        operation=operation,
        request=Request(
            "POST", "http://127.0.0.1/widgets", more.pop("request_headers", JSON), more.pop("asked", b"")
        ),
        response=Response(status, more.pop("headers", JSON), content),
        sent=sent,
    )
