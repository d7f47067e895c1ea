"""What is hidden is told by what it means, not by how it is spelt; what is learned and kept is bounded."""

import json
import time
from dataclasses import replace

import canary
import pytest
from exchanges import JSON, exchange

from clausewise import contracts, package_data
from clausewise.generation import one_wrong
from clausewise.masking import Masker, plausible
from clausewise.masking.detectors import personal
from clausewise.masking.known_values import EACH, MOST, KnownValues
from clausewise.masking.names import Hidden, Hiding
from clausewise.masking.truncation import cut
from clausewise.model import Request

pytestmark = pytest.mark.quick

SECRET = "s3cret-of-the-test"


@pytest.fixture
def masker():
    """A masker of a target in an environment that is no sandbox."""
    return Masker(b"key", [SECRET])


@pytest.mark.parametrize(
    "name", [*canary.NAMED, "customerFirstName", "hoTenKhachHang", "Địa chỉ", "addressLine3"]
)
def test_a_name_hides_by_what_it_means(name):
    """Whatever its letter case and separators, in English and Vietnamese."""
    assert Hidden()[name] is Hiding.LISTED
    assert Hidden(personal=False)[name] is Hiding.NOTHING
    assert Hidden(shown=[name])[name] is Hiding.NOTHING


@pytest.mark.parametrize(
    "name",
    ["errorCode", "message", "first_name_type", "address_type", "loai_dia_chi", "status", "id_type", "name"],
)
def test_a_name_that_only_speaks_of_one_hides_nothing(name):
    """Types, codes and states are what a contract is about."""
    assert Hidden()[name] is Hiding.NOTHING


def test_a_misspelt_field_is_hidden_as_its_right_spelling_is():
    """What a document marks as personal is that in every spelling."""
    hidden = Hidden(["personal_mohre_id"])

    assert hidden["personalMohreId"] is Hiding.PERSONAL
    assert hidden["userPin"] is Hiding.SECRET
    assert hidden["mat_khau"] is Hiding.SECRET


@pytest.mark.parametrize("kind", sorted(canary.WRITTEN))
@pytest.mark.parametrize("own", [True, False], ids=["own", "learned"])
def test_a_token_is_hidden_however_it_is_written(masker, kind, own):
    """One of the target file, or out of an answer; the text around it stays as it is."""
    token = SECRET if own else "fresh-token-of-4711"
    if not own:
        masker.learn(token)
    told = masker.text(f"before {canary.WRITTEN[kind](token)} after")

    assert canary.found(told.encode(), {"it": token}) == set()
    assert told.startswith("before ")
    assert told.endswith(" after")
    assert "[masked text" in told


@pytest.mark.parametrize("kind", sorted(canary.PERSONAL))
def test_what_is_personal_is_hidden_however_it_is_written(masker, kind):
    """A name and a number that an answer gives under their names, and elsewhere in other letters."""
    name, write = canary.PERSONAL[kind]
    value = canary.planted()[f"personal-{kind}"]
    body = {"customer": {name: value}, "note": write(value)}

    record = masker.record(exchange("getWidget", 200, body))["response"]["body"]

    assert canary.found(record.encode(), {"it": value}) == set()
    assert json.loads(record)["note"] != ""


@pytest.mark.parametrize("kind", sorted(canary.PICTURES))
def test_a_picture_of_any_kind_is_hidden(masker, kind):
    """Under a name that does not give it away, in one line or in several."""
    picture = canary._picture(canary.PICTURES[kind], "fresh-picture")
    lines = "\r\n".join(picture[at : at + 76] for at in range(0, len(picture), 76))

    record = masker.record(exchange("getWidget", 200, {"x": picture, "y": lines}))["response"]["body"]

    body = json.loads(record)
    assert body["x"].startswith("[masked text ")
    assert body["y"].startswith("[masked text ")


def test_what_is_personal_is_hidden_as_a_key_and_in_a_header(masker):
    """A map by telephone number or by name; a header that is called as a field is, and one that quotes it."""
    body = {
        "by_phone": {"0912345678": 1},
        "ho_ten": {"Amina Example": {"x": "Amina Example"}},
        "sdt": "0912345678",
    }
    headers = (*JSON, ("X-Customer-Phone", "0912345678"), ("X-Note", "asked for +84 912 345 678"))

    record = masker.record(exchange("getWidget", 200, body, headers=headers))

    assert "Amina" not in json.dumps(record)
    assert "345678" not in json.dumps(record)
    assert "345 678" not in json.dumps(record)


