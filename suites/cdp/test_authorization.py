"""Authorization: who is let in, on each operation that asks for a token."""

from typing import Any

import pytest

from clausewise import Basic, Bearer, clause, has, holds, lacks, matches, outcome

from .echoes import near
from .people import applicant
from .steps import LET_IN, PROTECTED, ask, brief, harmless, log_in, look_up, read, refresh_grant, seconds


def each(slug):
    """Parametrise a test over the protected operations: the clause of that slug and that of the twin."""
    rows = [
        pytest.param(name, id=name, marks=clause(f"cdp.{name}.{slug}", f"cdp.{name}.{LET_IN[name]}"))
        for name in PROTECTED
    ]
    return pytest.mark.parametrize("operation", rows)


def refusal(slug):
    """Parametrise a test over the protected operations: the clause of that slug alone."""
    rows = [pytest.param(name, id=name, marks=clause(f"cdp.{name}.{slug}")) for name in PROTECTED]
    return pytest.mark.parametrize("operation", rows)


@clause("cdp.token.needed-first")
@pytest.mark.parametrize("operation", PROTECTED)
def test_a_token_is_needed_first(api, judge, unique, operation):
    """A service that stays shut without a token opens with one."""
    request = harmless(operation, unique)

    judge(api.call(operation, **request, auth=None), outcome("unauthorized"))
    judge(api.call(operation, **request), outcome(LET_IN[operation]))


@each("refuses-missing-token")
def test_a_missing_token_is_refused(api, judge, unique, operation):
    """A call that is let in with a token is refused without."""
    request = harmless(operation, unique)

    refused = api.call(operation, **request, auth=None)

    judge(api.call(operation, **request), outcome(LET_IN[operation]))
    judge(refused, outcome("unauthorized"))


@each("refuses-garbled-token")
def test_a_garbled_token_is_refused(api, judge, unique, operation):
    """A good token read backwards is refused."""
    request, good = harmless(operation, unique), api.token("default")

    refused = api.call(operation, **request, auth=Bearer(good[::-1]))

    judge(api.call(operation, **request, auth=Bearer(good)), outcome(LET_IN[operation]))
    judge(refused, outcome("unauthorized"))


@refusal("refuses-foreign-token")
def test_a_foreign_token_is_refused(api, judge, unique, operation):
    """A token that another realm issued is refused."""
    request = harmless(operation, unique)

    refused = api.call(operation, **request, auth="foreign")

    judge(api.call(operation, **request), outcome(LET_IN[operation]))
    judge(refused, outcome("unauthorized"))


@each("refuses-basic")
def test_basic_authorization_is_refused(api, judge, unique, operation):
    """A user name and a password do not stand in for a token."""
    request = harmless(operation, unique)

    refused = api.call(operation, **request, auth=Basic("made", "up"))

    judge(api.call(operation, **request), outcome(LET_IN[operation]))
    judge(refused, outcome("unauthorized"))


@clause("cdp.token.good-while-young")
def test_a_token_is_good_while_it_is_young(api, judge, target, unique, ageing):
    """Before the seconds of expires_in have passed, a token opens a service, however few they are."""
    ageing.begin("cdp", lambda: _young(api, judge, target, unique, ageing))


@pytest.mark.parametrize(
    "role",
    [
        pytest.param("default", id="default", marks=clause("cdp.token.good-for-its-life")),
        pytest.param("short_lived", id="short-lived", marks=clause("cdp.token.good-while-young")),
    ],
)
def test_a_token_lives_as_long_as_promised(api, judge, target, unique, ageing, wait, role):  # noqa: PLR0917 - fixtures
    """Three seconds on, or three quarters of a shorter life, a token still opens a service."""
    for last in (False, True):  # a log-in elsewhere may have ended the first one
        clock = ageing.clock()
        given = judge(log_in(api, target, role), outcome("token"))
        wait(clock, min(0.75 * seconds(given), 3))
        answer = ask(api, unique, Bearer(given.at("/access_token")))
        if answer.response.status != 401 or last:
            break
    if answer.response.status == 401:
        clock.within(seconds(given))
    judge(answer, outcome("not-found"))


