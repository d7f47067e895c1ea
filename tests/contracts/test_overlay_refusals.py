"""Overlays that are refused, each in one sentence, and none that takes for ever."""

import json
import time
from contextlib import nullcontext

import pytest
import runs
from overlaying import LOGIN, load_images

from clausewise.contracts import overlays
from clausewise.errors import ConfigurationError

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (
            {"target": "$.paths['/nowhere'].get", "update": {}},
            r"selects nothing; \$\.paths has /items, /some-items",
        ),
        ({"target": "$.paths[", "remove": True}, "no JSONPath of RFC 9535"),
        ({"target": "$.paths.*", "copy": "$.paths.*"}, "selects 3 nodes, but must select one"),
        ({"target": "$.info", "update": "text"}, "selects an object, but its value is a plain value"),
        ({"target": "$.info.title", "update": {"a": 1}}, "selects a plain value, but its value is an object"),
        (
            {"target": "$.info", "update": {"title": ["a"]}},
            "meets a plain value at /title, but brings an array",
        ),
        ({"target": "$..['x', 'tags']", "update": 1}, "must select nodes of one kind"),
        ({"target": "$", "remove": True}, "would remove the whole document"),
    ],
)
def test_an_action_that_cannot_be_done_is_one_sentence(apply, action, says):
    """The sentence names the file, the action and its target, and what is there instead."""
    with pytest.raises(ConfigurationError, match=says) as told:
        apply(action)

    assert "mine.overlay.yaml: action 1 (target $" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\n",
            "all of overlay, info, actions",
        ),
        (
            "overlay: 2.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}]\n",
            "at /overlay, it fails the rule pattern",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a}\nactions: [{target: $}]\n",
            "/info, it wants all of title",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: []\n",
            "/actions, it fails .* minItems",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{update: 1}]\n",
            "at /actions/0, it wants all of target",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: paths}]\n",
            "/target, it fails",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $, remove: 1}]\n",
            "/remove, it fails the rule type: boolean",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}]\nx-standing: sure\n",
            "/x-standing, it fails the rule enum",
        ),
        (
            "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}]\nmore: 1\n",
            "no overlay has",
        ),
        ("- a list\n", "at its top, it fails the rule type: object"),
        ("overlay: [\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_overlay_is_one_sentence(tmp_path, text, says):
    """What the specification's schema refuses is refused, with the place and what was expected."""
    path = tmp_path / "mine.overlay.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=says) as told:
        overlays.read(path)

    assert "mine.overlay.yaml" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("22:30:00", "22:30:00"),
        ("1_000", "1_000"),
        ("2026-01-31", "2026-01-31"),
        ("yes", "yes"),
        ("0b1", "0b1"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("~", None),
        ("True", True),
        ("{<<: {a: 1}, b: 2}", {"a": 1, "b": 2}),
    ],
)
def test_a_value_is_what_yaml_1_2_takes_it_for(tmp_path, written, value):
    """No time of day becomes 81000 on its way into a request."""
    path = tmp_path / "mine.overlay.yaml"
    head = "overlay: 1.1.0\ninfo: {title: a, version: '1'}\n"
    path.write_text(f"{head}actions: [{{target: $, update: {{a: {written}}}}}]\n", "utf-8-sig")

    read = overlays.read(path).actions[0]["update"]["a"]

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", "in line 3, a key comes for the second time"),
        ("a: 1\nb: .inf\n", "in line 2, it holds inf, and a finite number"),
        ("a: 1\nb: !!int x\n", "in line 2, a value does not fit its tag"),
        ("a: 1\n? [b]\n: 1\n", "in line 2, it has a key that is no text"),
        ("a: 1\nb: !!binary aGk=\n", "in line 2, it holds a bytes"),
        (f"a: 1\nb: {'[' * 101}{']' * 101}\n", "in line 2, it is nested deeper than"),
    ],
)
def test_a_refusal_of_yaml_names_its_line(tmp_path, written, says):
    """Whoever wrote it finds the place."""
    path = tmp_path / "mine.overlay.yaml"
    path.write_text(written)

    with pytest.raises(ConfigurationError, match=says):
        overlays.read(path)


_SCHEMA = {"type": "object", "properties": {"cif": {"type": "string", "maxLength": 4}}}


@pytest.mark.parametrize(
    ("update", "says"),
    [
        (
            {"requestBody": {"content": {"application/json": {"schema": _SCHEMA, "example": {"cif": 17}}}}},
            "request body application/json contradicts its own schema at /cif: it breaks the rule",
        ),
        (
            {"parameters": [{"name": "day", "in": "query", "schema": {"enum": ["mon"]}, "example": "tue"}]},
            "day contradicts its own schema: it breaks the rule enum",
        ),
        (
            {
                "requestBody": {
                    "content": {"x/y": {"schema": {"properties": {"a": {"type": "null", "default": 1}}}}}
                }
            },
            "request body x/y a contradicts its own schema: it breaks the rule type",
        ),
        (
            {
                "requestBody": {
                    "content": {"x/y": {"schema": _SCHEMA, "examples": {"one": {"value": {"cif": "12345"}}}}}
                }
            },
            "request body x/y contradicts its own schema at /cif: it breaks the rule maxLength",
        ),
        (
            {
                "requestBody": {
                    "content": {"x/y": {"schema": {"properties": {"example": {"type": "string"}}}}}
                }
            },
            "",
        ),
    ],
)
def test_an_example_that_contradicts_its_own_schema_is_told(write, update, says):
    """The suite would send it, and hold the answer against the target."""
    with pytest.raises(ConfigurationError) if says else nullcontext() as told:
        load_images(write({"target": f"{LOGIN}.post", "update": update}))

    if says:
        assert f"the example of POST /int-ecm-service/v1/login {says}" in str(told and told.value)


