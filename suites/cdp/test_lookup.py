"""Customer lookup by type and number of an identity document."""

import pytest

from clausewise import clause, has, lacks, outcome

from .steps import given, known, look_up, some_customer

SAME_PERSON = ("/data/ecrn", "/data/first_name", "/data/last_name")
FOUND, NOT_FOUND = "cdp.validateCustomer.found", "cdp.validateCustomer.not-found"


def wrong(slug, body=None, **how):
    """Return a test parameter: a lookup made from a good one, for the clause of that slug."""
    marks = clause(f"cdp.lookup.{slug}", NOT_FOUND)
    return pytest.param(lambda good: how or {"body": body(good)}, id=slug, marks=marks)


def special(name):
    """Return a test parameter: a customer's special state, which is the name of its answer."""
    return pytest.param(name, id=name, marks=clause(f"cdp.validateCustomer.{name}"))


@clause("cdp.validateCustomer.found", "cdp.lookup.success-has-no-error-code")
def test_a_customer_is_found(api, judge, unique):
    """The ID of a customer is answered with success and the customer, and with no error code."""
    person, _ = some_customer(api, unique)

    judge(
        look_up(api, person),
        outcome("found"),
        lacks("/errorCode", clause="cdp.lookup.success-has-no-error-code"),
    )


@clause("cdp.validateCustomer.example")
def test_the_documented_lookup_works_as_a_whole(api, judge, unique):
    """A number and a type, both as text, find the customer."""
    person, _ = some_customer(api, unique)
    number = person["id_details"][0]["id_number"]

    answer = api.call("validateCustomer", {"idNumber": number, "idType": "4"})

    judge(answer, outcome("found"), has("/data/ecrn"))


@clause("cdp.validateCustomer.not-found", "cdp.lookup.failure-has-no-data")
def test_an_unknown_id_is_not_found(api, judge, unique):
    """An ID that no customer holds is answered with 45001 and no data."""
    answer = api.call("validateCustomer", {"idNumber": unique.digits(15), "idType": "4"})

    judge(answer, outcome("not-found"), lacks("/data", clause="cdp.lookup.failure-has-no-data"))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param("number", id="number", marks=clause("cdp.lookup.number-counts", FOUND)),
        pytest.param("type", id="type", marks=clause("cdp.lookup.id-type-counts", FOUND)),
    ],
)
def test_number_and_type_both_count(api, judge, unique, changed):
    """A customer's ID with another number, or with another type, finds nobody."""
    person, _ = some_customer(api, unique)
    good = {"idNumber": person["id_details"][0]["id_number"], "idType": "4"}
    other = {"number": {"idNumber": unique.digits(15)}, "type": {"idType": "2"}}

    judge(api.call("validateCustomer", good), outcome("found"))
    judge(api.call("validateCustomer", good | other[changed]), outcome("not-found"))


@clause("cdp.lookup.every-id-finds")
def test_each_document_finds_the_customer(api, judge, unique):
    """Residence card and passport of a person lead to the same customer."""
    person, ecrn = some_customer(api, unique)

    for document in range(len(person["id_details"])):
        judge(look_up(api, person, document), outcome("found"), has("/data/ecrn", ecrn))


@clause("cdp.lookup.repeatable")
def test_a_lookup_can_be_repeated(api, judge, unique):
    """The same lookup asked twice names the same customer."""
    person, _ = some_customer(api, unique)
    first = look_up(api, person)

    again = look_up(api, person)

    judge(again, outcome("found"), *(has(where, first.at(where)) for where in SAME_PERSON))


@clause("cdp.lookup.active-customer")
def test_the_owners_customer_is_found(api, judge, target, unique):
    """The customer that the target's owner names, or a new one, is found under the ECRN that was told."""
    ecrn, number, kind = known(api, target, unique)

    answer = api.call("validateCustomer", {"idNumber": number, "idType": kind})

    judge(answer, outcome("found"), has("/data/ecrn", ecrn))


@pytest.mark.parametrize(
    "name", [special(name) for name in ("not-subscribed", "under-investigation", "blocked")]
)
def test_a_customer_out_of_reach_is_told_as_such(api, judge, target, unique, name):
    """A customer in a special state is neither found nor unknown."""
    role = f"customer.{name.replace('-', '_')}"
    asked = {"idNumber": given(target, role, "id_number"), "idType": given(target, role, "id_type")}

    judge(api.call("validateCustomer", asked), outcome(name))
    judge(api.call("validateCustomer", asked | {"idNumber": unique.digits(15)}), outcome("not-found"))


@clause("cdp.validateCustomer.bad-request")
def test_an_empty_lookup_is_invalid(api, judge):
    """A lookup of nothing is answered with 45005."""
    judge(api.call("validateCustomer", {}), outcome("bad-request"))


@pytest.mark.parametrize(
    "spoil",
    [
        wrong("missing-id-number", lambda good: {"idType": good["idType"]}),
        wrong("missing-id-type", lambda good: {"idNumber": good["idNumber"]}),
        wrong("empty-id-number", lambda good: good | {"idNumber": ""}),
        wrong("empty-id-type", lambda good: good | {"idType": ""}),
        wrong("null-id-number", lambda good: good | {"idNumber": None}),
        wrong("list-body", lambda good: [good]),
        wrong("malformed-json", raw=b'{"idNumber": "900000000000017", "idType": '),
    ],
)
def test_a_spoilt_lookup_is_invalid(api, judge, unique, spoil):
    """A lookup that is good but for one thing is answered with 45005."""
    good = {"idNumber": unique.digits(15), "idType": "4"}

    spoilt = api.call("validateCustomer", **spoil(good))

    judge(api.call("validateCustomer", good), outcome("not-found"))
    judge(spoilt, outcome("bad-request"))


@clause("cdp.validateCustomer.internal-error")
def test_a_failure_inside_is_told(api, judge, unique):
    """A lookup that fails inside is answered with 45006; the same lookup works without the fault."""
    asked = {"idNumber": unique.digits(15), "idType": "4"}

    failed = api.call("validateCustomer", asked, fault="validateCustomer.internal-error")

    judge(api.call("validateCustomer", asked), outcome("not-found"))
    judge(failed, outcome("internal-error"))
