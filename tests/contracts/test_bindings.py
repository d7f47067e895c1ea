"""Bindings: requests are filled and answers are read whatever a target calls its fields."""

from base64 import b64encode

import pytest
from exchanges import exchange

from clausewise.bindings import Bindings, load
from clausewise.errors import ConfigurationError, Untestable
from clausewise.model import Binding, File, Operation, Parameter, Sample

pytestmark = pytest.mark.quick

KNOWN = {
    "cif": Binding("cif", "", "name", "cif", ("ask",)),
    "name": Binding("name", "", "name", "/who/name"),
    "image": Binding("image", "", "name", "image", ("send",)),
    "token": Binding("token", "", "pointer", "/token"),
    "token_header": Binding("token_header", "", "header", "Authorization: Bearer {token}"),
    "query": Binding("query", "", "operation", "ask"),
    "limit": Binding("limit", "", "value", 5),
}
PICTURE = File("a.png", b"\x89PNG", "image/png")


def operation(name="ask", **sample):
    return Operation(name, "toy", "POST", "/ask", secured=False, sample=Sample(**sample) if sample else None)


def filled(sample, things, without=(), **given):
    return Bindings(KNOWN, given).request(operation(**sample), things, without)


def test_a_thing_goes_where_the_printed_request_has_it():
    """A parameter, a key at any depth, or a pointer: the name decides, the example stays otherwise."""
    parameters = (Parameter("cif", "query", "1"), Parameter("X-F", "header", "f"))
    body = {"who": {"name": "A", "age": 3}}

    done = filled({"parameters": parameters, "body": body}, {"cif": "2", "name": "B"})

    assert done["query"] == {"cif": "2"}
    assert done["headers"] == {"X-F": "f"}
    assert done["body"] == {"who": {"name": "B", "age": 3}}
    assert body["who"]["name"] == "A"


@pytest.mark.parametrize(
    ("example", "value", "sent"),
    [("1", 2, "2"), (1, "2", 2), (1, "x2", "x2"), (True, False, False), ("Y", "N", "N")],
)
def test_a_value_is_written_as_the_example_is(example, value, sent):
    """A number goes as text and digits as a number where the example does; nothing else is changed."""
    assert filled({"body": {"cif": example}}, {"cif": value})["body"] == {"cif": sent}


def test_an_image_travels_as_the_request_is_printed():
    """As base64 text in JSON, as a part of a form, or as the whole body; two of them, too."""
    text = b64encode(PICTURE.content).decode()
    form = {"media_type": "multipart/form-data", "body": {"kind": 7, "image": "x"}}

    assert filled({"body": {"image": "x"}}, {"image": PICTURE})["body"] == {"image": text}
    assert filled({"body": {"image": "x"}}, {"image": [PICTURE, PICTURE]})["body"] == {"image": [text, text]}
    assert filled(form, {"image": [PICTURE]})["files"] == [("kind", "7"), ("image", PICTURE)]
    whole = filled({"media_type": "image/png", "body": "bytes"}, {"image": PICTURE})
    assert (whole["raw"], whole["media_type"]) == (PICTURE.content, "image/png")


def test_what_is_left_out_is_left_out():
    """Without a field or a parameter, by the thing's name or the field's own."""
    body = {"cif": "1", "other": 2}

    assert filled({"body": body}, {}, ["cif", "other"])["body"] == {}
    with pytest.raises(Untestable, match="has no missing"):
        filled({"body": body}, {}, ["missing"])


def test_a_form_is_sent_as_a_form():
    """Values of a form are texts."""
    sample = {"media_type": "application/x-www-form-urlencoded", "body": {"cif": 1, "on": True}}

    assert filled(sample, {"cif": "7"})["form"] == {"cif": "7", "on": "true"}


