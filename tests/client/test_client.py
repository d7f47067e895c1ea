"""The client against targets that misbehave: bounded in time and size, one sentence each."""

import json
import re
import socket
import time
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

import hostile
import pytest

from clausewise import chaos, contracts, package_data
from clausewise.client import Basic, Bearer, Budget, Client, Transport, error_messages, retry_after
from clausewise.client.circuit_breaker import Circuit
from clausewise.errors import (
    CircuitOpen,
    ClausewiseError,
    CredentialsRefused,
    Dropped,
    LoginLost,
    NoConnection,
    TargetUnusable,
    Throttled,
    Unreachable,
    Unreadable,
    Untestable,
    Withheld,
)
from clausewise.model import File, Request, Response
from clausewise.reference import process
from clausewise.targets import FamilyTarget, Limits, Tls

pytestmark = pytest.mark.quick

TOY = contracts.load(Path(__file__).parents[1] / "support" / "toy" / "openapi.yaml", "toy-1")
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


def again(*answers):
    """Answer the first calls with these, and every later one with the last."""
    left = list(answers)

    def answer(call):
        (left.pop(0) if len(left) > 1 else left[0])(call)

    return answer


BUSY = "429 Too Many Requests", "503 Service Unavailable"
WELL = hostile.http(b'{"name": "a"}')


def put_off(status, after):
    """Answer that it is too early."""
    return hostile.http(b"{}", status=status, headers=f"Retry-After: {after}\r\n")


@pytest.mark.parametrize("status", BUSY)
def test_a_target_that_asks_for_a_pause_gets_it_and_is_asked_again(status):
    """What was put off is on record, counts for nothing, and does not keep the call from its answer."""
    heard: list[Any] = []
    with hostile.serving(again(put_off(status, 1), WELL)) as url:
        caller = client(url)
        caller.heard = heard.append
        began = time.monotonic()
        answer = caller.call("getWidget", path={"name": "a"}, auth=None)

    assert time.monotonic() - began >= 1
    assert (answer.response.status, answer.stray) == (200, False)
    assert [(told.response.status, told.stray) for told in heard] == [(int(status[:3]), True), (200, False)]


@pytest.mark.parametrize(
    ("status", "after", "said"),
    [
        (BUSY[0], "60", "429: the target asks to wait 60 s, and .limits. max_wait allows no longer wait"),
        (BUSY[1], "60", "503: the target asks to wait 60 s"),
        (BUSY[0], "0", "429 after 10 s of waiting"),
        (BUSY[0], "soon", "asks for fewer requests"),
        (BUSY[0], "Sat, 01 Jan 2028 00:00:00 GMT", "asks to wait [0-9]+ s"),
        (BUSY[0], "9" * 5000, "asks to wait 1000000000 s"),
    ],
    ids=["long", "unavailable", "always now", "no time", "a date", "absurd"],
)
def test_a_target_is_not_waited_for_beyond_its_owners_patience(monkeypatch, status, after, said):
    """What takes longer than `max_wait`, in one pause or in many, is an error that says so."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    with hostile.serving(put_off(status, after)) as url, pytest.raises(Throttled, match=said):
        client(url).call("getWidget", path={"name": "a"}, auth=None)


def test_a_date_to_come_back_counts_from_the_answers_own_clock():
    """A clock that is hours off does not turn two seconds into hours."""
    headers = (("Date", "Sat, 01 Jan 2028 00:00:00 GMT"), ("Retry-After", "Sat, 01 Jan 2028 00:00:02 GMT"))

    assert retry_after.asked(Response(429, headers)) == 2


def test_all_pauses_together_have_an_end(monkeypatch):
    """A run waits for a family as often as the breaker counts, and then no more."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    waits = retry_after.RetryAfter(Limits(max_wait=1, breaker=3))

    assert [waits.wait(1, 0) for _ in range(5)] == [True, True, True, False, False]


