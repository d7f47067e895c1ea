"""Reading a customer by ECRN."""

import pytest

from clausewise import clause, has, holds, lacks, outcome, same

from .echoes import entries
from .steps import JSON, given, known, nobody, read, some_customer


@clause("cdp.getCustomer.record")
def test_a_customer_is_read(api, judge, unique):
    """The ECRN of a customer is answered with the bare record."""
    _, ecrn = some_customer(api, unique)

    judge(read(api, ecrn), outcome("record"))


@clause("cdp.getCustomer.example")
def test_the_documented_reading_works_as_a_whole(api, judge, unique):
    """The ECRN in the path and no payload give the record."""
    _, ecrn = some_customer(api, unique)

    judge(read(api, ecrn), outcome("record"), has("/ecrn"))


@clause("cdp.getCustomer.not-found", "cdp.get.failure-is-no-record")
def test_an_unknown_ecrn_is_not_found(api, judge, target, unique):
    """An ECRN that no customer has is answered with 45001 and shows no customer."""
    answer = read(api, nobody(target, unique))

    judge(
        answer,
        outcome("not-found"),
        lacks("/ecrn", clause="cdp.get.failure-is-no-record"),
        lacks("/first_name", clause="cdp.get.failure-is-no-record"),
    )


@clause("cdp.getCustomer.not-subscribed")
def test_a_customer_of_others_is_not_subscribed(api, judge, target, unique):
    """The ECRN of a customer who is not subscribed is answered with 45003, an unknown one is not."""
    judge(read(api, given(target, "customer.not_subscribed", "ecrn")), outcome("not-subscribed"))
    judge(read(api, nobody(target, unique)), outcome("not-found"))


@clause("cdp.get.ecrn-is-the-asked-one")
def test_each_ecrn_reads_its_own_customer(api, judge, unique):
    """Of two customers each is read under the own ECRN."""
    for ecrn in [some_customer(api, unique)[1] for _ in range(2)]:
        judge(read(api, ecrn), outcome("record"), has("/ecrn", ecrn))


@clause("cdp.getCustomer.request.ecrn")
def test_the_ecrn_in_the_path_is_taken(api, judge, unique):
    """The ECRN that onboarding gave is enough to ask for its customer."""
    judge(read(api, some_customer(api, unique)[1]), outcome("record"))


@clause("cdp.get.repeatable")
def test_a_record_can_be_read_again(api, judge, unique):
    """A record read twice in a row is the same."""
    _, ecrn = some_customer(api, unique)
    first = judge(read(api, ecrn), outcome("record"))

    again = judge(read(api, ecrn), outcome("record"))

    changed = sorted(key for key in first.json if not same(first.json[key], again.json.get(key)))
    judge(again, holds(not changed, expected="the record as read before", actual=changed))


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(JSON, id="with", marks=clause("cdp.get.with-content-type")),
        pytest.param({}, id="without", marks=clause("cdp.get.without-content-type")),
    ],
)
def test_a_content_type_does_not_matter(api, judge, unique, headers):
    """A reading has no payload, so it works with a content type and without."""
    _, ecrn = some_customer(api, unique)

    judge(read(api, ecrn, headers=headers), outcome("record"))


@clause("cdp.get.active-customer", "cdp.get.active-customer-has-id")
def test_the_owners_customer_is_read(api, judge, target, unique):
    """The customer that the target's owner names, or a new one, is read under that ECRN and ID number."""
    ecrn, number, _ = known(api, target, unique)

    answer = judge(read(api, ecrn), outcome("record"), has("/ecrn", ecrn))

    numbers = [held.get("id_number") for held in entries(answer, "/id_details")]
    own = "cdp.get.active-customer-has-id"
    judge(answer, holds(number in numbers, expected=number, actual=numbers, where="/id_details", clause=own))
