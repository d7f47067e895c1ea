"""The client against targets that misbehave: bounded in time and size, one sentence each."""

import time
from pathlib import Path

import hostile
import pytest

from clausewise import contracts, shipped
from clausewise.client import Basic, Bearer, Client, Transport
from clausewise.errors import (
    CircuitOpen,
    CredentialsRefused,
    NoConnection,
    TargetUnusable,
    Throttled,
    Unreachable,
    Unreadable,
    Untestable,
)
from clausewise.model import File, Request, Response
from clausewise.targets import FamilyTarget, Limits, Tls

TOY = contracts.load(Path(__file__).parent / "toy" / "openapi.yaml", "toy-1")
LIMITS = Limits(connect_timeout=1, read_timeout=0.3, total_timeout=0.6, max_body_bytes=100_000, breaker=3)


def send(url, limits=LIMITS):
    transport = Transport(limits, Tls())
    try:
        return transport.send(Request("GET", url))
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("silence", Unreachable, "nothing came for 0.3 s"),
        ("closed-at-once", Unreachable, "closed before an answer came"),
        ("length-too-long", Unreachable, "was cut off"),
        ("no-http", Unreachable, "it answers something that is no HTTP/1.1, and begins with SSH-2.0"),
        ("gigabyte-body", Unreadable, "more than 100000 bytes"),
        ("endless-body", Unreadable, "more than 100000 bytes"),
        ("gzip-bomb", Unreadable, "more than 100000 bytes"),
        ("gzip-bomb-nested", Unreadable, "Content-Encoding 'gzip, gzip', which the request did not ask for"),
        ("redirect-endless", Unreadable, "more than 100000 bytes"),
        ("dripping-body", Unreachable, "nothing came for 0.3 s"),
        ("dripping-headers", Unreachable, "nothing came for 0.3 s"),
        ("continue-flood", Unreadable, "had not ended its answer after 0.6 s"),
        ("length-negative", Unreadable, "Content-Length '-5', which is no length"),
    ],
    ids=lambda given: given if isinstance(given, str) and "-" in given else "",
)
def test_a_misbehaving_target_costs_bounded_time_and_one_sentence(answer, error, said):
    """Whatever a target does to its answer, the call ends soon and says what happened."""
    with hostile.serving(answer) as url:
        began = time.monotonic()
        with pytest.raises(error, match=said):
            send(url)

    assert time.monotonic() - began < 3


def test_a_refused_connection_is_said_as_such():
    """A port where nobody listens is named as refused."""
    with pytest.raises(Unreachable, match="the connection was refused"):
        send("http://127.0.0.1:9")


def test_redirects_are_not_followed():
    """A redirect is an answer like any other: credentials never travel to where it points."""
    headers = "Location: /\r\n"
    with hostile.serving(hostile.http(b"", status="302 Found", headers=headers)) as url:
        response, _ = send(url)

    assert response.status == 302


def test_the_rate_limit_paces_calls():
    """At 20 requests a second five calls take at least four pauses of 50 ms."""
    transport = Transport(Limits(rate=20), Tls())
    with hostile.serving(hostile.http(b"{}")) as url:
        began = time.monotonic()
        for _ in range(5):
            transport.send(Request("GET", url))

    assert time.monotonic() - began >= 0.19


def client(url, credentials=None):
    return Client(
        TOY, FamilyTarget("toy", "toy-1", url, credentials=credentials or {}), Transport(LIMITS, Tls()), "t"
    )


def test_a_dead_target_opens_the_circuit():
    """After three calls without a connection no further one touches the network, whatever it asks for."""
    caller = client("http://127.0.0.1:9")
    for _ in range(3):
        with pytest.raises(NoConnection, match="the connection was refused"):
            caller.call("getWidget", path={"name": "a"}, auth=None)

    with pytest.raises(CircuitOpen, match="The last 3 calls got no answer"):
        caller.call("getWidget", path={"name": "a"}, auth=None)


