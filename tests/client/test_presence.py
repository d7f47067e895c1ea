"""A base URL at which nothing of the API answers: one sentence, and no clause is accused."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import hostile
import pytest
import runs

from clausewise import chaos, contracts, families
from clausewise.client import Client

CASES = "/rest-api/ECMService/CaseManagementService"
PAGES = {
    "a page": (b"<html><h1>404 Not Found</h1></html>", "text/html"),
    "nothing": (b"", "text/plain"),
    "Kong": (b'{"message":"no Route matched with those values"}', "application/json"),
    "Spring": (
        b'{"timestamp":"2031-01-01T00:00:00Z","status":404,"error":"Not Found","path":"/x"}',
        "application/json",
    ),
    "Express": (b"<pre>Cannot POST /caas</pre>", "text/html"),
    "FastAPI": (b'{"detail":"Not Found"}', "application/json"),
    "APIM": (b'{"statusCode": 404, "message": "Resource not found"}', "application/json"),
}


def page(name):
    """Answer every call with one of the pages, with status 404."""
    body, kind = PAGES[name]
    return hostile.http(body, status="404 Not Found", headers=f"Content-Type: {kind}\r\n")


@pytest.mark.parametrize(
    ("family", "name", "more"),
    [
        *(("cdp", name, ()) for name in PAGES),
        ("ofs-ecm", "a page", ()),
        ("int-ecm", "Kong", ()),
        ("account-service", "a page", ()),
        ("ofs-ecm", "a page", ("--plan", "safe")),
    ],
)
def test_a_path_at_which_nothing_answers_is_told_in_one_sentence(tmp_path, family, name, more):
    """Exit 3, with what was asked and where to look; no clause is broken for it."""
    with hostile.serving(page(name)) as url:
        target = runs.target_at(tmp_path, f"{url}/wrong", family)
        done = runs.inside("run", "--target", target, "--run-dir", tmp_path / "run", *more)

    told = runs.results(tmp_path / "run")
    assert done.returncode == 3, done.stdout
    assert told["outcome"]["reasons"][0].startswith(
        f"Nothing of the API answers at {url}/wrong, only something in"
    )
    assert "HTTP 404" in told["outcome"]["reasons"][0]
    assert more or not [row["id"] for row in told["clauses"] if row["verdict"] == "fail"]
    assert told["run"].get("exchanges", 0) < 20


@pytest.mark.parametrize(
    ("family", "struck", "clause"),
    [
        ("cdp", ("POST", "/caas/api/v2/customer/validate"), "cdp.validateCustomer.not-found"),
        ("ofs-ecm", ("POST", f"{CASES}/getCaseStatusDetails"), "ofs-ecm.getCaseStatusDetails.fetched"),
        ("cdp", ("POST", "/auth/realms/cdp/protocol/openid-connect/token"), "cdp.getToken.token"),
    ],
)
def test_one_operation_that_is_not_there_is_broken(tmp_path, family, struck, clause):
    """Where others answer, the API is there: what the documents print and the target does not have is red."""
    with (
        runs.reference(family) as url,
        chaos.serving(chaos.Kind("gone", page("a page")), url, struck=chaos.calls_to([struck])) as served,
    ):
        target = runs.target_at(tmp_path, served.url, family)
        runs.inside("run", "--target", target, "--clause", clause, "--run-dir", tmp_path / "run")

    told = runs.results(tmp_path / "run")
    assert told["outcome"]["word"] != "target unusable", json.dumps(told["outcome"])
    assert runs.verdicts(tmp_path / "run")[clause] == "fail"


@pytest.mark.parametrize(
    ("method", "writes", "body_required", "harmless"),
    [
        ("GET", False, False, True),
        ("POST", False, False, True),
        ("POST", True, True, True),
        ("POST", True, False, False),
        ("DELETE", True, False, False),
        ("PUT", True, True, False),
    ],
)
def test_nothing_that_could_write_is_asked_whether_it_is_there(method, writes, body_required, harmless):
    """A DELETE of /things/0 without credentials may well be served where nobody asks for any."""
    contract = contracts.load(families.family("cdp").contract, "cdp-2023")
    asked = replace(
        contract.operations["getCustomer"], method=method, writes=writes, body_required=body_required
    )
    client: Any = SimpleNamespace(_reads=lambda operation: not operation.writes)

    assert Client._may_be_tried(client, asked) is harmless