SLOW = "(a+)+$"


LONG = "a" * 60 + "!"


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"jwt": {"type": "string", "pattern": SLOW}}},
        {"patternProperties": {SLOW: {"type": "string"}}, "additionalProperties": False},
        {"patternProperties": {SLOW: True}, "unevaluatedProperties": False},
        {"properties": {"jwt": {"pattern": r"(?=(a+)+$)((a*)*)\2b"}}},
    ],
)
def test_no_pattern_of_an_overlay_takes_for_ever(write, schema):
    """A pattern on which others backtrack for years is found not to fit at once."""
    content = {"content": {"application/json": {"schema": {"type": "object", **schema}}}}
    file = write({"target": f"{LOGIN}.post.responses", "update": {"200": content}})
    form = load_images(file).operations["login"].outcome("token").forms[0]
    began = time.monotonic()

    told = form.body.complaints({"jwt": LONG, LONG: 1})

    assert told
    assert time.monotonic() - began < 1


def test_no_pattern_of_an_action_takes_for_ever(apply):
    """The functions of JSONPath take no longer either, and mean what RFC 9535 says."""
    began = time.monotonic()
    done = apply(
        {"target": "$.info", "update": {"list": [LONG, "bcd"]}},
        {"target": f"$.info.list[?search(@, 'c') && !search(@, '{SLOW}') && !match(@, 'c')]", "remove": True},
    )

    assert done["info"]["list"] == [LONG]
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("pattern", ["(a{1000}){1000}", "["])
def test_a_pattern_that_is_none_is_one_sentence(write, pattern):
    """It is told when the overlay is read, and not in the middle of a run."""
    schema = {"type": "object", "properties": {"jwt": {"pattern": pattern}}}
    content = {"content": {"application/json": {"schema": schema}}}

    with pytest.raises(ConfigurationError, match=r"mine.overlay.yaml over it, .* is no OpenAPI") as told:
        load_images(write({"target": f"{LOGIN}.post.responses", "update": {"200": content}}))

    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        "root:{word}:20000:0:99999:7:::\n",
        "[client]\npassword = {word}\n",
        "{word}: 1\noverlay: '{word}'\ninfo: {{{word}: 1}}\nactions: [{{{word}: 1}}]\n",
        "overlay: '{word}'\ninfo: {{title: a, version: '1'}}\nactions: [{{target: '{word}'}}]\n",
        "? [{word}]\n: 1\n",
        "a: !!int {word}\n",
        "a: '{word}\n",
    ],
)
def test_a_complaint_quotes_nothing_of_a_file(tmp_path, text):
    """Whoever wrote the target file may have named a file that is none of theirs."""
    path = tmp_path / "shadow"
    path.write_text(text.format(word="s3cr3tW0rd"))

    with pytest.raises(ConfigurationError) as told:
        overlays.read(path)

    assert "s3cr3tW0rd" not in str(told.value)
    assert "\n" not in str(told.value)


def test_judge_does_not_hang_on_a_pattern(write, tmp_path):
    """The pattern of a target file that somebody else wrote, on an answer that it backtracks on for years."""
    content = {"schema": {"type": "object", "properties": {"jwt": {"type": "string", "pattern": SLOW}}}}
    file = write(
        {
            "target": f"{LOGIN}.post.responses",
            "update": {"200": {"content": {"application/json": content}}},
        }
    )
    (tmp_path / "t.toml").write_text(
        'version = 1\nname = "t"\nenvironment = "test"\n[families.int-ecm]\ndocument = "int-ecm"\n'
        f'base_url = "http://127.0.0.1:9"\noverlays = ["assumed", "{file.name}"]\n'
    )
    text = '{"jwt": "' + LONG + '"}'
    answer = {"status": 200, "statusText": "OK", "headers": [], "content": {"text": text}}
    url = "http://127.0.0.1:9/int-ecm-service/v1/login"
    asked = {"method": "POST", "url": url, "headers": [], "postData": {"text": "{}"}}
    entry = {"startedDateTime": "2031-01-01T00:00:00Z", "time": 1, "request": asked, "response": answer}
    (tmp_path / "a.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))

    done = runs.clausewise(
        "judge",
        tmp_path / "a.har",
        "--target",
        tmp_path / "t.toml",
        "--run-dir",
        tmp_path / "run",
        timeout=60,
    )

    verdicts = runs.verdicts(tmp_path / "run")
    assert done.returncode in {1, 2}, done.stdout + done.stderr
    assert verdicts["int-ecm.login.token.jwt"] == "fail"