def test_too_many_requests_is_no_word_on_any_clause():
    """An undocumented 429 asks for a slower run, so it is an error of the run and not a failure."""
    busy = hostile.http(b"{}", status="429 Too Many Requests")
    with hostile.serving(busy) as url, pytest.raises(Throttled, match="lower `rate`"):
        client(url).call("getWidget", path={"name": "a"}, auth=None)


def test_a_refused_log_in_makes_the_target_unusable():
    """Credentials that the target turns away stop the run with the role and the status."""
    login = {"type": "oauth2-password", "client_id": "c", "username": "amina", "password": "wrong-password"}
    closed = hostile.http(b"{}", status="401 Unauthorized")
    with hostile.serving(closed) as url, pytest.raises(CredentialsRefused, match="'default' with HTTP 401"):
        client(url, {"default": login}).call("getWidget", path={"name": "a"})


def test_a_role_that_the_target_file_lacks_is_untestable():
    """A call with credentials nobody gave names the table to add."""
    with pytest.raises(Untestable, match=r"\[families\.toy\.credentials\.foreign\]"):
        client("http://127.0.0.1:9").call("getWidget", path={"name": "a"}, auth="foreign")


def test_every_exchange_is_heard_and_sent_as_written():
    """What goes out is the path filled in, the body as JSON and the token as given, garbled or not."""
    heard = []
    with hostile.serving(hostile.http(b'{"name": "a"}')) as url:
        caller = client(url)
        caller.heard = heard.append
        exchange = caller.call("getWidget", path={"name": "a/b"}, auth=Bearer("gärbled"))

    assert heard == [exchange]
    assert exchange.request.url.endswith("/widgets/a%2Fb")
    assert ("Authorization", "Bearer gärbled") in exchange.request.headers
    assert exchange.json == {"name": "a"}


class Stub:
    """A transport that answers every request alike and remembers what it was asked."""

    def __init__(self, status):
        self.status = status
        self.asked = []
        self.limits = LIMITS

    def send(self, request):
        """Answer with the status, and nothing in it."""
        self.asked.append(request)
        return Response(self.status, (), b""), 1.0


ECM = contracts.load(shipped.SCHEMAS / "ofs-ecm" / "openapi.yaml", "ofs-ecm-8.1.2.8")
BASIC = {"default": {"type": "basic", "username": "me", "password": "made-up"}}


def ecm(status):
    """Return a client of the ofs-ecm family and the stub it talks to."""
    stub = Stub(status)
    family = FamilyTarget("ofs-ecm", ECM.document, "http://127.0.0.1:9", credentials=BASIC)
    return Client(ECM, family, stub, "t"), stub


def test_credentials_that_open_no_door_are_called_wrong():
    """One operation that turns good credentials away may be broken; a second before any success is not."""
    client, _ = ecm(401)

    assert client.call("saveEvents", {}).response.status == 401
    with pytest.raises(TargetUnusable, match="role 'default' are turned away: addCustomer and saveEvents"):
        client.call("addCustomer", [])


def test_credentials_that_opened_a_door_are_not_called_wrong():
    """After a success a refusal is the operation's own, however often it comes."""
    client, stub = ecm(200)
    client.call("saveEvents", {})
    stub.status = 401

    assert {client.call(name, {}).response.status for name in ("addCustomer", "addAccount")} == {401}


def test_wrong_credentials_given_on_purpose_are_not_the_target_files():
    """Who sends a bad password, or none, on purpose says nothing about the target file."""
    client, stub = ecm(401)

    for name in ("addCustomer", "addAccount", "saveEvents"):
        client.call(name, {}, auth=Basic("me", "bad"))
        client.call(name, {}, auth=None)
    assert dict(stub.asked[0].headers)["Authorization"] == "Basic bWU6YmFk"


def test_files_travel_as_parts_of_a_form():
    """Each file is a part under its name, and the header names the boundary."""
    client, stub = ecm(200)

    client.call(
        "ecmUploadFile", query={"comments": "a & b"}, files=[("file", File("a.txt", b"hello", "text/plain"))]
    )

    (asked,) = stub.asked
    assert asked.url.endswith("?comments=a+%26+b")
    assert dict(asked.headers)["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="a.txt"' in asked.body
    assert b"hello" in asked.body
