"""Access token: log-in and refresh."""

import pytest

from clausewise import Bearer, clause, differs, has, holds, lacks, outcome

from .steps import LET_IN, PROTECTED, ask, harmless, log_in, password_grant, refresh_grant, without


def names(field, slug):
    """Return a test parameter that speaks for the clause of that slug."""
    return pytest.param(field, id=slug, marks=clause(f"cdp.token.{slug}"))


@clause("cdp.getToken.token")
def test_a_log_in_yields_a_token(api, judge, target):
    """Good credentials are answered with a token."""
    judge(log_in(api, target), outcome("token"))


@clause("cdp.getToken.example")
def test_the_documented_log_in_works_as_a_whole(api, judge, target):
    """The log-in that the document prints, its grant type named once, yields a token."""
    judge(log_in(api, target), outcome("token"))


@clause("cdp.token.grant-type-once")
def test_one_grant_type_is_enough(api, judge, target, unique):
    """A log-in that names its grant type once yields a token that opens a service."""
    given = log_in(api, target)

    answer = ask(api, unique, Bearer(given.at("/access_token")))

    judge(answer, outcome("not-found"))


@clause(
    "cdp.token.lifetime-positive", "cdp.token.refresh-lifetime-positive", "cdp.token.refresh-outlives-access"
)
def test_lifetimes_are_coherent(api, judge, target):
    """Both tokens live for a while, and the refresh token no shorter than the access token."""
    answer = judge(log_in(api, target), outcome("token"))
    life, refresh = answer.at("/expires_in"), answer.at("/refresh_expires_in")

    judge(
        answer,
        _above(0, life, "/expires_in", "cdp.token.lifetime-positive"),
        _above(0, refresh, "/refresh_expires_in", "cdp.token.refresh-lifetime-positive"),
        _above(life - 1, refresh, "/refresh_expires_in", "cdp.token.refresh-outlives-access"),
    )


@clause("cdp.token.log-ins-stand-side-by-side")
def test_a_second_log_in_leaves_the_first_token_in_force(api, judge, target, unique):
    """Who logs in twice may go on with the first token."""
    first = log_in(api, target)
    judge(log_in(api, target), outcome("token"))

    answer = ask(api, unique, Bearer(first.at("/access_token")))

    judge(answer, outcome("not-found"))


@clause("cdp.token.opens-every-service")
def test_one_token_opens_every_service(api, judge, target, unique):
    """The token of one log-in is good for lookup, onboarding and reading."""
    given = log_in(api, target)
    token = Bearer(given.at("/access_token"))

    answers = [api.call(name, **harmless(name, unique), auth=token) for name in PROTECTED]

    for answer in answers:
        judge(answer, outcome(LET_IN[answer.operation]))


@clause("cdp.getToken.refresh-example")
def test_the_documented_refresh_works_as_a_whole(api, judge, target):
    """The refresh that the document prints, without its leftover first line, yields a token."""
    first = log_in(api, target)

    judge(api.call("getToken", form=refresh_grant(target, first.at("/refresh_token"))), outcome("token"))


@clause("cdp.token.refresh-grant-alone")
def test_a_refresh_needs_no_password_grant(api, judge, target):
    """grant_type=refresh_token alone yields a token, with no user name or password beside it."""
    first = log_in(api, target)

    fresh = api.call("getToken", form=refresh_grant(target, first.at("/refresh_token")))

    judge(fresh, outcome("token"), has("/access_token"))


@clause("cdp.token.refresh-works")
def test_a_refreshed_token_opens_a_service(api, judge, target, unique):
    """The access token that a refresh yields is let in."""
    first = log_in(api, target)
    fresh = api.call("getToken", form=refresh_grant(target, first.at("/refresh_token")))

    answer = ask(api, unique, Bearer(fresh.at("/access_token")))

    judge(answer, outcome("not-found"))


@clause("cdp.token.refresh-is-new")
def test_a_refresh_yields_another_token(api, judge, target):
    """A refreshed access token is not the one before."""
    first = log_in(api, target)

    fresh = api.call("getToken", form=refresh_grant(target, first.at("/refresh_token")))

    judge(fresh, outcome("token"), differs("/access_token", first.at("/access_token")))


@clause("cdp.token.refresh-token-opens-nothing")
def test_a_refresh_token_is_no_access_token(api, judge, target, unique):
    """Of the two tokens of a log-in only the access token is let in."""
    given = log_in(api, target)
    request = harmless("validateCustomer", unique)

    wrong = api.call("validateCustomer", **request, auth=Bearer(given.at("/refresh_token")))
    right = api.call("validateCustomer", **request, auth=Bearer(given.at("/access_token")))

    judge(right, outcome("not-found"))
    judge(wrong, outcome("unauthorized"))


@clause("cdp.getToken.refused")
def test_an_unknown_user_gets_no_token(api, judge, target, unique):
    """A log-in that fails is answered 400 or 401, without a token."""
    answer = api.call("getToken", form=password_grant(target, username=unique.word(16)))

    judge(answer, outcome("refused"), lacks("/access_token"))


@pytest.mark.parametrize(
    "field",
    [
        names("password", "wrong-password"),
        names("username", "wrong-username"),
        names("client_secret", "wrong-client-secret"),
        names("client_id", "wrong-client-id"),
        names("grant_type", "unknown-grant-type"),
    ],
)
def test_one_wrong_credential_is_enough_to_be_refused(api, judge, target, unique, field):
    """A log-in that is good but for one value yields no token."""
    good = password_grant(target)

    wrong = api.call("getToken", form=without(good, field) | {field: unique.word(16)})

    judge(api.call("getToken", form=good), outcome("token"))
    judge(wrong, outcome("refused"), lacks("/access_token"))


@pytest.mark.parametrize(
    "field",
    [
        names("grant_type", "missing-grant-type"),
        names("password", "missing-password"),
        names("username", "missing-username"),
    ],
)
def test_one_missing_credential_is_enough_to_be_refused(api, judge, target, field):
    """A log-in that is good but for one absent value yields no token."""
    good = password_grant(target)

    wrong = api.call("getToken", form=without(good, field))

    judge(api.call("getToken", form=good), outcome("token"))
    judge(wrong, outcome("refused"), lacks("/access_token"))


@pytest.mark.parametrize(
    "spoil",
    [
        names(lambda form: form | {"refresh_token": form["refresh_token"][::-1]}, "garbled-refresh-token"),
        names(lambda form: without(form, "refresh_token"), "missing-refresh-token"),
    ],
)
def test_a_refresh_needs_a_good_refresh_token(api, judge, target, spoil):
    """A refresh that is good but for its refresh token yields no token."""
    given = judge(log_in(api, target), outcome("token"))
    good = refresh_grant(target, given.at("/refresh_token"))

    wrong = api.call("getToken", form=spoil(good))

    judge(wrong, outcome("refused"), lacks("/access_token"))
    judge(api.call("getToken", form=good), outcome("token"), has("/access_token"))


def _above(least, seconds, where, name):
    return holds(
        seconds > least, expected=f"more than {least} seconds", actual=seconds, where=where, clause=name
    )
