"""Each documented value of a request's flags, types and priorities is taken, one at a time."""

import pytest

from clausewise import clause, outcome

from .samples import event, events, extending, transaction
from .steps import EVENTS, EXTEND, GOOD, ITEMS, PROMOTE, SAVE, bare, batch, code, new, some_case, with_account

OTHER = {  # than the sample's
    "addCustomer": dict.fromkeys(
        (
            "assetsOutsideOfUSCode",
            "isEmployeeCode",
            "worksForFinancialInstitutionCode",
            "isBrokerDealerCode",
            "pepFlagCode",
        ),
        "N",
    ),
    "addAccount": {"taxWithHoldCode": "N", "discretionFlag": "N", "primeBrokerFlag": "Y"},
}
WORDS = ("Low", "Medium", "High")


@pytest.mark.parametrize(
    ("service", "field"),
    [
        pytest.param(
            name, field, id=field, marks=clause(f"ofs-ecm.{name}.request[].{ITEMS[name][0]}[].{field}")
        )
        for name, fields in OTHER.items()
        for field in fields
    ],
)
def test_the_other_value_of_a_flag_is_taken(api, judge, unique, service, field):
    """An item with the flag turned round is added."""
    item = new(service, code(unique)) | {field: OTHER[service][field]}

    judge(api.call(service, [batch(service, some_case(api, unique), item)]), outcome("successful"))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "service",
    [pytest.param(it, id=it, marks=clause(f"ofs-ecm.{it}.request.events[].priority")) for it in EVENTS],
)
def test_each_priority_of_an_event_is_taken(api, judge, unique, service, word):
    """The three words, as the table of the service writes them."""
    one = event(code(unique)) | {"priority": word.lower() if service == SAVE else word}

    body = extending(api, some_case(api, unique), one) if service == EXTEND else events(one)

    judge(api.call(service, body), outcome(GOOD[service]))


@clause("ofs-ecm.saveEventsAndPromoteToCase.request.casePriority")
@pytest.mark.parametrize("word", WORDS)
def test_each_priority_of_a_case_is_taken(api, judge, unique, word):
    """The three words of the table."""
    judge(api.call(PROMOTE, events(event(code(unique))) | {"casePriority": word}), outcome("promoted"))


@clause("ofs-ecm.removeTransaction.request[].transactions[].transactionTypeCode")
@pytest.mark.parametrize("kind", ["B", "C", "W"])
def test_a_transaction_of_each_type_can_be_removed(api, judge, unique, kind):
    """What was added under a type is removed under it."""
    name, (case, held) = code(unique), with_account(api, unique)
    item = transaction(name, kind, held)
    judge(api.call("addTransaction", [batch("addTransaction", case, item)]), outcome("successful"))

    gone = bare("removeTransaction", name) | {"transactionTypeCode": kind}

    judge(api.call("removeTransaction", [batch("removeTransaction", case, gone)]), outcome("successful"))
