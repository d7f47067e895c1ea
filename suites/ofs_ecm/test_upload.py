"""Comments and files on cases and entities."""

import pytest

from clausewise import File, NoVerdict, Untestable, clause, differs, holds, outcome

from .steps import UPLOAD, code, comment, given, promote, some_case, status

LONG_URL = "url.long"
NOTE = File("note.txt", b"An example note.", "text/plain")
OPTIONAL = {
    "docDesc": "Example description",
    "docType": "Example type",
    "actionCode": "CA985",
    "source": "Example source",
}


@pytest.fixture
def every(target):
    """All optional parameters; the sender, who has to be a user, is the one who logs in."""
    return OPTIONAL | {"senderId": target.credentials["default"]["username"]}


@pytest.fixture
def configured(target, unique, every):
    """The query of an upload for an entity of a type that the owner configured."""
    kind = given(target, "entity_type.configured", "entity_type")
    return comment(code(unique), entityType=kind, **every | {"actionCode": "CA986"})


@clause("ofs-ecm.ecmUploadFile.processed")
def test_a_file_with_every_parameter_is_taken(api, judge, unique, every):
    """A file for a case with all parameters is processed."""
    case = promote(api, unique)

    judge(
        api.call(UPLOAD, query=comment(case, caseId=case, **every), files=[("file", NOTE)]),
        outcome("processed"),
    )


@pytest.mark.parametrize(
    ("more", "files"),
    [
        pytest.param(more, files, id=name, marks=clause(f"ofs-ecm.ecmUploadFile.{name}"))
        for name, more, files in [
            ("with-file", {}, [("file", NOTE)]),
            ("comment-only", {}, None),
            ("percent-encoded", {"comments": '50 % of A&B = C/D, "so" + more?'}, None),
            ("comment-in-other-scripts", {"comments": "\u0645\u062b\u0627\u0644 \u4f8b\u5b50"}, None),
            ("comment-of-a-thousand", {"comments": "x" * 1000}, None),
            ("pdf-file", {}, [("file", File("example.pdf", b"%PDF-1.4 example", "application/pdf"))]),
            ("text-file", {}, [("file", NOTE)]),
        ]
    ],
)
def test_what_the_document_shows_is_taken(api, judge, unique, more, files):
    """A comment, a file and several files, in each form that the document shows, are processed."""
    judge(api.call(UPLOAD, query=comment(some_case(api, unique), **more), files=files), outcome("processed"))


@clause("ofs-ecm.ecmUploadFile.several-files")
def test_several_files_are_taken(api, judge, target, unique):
    """Two parts named file are processed, unless the target claims one document in a request."""
    both = [("file", NOTE), ("file", File("second.txt", b"Another.", "text/plain"))]
    one_only = target.readings.get("ECM-130") == "b"

    answer = api.call(UPLOAD, query=comment(some_case(api, unique)), files=both)

    judge(answer, outcome(*(["upload-failed", "invalid-value"] if one_only else ["processed"])))


@clause("ofs-ecm.ecmUploadFile.case-in-lower-case")
def test_a_case_may_be_in_lower_case(api, judge, target, unique):
    """The type case is processed, as the URL has it, or is no type, as the text has CASE in capitals."""
    answer = api.call(UPLOAD, query=comment(some_case(api, unique), entityType="case"))

    judge(answer, outcome(*target.lawful("ECM-119", a="processed", b="invalid-value")))


@clause("ofs-ecm.ecmUploadFile.comment-of-64k")
def test_a_comment_may_be_long(api, judge, target, unique):
    """A comment of 64,000 characters is taken where the target takes URLs of that length."""
    answer = _in_a_long_url(api, target, comment(some_case(api, unique), comments="x" * 64_000))

    judge(answer, outcome("processed"))


@clause("ofs-ecm.ecmUploadFile.comment-encoded-beyond-64k")
def test_a_comment_is_as_long_as_it_reads(api, judge, target, unique):
    """A comment that is longer than 64 * 1024 only as it travels, percent-encoded, is taken."""
    query = comment(some_case(api, unique), comments="&" * (64 * 1024 // 3 + 1))

    judge(_in_a_long_url(api, target, query), outcome("processed"))


@clause("ofs-ecm.ecmUploadFile.comment-beyond-64k")
def test_a_comment_may_not_be_endless(api, judge, target, unique):
    """One character more than 64 * 1024 is refused, in whatever words."""
    query = comment(some_case(api, unique), comments="x" * (64 * 1024 + 1))
    answer = _in_a_long_url(api, target, query)

    actual = answer.at("/status")
    judge(answer, holds(actual == "Failed", expected="Failed", actual=actual, where="/status"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=name, marks=clause(f"ofs-ecm.ecmUploadFile.optional-{name}"))
        for name in ("senderId", *OPTIONAL, "caseId")
    ],
)
def test_an_optional_parameter_may_be_left_out(api, judge, unique, every, name):
    """A file with all parameters but one optional is processed."""
    case = some_case(api, unique)
    query = comment(case, caseId=case, **every)
    fewer = {key: query[key] for key in query if key != name}

    judge(api.call(UPLOAD, query=fewer, files=[("file", NOTE)]), outcome("processed"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            id=name,
            marks=clause(f"ofs-ecm.ecmUploadFile.missing-{name}"),
        )
        for name in ("entityId", "entityType", "comments")
    ],
)
def test_a_mandatory_parameter_may_not_be_left_out(api, judge, unique, name):
    """A call that is good but for one mandatory parameter is told what is missing."""
    query = comment(some_case(api, unique))

    judge(api.call(UPLOAD, query=query), outcome("processed"))
    judge(
        api.call(UPLOAD, query={key: query[key] for key in query if key != name}),
        outcome("missing-parameters"),
    )


