"""A case's description and its status."""

import pytest

from clausewise import clause, has, holds, outcome

from .steps import code, entries, given, good, promote

DESCRIBE, STATUS = "updateCaseDescription", "getCaseStatusDetails"


@clause("ofs-ecm.updateCaseDescription.updated", "ofs-ecm.updateCaseDescription.echoes-case")
def test_a_description_is_taken(api, judge, unique):
    """A description for a known case is answered with success, naming the case."""
    request = good(api, unique, DESCRIBE)["body"]

    answer = api.call(DESCRIBE, request)

    judge(
        answer,
        outcome("updated"),
        has("/caseId", request["caseId"], clause="ofs-ecm.updateCaseDescription.echoes-case"),
    )


@clause("ofs-ecm.updateCaseDescription.can-be-updated-again")
def test_a_description_can_be_replaced(api, judge, unique):
    """The second description of a case is taken like the first."""
    request = good(api, unique, DESCRIBE)["body"]

    judge(api.call(DESCRIBE, request), outcome("updated"))
    judge(api.call(DESCRIBE, request | {"caseDescription": "Another example"}), outcome("updated"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param(name, change, id=name, marks=clause(f"ofs-ecm.updateCaseDescription.{name}"))
        for name, change in {
            "no-case-id": lambda good: {"caseDescription": good["caseDescription"]},
            "no-description": lambda good: {"caseId": good["caseId"]},
        }.items()
    ],
)
def test_a_description_needs_both_fields(api, judge, unique, name, change):
    """A request that is good but for one missing field is told so."""
    judge(api.call(DESCRIBE, change(good(api, unique, DESCRIBE)["body"])), outcome(name))


@clause("ofs-ecm.updateCaseDescription.no-such-case")
def test_an_unknown_case_has_no_description(api, judge, unique):
    """A description for a case that nobody knows is refused."""
    judge(api.call(DESCRIBE, {"caseId": code(unique), "caseDescription": "Example"}), outcome("no-such-case"))


@clause("ofs-ecm.updateCaseDescription.locked")
def test_a_locked_case_takes_no_description(api, judge, target):
    """A description for a case that another user has locked is refused."""
    request = {"caseId": given(target, "case.locked"), "caseDescription": "Example"}

    judge(api.call(DESCRIBE, request), outcome("locked"))


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(name, id=name, marks=clause(f"ofs-ecm.{name}.invalid-json"))
        for name in (DESCRIBE, STATUS)
    ],
)
def test_what_is_no_json_is_refused(api, judge, service):
    """A request that is cut off is answered with the invalid-format text."""
    judge(api.call(service, raw=b'{"caseId": "CW1", '), outcome("invalid-json"))


@clause("ofs-ecm.getCaseStatusDetails.fetched")
def test_a_status_is_told(api, judge, unique):
    """The status of a known case is answered."""
    judge(api.call(STATUS, **good(api, unique, STATUS)), outcome("fetched"))


@clause("ofs-ecm.getCaseStatusDetails.no-case-id")
def test_a_status_needs_a_case(api, judge):
    """A request without caseId is told so."""
    judge(api.call(STATUS, [{"other": "Example"}]), outcome("no-case-id"))


@clause("ofs-ecm.getCaseStatusDetails.no-such-case")
def test_an_unknown_case_has_no_status(api, judge, unique):
    """The status of a case that nobody knows is refused."""
    judge(api.call(STATUS, [{"caseId": code(unique)}]), outcome("no-such-case"))


@clause("ofs-ecm.getCaseStatusDetails.each-case-in-order")
def test_each_case_has_its_entry(api, judge, unique):
    """Of two cases there are two entries, in the order of the request."""
    cases = [promote(api, unique), promote(api, unique)]

    answer = judge(api.call(STATUS, [{"caseId": case} for case in cases]), outcome("fetched"))

    told = [entry.get("caseId") for entry in entries(answer)]
    judge(answer, holds(told == cases, expected=f"the cases {cases}", actual=told, where="/RESULTARRAY"))


@clause("ofs-ecm.getCaseStatusDetails.repeatable")
def test_a_status_can_be_read_again(api, judge, unique):
    """A status read twice is the same."""
    request = good(api, unique, STATUS)
    first = api.call(STATUS, **request).at("/RESULTARRAY/0/caseStatusCode")

    judge(api.call(STATUS, **request), outcome("fetched"), has("/RESULTARRAY/0/caseStatusCode", first))


@clause("ofs-ecm.getCaseStatusDetails.closed-flag")
def test_the_flag_tells_closed_from_open(api, judge, target, unique):
    """The flag of a closed case is Y, that of one just made is N."""
    for case, flag in ((given(target, "case.closed"), "Y"), (promote(api, unique), "N")):
        judge(
            api.call(STATUS, [{"caseId": case}]),
            outcome("fetched"),
            has("/RESULTARRAY/0/caseClosedFlag", flag),
        )
