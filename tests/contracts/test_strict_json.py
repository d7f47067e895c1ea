"""JSON read strictly: what a lenient parser would have swallowed is said."""

import time

import pytest

from clausewise import strict_json

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b'{"a": 1} x', "Extra data"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        (b'{"a": "\xff"}', "not UTF-8: byte 7 is 0xff"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"", "it is empty"),
        (b'{"a": ', "Expecting value"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' * 101 + b"1" + b"}" * 101, "nested too deeply to be read (more than 100 levels)"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number of more than 4300 digits"),
        (b'{"a": -1e999999}', "the number -1e999999 is larger than readers can hold"),
        (b'{"a": "\\uD83D"}', r"half a surrogate pair (\ud83d)"),
        (b'{"\\udc00": 1}', r"half a surrogate pair (\udc00)"),
    ],
)
def test_what_is_no_json_is_said_in_a_phrase(raw, problem):
    """Each way of not being JSON has its own words, and gives no value."""
    parsed = strict_json.parse(raw)

    assert problem in parsed.problem
    assert parsed.value is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"[" * 99 + b"[1],[1]" + b"]" * 99, None),
        (b"[" + b"[]," * 200 + b"1e308]", None),
        (b"9" * 400, int("9" * 400)),
    ],
    ids=["a whole pair", "100 levels", "wide", "400 digits"],
)
def test_what_is_only_unusual_is_read(raw, value):
    """A pair of surrogates, a hundred levels, many short lists and a long number are all JSON."""
    parsed = strict_json.parse(raw)

    assert parsed.problem == ""
    assert parsed.value == value or value is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"45001.0", 45001),
        (b"4.5001E4", 45001),
        (b"-0.0", 0),
        (b"12345678901234567.0", 12345678901234567),
        (b"1e308", 10**308),
        (b"1.5", 1.5),
        (b"1e-400", 0),
        (b"12345678901234567.5", 12345678901234568.0),
    ],
)
def test_a_number_is_what_json_schema_takes_it_for(raw, value):
    """45001.0 is the integer 45001, however large it is; what has a fraction is no integer."""
    read = strict_json.parse(raw).value

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, False, False),
        ({"a": [1, True]}, {"a": [1.0, True]}, True),
        ({"a": [1]}, {"a": [True]}, False),
        ([1], [1, 1], False),
        ({"a": 1}, {"b": 1}, False),
    ],
)
def test_values_are_compared_as_json_schema_does(one, other, alike):
    """1.0 is 1 and true is not, at any depth."""
    assert strict_json.same(one, other) is alike


def test_very_many_repeated_keys_are_told_soon_and_in_part():
    """A hundred thousand keys that come twice cost no hours, and name some."""
    pairs = ",".join(f'"k{number}":1,"k{number}":2' for number in range(100_000))
    began = time.process_time()

    parsed = strict_json.parse(f"{{{pairs}}}".encode())

    assert len(parsed.repeated) == 20
    assert time.process_time() - began < 5


def test_repeated_keys_of_many_objects_are_told_in_part():
    """A list of objects, each with a key twice, names some of the keys."""
    objects = ",".join(f'{{"k{number}":1,"k{number}":2}}' for number in range(100))

    assert len(strict_json.parse(f"[{objects}]".encode()).repeated) == 20


def test_a_key_that_comes_twice_is_told_and_the_value_still_read():
    """A repeated key is no syntax error, but readers differ on it, so it is told."""
    parsed = strict_json.parse(b'{"a": {"b": 1, "b": 2}}')

    assert (parsed.problem, parsed.repeated, parsed.value) == ("", ("b",), {"a": {"b": 2}})


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/a/1", (True, 3)),
        ("", (True, {"a": [2, 3], "b/c": None})),
        ("/b~1c", (True, None)),
        ("/a/9", (False, None)),
    ],
)
def test_a_pointer_tells_null_from_nothing(pointer, expected):
    """RFC 6901: a value that is null is there; an index past the end is not."""
    assert strict_json.resolve({"a": [2, 3], "b/c": None}, pointer) == expected


@pytest.mark.parametrize(
    ("text", "names"), [("", []), ("/a/0", ["a", "0"]), ("/a~1b/m~0n/~01", ["a/b", "m~n", "~1"])]
)
def test_a_pointer_leads_through_names(text, names):
    """As RFC 6901 has it, and back."""
    assert strict_json.steps(text) == names
    assert strict_json.pointer(names) == text
