"""Requests made by program: one thing wrong, the same meaning, no JSON, chance."""

import json
from typing import Any

import pytest
import requests
import runs

from clausewise.errors import Untestable
from clausewise.generation import guilty, hopeless, one_wrong, optional, random_bodies, same_meaning, without

pytestmark = pytest.mark.quick

BODY: dict[str, Any] = {
    "name": "Amina Ñ",
    "born": "1990-01-15",
    "ids": [{"kind": 4, "main": True}],
    "note": None,
}
SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 30, "minLength": 2},
        "born": {"type": "string", "format": "date"},
        "ids": {"items": {"properties": {"kind": {"enum": [4, 5], "minimum": 1}}}},
        "x-note": {"type": "string"},
    },
}


def abouts(body=BODY, schema=SCHEMA):
    return {made.about: made.body for made in one_wrong(body, schema)}


def test_each_field_is_wrong_in_each_way_once():
    """Absent, null, empty, another type, another case: every field, nested ones too."""
    made = abouts()

    assert "name" not in made["/name: absent"]
    assert made["/ids/0/kind: null"]["ids"][0]["kind"] is None
    assert made["/name: its key in another case"]["NAME"] == BODY["name"]
    assert made["/ids: an empty list"]["ids"] == []
    assert made["/ids: its first entry twice"]["ids"] == BODY["ids"] * 2
    assert made["/ids/0/main: the other word"]["ids"][0]["main"] == "maybe"
    assert len(made) == len(list(one_wrong(BODY, SCHEMA)))
    assert "/note: null" not in made


def test_each_constraint_is_broken_by_one():
    """What the schema forbids is sent one step beyond: length, enumeration, format, bound."""
    made = abouts()

    assert len(made["/name: one character too long"]["name"]) == 31
    assert len(made["/name: one character too short"]["name"]) == 1
    assert made["/born: no date: 1990-02-30"]["born"] == "1990-02-30"
    assert made["/ids/0/kind: outside the listed values"]["ids"][0]["kind"] not in {4, 5}
    assert made["/ids/0/kind: one below the least"]["ids"][0]["kind"] == 0


def test_only_one_thing_is_wrong_at_a_time_and_the_good_body_stays():
    """Each body differs from the accepted one in one place."""
    before = json.dumps(BODY)
    for about, made in abouts().items():
        assert json.dumps(made) != before, about
        rest = {key for key in BODY if made.get(key, ...) == BODY[key]}
        assert len(rest) >= len(BODY) - 1, about
    assert json.dumps(BODY) == before


def test_what_may_be_left_out_is_told_by_the_innermost_places():
    """What holds another such place is none itself, and what is required stays."""
    assert optional(BODY, SCHEMA) == ["/born", "/ids/0/kind", "/ids/0/main", "/note"]
    assert without(BODY, ["/born", "/ids/0/kind"]) == {
        "name": BODY["name"],
        "ids": [{"main": True}],
        "note": None,
    }


@pytest.mark.parametrize(("size", "at"), [(1, 0), (2, 0), (2, 1), (7, 3), (8, 0), (60, 17), (60, 59)])
def test_the_one_that_helps_is_found_though_its_neighbour_has_to_stay(size, at):
    """Wherever it stands, with few questions; where none helps nothing is found."""
    names = [f"/{number}" for number in range(size)]
    asked = []

    def helps(gone):
        asked.append(gone)
        return names[at] in gone and not (size > 1 and names[at - 1] in gone)

    assert guilty(names, helps) == [names[at]]
    assert len(asked) <= 2 * size + 1
    assert not guilty(names, lambda _: False)


def test_other_writings_mean_the_same_and_differ():
    """Each writing is other bytes, and the same value to any reader."""
    made = dict(same_meaning(BODY))

    assert len(set(made.values())) == len(made) == 5
    assert all(json.loads(raw) == BODY for raw in made.values())


@pytest.mark.parametrize("body", [BODY, [BODY]])
def test_a_hopeless_body_is_read_by_nobody(body):
    """Each is near to the good one and no JSON."""
    for about, raw in hopeless(body):
        with pytest.raises(ValueError, match=r"."):
            json.loads(raw)
        assert about


@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_chance_is_the_same_for_the_same_number(kind):
    """A seed makes the same bodies again, another one others."""
    first, again, other = (
        [made.body for made in random_bodies(SCHEMA, kind, 8, number)] for number in (7, 7, 8)
    )

    assert first == again
    assert first != other
    assert len(first) == 8


def test_a_schema_that_nothing_breaks_is_told():
    """Where no invalid body exists, none is made up."""
    with pytest.raises(Untestable, match="No random invalid body"):
        list(random_bodies({}, "invalid", 3, 1))


def test_random_bodies_catch_what_fails_on_them(tmp_path):
    """On a target that fails on whatever is not documented, the tests of random bodies say so themselves."""
    bend = {"answer": "validateCustomer.bad-request", "bend": [{"status": 500}]}
    with runs.reference("cdp", control=True) as url:
        requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
        target = runs.target_at(tmp_path, url, "cdp")
        chosen = ["--clause", "cdp.validateCustomer.withstands", "--plan", "certify", "--seed", "1"]
        runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", *chosen)

    records = [json.loads(line) for line in (tmp_path / "run" / "verdicts.jsonl").read_text().splitlines()]
    found = {told["test"].partition("::")[2] for told in records if told["findings"]}
    assert any(test.startswith("test_chance_is_served_or_refused[validateCustomer") for test in found), found


def test_the_field_that_a_request_is_refused_for_is_found(tmp_path):
    """Of sixty the report names the one: it says where it stands, and that the rest is served without it."""
    field, only = "ofs-ecm.addAccount.request[].accounts[].kycRisk", "ofs-ecm.addAccount.successful"
    with runs.bent("ofs-ecm", f"refuse:{field}") as url:
        target = runs.target_at(tmp_path, url, "ofs-ecm")
        runs.clausewise("run", "--target", target, "--run-dir", tmp_path / "run", "--clause", only)

    first = runs.results(tmp_path / "run")["causes"][0]
    assert (first["clauses"][0], first["where"]) == (field, "/*/accounts/*/kycRisk")
