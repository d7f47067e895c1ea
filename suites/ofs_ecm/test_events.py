"""Events: saved, promoted to a case, added to a case."""

from typing import Any

import pytest

from clausewise import clause, differs, has, holds, outcome

from .samples import customer_events, event, events, extending, focal
from .steps import (
    DECISION,
    EVENTS,
    EXTEND,
    GOOD,
    PROMOTE,
    REPEATED,
    SAVE,
    bare,
    batch,
    code,
    given,
    good,
    of_case,
    promote,
    some_case,
)

GENERIC = {"genericEntityInformation": {"Example Details": {"Example Name": "Example Value"}}}


def each(rule, *services):
    """Return a parameter for each event service, for its clause of that rule."""
    return [
        pytest.param(service, id=service, marks=clause(f"ofs-ecm.{service}.{rule}"))
        for service in services or EVENTS
    ]


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(
            name,
            id=name,
            marks=clause(*(f"ofs-ecm.{name}.{GOOD[name]}{field}" for field in ("", ".Event Id(s)"))),
        )
        for name in EVENTS
    ],
)
def test_an_event_is_saved(api, depth, judge, unique, service):
    """An event with every documented field is taken, and its own code answered."""
    answer = depth.taken(service, lambda: good(api, unique, service), outcome(GOOD[service]))

    sent = answer.sent["events"][0]["eventCode"]
    told, field = answer.at("/Event Id(s)"), f"ofs-ecm.{service}.{GOOD[service]}.Event Id(s)"
    judge(
        answer, holds(told in (sent, [sent]), clause=field, expected=sent, actual=told, where="/Event Id(s)")
    )


@pytest.mark.parametrize("service", each("ids-of-all-events"))
def test_the_codes_of_all_events_are_answered(api, judge, unique, service):
    """Of two events both codes are in the answer."""
    request = good(api, unique, service)
    codes = [code(unique), code(unique)]

    answer = judge(
        api.call(service, request["body"] | {"events": [event(name) for name in codes]}),
        outcome(GOOD[service]),
    )

    actual = str(answer.at("/Event Id(s)"))  # a text or a list of them (ECM-18)
    missed = [name for name in codes if name not in actual]
    judge(answer, holds(not missed, expected=f"both of {codes}", actual=actual, where="/Event Id(s)"))


@pytest.mark.parametrize("service", each("invalid-json"))
def test_what_is_no_json_is_refused(api, judge, service):
    """A request that is cut off is answered with the invalid-format text."""
    judge(api.call(service, raw=b'{"events": [{"eventCode": "CW1"'), outcome("invalid-json"))


@pytest.mark.parametrize("service", each("no-events"))
def test_a_request_without_events_is_refused(api, judge, unique, service):
    """A request without the events array is answered with that text."""
    request = good(api, unique, service)["body"]

    judge(api.call(service, {key: request[key] for key in request if key != "events"}), outcome("no-events"))


@pytest.mark.parametrize("service", each("event-code-exists"))
def test_a_code_works_once(api, judge, target, unique, service):
    """The same event sent twice is refused the second time."""
    request = good(api, unique, service)

    judge(api.call(service, **request), outcome(GOOD[service]))
    judge(api.call(service, **request), outcome(*target.lawful("ECM-40", **REPEATED)))


@pytest.mark.parametrize("service", each("event-code-exists"))
def test_each_of_several_events_is_saved(api, judge, target, unique, service):
    """The second of two events cannot be sent again."""
    first, second = event(code(unique)), event(code(unique))
    case = some_case(api, unique) if service == EXTEND else ""

    def sending(*each):
        return extending(api, case, *each) if service == EXTEND else events(*each)

    judge(api.call(service, sending(first, second)), outcome(GOOD[service]))
    judge(api.call(service, sending(second)), outcome(*target.lawful("ECM-40", **REPEATED)))


