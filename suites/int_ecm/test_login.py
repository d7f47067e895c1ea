"""Log-in: a token for good credentials, ESB.027.02.008 for others."""

import pytest

from clausewise import Bearer, clause, holds, outcome, status

from .pictures import png
from .steps import DOWNLOAD, UPLOAD, credentials, fetch, log_in, stored, token, upload


@clause("int-ecm.login.token")
def test_a_log_in_yields_a_token(api, judge, target):
    """Good credentials are answered with success, and with something that can be a token."""
    answer = log_in(api, target)

    told = any(text.strip().lower() not in {"", "bearer"} for text in _texts(answer.json))
    seen = {"expected": "a token", "actual": "no text that could be one", "where": "body"}
    judge(answer, outcome("token"), holds(told, **seen, formless=True))


@clause("int-ecm.login.validation-error")
def test_wrong_credentials_get_the_documented_code(api, judge, target, unique):
    """A user name and password that nobody has are refused with ESB.027.02.008."""
    answer = log_in(api, target, username=unique.word(16), password=unique.word(16))

    judge(answer, outcome("validation-error"), _as_read(target))


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param("username", marks=clause("int-ecm.login.unknown-user")),
        pytest.param("password", marks=clause("int-ecm.login.wrong-password")),
    ],
)
def test_one_wrong_credential_is_enough_to_be_refused(api, judge, target, unique, thing):
    """A log-in that is good but for one value is refused."""
    wrong = log_in(api, target, **{thing: unique.word(16)})

    judge(log_in(api, target), outcome("token"))
    judge(wrong, outcome("validation-error"), _as_read(target))


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param("username", marks=clause("int-ecm.login.missing-username")),
        pytest.param("password", marks=clause("int-ecm.login.missing-password")),
    ],
)
def test_one_missing_credential_is_enough_to_be_refused(api, judge, target, thing):
    """A log-in that is good but for one absent value is refused."""
    rest = {name: value for name, value in credentials(target).items() if name != thing}

    wrong = api.ask("login", auth=None, without=[thing], **rest)

    judge(log_in(api, target), outcome("token"))
    judge(wrong, outcome("validation-error"), status(400))


@clause("int-ecm.login.no-token-on-refusal")
def test_a_refused_log_in_carries_no_token(api, judge, target, unique):
    """Where the token stands in a good answer, a refusal of somebody unknown has nothing."""
    wrong = log_in(api, target, username=unique.word(16), password=unique.word(16))

    found = api.found(wrong, "token")
    judge(
        wrong,
        outcome("validation-error"),
        holds(not any(found), expected="no token", actual=f"{len(found)} there", where="token"),
    )


@clause("int-ecm.login.invalid-function-code")
def test_a_log_in_with_an_unknown_function_is_refused(api, judge, target, unique):
    """A log-in whose function code nobody knows is refused with ESB.027.01.009."""
    judge(log_in(api, target, function_code=unique.word(12)), outcome("invalid-function-code"))


@clause("int-ecm.login.forbidden")
def test_a_barred_user_is_not_logged_in(api, judge, target):
    """A user whom log-in denies access is answered 403."""
    judge(log_in(api, target, "barred"), outcome("forbidden"))


@clause("int-ecm.login.one-token-for-both")
def test_one_token_opens_upload_and_download(api, judge, target, unique):
    """The token of one log-in stores an image and fetches it."""
    held = Bearer(token(api, target))
    sent = judge(upload(api, png(unique), auth=held), outcome("uploaded"))

    judge(fetch(api, api.one(sent, "document_id"), auth=held), outcome("image"))


@pytest.mark.parametrize(
    "operation",
    [pytest.param(name, marks=clause(f"int-ecm.{name}.token-opens")) for name in (UPLOAD, DOWNLOAD)],
)
def test_the_token_of_a_log_in_is_let_in(api, judge, target, unique, operation):
    """A fresh token is good for the call that the document sends it with."""
    held = Bearer(token(api, target))
    if operation == UPLOAD:
        judge(upload(api, png(unique), auth=held), outcome("uploaded"))
    else:
        judge(fetch(api, stored(api, png(unique)), auth=held), outcome("image"))


def _as_read(target):
    """Expect the status of unknown credentials: that of their own row, or that of a bad token (INT-01)."""
    return status(*target.lawful("INT-01", a=400, b=401))


def _texts(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
