"""The client against targets that misbehave: bounded in time and size, one sentence each."""

import re
import socket
import time
from dataclasses import replace
from typing import Any

import hostile
import pytest
from clients import LIMITS, client, ecm, send

from clausewise import chaos, contracts, package_data
from clausewise.client import Bearer, Client, Transport, error_messages
from clausewise.client.circuit_breaker import Circuit
from clausewise.errors import (
    CircuitOpen,
    ClausewiseError,
    Dropped,
    NoConnection,
    Unreachable,
    Unreadable,
    Withheld,
)
from clausewise.model import File, Request
from clausewise.reference import process
from clausewise.targets import FamilyTarget, Limits, Tls

pytestmark = pytest.mark.quick


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

    assert time.monotonic() - began < 6  # of 0.6; beside busy neighbours


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


def test_a_dead_target_opens_the_circuit():
    """After three calls without a connection no further one touches the network, whatever it asks for."""
    caller = client("http://127.0.0.1:9")
    for _ in range(3):
        with pytest.raises(NoConnection, match="the connection was refused"):
            caller.call("getWidget", path={"name": "a"}, auth=None)

    with pytest.raises(CircuitOpen, match="The last 3 calls got no answer"):
        caller.call("getWidget", path={"name": "a"}, auth=None)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Time-out"])
@pytest.mark.parametrize("page", [b"<html><h1>Sorry</h1></html>", b""], ids=["html", "empty"])
def test_a_gateways_own_page_is_no_answer_of_the_target(status, page):
    """It is on record, counts for nothing, and the sentence says who spoke; JSON is the target's own word."""
    heard: list[Any] = []
    with hostile.serving(hostile.http(page, status=status)) as url:
        caller = client(url)
        caller.heard = heard.append
        with pytest.raises(Unreachable, match=rf"answered by a gateway, with a {status[:3]} .* behind it"):
            caller.call("getWidget", path={"name": "a"}, auth=None)
    assert [(one.response.status, one.stray) for one in heard] == [(int(status[:3]), True)]

    for own in (b'{"error": "inside"}', b"null"):
        with hostile.serving(hostile.http(own, status=status)) as url:
            told = client(url).call("getWidget", path={"name": "a"}, auth=None)
        assert (told.response.status, told.stray) == (int(status[:3]), False)


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "it asks for a client certificate: see to .tls. client_cert"),
        ("TLSV1_ALERT_UNKNOWN_CA", "it does not take the client certificate"),
        ("TLSV1_ALERT_DECRYPT_ERROR", "it does not take the client certificate"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "it does not take the client certificate"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "it says that the client certificate has expired"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "it asks for a client certificate .*, or speaks no safe TLS"),
    ],
)
def test_a_host_that_wants_another_client_certificate_is_told_as_such(alert, said):
    """No later call would mend it, and the sentence names the table of the target file."""
    bad = OSError(f"[SSL: {alert}] alert (_ssl.c:1006)")

    assert re.search(said, error_messages.why(bad, Limits()))
    assert error_messages.hopeless(bad)


def test_one_dead_operation_does_not_close_the_others():
    """Its own calls are withheld after three; another operation's go out, and find an answer."""
    circuit = Circuit(3)
    for _ in range(3):
        circuit.check("a", "http://example.com")
        circuit.came_to_nothing("a", Unreachable("It hung."))

    with pytest.raises(Withheld, match=r"The last 3 calls of a got no answer .* The last one: It hung"):
        circuit.check("a", "http://example.com")
    circuit.check("b", "http://example.com")
    circuit.came_to_nothing("b", Unreachable("It hung, too."))
    with pytest.raises(CircuitOpen, match=r"The last 4 calls got no answer .* It hung, too"):
        circuit.check("c", "http://example.com")


def test_an_answer_closes_the_circuit_again():
    """Calls that come to nothing count in a row only."""
    circuit = Circuit(2)
    for operation in "abab":
        circuit.came_to_nothing(operation, Unreachable("It hung."))
        circuit.answered(operation)

    circuit.check("a", "http://example.com")