@pytest.mark.parametrize("service", each("missing-attribute"))
def test_a_missing_attribute_is_named(api, judge, unique, service):
    """An account without actId is answered with a missing attribute."""
    judge(_without_act_id(api, unique, service), outcome("missing-attribute"))


@pytest.mark.parametrize("service", each("missing-focal-flag-attribute"))
def test_the_missing_attribute_is_the_one_that_is_missing(api, judge, unique, service):
    """The answer to an account without actId names actId."""
    key = "/MESSAGE" if service == SAVE else "/message"

    judge(
        _without_act_id(api, unique, service),
        outcome("missing-attribute"),
        has(key, 'JSONObject["actId"] not found.'),
    )


@pytest.mark.parametrize("service", each("refused"))
def test_what_is_out_of_focus_is_refused(api, judge, unique, service):
    """An event with two focal entities is answered FAILED."""
    judge(_about(api, unique, service, focal(), focal("EXAMPLE-OTHER")), outcome("refused"))


@pytest.mark.parametrize(
    ("service", "entities"),
    [
        pytest.param(service, entities, id=f"{service}-{rule}", marks=clause(f"ofs-ecm.{service}.{rule}"))
        for service in EVENTS
        for rule, entities in {
            "two-focal-entities": [focal(), focal("EXAMPLE-OTHER")],
            "no-focal-entity": [focal() | {"focusFlag": "N"}],
            "generic-focal-entity": [GENERIC | {"focusFlag": "Y"}, focal() | {"focusFlag": "N"}],
        }.items()
    ],
)
def test_an_event_has_one_focus_that_is_not_generic(api, judge, unique, service, entities):
    """An event with two foci, with none, or with a generic one is refused."""
    judge(_about(api, unique, service, *entities), outcome("refused"))


@pytest.mark.parametrize("service", each("refused-saves-nothing"))
def test_a_refused_event_is_not_saved(api, judge, unique, service):
    """The code of a refused event works afterwards."""
    request = good(api, unique, service)
    name = request["body"]["events"][0]["eventCode"]
    bad = request["body"] | {"events": [event(name, focal(), focal("EXAMPLE-OTHER"))]}

    judge(api.call(service, bad), outcome("refused"))
    judge(api.call(service, **request), outcome(GOOD[service]))


@clause("ofs-ecm.saveEventsAndPromoteToCase.case-is-known")
def test_the_new_case_is_known(api, judge, unique):
    """The status of the case that a promotion names can be asked for."""
    judge(api.call("getCaseStatusDetails", [{"caseId": promote(api, unique)}]), outcome("fetched"))


@clause("ofs-ecm.saveEventsAndPromoteToCase.own-case")
def test_each_promotion_makes_a_case_of_its_own(api, judge, unique):
    """Two promotions name two cases."""
    first = promote(api, unique)

    judge(api.call(PROMOTE, events(event(code(unique)))), outcome("promoted"), differs("/caseId", first))


@clause("ofs-ecm.saveEventsAndPromoteToCase.type-is-mapped")
def test_the_type_of_the_event_decides_the_type_of_the_case(api, judge, unique):
    """Two events of one type are promoted to cases of one type."""
    first, second = (api.call(PROMOTE, events(event(code(unique)))) for _ in range(2))

    judge(first, outcome("promoted"))
    judge(second, outcome("promoted"), has("/caseType", first.at("/caseType")))


@clause("ofs-ecm.saveEventsAndPromoteToCase.new-case-is-open")
def test_a_new_case_is_open(api, judge, unique):
    """A case just made is not closed."""
    answer = api.call("getCaseStatusDetails", [{"caseId": promote(api, unique)}])

    judge(answer, outcome("fetched"), has("/RESULTARRAY/0/caseClosedFlag", "N"))


