"""A shop that keeps its file, or breaks it in one of ten ways."""

import http.server
import json
import threading
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token-of-the-shop"


class Shop(http.server.BaseHTTPRequestHandler):
    """Keeps items by their numbers; `bend` names what is wrong with it."""

    items: ClassVar[dict[int, Any]] = {}
    bend = ""
    turns = 0

    def do_GET(self):
        """Answer a list, or an item."""
        parts = urlsplit(self.path)
        if parts.path != "/v1/items":
            item = self.items.get(self.number)
            self.answer(*((200, item) if item else (404, {"error": "there is none"})))
            return
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not all(it.isdecimal() for it in asked.values()) or not 0 < int(asked.get("limit", 1)) <= 50:
            self.answer(400, {"error": "no number"})
            return
        start = int(asked.get("offset", 0))
        some = list(self.items.values())[start : start + int(asked.get("limit", 50))]
        if self.bend == "paging":
            some = list(self.items.values())
        if self.bend == "order":
            type(self).turns += 1
            some = some[:: (-1) ** self.turns]
        self.answer(200, some, {"X-Total": str(len(self.items))})

    def do_POST(self):
        """Take an item."""
        if (item := self.told()) is not None:
            number = max(self.items, default=0) + 1
            self.items[number] = {"id": number, **item}
            self.answer(201, self.items[number])

    def do_PUT(self):
        """Change an item."""
        if (item := self.told()) is not None:
            if self.number in self.items:
                self.items[self.number] = {"id": self.number, **item}
            self.answer(
                *((200, self.items[self.number]) if self.number in self.items else (404, {"error": "none"}))
            )

    def do_DELETE(self):
        """Drop an item."""
        if self.let_in():
            gone = self.items.pop(self.number, None)
            self.answer(*((204, None) if gone else (404, {"error": "there is none"})))

    @property
    def number(self):
        """The number at the end of the path; 0 where there is none."""
        last = urlsplit(self.path).path.rpartition("/")[2]
        return int(last) if last.isdecimal() and len(last) < 19 else 0

    def told(self):
        """Return a good body; answer a bad one."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.let_in():
            return None
        try:
            item = json.loads(body)
            fine = isinstance(item["name"], str) and 0 < len(item["name"]) <= 40
            price = item["price"]
            fine = fine and isinstance(price, int | float) and not isinstance(price, bool) and price >= 0
            fine = fine and item.get("colour") in {None, "red", "green"}
        except (ValueError, TypeError, KeyError):
            fine = False
        if not fine:
            self.answer(400, {"error": "that is no item"})
            return None
        if self.bend == "echo":
            item["name"] = item["name"][::-1]
        return {name: item[name] for name in ("name", "price", "colour") if name in item}

    def let_in(self):
        """Tell whether the caller may come in; answer one who may not."""
        fine = self.bend == "auth" or self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if not fine:
            self.answer(401, {"error": "who are you?"})
        return fine

    def answer(self, status, value, headers=()):
        """Send an answer, with what is wrong with it."""
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict) and "id" in one:
            bent = dict(one)
            if self.bend == "shape":
                del bent["price"]
            bends: dict[str, dict[str, Any]] = {"type": {"id": str(one["id"])}, "null": {"name": None}}
            bent |= bends.get(self.bend, {})
            value = [bent, *value[1:]] if isinstance(value, list) else bent
        coding = "utf-16" if self.bend == "encoding" else "utf-8"
        body = b"" if status == 204 else json.dumps(value).encode(coding)
        self.send_response(203 if self.bend == "status" and status == 200 else status)
        told = dict(headers)
        if self.bend == "header":
            told.pop("X-Total", None)
        if body:
            told |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, text in told.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def shop(bend=""):
    """Serve a shop of its own; yields its address."""
    own = type("Own", (Shop,), {"items": {}, "bend": bend})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), own) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