def test_a_kept_connection_that_ends_as_a_call_comes_is_no_error():
    """A call that may come twice is sent anew; any other is an error once and has its own then."""
    transport = Transport(LIMITS, Tls())
    with hostile.serving("dropped-second-call") as url:
        get = Request("GET", url)
        try:
            assert [transport.send(get, harmless=True)[0].status for _ in range(4)] == [200] * 4
            assert [transport.send(get)[0].status for _ in range(3)] == [200] * 3
        finally:
            transport.close()
        careless = Transport(LIMITS, Tls())
        try:
            careless.send(get)
            with pytest.raises(Dropped, match="the connection was closed before an answer came"):
                careless.send(get)
            assert [careless.send(get)[0].status for _ in range(3)] == [200] * 3
        finally:
            careless.close()


def test_a_write_waits_for_no_connection_that_idled(monkeypatch):
    """Most servers end a kept connection after some seconds: a write has one of its own behind a pause."""
    monkeypatch.setattr("clausewise.client.transport._IDLE", 0.05)
    transport = Transport(LIMITS, Tls())
    with hostile.serving("dropped-second-call") as url:
        try:
            for _ in range(3):
                assert transport.send(Request("POST", url))[0].status == 200
                time.sleep(0.06)
        finally:
            transport.close()


def test_a_host_is_reached_at_any_of_its_addresses(monkeypatch):
    """The first of two is dead, and of IPv6."""
    with hostile.serving("chunked") as url:
        port = int(url.rpartition(":")[2])
        where = [(socket.AF_INET6, ("::1", 9)), (socket.AF_INET, ("127.0.0.1", port))]
        each = [(family, socket.SOCK_STREAM, 6, "", address) for family, address in where]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: each)

        assert send("http://several.example.com/x")[0].status == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_a_host_may_be_an_address_of_ipv6(monkeypatch):
    """It stands in brackets, and may be held against a list of networks."""
    monkeypatch.setattr("clausewise.chaos.server.HOST", "::1")
    made = socket.create_server
    monkeypatch.setattr(socket, "create_server", lambda where: made(where, family=socket.AF_INET6))
    limits = replace(LIMITS, addresses=("::1",))
    with hostile.serving("chunked") as url:
        assert send(url.replace("::1", "[::1]"), limits)[0].status == 200


def test_no_cookie_of_a_target_comes_back_to_it():
    """Calls stand for themselves, so that the curl line of a finding sends what the run sent."""
    asked = []

    def answer(call):
        asked.append(call.asked)
        hostile.http(b"{}", headers="Set-Cookie: session=1; path=/\r\n")(call)

    transport = Transport(LIMITS, Tls())
    with hostile.serving(answer) as url:
        for _ in range(2):
            transport.send(Request("GET", url))

    assert ["cookie" in told.headers for told in asked] == [False, False]


def test_interim_answers_are_read_over():
    """103 Early Hints before an answer is not the answer; neither is 102, nor several."""
    hints = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    with hostile.serving(hostile.raw(hints + whole)) as url:
        response, _ = send(url)

    assert (response.status, response.body) == (200, b"{}")


@pytest.mark.parametrize(
    ("headers", "body"),
    [("Content-Length: nine\r\n", b"{}"), ("Content-Encoding: gzip, br\r\nContent-Length: 2\r\n", b"{}")],
)
def test_headers_that_leave_the_bodys_meaning_open_are_refused(headers, body):
    """A length that is none and codings that nobody asked for are said as such."""
    with (
        hostile.serving(hostile.raw(f"HTTP/1.1 200 OK\r\n{headers}\r\n".encode() + body)) as url,
        pytest.raises(Unreadable, match=r"which is no length|which the request did not ask for"),
    ):
        send(url)


def test_json_of_too_many_values_is_not_looked_into():
    """A few megabytes of JSON can take a hundred times as much once they are read."""
    with (
        hostile.serving(hostile.http(b"[" + b"1," * 300_001 + b"1]")) as url,
        pytest.raises(Unreadable, match="JSON of more than 300000 values"),
    ):
        send(url, Limits())