@pytest.mark.parametrize(
    "priority",
    [
        pytest.param(word, id=word, marks=clause(f"ofs-ecm.{PROMOTE}.priority-{word.lower()}"))
        for word in ("Low", "Medium", "High")
    ],
)
def test_each_priority_is_taken(api, judge, unique, priority):
    """A promotion with a priority of the list is taken."""
    judge(api.call(PROMOTE, events(event(code(unique))) | {"casePriority": priority}), outcome("promoted"))


@clause("ofs-ecm.saveEventsAndPromoteToCase.holds-its-event")
@pytest.mark.parametrize("count", [1, 2])
def test_the_promoted_event_is_in_the_case(api, judge, unique, count):
    """The risk decision of each promoted event can be updated in the new case."""
    names = [code(unique) for _ in range(count)]
    case = promote(api, unique, *names)

    for name in names:
        judge(api.call(DECISION, [batch(DECISION, case, bare(DECISION, name))]), outcome("successful"))


@clause("ofs-ecm.saveEventsAndExtendToCase.adds-to-the-named-case")
def test_each_of_several_events_is_added(api, judge, unique):
    """The risk decision of each of two events of an extension can be updated in the named case."""
    case, names = some_case(api, unique), [code(unique) for _ in range(2)]
    judge(api.call(EXTEND, extending(api, case, *map(event, names))), outcome("extended"))

    for name in names:
        judge(api.call(DECISION, [batch(DECISION, case, bare(DECISION, name))]), outcome("successful"))


@clause("ofs-ecm.saveEventsAndPromoteToCase.type-is-the-mapped-one")
def test_a_case_has_the_type_that_its_event_is_mapped_to(api, judge, target, unique):
    """An event of a type that the owner mapped makes a case of the other type."""
    kind, wanted = (given(target, "event.mapped", key) for key in ("type", "case_type"))

    answer = api.call(PROMOTE, events(event(code(unique)) | {"type": kind}))

    judge(answer, outcome("promoted"), has("/caseType", wanted))


@clause("ofs-ecm.saveEventsAndExtendToCase.type-is-the-cases")
def test_an_extension_tells_the_type_of_the_case(api, judge, target, unique):
    """A case has the type that its promotion told when an event of a type of another name is added."""
    kind = {"type": given(target, "event.mapped", "type")}
    made = api.call(PROMOTE, events(event(code(unique)) | kind))
    case, wanted = of_case(made, "/caseId"), of_case(made, "/caseType")

    answer = api.call(EXTEND, extending(api, case, event(code(unique)) | kind))

    judge(answer, outcome("extended"), has("/caseType", wanted))


@pytest.mark.parametrize(
    "own",
    [
        pytest.param(
            True, id="named", marks=clause("ofs-ecm.saveEventsAndExtendToCase.adds-to-the-named-case")
        ),
        pytest.param(False, id="other", marks=clause("ofs-ecm.saveEventsAndExtendToCase.and-to-no-other")),
    ],
)
def test_an_event_is_added_to_the_named_case_only(api, judge, target, unique, own):
    """The event of an extension is in the named case, and in no other."""
    name, named = code(unique), promote(api, unique)
    other = given(target, "case.open") if target.has("case.open") else promote(api, unique)
    judge(api.call(EXTEND, extending(api, named, event(name))), outcome("extended"))

    answer = api.call(DECISION, [batch(DECISION, named if own else other, bare(DECISION, name))])

    judge(answer, outcome("successful" if own else "failed"))


@clause("ofs-ecm.saveEventsAndExtendToCase.no-such-case")
def test_an_unknown_case_cannot_be_extended(api, judge, unique):
    """An extension of a case that nobody knows is refused."""
    judge(api.call(EXTEND, extending(api, code(unique), event(code(unique)))), outcome("no-such-case"))


@clause("ofs-ecm.saveEventsAndExtendToCase.missing-case-id")
def test_an_extension_needs_a_case(api, judge, target, unique):
    """An extension without caseID is told the missing attribute, or that there is no such case."""
    answer = api.call(EXTEND, events(event(code(unique))))

    judge(answer, outcome(*target.lawful("ECM-22", a="missing-attribute", b="no-such-case")))