@clause("ofs-ecm.ecmUploadFile.case-with-both-ids")
def test_a_case_may_be_named_twice(api, judge, unique):
    """The case as entity and as case is processed."""
    case = promote(api, unique)

    judge(api.call(UPLOAD, query=comment(case, caseId=case)), outcome("processed"))


@clause("ofs-ecm.ecmUploadFile.empty-comments")
def test_an_empty_comment_is_a_missing_one(api, judge, unique):
    """A call whose comment is empty is told what is missing."""
    judge(api.call(UPLOAD, query=comment(some_case(api, unique), comments="")), outcome("missing-parameters"))


@clause("ofs-ecm.ecmUploadFile.missing-parameters")
def test_a_call_of_nothing_misses_all(api, judge):
    """A call without any parameter is told what is missing."""
    judge(api.call(UPLOAD), outcome("missing-parameters"))


@clause("ofs-ecm.ecmUploadFile.invalid-value", "ofs-ecm.ecmUploadFile.invalid-value.description")
def test_an_invalid_value_is_told(api, judge, unique):
    """A case that nobody knows is an invalid value."""
    answer = judge(api.call(UPLOAD, query=comment(code(unique))), outcome("invalid-value"))

    judge(answer, _names("entityId", "caseId", "casId", answer=answer))  # as row 3 calls the parameter


@clause("ofs-ecm.ecmUploadFile.unknown-case")
def test_a_case_that_nobody_knows_is_invalid(api, judge, unique):
    """A call that is good but for its case is told the parameter."""
    query = comment(some_case(api, unique))

    judge(api.call(UPLOAD, query=query), outcome("processed"))
    judge(api.call(UPLOAD, query=query | {"entityId": code(unique)}), outcome("invalid-value"))


@clause("ofs-ecm.ecmUploadFile.unknown-entity-type")
def test_a_type_that_nobody_knows_is_invalid(api, judge, target, unique):
    """A call that is good but for its type is told the parameter, or other types are of no matter."""
    query = comment(some_case(api, unique))

    judge(api.call(UPLOAD, query=query), outcome("processed"))
    answer = api.call(UPLOAD, query=query | {"entityType": code(unique)})
    judge(answer, outcome(*target.lawful("ECM-133", a="invalid-value", b="processed")))
    if answer.at("/status") == "Failed":
        judge(answer, _names("entityType", answer=answer))


@clause("ofs-ecm.ecmUploadFile.action-codes")
def test_the_documented_action_codes_are_taken(api, judge, unique):
    """CA985 with a file and CA986 with a comment are processed."""
    case = promote(api, unique)

    judge(
        api.call(UPLOAD, query=comment(case, actionCode="CA985"), files=[("file", NOTE)]),
        outcome("processed"),
    )
    judge(api.call(UPLOAD, query=comment(case, actionCode="CA986")), outcome("processed"))


@clause("ofs-ecm.ecmUploadFile.unknown-action-code")
def test_an_unknown_action_code_is_refused_or_taken(api, judge, target, unique):
    """An action code that nobody knows is an invalid value, or of no matter."""
    answer = api.call(UPLOAD, query=comment(promote(api, unique), actionCode=code(unique)))

    judge(answer, outcome(*target.lawful("ECM-128", a="invalid-value", b="processed")))


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(False, id="none", marks=clause("ofs-ecm.ecmUploadFile.no-action-keeps-status")),
        pytest.param(True, id="known", marks=clause("ofs-ecm.ecmUploadFile.known-action-keeps-status")),
    ],
)
def test_the_status_stays(api, judge, target, unique, known):
    """Without an action code, and with one that no workflow knows, the case keeps its status."""
    more = {"actionCode": given(target, "action.keeping", "code")} if known else {}
    case = promote(api, unique)
    before = status(api, case)

    judge(api.call(UPLOAD, query=comment(case, **more)), outcome("processed"))
    _stays(api, judge, case, before)