def test_what_the_list_hides_leaves_what_a_contract_has_names_for():
    """Under a name of the list the codes of its parts stay, which can be judged again."""
    masker = Masker(b"key", facts=["countryCode", "line"])
    body = {
        "address": {"countryCode": "VN", "flat": "somewhere", "line": "kept"},
        "emails": [{"emailId": "a@b.example"}],
    }

    told = json.loads(masker.record(exchange("getWidget", 200, body))["response"]["body"])

    assert told["address"]["countryCode"] == "VN"
    assert told["address"]["flat"].startswith("[masked")
    assert told["emails"][0]["emailId"].startswith("[masked")


def test_a_word_of_the_documents_is_never_learned():
    """A customer called as an answer's own words are would take those out of every message."""
    masker = Masker(b"key", facts=["Customer", "not found", "middle_name"])
    for name in ("Customer", "Middle", "Residence"):
        masker.record(exchange("getWidget", 200, {"firstName": name}))

    assert masker.text("Customer is not found") == "Customer is not found"
    told = masker.text('{"middle_name": null, "residence_code": 1, "note": "Residence"}')
    assert told.startswith('{"middle_name": null, "residence_code": 1, "note": "[masked text 9 ')
    assert "errorCode" in contracts.load(package_data.SCHEMAS / "cdp" / "openapi.yaml", "cdp-2023").words


def test_masking_eats_none_of_the_text_around(masker):
    """A word that ends as a secret begins, a name within a longer one, a number within another."""
    masker.learn("forest-of-tokens-4711")
    masker.record(exchange("getWidget", 200, {"firstName": "Amina Example", "sdt": "0912345678"}))
    answer = exchange("getWidget", 200, {})

    for text in (
        "as told before",
        "be forewarned...",
        "AminaExample",
        "Samina Examples",
        "id 990912345678123",
    ):
        assert masker.finding(text, answer) == text
        assert masker.text(text) == text
    assert (
        masker.finding("as told forest-of-tok...", answer)
        == f"as told {masker.masked('forest-of-tokens-4711')}..."
    )


def test_a_bare_number_stays_json(masker):
    """What stands in place of a number that is known has quotes, so that the answer can be judged again."""
    body = {"sdt": "0912345678", "seen": 912345678, "text": "id: 912345678, x"}

    told = json.loads(masker.record(exchange("getWidget", 200, body))["response"]["body"])

    assert told["seen"].startswith("[masked")
    assert told["text"].startswith("id: [masked text")


def test_a_long_token_is_hidden_in_bodies(masker):
    """Real ones with many roles have more than 4,096 characters."""
    token = "long." + "x1" * 4000
    body = {"access_token": token, "trace": f"refused {token}, sorry"}

    record = masker.record(exchange("getWidget", 200, body))["response"]["body"]

    assert "x1x1" not in record
    assert json.loads(record)["trace"].endswith("], sorry")


def test_what_a_request_hides_is_known_before_it_is_answered(masker):
    """It may never be: its path, its query and its body, of however few characters where they stand."""
    url = "http://127.0.0.1/api/people/9000111?mobile=0911222333"
    asked = Request("POST", url, JSON, json.dumps({"fullName": "Amina Example"}).encode())

    masker.foresee(asked, "/people/{cif}")

    told = masker.text(f"POST {url} got nothing for Amina Example")
    assert "9000111" not in told
    assert "0911222333" not in told
    assert "Amina" not in told
    record = masker.record(replace(exchange("getWidget", 200, {}), request=asked), "/people/{cif}")
    assert "9000111" not in json.dumps(record)


