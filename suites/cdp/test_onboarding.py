"""Customer onboarding: what is taken, what is refused, and in which words."""

from typing import Any

import pytest

from clausewise import clause, differs, has, holds, lacks, matches, outcome

from .people import applicant, with_id
from .steps import given, look_up

OPERATION = "onboardCustomer"
ACCEPTED = "cdp.onboardCustomer.accepted"
UNACCEPTABLE = {"customer.under_investigation": "under-investigation", "customer.blocked": "blocked"}


def wrong(slug, body=None, **how):
    """Return a test parameter: a request made from a good one, for the clause of that slug."""
    marks = clause(f"cdp.onboarding.{slug}", ACCEPTED)
    return pytest.param(lambda good: how or {"body": body(good)}, id=slug, marks=marks)


def refusal(role, name):
    """Return a test parameter: a customer's special state, for the clause of that id."""
    return pytest.param(role, id=role, marks=clause(name))


def nameless(person):
    """Return the person without the one field that is known to be mandatory."""
    return {name: value for name, value in person.items() if name != "first_name"}


@clause("cdp.onboardCustomer.accepted")
def test_an_applicant_is_accepted(api, judge, unique):
    """A complete request is answered with success and an ECRN."""
    judge(api.call(OPERATION, applicant(unique)), outcome("accepted"))


@clause("cdp.onboardCustomer.example")
def test_the_documented_request_is_accepted_as_a_whole(api, judge, unique):
    """The request that the document prints, every field filled, is accepted."""
    judge(api.call(OPERATION, applicant(unique)), outcome("accepted"), has("/data/ecrn"))


@pytest.mark.parametrize(
    "pointer",
    [
        pytest.param("/data/ecrn", marks=clause("cdp.onboarding.each-customer-has-an-ecrn", ACCEPTED)),
        pytest.param("/requestId", marks=clause("cdp.onboarding.request-ids-of-successes-differ", ACCEPTED)),
    ],
)
def test_two_successes_have_their_own_numbers(api, judge, unique, pointer):
    """Two people get different ECRNs, and their requests different ids."""
    first = judge(api.call(OPERATION, applicant(unique)), outcome("accepted"))

    second = api.call(OPERATION, applicant(unique))

    judge(second, outcome("accepted"), differs(pointer, first.at(pointer)))


@clause("cdp.onboarding.pep-mirrors")
@pytest.mark.parametrize("exposed", [False, True])
def test_pep_mirrors_the_request(api, judge, unique, exposed):
    """Whoever is accepted is told the political exposure that the request gave; compliance may step in."""
    answer = api.call(OPERATION, applicant(unique, political_exposed_person=exposed))

    judge(answer, outcome("accepted", *["under-investigation"] * exposed))
    actual = exposed if answer.response.status == 406 else answer.at("/data/pep")
    judge(answer, holds(actual is exposed, expected=str(exposed).lower(), actual=actual, where="/data/pep"))


@clause("cdp.onboardCustomer.invalid-request")
def test_a_missing_mandatory_field_is_refused(api, judge, unique):
    """A request without a mandatory field is answered with 40002 and details."""
    judge(api.call(OPERATION, nameless(applicant(unique))), outcome("invalid-request"))


@pytest.mark.parametrize(
    "spoil",
    [
        wrong("missing-first-name", nameless),
        wrong("empty-first-name", lambda good: good | {"first_name": ""}),
        wrong("null-first-name", lambda good: good | {"first_name": None}),
        wrong("first-name-as-object", lambda good: good | {"first_name": {"made": "up"}}),
        wrong("empty-object", lambda _: {}),
        wrong("malformed-json", raw=b'{"channel": "WEB", "first_name": '),
    ],
)
def test_a_spoilt_request_is_refused(api, judge, unique, spoil):
    """A request that is good but for one thing is answered with 40002."""
    good = applicant(unique)

    spoilt = api.call(OPERATION, **spoil(good))

    judge(api.call(OPERATION, good), outcome("accepted"))
    judge(spoilt, outcome("invalid-request"))


@clause("cdp.onboarding.details-name-the-field", "cdp.onboarding.details-name-nothing-else")
def test_the_details_name_the_field_at_fault(api, judge, unique):
    """The details have the key firstName, as printed, and none for what is good or was refused before."""
    api.call(OPERATION, raw=b'{"channel": "WEB", ')

    answer = judge(api.call(OPERATION, nameless(applicant(unique))), outcome("invalid-request"))

    named = sorted(answer.at("/details"))

    hits = [key for key in named if key == "firstName"]
    said: dict[str, Any] = {"expected": "firstName", "actual": ", ".join(named), "where": "/details"}
    judge(
        answer,
        holds(bool(hits), **said),
        holds(named == hits, **said, clause="cdp.onboarding.details-name-nothing-else"),
    )