@clause("ofs-ecm.ecmUploadFile.unknown-action-keeps-status")
def test_an_unknown_action_leaves_the_status(api, judge, unique):
    """Taken or refused (ECM-128), an action code that nobody knows moves no case."""
    case = promote(api, unique)
    before = status(api, case)

    api.call(UPLOAD, query=comment(case, actionCode=code(unique)))

    _stays(api, judge, case, before)


@clause("ofs-ecm.ecmUploadFile.refused-leaves-status")
def test_a_refused_call_leaves_the_status(api, judge, unique):
    """A call without a comment changes nothing in the case."""
    case = promote(api, unique)
    before = status(api, case)

    judge(api.call(UPLOAD, query={"entityId": case, "entityType": "CASE"}), outcome("missing-parameters"))
    _stays(api, judge, case, before)


@clause("ofs-ecm.ecmUploadFile.action-moves-status")
def test_a_moving_action_moves_the_case(api, judge, target, unique):
    """An action code that the workflow knows moves the case to another status."""
    case = promote(api, unique)
    before = status(api, case)
    judge(
        api.call(UPLOAD, query=comment(case, actionCode=given(target, "action.moving", "code"))),
        outcome("processed"),
    )

    answer = api.call("getCaseStatusDetails", [{"caseId": case}])

    judge(answer, outcome("fetched"), differs("/RESULTARRAY/0/caseStatusCode", before))


@clause("ofs-ecm.ecmUploadFile.configured-type")
def test_a_configured_type_is_taken(api, judge, configured):
    """A type that the owner configured is taken, whatever the entity id."""
    judge(api.call(UPLOAD, query=configured), outcome("processed"))


@clause("ofs-ecm.ecmUploadFile.configured-type-with-case")
def test_a_configured_type_is_taken_beside_a_case(api, judge, target, configured, unique):
    """An entity of a configured type and a case stand side by side, or both are too many."""
    answer = api.call(UPLOAD, query=configured | {"caseId": promote(api, unique)})

    judge(answer, outcome(*target.lawful("ECM-122", a="processed", b="invalid-value")))


@clause("ofs-ecm.ecmUploadFile.configured-type-unknown-case")
def test_an_unknown_case_beside_a_configured_type_is_invalid(api, judge, configured, unique):
    """A case that nobody knows is an invalid value beside an entity, too."""
    judge(api.call(UPLOAD, query=configured | {"caseId": code(unique)}), outcome("invalid-value"))


@clause("ofs-ecm.ecmUploadFile.configured-mandatory")
def test_a_configured_parameter_is_mandatory(api, judge, target, configured):
    """A parameter that the type makes mandatory may not be left out."""
    name = target.fixture("entity_type.configured")["mandatory"]

    answer = judge(
        api.call(UPLOAD, query={key: configured[key] for key in configured if key != name}),
        outcome("missing-parameters"),
    )
    actual = str(answer.at("/description"))
    listed = name in actual.rpartition(":")[2]
    fine = listed in target.lawful("ECM-136", a=True, b=False)
    judge(
        answer, holds(fine, expected="the names that the target claims", actual=actual, where="/description")
    )


@clause("ofs-ecm.ecmUploadFile.refused-extension")
def test_a_file_of_a_refused_extension_is_refused(api, judge, target, unique):
    """A file whose extension the owner does not allow is an upload that failed."""
    bad = File(f"example.{given(target, 'file.refused', 'extension')}", b"MZ example")

    judge(
        api.call(UPLOAD, query=comment(some_case(api, unique)), files=[("file", bad)]),
        outcome("upload-failed"),
    )


def _in_a_long_url(api, target, query):
    """Call with a long URL; Untestable where it is not even read, and the owner did not say that it is."""
    if target.has(LONG_URL):
        return api.call(UPLOAD, query=query)
    try:
        answer = api.call(UPLOAD, query=query)
    except NoVerdict as bad:
        raise Untestable(_unread(query, str(bad).rstrip("."))) from None
    told = answer.json.get("status") if isinstance(answer.json, dict) else None
    if told not in {"Success", "Failed"}:
        raise Untestable(_unread(query, f"HTTP {answer.response.status}"))
    return answer


def _names(*parameters, answer):
    """Expect that the text of an invalid value names its parameter."""
    actual = str(answer.at("/description"))
    named, clause = any(it in actual for it in parameters), f"ofs-ecm.{UPLOAD}.invalid-value.description"
    return holds(
        named, clause=clause, expected=f"the name {parameters[0]}", actual=actual, where="/description"
    )


def _unread(query, why):
    place = f'[families.ofs-ecm.fixtures."{LONG_URL}"]'
    return f"A URL with {len(query['comments'])} characters is not read ({why}). Give {place} once it is."


def _stays(api, judge, case, before):
    answer = api.call("getCaseStatusDetails", [{"caseId": case}])
    now = answer.at("/RESULTARRAY/0/caseStatusCode")
    judge(
        answer,
        holds(
            now == before, expected=f"the status {before}", actual=now, where="/RESULTARRAY/0/caseStatusCode"
        ),
    )
