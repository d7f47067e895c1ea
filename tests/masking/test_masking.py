"""Masking: no secret or personal value is written, and what is equal stays equal."""

import base64
import html
import json
import time
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from exchanges import exchange

from clausewise.masking import Masker, sensitive_fields
from clausewise.model import Request
from clausewise.statement.curl import curl

pytestmark = pytest.mark.quick

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


def test_json_of_any_depth_is_searched(masker):
    """However deep it lies, a secret is not written, and ends no run."""
    deep = b'{"a": ' * 700 + b'{"access_token": "abcdef-token-value"}' + b"}" * 700

    record = masker.record(exchange("getWidget", 200, raw=deep))

    assert "abcdef-token-value" not in record["response"]["body"]
    assert "[masked text 18 " in record["response"]["body"]


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


FRESH = "fresh-4711-value"
OWN = 'own/&"secret ü'
LEFT = [
    ("a list of passwords", f'{{"passwords": ["{FRESH}", {{"old": "{FRESH}"}}]}}'),
    ("a number", '{"pin": 47114711}'),
    ("the first of two", f'{{"password": "{FRESH}", "password": null}}'),
    ("an answer that was cut off", f'{{"n": 1, "access_token": "{FRESH}'),
    ("a broken list", f'{{"tokens": ["{FRESH}", '),
    ("a text that is no JSON", f'{{"password" : "{FRESH}",}} trailing'),
    ("JSON in a JSON text", json.dumps({"payload": json.dumps({"password": FRESH})})),
    ("JSON in that", json.dumps({"payload": json.dumps({"more": json.dumps({"password": FRESH})})})),
    ("an escaped key", f'{{"pass\\u0077ord": "{FRESH}"}}'),
    ("a query in a text", f'{{"next": "https://bank.example.com/?access_token={FRESH}&page=1"}}'),
    ("user info in a text", f'{{"next": "https://me:{FRESH}@bank.example.com/"}}'),
    ("an element", f'{{"page": "<soap:password>{FRESH}</soap:password>"}}'),
    ("Python's own writing", f"{{'password': '{FRESH}'}}"),
    ("a bearer token", f"the token Bearer {FRESH} is worn"),
    ("a signed token", "eyJhbGciOiJIUzI1NiJ9.fresh4711value.c2ln"),
    ("a picture under any name", '{"x": "iVBORw0KGgo' + "fresh4711value" * 9 + '"}'),
    ("our own secret in JSON escapes", '{"m": "' + r"own\/\u0026\"secret \u00fc" + '"}'),
    ("in a URL's", "m=" + quote_plus(OWN)),
    ("in HTML's", html.escape(OWN)),
    ("in capitals", OWN.upper()),
    ("in base64", base64.b64encode(f"amina:{OWN}".encode()).decode()),
    ("in UTF-16", '{"password": "' + FRESH + '"}'),
]


@pytest.mark.parametrize(("text"), [text for _, text in LEFT], ids=[name for name, _ in LEFT])
def test_no_way_of_writing_hides_a_secret(text, request):
    """In an answer's body and in any text: as it is, escaped, broken, or in another text."""
    wide = request.node.callspec.id == "in UTF-16"
    masker = Masker(b"key", [OWN])
    raw = text.encode("utf-16" if wide else "utf-8")

    record = json.dumps(masker.record(exchange("getWidget", 200, raw=raw)), ensure_ascii=False)
    shown = record + masker.text(raw.decode("utf-8", "replace"))

    assert "[masked" in record
    told = shown.replace("\0", "").replace("\\u0000", "").lower()
    for secret in ("fresh", "4711", "own", "secret ", base64.b64encode(OWN.encode()).decode()[4:12].lower()):
        assert secret not in told, told


def test_a_path_parameter_is_masked_by_its_name(masker):
    """The document's template tells which part of the address is personal."""
    asked = exchange("getWidget", 200, {})
    asked = replace(asked, request=Request("GET", "http://127.0.0.1/api/people/Amina?page=1"))

    url = masker.record(asked, "/people/{first_name}")["request"]["url"]

    assert "Amina" not in url
    assert url.startswith("http://127.0.0.1/api/people/[masked text 5 ")
    assert url.endswith("?page=1")


def test_a_form_of_parts_is_masked_whatever_its_header_is_called():
    """Its file, its password, and all of it where its boundary is wrong."""
    body = (
        f'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n{FRESH}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{FRESH}\r\n--b--\r\n'
    ).encode()
    for kind in ("multipart/form-data; boundary=b", 'Multipart/Form-Data; boundary="b"; x=y', "multipart/x"):
        sent = exchange("getWidget", 200, {}, asked=body, request_headers=(("content-type", kind),))
        assert FRESH not in json.dumps(Masker(b"key").record(sent)), kind


def test_what_a_finding_quotes_of_an_answer_is_masked_were_it_short_or_cut(masker):
    """A name of five letters, a digit, and a token of which the beginning alone is shown."""
    token = "long-token-" + "x" * 300
    answer = exchange("getWidget", 200, {"first_name": "Amina", "access_token": token, "secret_code": 7})

    told = masker.finding(f'no Amina, "Amina" but Aminata: {{"access_token": "{token[:40]}...', answer)
    assert "Amina," not in told
    assert '"Amina"' not in told
    assert "Aminata" in told
    assert "long-token" not in told
    assert masker.finding("7", answer, short=True).startswith("[masked int 1")
    assert masker.hides("/data/0/first_name")
    assert not masker.hides("/data/7")


@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 10**5, "eyJ" * 10**5, "<a" * 10**5, '{"password":' * 10**4, "'a" * 10**5]
)
def test_a_hostile_answer_is_masked_in_time(text):
    """None takes time that grows with the square of its length."""
    began = time.process_time()
    Masker(b"key").text(text)

    assert time.process_time() - began < 1