@pytest.mark.parametrize("service", each("generic-information"))
def test_generic_information_about_a_customer_is_taken(api, judge, unique, service):
    """Beside the entity itself an entry of a generic type code may tell more about it."""
    body = customer_events(code(unique))
    if service == EXTEND:
        body = extending(api, some_case(api, unique), body=body)

    judge(api.call(service, body), outcome(GOOD[service]))


@clause("ofs-ecm.saveEventsAndExtendToCase.status-forbids")
def test_a_closed_case_cannot_be_extended(api, judge, target, unique):
    """An extension of a case whose status forbids it is refused."""
    closed = given(target, "case.closed")

    judge(api.call(EXTEND, extending(api, closed, event(code(unique)))), outcome("status-forbids"))


def _about(api, unique, service, *entities):
    body = good(api, unique, service)["body"]
    return api.call(service, body | {"events": [event(code(unique), *entities)]})


def _without_act_id(api, unique, service):
    return _about(api, unique, service, {key: value for key, value in focal().items() if key != "actId"})


PERSONS = [{"Name": "Example One", "City": "Northtown"}, {"Name": "Example Two", "City": "Southtown"}]
PARTS = [{"Name": "Credit", "Employees": PERSONS}, {"Name": "Debit", "Employees": PERSONS}]
NUMBERS = [
    {"Name": "Credit", "TransactionIds": [11.5, 12, 13]},
    {"Name": "Debit", "TransactionIds": [14, 15]},
]
HOLDERS = [{"Name": "Example One", "Jurisdiction": ["North", "South"], "Departments": NUMBERS}]

# The supported forms of appendix A, rebuilt from their captions (ECM-138), with made-up values.
SHAPES = {
    1: [{"Example Details": {"Name": "One"}, "Example Complaint": {"Was one filed?": "Yes"}}],
    2: [{"Example Details": {"Name": "One", "Address List": PERSONS}, "Incident": {"Type": "Example"}}],
    3: [{"Ownership": {"Name": "One", "Age": 30, "Cars": [{"Name": "A", "Models": ["1", "2"]}]}}],
    4: [{"Branches": {"Name": "One", "Year": 2031, "Cars": [{"Name": "A", "Branches": PERSONS}]}}],
    5: [{"Bank Details": [{"Name": "One", "Year": 2031, "Departments": PARTS}]}],
    6: [{"Company Details": {"Name": "One", "Branches": ["North", "South"]}}],
    7: [{"Example Details": HOLDERS, "Purposes": ["Rental", "Travel"]}],
    8: [{"Example Details": {"Name": "One"}}, {"Bank Details": [{"Name": "One", "Departments": PARTS}]}],
    9: [{"Example Details": {"Name": "One", "Address List": PERSONS}}],
    10: [{"Ownership": {"Name": "One", "Owner": {"Age": 30, "Cars": [{"Name": "A", "Model": "1"}]}}}],
    11: [
        {"Example Details": HOLDERS, "Owner": {"Purposes": ["Rental"], "Details": {"Departments": NUMBERS}}}
    ],
}


@pytest.mark.parametrize(
    ("service", "number"),
    [
        pytest.param(
            service,
            number,
            id=f"{service}-{number}",
            marks=clause(f"ofs-ecm.{service}.generic-shape-{number}"),
        )
        for service in EVENTS
        for number in SHAPES
    ],
)
def test_generic_information_of_each_form_is_taken(api, judge, unique, service, number):
    """An event with a focal account and generic entities of a supported form is saved."""
    body = good(api, unique, service)["body"]
    shapes: Any = SHAPES[number]
    generic = [{"genericEntityInformation": shape, "focusFlag": "N"} for shape in shapes]  # ECM-33
    each = [event(code(unique), focal(), *generic) for _ in range(2 if number == 9 else 1)]

    judge(api.call(service, body | {"events": each}), outcome(GOOD[service]))
