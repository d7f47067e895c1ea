"""A case's description and its status."""

import pytest

from clausewise import clause, has, holds, outcome

from .steps import code, entries, given, good, own_case, promote, some_case

DESCRIBE, STATUS = "updateCaseDescription", "getCaseStatusDetails"
TIME = "/RESULTARRAY/0/caseStatusDateTime"


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
    ("name", "missing"),
    [
        pytest.param("no-case-id", "caseId", id="no-case-id", marks=clause(f"ofs-ecm.{DESCRIBE}.no-case-id")),
        pytest.param(
            "no-description",
            "caseDescription",
            id="no-description",
            marks=clause(f"ofs-ecm.{DESCRIBE}.no-description", f"ofs-ecm.{DESCRIBE}.no-description.caseId"),
        ),
    ],
)
def test_a_description_needs_both_fields(api, judge, unique, name, missing):
    """A request that is good but for one missing field is told so, and of its case where it named one."""
    request = good(api, unique, DESCRIBE)["body"]

    answer = api.call(DESCRIBE, {key: request[key] for key in request if key != missing})

    judge(answer, outcome(name))
    if missing != "caseId":
        judge(answer, own_case(answer, name, request["caseId"]))


@clause("ofs-ecm.updateCaseDescription.no-such-case", "ofs-ecm.updateCaseDescription.no-such-case.caseId")
def test_an_unknown_case_has_no_description(api, judge, unique):
    """A description for a case that nobody knows is refused."""
    case = code(unique).lower()

    answer = judge(
        api.call(DESCRIBE, {"caseId": case, "caseDescription": "Example"}), outcome("no-such-case")
    )

    judge(answer, own_case(answer, "no-such-case", case))


@clause("ofs-ecm.updateCaseDescription.locked", "ofs-ecm.updateCaseDescription.locked.caseId")
def test_a_locked_case_takes_no_description(api, judge, target):
    """A description for a case that another user has locked is refused."""
    request = {"caseId": given(target, "case.locked"), "caseDescription": "Example"}

    answer = judge(api.call(DESCRIBE, request), outcome("locked"))

    judge(answer, own_case(answer, "locked", str(request["caseId"])))


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


@clause("ofs-ecm.getCaseStatusDetails.no-such-case", "ofs-ecm.getCaseStatusDetails.no-such-case.caseId")
def test_an_unknown_case_has_no_status(api, judge, unique):
    """The status of a case that nobody knows is refused."""
    case = code(unique).lower()

    answer = judge(api.call(STATUS, [{"caseId": case}]), outcome("no-such-case"))

    judge(answer, own_case(answer, "no-such-case", case))


@clause("ofs-ecm.getCaseStatusDetails.each-case-in-order")
def test_each_case_has_its_entry(api, judge, unique):
    """Of two cases there are two entries, in the order of the request."""
    cases = [some_case(api, unique), some_case(api, unique)]

    answer = judge(api.call(STATUS, [{"caseId": case} for case in cases]), outcome("fetched"))

    actual = [entry.get("caseId") for entry in entries(answer)]
    judge(answer, holds(actual == cases, expected=f"the cases {cases}", actual=actual, where="/RESULTARRAY"))


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


@clause("ofs-ecm.getCaseStatusDetails.status-time")
def test_a_status_has_the_time_that_it_was_set(api, judge, unique, ageing, wait):
    """Of two cases promoted more than a second apart the later one has the later time, alone and together."""
    first = promote(api, unique)
    wait(ageing.clock(), 1.2)  # the printed time has whole seconds
    second = promote(api, unique)

    alone = {case: str(api.call(STATUS, [{"caseId": case}]).at(TIME)) for case in (second, first)}
    both = judge(api.call(STATUS, [{"caseId": first}, {"caseId": second}]), outcome("fetched"))

    record = {str(it.get("caseId")): str(it.get("caseStatusDateTime")) for it in entries(both)}
    fits = alone[first] < alone[second] and record == alone
    judge(
        both,
        holds(fits, expected=f"{first} before {second}", actual=f"{alone}, together {record}", where=TIME),
    )


@clause("ofs-ecm.getCaseStatusDetails.each-case-its-status")
def test_each_case_has_the_status_of_its_own(api, judge, target, unique):
    """Asked for together, an open and a closed case have the status that each has alone."""
    cases = [some_case(api, unique), given(target, "case.closed")]
    alone = [_statuses(api.call(STATUS, [{"caseId": case}])) for case in cases]

    answer = judge(api.call(STATUS, [{"caseId": case} for case in cases]), outcome("fetched"))

    told, wanted = _statuses(answer), alone[0] | alone[1]
    judge(answer, holds(told == wanted, expected=str(wanted), actual=str(told), where="/RESULTARRAY"))


@pytest.mark.parametrize(
    ("field", "key"),
    [
        pytest.param(f"caseStatus{key.title()}", key, id=key, marks=clause(f"ofs-ecm.{STATUS}.status-{key}"))
        for key in ("code", "name")
    ],
)
def test_a_status_has_its_code_and_its_name(api, judge, target, unique, field, key):  # noqa: PLR0917 - fixtures
    """The status of a case just promoted has the code and the name that the owner gives."""
    answer = api.call(STATUS, [{"caseId": promote(api, unique)}])

    judge(answer, outcome("fetched"), has(f"/RESULTARRAY/0/{field}", given(target, "status.new", key)))


@clause("ofs-ecm.getCaseStatusDetails.names-the-unknown")
def test_the_case_that_does_not_exist_is_named(api, judge, unique):
    """Behind a known case an unknown one is named where the answer says that a case does not exist."""
    known, unknown = some_case(api, unique), code(unique)

    answer = api.call(STATUS, [{"caseId": known}, {"caseId": unknown}])

    told = answer.json if isinstance(answer.json, dict) else {}
    fine = told.get("MESSAGE") != "Case does not exist." or told.get("caseId") == unknown
    judge(answer, holds(fine, expected=unknown, actual=told.get("caseId"), where="/caseId"))


def _statuses(answer):
    """Return what an answer tells of each case, by its id."""
    keys = ("caseStatusCode", "caseStatusName", "caseClosedFlag")
    return {entry["caseId"]: [entry[key] for key in keys] for entry in answer.at("/RESULTARRAY")}