def test_who_answers_is_waited_for_again(monkeypatch):
    """Fifty calls that are let through are worth five pauses of a second."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    waits = retry_after.RetryAfter(Limits(max_wait=1, breaker=3))
    waited = []
    for _ in range(20):
        waited.append(waits.wait(1, 0))
        for _ in range(10):
            waits.answered()

    assert all(waited)


class Clock:
    """A clock that a sleep moves on."""

    now = 100.0

    def monotonic(self):
        """Return its time."""
        return self.now

    def sleep(self, seconds):
        """Move on."""
        self.now += seconds


@pytest.mark.parametrize("workers", [1, 3])
def test_a_pace_is_learned_from_what_a_target_puts_off(monkeypatch, tmp_path, workers):
    """Five a second are let through: after a pause calls go as fast as that, and few are put off again."""
    clock, book = Clock(), tmp_path / "book"
    monkeypatch.setattr("clausewise.client.budget.time", clock)
    monkeypatch.setattr("clausewise.thread_turns.time", clock)
    budgets = [Budget(book=book if workers > 1 else None) for _ in range(workers)]
    taken: list[Any] = []
    away = 0
    for number in range(600):
        budgets[number % workers].spend()
        if len([at for at in taken[-5:] if clock.now - at < 1]) < 5:
            taken.append(clock.now)
        else:
            away += 1
            budgets[number % workers].put_off(1)
        clock.now += 0.005

    assert away < 600 / 25
    assert 110 < clock.now - 100 < 600 / 5 * 1.3


def test_no_pause_makes_a_run_endless(monkeypatch):
    """What is learned of one long pause is no pace for hours."""
    clock = Clock()
    monkeypatch.setattr("clausewise.client.budget.time", clock)
    monkeypatch.setattr("clausewise.thread_turns.time", clock)
    budget = Budget()
    for _ in range(2):
        budget.spend()
    budget.put_off(3600)
    clock.now += 3600
    began = clock.now
    for _ in range(11):
        budget.spend()
    assert clock.now - began <= 22

    for _ in range(1000):  # and it is forgotten where calls are let through again
        budget.spend()
    before = clock.now
    budget.spend()
    assert clock.now - before < 0.1

    budget.put_off(60)
    budget.forget()
    before = clock.now
    budget.spend()
    assert clock.now == before


def test_an_unavailable_target_that_names_no_time_is_judged():
    """An undocumented 503 without Retry-After is an answer like any other."""
    with hostile.serving(hostile.http(b"{}", status=BUSY[1])) as url:
        answer = client(url).call("getWidget", path={"name": "a"}, auth=None)

    assert (answer.response.status, answer.stray) == (503, False)


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


LOGIN = {"type": "oauth2-password", "client_id": "c", "username": "amina", "password": "right-password"}


def token(**more):
    """Answer a log-in."""
    return hostile.http(json.dumps({"access_token": "t" * 20, "token_type": "bearer"} | more).encode())


def test_a_log_in_that_worked_before_is_lost_and_not_called_wrong():
    """Credentials let in once are right; turned away three times running they may be locked."""
    closed = hostile.http(b"{}", status="401 Unauthorized")
    with hostile.serving(again(token(expires_in=-1), closed)) as url:
        caller = client(url, {"default": LOGIN})
        caller.token()
        for _ in range(2):
            with pytest.raises(LoginLost, match="which it let in before, with HTTP 401"):
                caller.token()
        with pytest.raises(CredentialsRefused, match=r"let in before, 3 times running .* locked them"):
            caller.token()


def test_a_log_in_that_a_test_made_counts_as_one():
    """Credentials that a suite's own log-in used with success are right, whatever comes next."""
    closed = hostile.http(b"{}", status="401 Unauthorized")
    with hostile.serving(again(token(), token(), closed)) as url:
        caller = client(url, {"default": LOGIN})
        caller.call("getToken", form={"username": "amina", "password": "right-password"})
        caller.call("getToken", form={"username": "bilal", "password": "right-password"})
        with pytest.raises(LoginLost, match="which it let in before, with HTTP 401"):
            caller.token()