def test_what_a_target_gives_is_known_before_the_first_call(masker):
    """The values of its fixtures whose names are hidden, and for good: no flood makes room in their place."""
    masker.foreknow([("cif", "9000111"), ("ecrn", "9000222"), ("account_number", ["1900333"])])
    for number in range(MOST // EACH + 2):
        masker.record(exchange("getWidget", 200, [{"ho_ten": f"Name {number} {at}"} for at in range(EACH)]))

    assert masker.text("no 9000111, 9000222, 1900333").count("[masked") == 2
    assert "9000222" in masker.text("no 9000222")
    assert SECRET not in masker.text(SECRET.upper().lower())


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("write to me.you@mail.example.com.", ["me.you@mail.example.com"]),
        ("call +84 912 345 678 or 0912 345 679 now", ["+84 912 345 678", "0912 345 679"]),
        ("card 4111 1111 1111 1111 of", ["4111 1111 1111 1111"]),
        ("GB82 WEST 1234 5698 7654 32 OK AND MORE", ["GB82 WEST 1234 5698 7654 32"]),
        ("GB82WEST12345698765432", ["GB82WEST12345698765432"]),
        ("784-1990-1234567-6 but not 784-1990-1234567-7", ["784-1990-1234567-6"]),
        ("4111 1111 1111 1112", []),
        ("GB83WEST12345698765432", []),
        ("2026-11-30T02:48:00+0700, 1764471000123, 9000000000000101, CA000912345678, 1.0912345678", []),
        ("user@host, @mention, a@b", []),
    ],
)
def test_what_its_own_form_gives_away_is_found(text, hidden):
    """Mail addresses, telephone, card and account numbers by their check digits; codes and times are none."""
    assert [text[start:end] for start, end in personal(text)] == hidden


def test_what_is_learned_is_bounded():
    """Of an exchange, and of a run; what goes first is the oldest."""
    known = KnownValues()
    known.own(SECRET, "[own]")
    for number in range(MOST // EACH + 5):
        known.begin()
        for at in range(EACH + 100):
            known.add(f"value-{number}-{at}-x", "[it]", whole=True)
        assert len(known) <= MOST + 1

    assert known.spans(f"{SECRET} value-{number}-7-x value-0-7-x") == [(0, 18, "[own]"), (19, 31, "[it]")]


@pytest.mark.parametrize("kind", ["values", "names"])
def test_a_flood_takes_time_that_grows_with_its_length(kind):
    """Four times as many values or names take about four times as long, and not sixteen times."""

    def took(many: int) -> float:
        flood = [{"ho_ten": f"Name {at} x"} for at in range(many)] if kind == "values" else None
        body = flood or {f"token_{at}": "x" * 9 for at in range(many)}
        answer = exchange("getWidget", 200, body)
        began = time.process_time()
        Masker(b"key").record(answer)
        return time.process_time() - began

    took(100)
    assert took(20_000) < 10 * max(took(5_000), 0.01)


def test_a_finding_on_a_flood_is_masked_in_time(masker):
    """However many values an answer hides, a text about it is looked through word by word."""
    answer = exchange("getWidget", 200, [{"ho_ten": f"Name {at} x"} for at in range(20_000)])
    masker.record(answer)
    began = time.process_time()

    told = [masker.finding(f"no 'Name {at} x' but Name {at}...", answer) for at in range(0, 20_000, 1000)]

    assert time.process_time() - began < 2
    assert all(text.count("[masked") == 2 for text in told)


def test_a_huge_body_is_kept_in_parts():
    """Head, tail, length and digest; one within the limit is kept whole."""
    masker = Masker(b"key", kept=1000)
    answer = exchange("getWidget", 200, {"note": "some words, " * 200})

    told = masker.record(answer)["response"]

    assert len(told["body"]) < 1100
    assert told["body"].startswith('{"note": "some words, ')
    assert told["body"].endswith('words, "}')
    assert told["cut"]["characters"] == len(answer.response.body)
    assert cut("short", 1000) == ("short", {})


def test_a_text_that_holds_a_stand_in_is_not_judged_again():
    """It is not as it was sent: longer, perhaps, than its document lets it be."""
    assert plausible('{"a": "no [masked text 5 01234567] here", "b": "x"}')[1] == {"/a"}


def test_what_we_send_wrongly_takes_no_word_out_of_an_answer(masker):
    """A wrong value under a secret's name is learned as a secret, and is no word that a message may say."""
    for variant in one_wrong({"password": "s3cret-word", "userPin": 4711}):
        body = json.dumps(variant.body).encode()
        masker.foresee(Request("POST", "http://x/y", (("Content-Type", "application/json"),), body))
    message = "Case is locked by another user SANDBOXUSER2."

    assert masker.text(message) == message