def test_no_request_is_made_up():
    """Where no overlay prints a request, or it has no place for a thing, that is said."""
    with pytest.raises(Untestable, match="No overlay prints a request of ask"):
        Bindings(KNOWN).request(operation(), {"cif": "1"}, ())
    with pytest.raises(Untestable, match="has no place for cif"):
        filled({"body": {"id": 1}}, {"cif": "1"})


@pytest.mark.parametrize(
    ("bound", "found"),
    [
        ("no", ["1", "2", "3"]),
        ("/list/*/no", ["1", "2"]),
        ("/list/1/no", ["2"]),
        ("/numbers", [["3"]]),
        ("numbers", ["3"]),
        ("/list/7/no", []),
        ("none", []),
    ],
)
def test_values_are_found_by_name_or_pointer(bound, found):
    """A name means every key of that name, a list's entries one by one; a pointer one place, * each entry."""
    answer = exchange("ask", 200, {"list": [{"no": "1"}, {"no": "2"}], "numbers": ["3"], "last": {"no": "3"}})

    assert Bindings(KNOWN, {"cif": bound}).found(answer, "cif") == found


def test_a_binding_of_one_operation_goes_before_the_others():
    """`operation.thing` speaks of that operation only."""
    bound = Bindings(KNOWN, {"cif": "no", "ask.cif": "id"})

    assert bound.value("cif", "ask") == "id"
    assert bound.value("cif", "tell") == "no"
    assert bound.value("cif") == "no"


def test_a_value_that_is_not_there_is_told_with_what_is():
    """The sentence names file, key, place, answer, and what the answer has instead."""
    bound = Bindings(KNOWN, {"token": "/data/token"}, "my.toml: [families.toy.bindings]")

    with pytest.raises(Untestable) as told:
        bound.one(exchange("ask", 200, {"data": {"jwt": "abc"}}), "token")

    assert str(told.value) == (
        "my.toml: [families.toy.bindings] token is '/data/token', but the answer of ask (HTTP 200) "
        "has nothing there; it has /data/jwt."
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"tokn": "/a"}, "unknown key 'tokn'; did you mean 'token'?"),
        ({"akk.cif": "id"}, "unknown key 'akk.cif'; did you mean 'ask'?"),
        ({"": "id"}, "unknown key ''; there are cif"),
        ({"ask.": "id"}, "unknown key 'ask.'; there are cif"),
        ({"token": "data.token"}, "token is 'data.token', but must be a JSON pointer such as /data/token."),
        ({"token_header": "X-Token"}, "must be a header with the token in it"),
        ({"query": "tell"}, "query is 'tell', but must be one of the operations ask."),
        ({"cif": ""}, "cif is '', but must be the name of a field"),
        (
            {"cif": "customer"},
            "cif is 'customer', but the request that the overlays print for ask has no such field; it has id",
        ),
        ({"ask.cif": "customer"}, "ask.cif is 'customer', but the request"),
    ],
)
def test_a_binding_that_cannot_be_meant_is_one_sentence(given, says):
    """File, key, what was expected, what is there instead."""
    bound = Bindings(KNOWN, given, "my.toml: [families.toy.bindings]")

    with pytest.raises(ConfigurationError) as told:
        bound.check({"ask": operation(body={"id": 1})})

    assert says in str(told.value)
    assert str(told.value).startswith("my.toml: [families.toy.bindings] ")


def test_the_header_carries_the_token_as_bound():
    """Bearer by default, or as the target says."""
    assert Bindings(KNOWN).header("t") == ("Authorization", "Bearer t")
    assert Bindings(KNOWN, {"token_header": "X-Token: jwt {token}"}).header("t") == ("X-Token", "jwt t")


def test_a_family_without_bindings_has_none(tmp_path):
    """No file is no mistake; a broken one is, in one sentence."""
    assert load(tmp_path / "bindings.toml") == []
    (tmp_path / "bindings.toml").write_text("[[binding]]\nid = 1\n")
    with pytest.raises(ConfigurationError, match=r"bindings\.toml cannot be read"):
        load(tmp_path / "bindings.toml")
