"""JSON read strictly: what a lenient parser would have swallowed is said."""

import pytest

from clausewise import strict_json


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
    ],
)
def test_what_is_no_json_is_said_in_a_phrase(raw, problem):
    """Each way of not being JSON has its own words, and gives no value."""
    parsed = strict_json.parse(raw)

    assert problem in parsed.problem
    assert parsed.value is None


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
