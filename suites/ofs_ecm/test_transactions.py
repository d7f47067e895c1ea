"""Transactions: what applies to which type, and labels."""

import pytest

from clausewise import Untestable, clause, outcome

from .samples import transaction
from .steps import bare, batch, business, code, promote, with_account

FURTHER = {"B": {"description": "Example"}}  # applies (Table 41), and is not in the type's sample
APPLIES = [
    (kind, field)
    for kind in "BCMW"
    for field in [*transaction("", kind, "A"), *FURTHER.get(kind, {})]
    if field
    not in {
        "transactionReferenceId",
        "businessAdd",
        "transactionTypeCode",
        "baseAmount",
        "genericInformation",
    }
    and not field.startswith("transactionType")
]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        pytest.param(
            kind,
            field,
            id=f"{kind}-{field}",
            marks=clause(f"ofs-ecm.addTransaction.applies-{kind.lower()}.{field}"),
        )
        for kind, field in dict.fromkeys(APPLIES)
    ],
)
def test_each_field_is_taken_in_its_type_of_transaction(api, judge, unique, kind, field):
    """A transaction as its sample has it is added; refused, it is this field if it is added without it."""
    case, held = with_account(api, unique)
    told = transaction(code(unique), kind, held)
    whole = told if field in told else told | FURTHER[kind]

    answer = api.call("addTransaction", [batch("addTransaction", case, whole)])

    if not judge.agrees(answer, outcome("successful")):
        less = {name: value for name, value in whole.items() if name != field}
        without = api.call("addTransaction", [batch("addTransaction", case, less)])
        if not judge.agrees(without, outcome("successful")):
            raise Untestable(f"A transaction of type {kind} is refused, with {field} and without it.")
    judge(answer, outcome("successful"))


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, id=kind, marks=clause("ofs-ecm.addTransaction.successful")) for kind in "BCMW"],
)
def test_a_whole_transaction_of_each_type_is_added(api, judge, unique, kind):
    """A transaction with all fields of its type is added."""
    case, held = with_account(api, unique)

    answer = api.call(
        "addTransaction", [batch("addTransaction", case, transaction(code(unique), kind, held))]
    )

    judge(answer, outcome("successful"))


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(name, id=name, marks=clause(f"ofs-ecm.addTransaction.{name}"))
        for name in ("labels-are-taken", "labels-can-be-deleted")
    ],
)
def test_labels_are_given_and_deleted(api, judge, target, unique, rule):
    """A transaction from business takes labels; without them the call deletes them and leaves it there."""
    case, item = promote(api, unique), business(target, "addTransaction", "transaction")
    labelled = item | {"transactionLabels": ["SURROUNDING", "SUSPICIOUS"]}
    judge(api.call("addTransaction", [batch("addTransaction", case, labelled)]), outcome("successful"))
    if rule == "labels-can-be-deleted":
        few = {name: item[name] for name in ("transactionReferenceId", "transactionTypeCode")}  # line 3057
        wanted = outcome(*target.lawful("ECM-106", a="successful", b="failed"))
        for asked in target.lawful("ECM-107", b=few, a=few | {"businessAdd": "Y"}):
            answer = api.call("addTransaction", [batch("addTransaction", case, asked)])
            if judge.agrees(answer, wanted):
                break
        judge(answer, wanted)

        removing = bare("removeTransaction", item["transactionReferenceId"]) | {
            "transactionTypeCode": item["transactionTypeCode"]
        }
        judge(
            api.call("removeTransaction", [batch("removeTransaction", case, removing)]), outcome("successful")
        )
