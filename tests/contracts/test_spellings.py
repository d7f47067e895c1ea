"""Keys and words that documents print in several ways: read as one, unless a claim rules them out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exchanges import exchange

from clausewise import contracts, package_data
from clausewise.checks import read
from clausewise.model import RULED_OUT, Spelling, respelt, respelt_place

pytestmark = pytest.mark.quick

ECM = "ofs-ecm-8.1.2.8"
EITHER = (Spelling("RESULTS", "RESULTS"), Spelling("RESULTS", "Results"))
WORDS = (Spelling("FAILED", "FAILED", "STATUS"), Spelling("FAILED", "Fail", "STATUS"))


@pytest.mark.parametrize(
    ("spellings", "sent", "known"),
    [
        ((), {"Results": 1}, {"Results": 1}),
        (EITHER, {"Results": [{"Results": 1}]}, {"RESULTS": [{"RESULTS": 1}]}),
        (EITHER, {"RESULTS": 1, "Results": 2}, {"RESULTS": 1, "Results": 2}),
        (EITHER[:1], {"Results": 1}, {"Results": 1}),
        (EITHER[1:], {"Results": 1}, {"RESULTS": 1}),
        (EITHER[1:], {"RESULTS": 1}, {f"RESULTS{RULED_OUT}": 1}),
        (WORDS, {"STATUS": "Fail", "other": "Fail"}, {"STATUS": "FAILED", "other": "Fail"}),
        (WORDS, {"STATUS": "Fail "}, {"STATUS": "Fail "}),
        (WORDS[1:], {"STATUS": "FAILED"}, {"STATUS": f"FAILED{RULED_OUT}"}),
        (EITHER + WORDS, ["Results", 1, None], ["Results", 1, None]),
    ],
)
def test_a_value_is_read_as_its_clauses_know_it(spellings, sent, known):
    """Another spelling is read as the clause's own; where both are there, the clause's own counts."""
    assert respelt(sent, spellings) == known


def test_a_place_is_found_in_what_was_respelt():
    """What is masked in a recorded answer stays masked."""
    assert respelt_place("/Results/0/name", EITHER) == "/RESULTS/0/name"


def contract(**readings):
    return contracts.load(Path(package_data.SCHEMAS, "ofs-ecm", "openapi.yaml"), ECM, readings)


@pytest.mark.parametrize(
    ("claim", "key", "broken"),
    [
        ({}, "RESULTARRAY", False),
        ({}, "RESPONSEARRAY", False),
        ({"ECM-71": "a"}, "RESULTARRAY", False),
        ({"ECM-71": "a"}, "RESPONSEARRAY", True),
        ({"ECM-71": "b"}, "RESPONSEARRAY", False),
        ({"ECM-71": "b"}, "RESULTARRAY", True),
    ],
)
def test_a_key_of_a_document_may_be_either_until_one_is_claimed(claim, key, broken):
    """The other of two printed keys is one that is absent, and the finding names it."""
    operation = contract(**claim).operations["getCaseStatusDetails"]
    entry = {"caseId": "CA1", "caseStatusCode": "INV", "caseStatusName": "x", "caseClosedFlag": "N"}
    entry |= {"caseStatusDateTime": "2031-01-05 10:00:00", "MESSAGE": "Case status fetch successful."}
    body = {
        "MESSAGE": "Case Status fetch Successful.",
        "STATUS": "SUCCESS",
        key: [entry | {"STATUS": "SUCCESS"}],
    }

    answer = replace(exchange("getCaseStatusDetails", 200, body), spellings=operation.spellings)
    found = [bad for touch in read(answer, operation, ["fetched"]).assertions for bad in touch.findings]

    assert [bad.clause.partition("fetched.")[2] for bad in found] == (["RESULTARRAY"] if broken else [])
    assert all(RULED_OUT in bad.actual or "absent" in bad.actual for bad in found)


@pytest.mark.parametrize(
    ("letter", "plain", "wrapped"), [("", True, True), ("a", True, False), ("b", False, True)]
)
def test_json_in_a_json_text_may_be_claimed(letter, plain, wrapped):
    """Without a claim either is read; with one the other is no answer."""
    operation = contract(**({"ECM-59": letter} if letter else {})).operations["getTrustedPairsList"]
    bodies: tuple[Any, ...] = [], "[]"
    value, text = (
        replace(exchange("getTrustedPairsList", 200, body), plain=operation.plain, wrapped=operation.wrapped)
        for body in bodies
    )

    assert (operation.plain, operation.wrapped) == (plain, wrapped)
    assert bool(value.parsed.problem) is not plain
    assert text.json == ([] if wrapped else "[]")