def test_the_hosts_name_is_told_before_its_certificate_is_asked_for():
    """A host of several names shows the certificate of the one that was called (SNI)."""
    came = []

    def greet(connection):
        came.append(connection.recv(65536))
        connection.close()

    kind = chaos.Kind("hangs up", hostile.raw(b""), greet=greet, https=True)
    with chaos.serving(kind) as served, pytest.raises(ClausewiseError):
        send(served.url.replace("127.0.0.1", "localhost"), LIMITS)

    assert b"localhost" in came[0]


def test_every_exchange_is_heard_and_sent_as_written():
    """What goes out is the path filled in, the body as JSON and the token as given, garbled or not."""
    heard: list[Any] = []
    with hostile.serving(hostile.http(b'{"name": "a"}')) as url:
        caller = client(url)
        caller.heard = heard.append
        exchange = caller.call("getWidget", path={"name": "a/b"}, auth=Bearer("gärbled"))

    assert heard == [exchange]
    assert exchange.request.url.endswith("/widgets/a%2Fb")
    assert ("Authorization", "Bearer gärbled") in exchange.request.headers
    assert exchange.json == {"name": "a"}


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


@pytest.mark.parametrize("freedom", ["", "account-service.limit-in-kebab-case"])
def test_an_operation_printed_under_two_paths_is_asked_where_it_is(freedom):
    """The first of them that is there is taken, once; where none is, the answer of the first stands."""
    chosen = ["--freedom", freedom] if freedom else []
    with process.started({"account-service": ""}, *chosen) as url:
        client = _client_of("account-service", url)
        heard: list[Any] = []
        client.heard = heard.append
        paths = [client.call("updateEkycLimit", {}).request.url.removeprefix(url) for _ in range(2)]

    printed = ["/accountService/v1/updateEkycLimit", "/accountService/v1/update-ekyc-limit"]
    assert paths == [printed[bool(freedom)]] * 2
    assert [it.stray for it in heard] == [True] * (1 + bool(freedom)) + [False, False]


def test_a_claim_settles_which_printed_path_is_asked():
    """Nothing is tried where the target says it."""
    path = package_data.SCHEMAS / "account-service" / "openapi.yaml"
    claimed = contracts.load(path, "account-service", {"ACC-02": "b"}).operations["create-ekyc-account"]

    assert (claimed.path, claimed.other_paths) == ("/esbuat7801/accountService/v1/create-ekyc-account", ())


def _client_of(family, url):
    contract = contracts.load(package_data.SCHEMAS / family / "openapi.yaml", family)
    return Client(contract, FamilyTarget(family, family, url), Transport(Limits(), Tls()), "t")


def test_an_error_names_the_template_and_not_the_number():
    """Whose customer it was stays untold, where no connection comes and where an answer never ends."""
    for url, refused in (("http://127.0.0.1:9", True), ("", False)):
        with hostile.serving("silence") as served:
            caller = client(url or served)
            told: list[Any] = []
            caller.sends = lambda request, path, told=told: told.append((request.url, path))
            with pytest.raises(Unreachable) as bad:
                caller.call("getWidget", path={"name": "0912345678"}, auth=None)

        assert "/widgets/{name}" in str(bad.value)
        assert "0912345678" not in str(bad.value)
        assert refused == ("refused" in str(bad.value))
        assert [path for _, path in told] == ["/widgets/{name}"]
        assert told[0][0].endswith("/widgets/0912345678")


def test_a_reason_that_nobody_foresaw_tells_no_address():
    """What a library puts into its message is told without the address in it."""
    bad = OSError(
        "Max retries exceeded with url: /customer/0912345678 (http://127.0.0.1/customer/0912345678)"
    )

    told = error_messages.why(bad, LIMITS)

    assert "0912345678" not in told
    assert "Max retries exceeded" in told
