"""Failures inside the target, which only its fault hooks provoke: tables 50 and 53 to 65."""

import pytest

from clausewise import File, clause, outcome, provoked

from .steps import CASES, UPLOAD, given, good, own_case

OF_FILES = {"attachment-insert-failed", "upload-failed"}  # lines 3602 and 3604 speak of files
DESCRIBE, STATUS = "updateCaseDescription", "getCaseStatusDetails"
OF_WORKFLOW = (UPLOAD, "workflow-failed")  # lines 3586 to 3588: it takes an action code to call a workflow


def _clauses(service, name):
    """Return the clauses of an answer and, where it names its case, of that."""
    whole = f"ofs-ecm.{service}.{name}"
    entries = [f"{whole}.RESULTARRAY[].caseId"] if service in CASES and name == "internal-error" else []
    return [whole, f"{whole}.caseId"] if service in {DESCRIBE, STATUS} else [whole, *entries]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((service, name), id=f"{service}-{name}", marks=clause(*_clauses(service, name)))
        for service, name in provoked("ofs-ecm")
    ],
)
def test_a_failure_inside_is_told(api, judge, target, unique, fault):
    """A good call that fails inside is answered as the table says."""
    service, name = fault
    request = good(api, unique, service)
    if name in OF_FILES:
        request |= {"files": [("file", File("note.txt", b"An example note.", "text/plain"))]}
    if fault == OF_WORKFLOW:
        moving = given(target, "action.moving", "code") if target.has("action.moving") else "CA986"
        request["query"] |= {"actionCode": moving}  # line 3456 has a workflow that knows CA986

    answer = judge(api.call(service, **request, fault=f"{service}.{name}"), outcome(name))
    named = _clauses(service, name)[1:]
    if named and ("RESULTARRAY" in named[0]) == ("RESULTARRAY" in answer.json):  # not of a flat one (ECM-90)
        body = request["body"] if service == DESCRIBE else request["body"][0]
        judge(answer, own_case(answer, name, body["caseId"]))
