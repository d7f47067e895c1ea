"""Allure 3 draws our results: with variables, categories and history; its page asks no other host."""

import re
import shutil
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import runs
from made_results import results

from clausewise import package_data, scope, targets
from clausewise.cli import allure
from clausewise.model import Kind, Standing
from clausewise.plugin import labels

PAGE = """<html><head></head><body><script src="app.js"></script>
<script async src="https://www.example.com/gtag/js?id=G-1"></script>
<script>
  function gtag(){dataLayer.push(arguments);}
  gtag('config', 'G-1');
</script><script>window.ready = true;</script></body></html>"""


def test_scripts_of_other_hosts_are_taken_out():
    """Its own stay, and a policy forbids whatever else would ask."""
    told = allure.quiet(PAGE)

    assert "https://" not in told
    assert "gtag" not in told
    assert 'src="app.js"' in told
    assert "window.ready" in told
    assert "Content-Security-Policy" in told


def test_each_cause_is_a_category_before_the_others():
    """A test whose message names one of its clauses falls into it, and no test of a like name."""
    told = results()
    rules = allure._config(told, "")["categories"]["rules"]
    wanted = re.compile(rules[0]["matchers"]["message"])

    assert [rule["name"].partition(":")[0] for rule in rules[:3]] == [
        "Cause 1, red",
        "Cause 2, amber",
        "Broken clauses",
    ]
    assert wanted.search("Words.\n  clause    toy.op.c2 (documented)")
    assert not wanted.search("Words.\n  clause    toy.op.c22 (documented)")
    assert not wanted.search("Words.\n  clause    toy_op.c2 (documented)")


def test_how_grave_a_broken_clause_is_follows_from_its_standing():
    """The firmest counts; who is let in is the gravest, where a document says so."""
    rows = scope.of(targets.load(runs.REFERENCE, package_data.SCHEMAS / "target.schema.json"))
    one = next(clause for clause in rows.clauses() if clause.kind is Kind.ANSWER)
    guess = replace(one, standing=Standing.ASSUMED)

    assert labels.severity([guess]) == "trivial"
    assert labels.severity([guess, replace(one, standing=Standing.DOCUMENTED)]) == "critical"
    assert labels.severity([replace(one, standing=Standing.DOCUMENTED, kind=Kind.AUTH)]) == "blocker"
    assert labels.severity([replace(guess, kind=Kind.AUTH)]) == "trivial"


def test_without_allure_it_is_one_sentence(tmp_path):
    """Exit code 4 and what to install."""
    done = runs.clausewise("allure", tmp_path, env={**runs.environment(), "PATH": "/nowhere"})

    assert done.returncode == 4
    assert "npm install --global allure" in done.stderr


@pytest.mark.skipif(not shutil.which("allure"), reason="Allure is not installed: make test-all")
def test_allure_draws_our_results_and_asks_no_network(tmp_path, browser):
    """The page shows tests and variables; every request of it goes to its own host."""
    chosen = ["--clause", "cdp.getToken.*"]
    target = runs.target_at(tmp_path, "embedded", "cdp")
    runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *chosen)
    for _ in range(2):
        given = ["--output", tmp_path / "page", "--history", tmp_path / "history.jsonl"]
        done = runs.clausewise("allure", tmp_path / "run", *given)
        assert done.returncode == 0, done.stderr
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == 2

    handler: Any = partial(SimpleHTTPRequestHandler, directory=tmp_path / "page")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        handler.log_message = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = []
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html", wait_until="networkidle")
        page.wait_for_function("/test_authorization|cdp/.test(document.body.innerText)", timeout=60_000)
        server.shutdown()

    assert asked
    assert all(url.startswith((f"http://127.0.0.1:{server.server_port}/", "data:", "blob:")) for url in asked)