@clause("cdp.onboarding.request-ids-of-errors-differ")
def test_two_refusals_have_two_request_ids(api, judge, unique):
    """The same refusal given twice has another request id each time."""
    first = api.call(OPERATION, nameless(applicant(unique)))

    second = api.call(OPERATION, nameless(applicant(unique)))

    judge(second, outcome("invalid-request"), differs("/requestId", first.at("/requestId")))


@clause("cdp.onboarding.refusal-has-no-data")
@pytest.mark.parametrize("changes", [{"first_name": ""}, {"nationality": "ae"}], ids=["name", "nationality"])
def test_a_refused_request_shows_no_customer(api, judge, unique, changes):
    """A refusal holds neither data nor an ECRN."""
    answer = api.call(OPERATION, applicant(unique, **changes))

    judge(answer, outcome("invalid-request", "invalid-master-data"), lacks("/data"), lacks("/ecrn"))


@clause("cdp.onboardCustomer.invalid-master-data", "cdp.onboarding.message-names-master-data", ACCEPTED)
def test_an_unknown_nationality_is_refused_by_name(api, judge, unique):
    """The nationality that the document shows as bad is refused, and the message names field and value."""
    good = applicant(unique)

    answer = api.call(OPERATION, good | {"nationality": "ae"})

    named = "cdp.onboarding.message-names-master-data"
    judge(api.call(OPERATION, good), outcome("accepted"))
    judge(
        answer,
        outcome("invalid-master-data"),
        matches("/message", "Nationality ae", "a message that names Nationality ae", clause=named),
    )


@clause("cdp.onboarding.invalid-request-creates-nothing")
def test_an_invalid_request_creates_nothing(api, judge, unique):
    """A person refused for a missing field is still unknown."""
    person = applicant(unique)
    judge(api.call(OPERATION, nameless(person)), outcome("invalid-request"))

    judge(look_up(api, person), outcome("not-found"))


@clause("cdp.onboarding.invalid-master-data-creates-nothing")
def test_invalid_master_data_create_nothing(api, judge, unique):
    """A person refused for an unknown nationality is still unknown."""
    person = applicant(unique, nationality="ae")
    judge(api.call(OPERATION, person), outcome("invalid-master-data"))

    judge(look_up(api, person), outcome("not-found"))


@pytest.mark.parametrize(
    "role", [refusal(role, f"cdp.{OPERATION}.{name}") for role, name in UNACCEPTABLE.items()]
)
def test_an_unacceptable_customer_is_refused(api, judge, target, unique, role):
    """A customer in a special state is refused as such; the same person with another ID is accepted."""
    person = applicant(unique)
    number, kind = (given(target, role, key) for key in ("id_number", "id_type"))

    refused = api.call(OPERATION, with_id(person, number, kind))

    judge(api.call(OPERATION, person), outcome("accepted"))
    judge(refused, outcome(UNACCEPTABLE[role]))


@pytest.mark.parametrize(
    "role",
    [
        refusal("customer.under_investigation", "cdp.onboarding.investigated-ecrn"),
        refusal("customer.blocked", "cdp.onboarding.blocked-ecrn"),
    ],
)
def test_the_refusal_names_the_customer(api, judge, target, unique, role):
    """The message on an unacceptable customer holds the customer's own ECRN."""
    number, kind, ecrn = (given(target, role, key) for key in ("id_number", "id_type", "ecrn"))

    refused = api.call(OPERATION, with_id(applicant(unique), number, kind))

    words = f"a message that names {ecrn}"
    judge(refused, outcome(UNACCEPTABLE[role]), matches("/message", rf"\b{ecrn}\b", words))


@clause("cdp.onboardCustomer.update-failed")
def test_a_failed_update_is_no_success(api, judge, target, unique):
    """The update of a customer whom the target does not update is not answered with success."""
    keys = ("id_number", "id_type", "ecrn")
    number, kind, ecrn = (given(target, "customer.update_refused", key) for key in keys)

    refused = api.call(OPERATION, with_id(applicant(unique), number, kind) | {"ecrn": ecrn})

    judge(refused, outcome("update-failed"))


@clause("cdp.onboardCustomer.internal-error")
def test_a_failure_inside_is_told(api, judge, unique):
    """An onboarding that fails inside is answered with 502; the same request works without the fault."""
    person = applicant(unique)

    failed = api.call(OPERATION, person, fault="onboardCustomer.internal-error")

    judge(api.call(OPERATION, person), outcome("accepted"))
    judge(failed, outcome("internal-error"))
