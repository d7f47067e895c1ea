"""Who is let in to upload and download: a living token of this service, and nobody else."""

import pytest

from clausewise import Bearer, clause, holds, outcome

from .steps import (
    DOWNLOAD,
    LET_IN,
    UPLOAD,
    brief,
    credentials,
    fetch,
    good,
    life,
    log_in,
    promised,
    some_image,
    token,
)


def each(rule):
    """Return a parameter for each guarded operation, for its clause of that rule."""
    return [
        pytest.param(name, id=name, marks=clause(f"int-ecm.{name}.{rule}")) for name in (UPLOAD, DOWNLOAD)
    ]


@pytest.mark.parametrize("operation", each("unauthorized"))
def test_a_token_that_is_not_valid_is_answered_401(api, judge, unique, operation):
    """A token by chance is answered 401."""
    judge(_call(api, unique, operation, Bearer(unique.word(40))), outcome("unauthorized"))


@pytest.mark.parametrize("operation", each("refuses-missing-token"))
def test_without_a_token_there_is_no_entry(api, judge, target, unique, operation):
    """A call that is good but for its missing token is refused: as a token, or as a field (INT-02)."""
    accepted = target.lawful("INT-02", a="unauthorized", b="validation-error")

    _refused(api, judge, unique, operation, None, *accepted)


@pytest.mark.parametrize("operation", each("refuses-garbled-token"))
def test_a_garbled_token_is_no_entry(api, judge, target, unique, operation):
    """A call that is good but for two letters of its token is answered 401."""
    held = token(api, target)

    _refused(api, judge, unique, operation, Bearer(held[:-2] + held[-2:].swapcase() + "x"))


@pytest.mark.parametrize("operation", each("refuses-foreign-token"))
def test_a_foreign_token_is_no_entry(api, judge, unique, operation):
    """A well-formed token that another service issued is answered 401."""
    _refused(api, judge, unique, operation, Bearer(api.token("foreign")))


@pytest.mark.parametrize("operation", each("refuses-username-as-token"))
def test_a_user_name_is_no_token(api, judge, target, unique, operation):
    """The user name, sent where the token belongs, is answered 401."""
    _refused(api, judge, unique, operation, Bearer(credentials(target)["username"]))


@clause("int-ecm.login.token-good-while-young")
def test_a_token_is_good_while_it_is_young(api, judge, target, unique, ageing):
    """A token within its life is let in to upload and download, however short that is."""
    ageing.begin("int-ecm", lambda: _young(api, judge, target, unique, ageing))


@clause("int-ecm.login.token-lives-as-told")
@pytest.mark.parametrize("role", ["default", "short_lived"])
def test_a_token_lives_as_long_as_its_log_in_says(api, judge, target, unique, ageing, wait, role):  # noqa: PLR0917 - fixtures
    """Three seconds on, or three quarters of a shorter life, a token is still let in."""
    things = good(api, unique, DOWNLOAD)
    for last in (False, True):  # a log-in elsewhere may have ended the first one
        clock = ageing.clock()
        given = judge(log_in(api, target, role), outcome("token"))
        wait(clock, min(0.75 * promised(given), 3))
        answer = api.ask(DOWNLOAD, auth=Bearer(str(api.one(given, "token"))), **things)
        if answer.response.status != 401 or last:
            break
    if answer.response.status == 401:
        clock.within(promised(given))
    judge(answer, outcome(LET_IN[DOWNLOAD]))


@pytest.mark.parametrize("operation", each("refuses-expired-token"))
def test_an_expired_token_is_no_entry(api, judge, target, unique, ageing, wait, operation):  # noqa: PLR0917 - fixtures
    """A token that was good is answered 401 when its life is over."""
    held = ageing.taken("int-ecm", lambda: _young(api, judge, target, unique, ageing))
    things = good(api, unique, operation)

    wait(held, life(target) + 1.2)  # told in whole seconds, which a server may round down

    judge(api.ask(operation, auth=held.thing, **things), outcome("unauthorized"))


@pytest.mark.parametrize("operation", each("forbidden"))
def test_a_denied_user_is_answered_403(api, judge, unique, operation):
    """A user who may log in but not use the service is answered 403."""
    judge(_call(api, unique, operation, "denied"), outcome("forbidden"))


@clause("int-ecm.download.no-image-on-refusal")
def test_a_refusal_carries_no_image(api, judge, unique):
    """Who is turned away gets nothing of the image."""
    image, name = some_image(api, unique)
    refused = fetch(api, name, auth=Bearer(unique.word(40)))

    bare = image.content not in refused.response.body and not api.found(refused, "image_back")
    judge(
        refused,
        outcome("unauthorized"),
        holds(bare, expected="no image", actual="an image in the refusal", where="body"),
    )


def _call(api, unique, operation, auth):
    return api.ask(operation, auth=auth, **good(api, unique, operation))


def _young(api, judge, target, unique, ageing):
    """Log in for a short time, see that the token opens both services, and return it."""
    things = {operation: good(api, unique, operation) for operation in LET_IN}
    clock = ageing.clock()
    held = Bearer(token(api, target, brief(target)))
    for operation, known in things.items():
        answer = api.ask(operation, auth=held, **known)
        if answer.response.status == 401:  # Expired on the way, or turned away while it was young?
            clock.within(life(target))
        judge(answer, outcome(LET_IN[operation]))
    return held


def _refused(api, judge, unique, operation, auth, *accepted):
    things = good(api, unique, operation)

    refused = api.ask(operation, auth=auth, **things)

    judge(api.ask(operation, **things), outcome(LET_IN[operation]))
    judge(refused, outcome(*(accepted or ["unauthorized"])))
