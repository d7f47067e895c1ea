"""Log-ins: which tokens are used, what is held against whom, where credentials go."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import cast
from urllib.parse import parse_qsl

import hostile
import pytest
from clients import LIMITS, again, client, ecm
from exchanges import TOY

from clausewise.client import Basic, Bearer, Client, Transport
from clausewise.errors import (
    CredentialsRefused,
    LoginLost,
    TargetUnusable,
    Untestable,
)
from clausewise.targets import FamilyTarget, Tls

pytestmark = pytest.mark.quick

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
