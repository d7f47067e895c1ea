"""A message goes out where a run came to something else than the one before, and only there."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import runs

from clausewise.reference import process

NOT_FOUND = "cdp.validateCustomer.not-found*"
DEFECT = "cdp.lookup.not-found-code-as-text"


@pytest.fixture
def hook():
    """A webhook of this machine: its URL as Apprise writes it, and what it was told."""
    heard = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(500 if heard[-1]["title"].startswith("broken") else 200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/token-of-ours", heard
    server.shutdown()
    server.server_close()


def run(folder, number, hook, *defects):
    """Run some clauses of the reference, bent or not, into a history, and tell a webhook."""
    options = [word for defect in defects for word in ("--defect", defect)]
    with process.started({"cdp": ""}, *options) as url:
        target = runs.target_at(folder, url, "cdp")
        where = ("--run-dir", folder / number, "--history", folder / "h.db")
        secret = runs.environment(CLAUSEWISE_NOTIFY=hook)
        return runs.clausewise(
            "run", "--target", target, "--clause", NOT_FOUND, *where, cwd=folder, env=secret
        )


def test_a_webhook_hears_of_changes_only(tmp_path, hook):
    """Of the first run nothing, of the same again nothing; then what broke, and what was mended."""
    url, heard = hook
    first, again = (run(tmp_path, number, url) for number in "12")
    assert (first.returncode, again.returncode, heard) == (2, 2, [])

    broken = run(tmp_path, "3", url, DEFECT)
    assert broken.returncode == 1, broken.stderr
    assert [told["title"] for told in heard] == ["reference: not conformant, was not fully verified"]
    assert "2 newly broken: cdp.validateCustomer.not-found, cdp." in heard[0]["message"]

    mended = run(tmp_path, "4", url)
    assert mended.returncode == 2
    assert heard[1]["title"] == "reference: not fully verified, was not conformant"
    assert "2 mended: cdp.validateCustomer.not-found, cdp." in heard[1]["message"]
    assert "token-of-ours" not in mended.stdout + mended.stderr


def test_a_message_that_cannot_be_sent_is_told(tmp_path):
    """The verdict stays; a green one does not hide that nobody was told."""
    nowhere = "json://127.0.0.1:9/token-of-ours"
    run(tmp_path, "1", nowhere)
    done = run(tmp_path, "2", nowhere, DEFECT)

    assert done.returncode == 1
    assert "--notify: a message could not be sent" in done.stderr
    assert "token-of-ours" not in done.stderr