@pytest.mark.parametrize(
    ("sent", "fresh"),
    [
        ({"username": "amina", "password": "right-password"}, True),
        ({"grant_type": "refresh_token", "refresh_token": "r"}, True),
        ({"username": "bilal", "password": "right-password"}, False),
    ],
    ids=["the same user", "a refresh", "another user"],
)
def test_a_token_that_another_log_in_may_have_ended_is_not_used_again(sent, fresh):
    """A server may keep one session of a user: the next call logs in anew."""
    answers = [token(access_token=name * 20) for name in "abc"]
    with hostile.serving(again(*answers)) as url:
        caller = client(url, {"default": LOGIN})
        first = caller.token()
        caller.call("getToken", form=sent)

        assert (caller.token() != first) is fresh


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        (
            Bearer("a\r\nx-injected: b"),
            "Authorization is to hold characters that no header can carry",
        ),
        (Bearer("\N{GREEK SMALL LETTER ALPHA}"), "characters that no header can carry"),
        (Bearer(cast("str", {"a": "token"})), "The token that is to be sent is no text"),
    ],
    ids=["a line break", "another alphabet", "an object"],
)
def test_a_token_of_an_answer_that_cannot_be_sent_is_untestable(auth, said):
    """A suite hands on what a target gave: nothing is sent, and no word of it is told."""
    with pytest.raises(Untestable, match=said) as told:
        client("http://127.0.0.1:9").call("getWidget", path={"name": "a"}, auth=auth)

    assert "injected" not in str(told.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"access_token": "a\r\nX-Injected: b"}, "characters that no header can carry"),
        ({"access_token": "\ud800"}, "characters that no header can carry"),
        ({"access_token": ["a"]}, "a token that is no text"),
        ({"access_token": " "}, "characters that no header can carry"),
        ({"expires_in": float("inf")}, "without a usable token"),
        ({"expires_in": float("nan")}, "without a usable token"),
    ],
    ids=["a line break", "half a surrogate", "a list", "blank", "for ever", "no number"],
)
def test_a_token_that_cannot_be_used_is_untestable(more, said):
    """A hostile log-in answer is one sentence, and never a header of its own."""
    with hostile.serving(token(**more)) as url, pytest.raises(Untestable, match=said):
        client(url, {"default": LOGIN}).token()


def test_json_of_too_many_values_is_not_looked_into():
    """A few megabytes of JSON can take a hundred times as much once they are read."""
    with (
        hostile.serving(hostile.http(b"[" + b"1," * 300_001 + b"1]")) as url,
        pytest.raises(Unreadable, match="JSON of more than 300000 values"),
    ):
        send(url, Limits())


@pytest.mark.parametrize("how", ["basic", "form"])
def test_a_client_logs_in_in_its_own_name(how):
    """By the client credentials grant, its secret in a header or in the form; that is no wrong log-in."""
    secret = {"type": "oauth2-client-credentials", "client_id": "c", "client_secret": "s:e", "scope": "a b"}
    came = []

    def act(call):
        came.append(call.asked)
        hostile.http(b'{"access_token": "t", "token_type": "Bearer", "name": "a"}')(call)

    with hostile.serving(act) as url:
        caller = client(url, {"default": secret | {"client_authentication": how}})
        caller.call("getWidget", path={"name": "a"})
        wrong = caller._caution._ledger.wrong("toy", "login")

    log_in, call = came
    form = dict(parse_qsl(log_in.body.decode()))
    assert {"grant_type": "client_credentials", "scope": "a b"}.items() <= form.items()
    assert ("client_secret" in form) is (how == "form")
    header = f"Basic {b64encode(b'c:s%3Ae').decode()}" if how == "basic" else None
    assert log_in.headers.get("authorization") == header
    assert call.headers["authorization"] == "Bearer t"
    assert wrong == (0, 0)