@clause("cdp.token.refresh-good-for-its-life")
def test_a_refresh_token_lives_as_long_as_promised(api, judge, target, ageing, wait):
    """Three seconds on, or three quarters of a shorter life, a refresh token still yields a token."""
    for last in (False, True):  # a log-in elsewhere may have ended the first one
        clock = ageing.clock()
        given = judge(log_in(api, target), outcome("token"))
        life = seconds(given, "/refresh_expires_in")
        wait(clock, min(0.75 * life, 3))
        answer = api.call("getToken", form=refresh_grant(target, given.at("/refresh_token")))
        if answer.response.status == 200 or last:
            break
    if answer.response.status != 200:
        clock.within(life)
    judge(answer, outcome("token"))


@clause(
    "cdp.token.expires",
    "cdp.token.new-after-expiry",
    *(f"cdp.{operation}.refuses-expired-token" for operation in PROTECTED),
)
def test_an_expired_token_is_refused_everywhere(api, judge, target, unique, ageing, wait):  # noqa: PLR0917 - fixtures
    """Once the seconds of expires_in have passed, a token opens nothing, and a new log-in helps."""
    first = ageing.taken("cdp", lambda: _young(api, judge, target, unique, ageing))
    token = Bearer(first.thing.at("/access_token"))

    wait(first, seconds(first.thing) + 1.2)  # told in whole seconds, which a server may round down

    late = [api.call(operation, **harmless(operation, unique), auth=token) for operation in PROTECTED]
    judge(late[0], *(hit for answer in late for hit in _turned_away(answer)))
    judge(ask(api, unique, brief(target)), has("/errorCode", 45001, clause="cdp.token.new-after-expiry"))


@refusal("unauthorized")
def test_a_refusal_says_unauthorized(api, judge, unique, operation):
    """Who has no token is answered 401 with the body that the document prints."""
    judge(api.call(operation, **harmless(operation, unique), auth=None), outcome("unauthorized"))


@refusal("refusal-timestamp-is-now")
def test_a_refusal_tells_its_time(api, judge, unique, operation):
    """The timestamp of a refusal is the time of the refusal."""
    refused = judge(api.call(operation, **harmless(operation, unique), auth=None), outcome("unauthorized"))

    actual = refused.at("/timestamp")

    fits = near(actual, refused.started)
    judge(refused, holds(fits, expected=f"about {refused.started}", actual=actual, where="/timestamp"))


@refusal("refusal-shows-no-customer")
def test_a_refusal_shows_no_customer(api, judge, unique, operation):
    """A refusal holds neither data nor an ECRN."""
    refused = api.call(operation, **harmless(operation, unique), auth=None)

    judge(refused, outcome("unauthorized"), lacks("/data"), lacks("/ecrn"), lacks("/first_name"))


@clause("cdp.getCustomer.refusal-path-names-ecrn")
def test_the_path_of_a_refused_reading_names_the_ecrn(api, judge, unique):
    """The path in the refusal is that of the request, with the ECRN at its end."""
    ecrn = unique.digits(16)

    refused = read(api, ecrn, auth=None)

    judge(refused, outcome("unauthorized"), matches("/path", f"/{ecrn}$", f"a path that ends in {ecrn}"))


@clause("cdp.onboardCustomer.refusal-creates-nothing")
def test_a_refused_onboarding_creates_nothing(api, judge, unique):
    """A person whose onboarding was refused for want of a token is still unknown."""
    person = applicant(unique)
    judge(api.call("onboardCustomer", person, auth=None), outcome("unauthorized"))

    judge(look_up(api, person), outcome("not-found"))


def _young(api, judge, target, unique, ageing):
    """Log in for a short time, see that the token opens a service, and return the log-in's answer."""
    clock = ageing.clock()
    first = judge(log_in(api, target, brief(target)), outcome("token"))
    answer = ask(api, unique, Bearer(first.at("/access_token")))
    if answer.response.status == 401:  # Expired on the way, or turned away while it was young?
        clock.within(seconds(first))
    judge(answer, outcome("not-found"))
    return first


def _turned_away(answer):
    """Expect a refusal, in the voice of the test's first clause and in that of the operation's own."""
    status = f"HTTP {answer.response.status}"
    said: dict[str, Any] = {
        "expected": "HTTP 401",
        "actual": status,
        "where": f"status of {answer.operation}",
    }
    voices = ("", f"cdp.{answer.operation}.refuses-expired-token")
    return [holds(status == "HTTP 401", **said, clause=voice) for voice in voices]
