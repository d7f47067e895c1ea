"""Masking: no secret or personal value is written, and what is equal stays equal."""

import json

import pytest
from exchanges import exchange

from clausewise.masking import Masker, sensitive_fields
from clausewise.statement.curl import curl

SECRET = "s3cret-of-the-test"


@pytest.fixture
def masker():
    """A masker that knows one secret and hides one field."""
    return Masker(b"key", [SECRET], ["first_name"])


@pytest.mark.parametrize(
    "told",
    [
        {"request_headers": (("Authorization", "Bearer abcdef-token-value"),)},
        {"headers": (("Set-Cookie", "session=abcdef-token-value"),)},
        {"body": {"deep": [{"access_token": "abcdef-token-value"}]}},
        {"body": {"customer": {"first_name": "abcdef-token-value"}}},
        {
            "asked": b"grant_type=password&password=abcdef-token-value",
            "request_headers": (("Content-Type", "application/x-www-form-urlencoded"),),
        },
        {"asked": b'{"id_front": {"base64_data": "abcdef-token-value"}}'},
        {"body": json.dumps({"first_name": "abcdef-token-value"})},
    ],
)
def test_a_secret_is_masked_wherever_it_travels(masker, told):
    """Headers, cookies, nested JSON, forms and images lose their secrets before anything is written."""
    record = json.dumps(masker.record(exchange("getWidget", 200, told.pop("body", {}), **told)))

    assert "abcdef-token-value" not in record
    assert "[masked text" in record


def test_json_too_deep_to_look_into_is_masked_as_a_whole(masker):
    """What nobody can search for secrets is not written, and ends no run."""
    deep = b'{"a": ' * 700 + b'{"access_token": "abcdef-token-value"}' + b"}" * 700

    record = masker.record(exchange("getWidget", 200, raw=deep))

    assert record["response"]["body"].startswith(f"[masked bytes {len(deep)} ")


def test_a_known_secret_is_masked_in_any_text(masker):
    """A secret of the target file is masked where no field name gives it away."""
    record = masker.record(exchange("getWidget", 200, {"message": f"bad value {SECRET}"}))

    assert SECRET not in json.dumps(record)
    assert SECRET not in masker.text(f"expected {SECRET}")


def test_a_secret_met_once_is_masked_ever_after(masker):
    """A token out of an answer is masked in later texts, too."""
    masker.record(exchange("getToken", 200, {"access_token": "fresh-token-1234"}))

    assert "fresh-token-1234" not in masker.text("Bearer fresh-token-1234 was refused")


def test_equal_values_stay_equal_and_keep_type_and_length(masker):
    """The mask tells type, length and a keyed fingerprint, so an echo can still be judged."""
    assert masker.masked("Amina") == masker.masked("Amina")
    assert masker.masked("Amina") != masker.masked("Amino")
    assert masker.masked("Amina").startswith("[masked text 5 ")
    assert Masker(b"other").masked("Amina") != masker.masked("Amina")


def test_what_is_not_sensitive_stays_as_it_was_sent(masker):
    """An answer with nothing to hide is kept byte for byte, repeated keys and all."""
    raw = b'{"errorCode": 1,  "errorCode": 2}'

    assert masker.record(exchange("getWidget", 200, raw=raw))["response"]["body"] == raw.decode()


def test_personal_fields_are_shown_only_where_the_target_says_so():
    """Secrets are always hidden; personal fields unless a sandbox shows them."""
    marks = {"password": "secret", "first_name": "personal"}

    assert sensitive_fields(marks, ["iban"], personal=True) == {"password", "first_name", "iban"}
    assert sensitive_fields(marks, [], personal=False) == {"password"}


def test_a_curl_line_takes_secrets_from_variables(masker):
    """The line can be pasted: secrets are variables, everything else is quoted for the shell."""
    asked = {"first_name": "Amina", "note": "it's $5"}
    headers = (("Authorization", "Bearer abcdef-token-value"), ("Content-Type", "application/json"))
    record = masker.record(
        exchange("getWidget", 200, {}, asked=json.dumps(asked).encode(), request_headers=headers)
    )

    line = curl(record)

    assert '-H "Authorization: Bearer ${TOKEN}"' in line
    assert r"\"first_name\": \"${FIRST_NAME}\"" in line
    assert r"it's \$5" in line


def test_thousands_of_secrets_are_all_found():
    """Long ones that end alike, one within another, each at the beginning, the middle and the end."""
    tail = "x" * 60
    secrets = [f"secret-{number:05}-{tail if number % 3 else ''}" for number in range(3000)]
    masker = Masker(b"key", secrets)
    for number in (0, 1, 2, 1500, 2998, 2999):
        told = masker.text(f"{secrets[number]} and {secrets[number]}, {secrets[number]}")
        assert secrets[number] not in told
        assert told.count("[masked text") == 3
    masker.learn("secret-00001")
    assert "secret-00001" not in masker.text(f"{secrets[1]} secret-00001")
