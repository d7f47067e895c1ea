"""A place in which families of somebody's own lie."""

import http.server
import json
import shutil
import threading

import pytest
from hello_family import HELLO


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder, beside which the family lies in `hello`."""
    shutil.copytree(HELLO, tmp_path / "hello", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


class Greeter(http.server.BaseHTTPRequestHandler):
    """The tests' own server: it greets Ada, and nobody else."""

    def do_GET(self):
        known = self.path == "/greetings/Ada"
        body = json.dumps({"greeting": "Hello, Ada"} if known else {"error": "unknown"}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def greeter():
    """The URL of a server that keeps the document."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