@pytest.mark.parametrize("how", ["basic", "form"])
def test_a_users_client_may_be_named_in_a_header(how):
    """Client id and secret go where the target file says, of a log-in and of its refresh."""
    secret = {
        "type": "oauth2-password",
        "client_id": "c",
        "client_secret": "s:e",
        "client_authentication": how,
    }
    came = []

    def act(call):
        came.append(call.asked)
        told = {
            "access_token": "t",
            "token_type": "Bearer",
            "expires_in": 9,
            "refresh_token": "r",
            "name": "a",
        }
        hostile.http(json.dumps(told).encode())(call)

    with hostile.serving(act) as url:
        caller = client(url, {"default": secret | {"username": "amina", "password": "p"}})
        for _ in range(2):
            caller.call("getWidget", path={"name": "a"})
            caller._logins["default"]._token.renew_at = 0

    header = f"Basic {b64encode(b'c:s%3Ae').decode()}" if how == "basic" else None
    forms = [dict(parse_qsl(asked.body.decode())) for asked in (came[0], came[2])]
    assert [form["grant_type"] for form in forms] == ["password", "refresh_token"]
    assert [came[at].headers.get("authorization") for at in (0, 2)] == [header] * 2
    assert [("client_secret" in form, "client_id" in form) for form in forms] == [(how == "form",) * 2] * 2


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
    heard: list[Any] = []
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

    def send(self, request, what="", *, harmless=False):  # noqa: ARG002 - as the real one
        """Answer with the status, and nothing in it."""
        self.asked.append(request)
        return Response(self.status, (), b""), 1.0


ECM = contracts.load(package_data.SCHEMAS / "ofs-ecm" / "openapi.yaml", "ofs-ecm-8.1.2.8")
BASIC = {"default": {"type": "basic", "username": "me", "password": "made-up"}}


def ecm(status):
    """Return a client of the ofs-ecm family and the stub it talks to."""
    stub = Stub(status)
    family = FamilyTarget("ofs-ecm", ECM.document, "http://127.0.0.1:9", credentials=BASIC)
    return Client(ECM, family, cast("Transport", stub), "t"), stub


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
        client.call(name, {}, auth=Basic("you", "bad"))
        client.call(name, {}, auth=None)
    assert dict(stub.asked[0].headers)["Authorization"] == "Basic eW91OmJhZA=="


def test_no_second_wrong_password_of_a_user_goes_by_basic():
    """A good call has to come between; what it is, the test must say."""
    client, stub = ecm(200)
    client.call("addCustomer", {}, auth=Basic("me", "bad"))
    with pytest.raises(Untestable, match="a second wrong one in a row might lock its user"):
        client.call("addCustomer", {}, auth=Basic("ME ", "worse"))
    client.call("addCustomer", {})
    client.call("addCustomer", {}, auth=Basic("me", "worse"))

    assert len(stub.asked) == 3


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


@pytest.mark.parametrize(("after", "asked_again"), [("0", True), ("", False)], ids=["later", "refused"])
def test_a_429_of_a_class_is_put_off_only_where_it_says_so(monkeypatch, after, asked_again):
    """A document that lists 4XX has an answer in it; with `Retry-After` it is the gateway's word."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    contract = contracts.load(package_data.SCHEMAS / "account-service" / "openapi.yaml", "account-service")
    busy = put_off(BUSY[0], after) if after else hostile.http(b"{}", status=BUSY[0])
    with hostile.serving(again(busy, hostile.http(b"{}"))) as url:
        target = FamilyTarget("account-service", "account-service", url)
        answer = Client(contract, target, Transport(LIMITS, Tls()), "t").call(
            "get-account-list", {}, auth=None
        )

    assert (answer.response.status == 200) is asked_again


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


def test_credentials_go_where_their_kind_says():
    """An API key as a header, in the query, or as a cookie beside others."""
    held = {
        kind: {"type": kind, "name": f"x-{kind}", "value": "a-key"} for kind in ("header", "query", "cookie")
    }
    secured = replace(TOY.operations["getWidget"], secured=True, schemes=((*held,),))
    contract = replace(TOY, operations={"getWidget": secured})
    with hostile.serving(hostile.http(b"{}")) as url:
        target = FamilyTarget("toy", "toy-1", url, credentials=held)
        asked = Client(contract, target, Transport(LIMITS, Tls()), "t")
        sent = asked.call("getWidget", path={"name": "a"}, headers={"Cookie": "b=c"}).request

    assert ("x-header", "a-key") in sent.headers
    assert sent.url.endswith("?x-query=a-key")
    assert ("Cookie", "b=c; x-cookie=a-key") in sent.headers
