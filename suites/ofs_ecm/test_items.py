"""What is added to cases, removed from them and decided in them, case by case and item by item."""

import pytest

from clausewise import clause, has, holds, outcome

from .samples import customer, external_entity, transaction
from .steps import (
    ADD,
    CASES,
    DECISION,
    ITEMS,
    REMOVE,
    absent,
    bare,
    batch,
    business,
    code,
    entries,
    given,
    good,
    hopeless,
    new,
    promote,
    some,
    some_case,
    there,
    with_account,
)
from .texts import ABSENT, EXISTS, FAILS, OTHER_WORDS, UNREADABLE

FIRST = "/RESULTARRAY/0"
LOCKED = "Case is locked by another user "


def each(rule, services):
    """Return a parameter for each service, for its clause of that rule."""
    return [pytest.param(name, id=name, marks=clause(f"ofs-ecm.{name}.{rule}")) for name in services]


@pytest.mark.parametrize("service", each("successful", CASES))
def test_a_good_call_is_successful(api, depth, unique, service):
    """An item with every field that needs nothing else is added, removed or decided on."""
    depth.taken(service, lambda: good(api, unique, service), outcome("successful"))


@pytest.mark.parametrize("service", each("invalid-json", CASES))
def test_what_is_no_json_is_refused(api, judge, service):
    """A request that is cut off is answered with the invalid-format text."""
    judge(api.call(service, raw=b'[{"caseId": "CW1", '), outcome("invalid-json"))


@pytest.mark.parametrize("service", each("missing-case-id", CASES))
def test_a_case_without_its_id_is_refused(api, judge, unique, service):
    """A request that is good but for its missing caseId is answered as its table says of bad input."""
    (case,) = good(api, unique, service)["body"]

    answer = api.call(service, [{key: case[key] for key in case if key != "caseId"}])

    actual = [answer.response.status, answer.at("/STATUS"), answer.at("/MESSAGE")]
    judge(
        answer, holds(actual == [400, "FAILED", UNREADABLE], expected=f"400 with {UNREADABLE}", actual=actual)
    )


@pytest.mark.parametrize("service", each("partly-successful", CASES))
def test_one_good_case_and_one_bad_is_a_partial_success(api, judge, unique, service):
    """Of two cases the one is worked on, and nothing of the other."""
    judge(_mixed(api, unique, service), outcome("partly-successful"))


@pytest.mark.parametrize("service", each("failed", CASES))
def test_nothing_but_failures_is_a_failure(api, judge, unique, service):
    """Where there is only an unknown case, or an item that fails, nothing succeeds."""
    judge(api.call(service, [hopeless(api, unique, service)]), outcome("failed"))


@pytest.mark.parametrize("service", each("case.unknown", CASES))
def test_an_unknown_case_is_told(api, judge, unique, service):
    """The entry of an unknown case says so; of its items it says nothing, in one item of nulls."""
    answer = api.call(service, [batch(service, code(unique), some(unique, service))])

    judge(
        answer,
        outcome("failed"),
        has(f"{FIRST}/MESSAGE", "Case does not exist."),
        has(f"{FIRST}/STATUS", "FAILED"),
    )
    _nothing_told(judge, answer, service)


@pytest.mark.parametrize("service", each("case.locked", CASES))
def test_a_locked_case_is_told(api, judge, target, unique, service):
    """The entry of a locked case names who has locked it."""
    case = given(target, "case.locked")

    answer = judge(api.call(service, [batch(service, case, some(unique, service))]), outcome("failed"))

    actual = answer.at(f"{FIRST}/MESSAGE")
    who = actual.removeprefix(LOCKED).removesuffix(".")
    held = actual.startswith(LOCKED) and who and not set(who) & set("{}<>")
    judge(
        answer,
        has(f"{FIRST}/STATUS", "FAILED"),
        holds(held, expected=f"{LOCKED}and the name", actual=actual, where=f"{FIRST}/MESSAGE"),
    )
    _nothing_told(judge, answer, service)


@pytest.mark.parametrize("service", each("one-entry-per-case", CASES))
def test_each_case_has_its_entry_in_order(api, judge, unique, service):
    """Of two cases there are two entries, in the order of the request."""
    cases = [some_case(api, unique), some_case(api, unique)]

    answer = api.call(service, [batch(service, case, there(api, unique, service, case)) for case in cases])

    judge(answer, outcome("successful"))
    actual = [entry.get("caseId") for entry in entries(answer)]
    judge(answer, holds(actual == cases, expected=f"the cases {cases}", actual=actual, where="/RESULTARRAY"))


@pytest.mark.parametrize("service", each("one-entry-per-item", ITEMS))
def test_each_item_has_its_entry_in_order(api, judge, unique, service):
    """Of two items there are two entries, in the order of the request."""
    key, name = ITEMS[service]
    case = some_case(api, unique)
    items = [there(api, unique, service, case) for _ in range(2)]

    answer = judge(api.call(service, [batch(service, case, *items)]), outcome("successful"))

    actual = [entry.get(name) for entry in entries(answer, f"{FIRST}/{key}")]
    wanted = [item[name] for item in items]
    judge(
        answer, holds(actual == wanted, expected=f"the items {wanted}", actual=actual, where=f"{FIRST}/{key}")
    )


@pytest.mark.parametrize("service", each("status-follows-entries", CASES))
def test_the_status_follows_the_entries(api, judge, unique, service):
    """SUCCESS where all succeed, FAILED where none does, PARTIALSUCCESS else."""
    calls = [
        api.call(service, **good(api, unique, service)),
        _mixed(api, unique, service),
        api.call(service, [hopeless(api, unique, service)]),
    ]

    for answer, wanted in zip(calls, ("SUCCESS", "PARTIALSUCCESS", "FAILED"), strict=True):
        found = {str(entry.get("STATUS")) for entry in entries(answer)}
        follows = found.pop() if len(found) == 1 else "PARTIALSUCCESS"
        judge(
            answer,
            has("/STATUS", wanted),
            holds(
                follows == wanted,
                expected=f"entries that make {wanted}",
                actual=follows,
                where="/RESULTARRAY",
            ),
        )


@pytest.mark.parametrize("service", each("mixed-case-is-partial", ITEMS))
def test_a_case_with_good_and_bad_items_is_partial(api, judge, unique, service):
    """A case of which one item succeeds and one fails is PARTIALSUCCESS."""
    case = some_case(api, unique)

    answer = api.call(
        service, [batch(service, case, there(api, unique, service, case), absent(unique, service))]
    )

    judge(answer, outcome("partly-successful"), has(f"{FIRST}/STATUS", "PARTIALSUCCESS"))


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(name, id=name, marks=clause(f"ofs-ecm.{name}.item.{rule}"))
        for name, (rule, _) in ABSENT.items()
    ],
)
def test_an_item_that_is_not_there_is_told(api, judge, target, unique, service):
    """What business or the case does not know is FAILED, with the documented text."""
    answer = api.call(service, [batch(service, some_case(api, unique), absent(unique, service))])

    text = ABSENT[service][1]
    _says(judge, answer, service, *target.lawful("ECM-93", a=text, b=OTHER_WORDS.get(service, text)))


@pytest.mark.parametrize("service", each("item.not-in-case", REMOVE))
def test_what_was_removed_is_gone(api, judge, unique, service):
    """The second removal of the same item is FAILED, with the documented text."""
    request = good(api, unique, service)

    judge(api.call(service, **request), outcome("successful"))
    _says(judge, api.call(service, **request), service, ABSENT[service][1])


@pytest.mark.parametrize("service", each("item.exists", ADD))
def test_what_is_there_cannot_be_added_again(api, judge, unique, service):
    """The second addition of the same item is FAILED, with the documented text."""
    request = [batch(service, some_case(api, unique), new(service, code(unique)))]

    judge(api.call(service, request), outcome("successful"))
    _says(judge, api.call(service, request), service, EXISTS[service])


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(name, id=name, marks=clause(f"ofs-ecm.{name}.item.{rule}"))
        for name, (rule, _) in FAILS.items()
    ],
)
def test_a_failure_inside_is_told_for_the_item(api, judge, unique, service):
    """An item whose writing fails is FAILED, with the documented text."""
    rule, text = FAILS[service]

    answer = api.call(service, **good(api, unique, service), fault=f"{service}.{rule}")

    _says(judge, answer, service, text)


@pytest.mark.parametrize("service", each("item.unknown", OTHER_WORDS))
def test_an_unknown_item_is_told(api, judge, unique, service):
    """An item that is unknown for another reason is FAILED, with the documented text."""
    answer = api.call(service, **good(api, unique, service), fault=f"{service}.unknown")

    _says(judge, answer, service, OTHER_WORDS[service])


@clause("ofs-ecm.addCustomer.item.no-account")
def test_a_customer_with_an_unknown_account_is_refused(api, judge, unique):
    """A customer's account that nobody knows is told."""
    item = customer(code(unique), code(unique))

    _says(
        judge,
        _added(api, unique, "addCustomer", item),
        "addCustomer",
        "Customer account does not exists.",
    )


@clause("ofs-ecm.addCustomer.item.no-online-account")
def test_a_customer_with_an_unknown_online_account_is_refused(api, judge, unique):
    """A customer's online account that nobody knows is told."""
    case, held = with_account(api, unique)

    answer = api.call("addCustomer", [batch("addCustomer", case, customer(code(unique), held, code(unique)))])

    _says(judge, answer, "addCustomer", "Customer online account does not exists.")


@clause("ofs-ecm.addTransaction.item.no-account")
def test_a_transaction_of_an_unknown_account_is_refused(api, judge, unique):
    """A transaction's account that nobody knows is told."""
    item = transaction(code(unique), "C", code(unique))

    _says(
        judge,
        _added(api, unique, "addTransaction", item),
        "addTransaction",
        "Transaction account does not exists.",
    )


@pytest.mark.parametrize(
    ("known", "text"),
    [
        pytest.param(
            True,
            "Either existing Institution or new Institution Id and Institution Name should be specified "
            "but not both.",
            id="two",
            marks=clause("ofs-ecm.addExternalEntity.item.two-institutions"),
        ),
        pytest.param(
            False,
            "Institution Id and Institution Name both should be specified.",
            id="half",
            marks=clause("ofs-ecm.addExternalEntity.item.half-institution"),
        ),
    ],
)
def test_an_institution_is_either_known_or_new(api, judge, target, unique, known, text):  # noqa: PLR0917 - one call
    """A known institution beside a new one, and half a new one, are told."""
    item = external_entity(code(unique))
    if known:
        item["institution"] = given(target, "institution.known", "name")
    else:
        del item["institutionName"]

    answer = _added(api, unique, "addExternalEntity", item)
    if known:  # a row refuses what the sample sends (ECM-94)
        judge(answer, outcome(*target.lawful("ECM-94", a="failed", b="successful")))
    if not known or answer.at("/STATUS") == "FAILED":
        _says(judge, answer, "addExternalEntity", text)


@clause("ofs-ecm.addExternalEntity.item.no-risk-source")
def test_an_unknown_risk_source_is_refused(api, judge, unique):
    """A risk list that nobody knows is told."""
    item = external_entity(code(unique))
    item["riskListMembership"] = [item["riskListMembership"][0] | {"riskSource": code(unique)}]

    _says(
        judge,
        _added(api, unique, "addExternalEntity", item),
        "addExternalEntity",
        "External entity risk Source does not exists.",
    )


@clause("ofs-ecm.addExternalEntity.request[].externalEntities[].institution")
def test_an_external_entity_of_a_known_institution_is_added(api, judge, target, unique):
    """An institution that the target knows is taken in place of a new one."""
    item = external_entity(code(unique), institution=given(target, "institution.known", "name"))

    judge(
        api.call("addExternalEntity", [batch("addExternalEntity", some_case(api, unique), item)]),
        outcome("successful"),
    )


@clause("ofs-ecm.addCustomer.successful")
def test_a_customer_with_accounts_is_added(api, judge, target, unique):
    """A customer with an account of the case, and an online one where the owner names it, is added."""
    case, held = with_account(api, unique)
    online = given(target, "online.account", "id") if target.has("online.account") else None

    judge(
        api.call("addCustomer", [batch("addCustomer", case, customer(code(unique), held, online))]),
        outcome("successful"),
    )


@pytest.mark.parametrize("service", each("from-business", ADD))
def test_what_business_knows_is_added_by_its_id(api, judge, target, unique, service):
    """With businessAdd Y an id that business knows is enough."""
    role = {"addCustomer": "customer", "addAccount": "account", "addExternalEntity": "external_entity"}.get(
        service, "transaction"
    )
    item = business(target, service, role)

    judge(api.call(service, [batch(service, promote(api, unique), item)]), outcome("successful"))


@pytest.mark.parametrize("service", each("removed-can-be-added-again", ADD))
def test_what_was_removed_can_be_added_again(api, judge, unique, service):
    """Added, removed and added again: each time with success."""
    case, name = some_case(api, unique), code(unique)
    removing = service.replace("add", "remove")
    adding = [batch(service, case, new(service, name))]

    judge(api.call(service, adding), outcome("successful"))
    judge(api.call(removing, [batch(removing, case, bare(removing, name))]), outcome("successful"))
    judge(api.call(service, adding), outcome("successful"))


@pytest.mark.parametrize("service", each("cases-are-apart", ADD))
def test_an_item_is_in_its_own_case_only(api, judge, target, unique, service):
    """What is added to one case cannot be removed from another."""
    name, removing = code(unique), service.replace("add", "remove")
    other = given(target, "case.open") if target.has("case.open") else some_case(api, unique)
    judge(
        api.call(service, [batch(service, some_case(api, unique), new(service, name))]), outcome("successful")
    )

    judge(api.call(removing, [batch(removing, other, bare(removing, name))]), outcome("failed"))


@pytest.mark.parametrize("service", each("failed-item-changes-nothing", ADD))
def test_a_failed_item_is_not_in_the_case(api, judge, unique, service):
    """What could not be added cannot be removed."""
    case, item = some_case(api, unique), absent(unique, service)
    removing = service.replace("add", "remove")
    judge(api.call(service, [batch(service, case, item)]), outcome("failed"))

    judge(
        api.call(removing, [batch(removing, case, bare(removing, item[ITEMS[service][1]]))]),
        outcome("failed"),
    )


@pytest.mark.parametrize("service", each("only-the-named", REMOVE))
def test_a_removal_takes_only_the_named(api, judge, unique, service):
    """Of two items the one that was not named can still be removed."""
    case = some_case(api, unique)
    first, second = (there(api, unique, service, case) for _ in range(2))

    for item in (first, second):
        judge(api.call(service, [batch(service, case, item)]), outcome("successful"))


@pytest.mark.parametrize("service", each("only-the-named", REMOVE))
def test_a_removal_takes_nothing_that_was_added_again(api, judge, unique, service):
    """What was removed and added again is not taken by the removal of another item."""
    case = some_case(api, unique)
    first, second = (there(api, unique, service, case) for _ in range(2))
    judge(api.call(service, [batch(service, case, first)]), outcome("successful"))
    there(api, unique, service, case, first[ITEMS[service][1]])

    for item in (second, first):
        judge(api.call(service, [batch(service, case, item)]), outcome("successful"))


@pytest.mark.parametrize("service", each("item.not-in-case", REMOVE))
def test_what_was_removed_stays_gone(api, judge, unique, service):
    """What was removed is not there again once another item is added."""
    case = some_case(api, unique)
    first = there(api, unique, service, case)
    judge(api.call(service, [batch(service, case, first)]), outcome("successful"))
    there(api, unique, service, case)

    _says(judge, api.call(service, [batch(service, case, first)]), service, ABSENT[service][1])


@pytest.mark.parametrize("service", each("from-the-named-case-only", REMOVE))
def test_a_removal_takes_from_the_named_case_only(api, judge, unique, service):
    """What two cases have, and was removed from the first, can still be removed from the second."""
    cases, name = [some_case(api, unique) for _ in range(2)], code(unique)
    items = [there(api, unique, service, case, name) for case in cases]

    for case, item in zip(cases, items, strict=True):
        judge(api.call(service, [batch(service, case, item)]), outcome("successful"))


@pytest.mark.parametrize("service", each("each-case-its-own", ITEMS))
def test_each_case_of_a_request_is_worked_on(api, judge, unique, service):
    """Of two cases in one request each gets, loses or decides its own item, and is so afterwards."""
    cases = [some_case(api, unique) for _ in range(2)]
    items = [there(api, unique, service, case) for case in cases]
    sent = [batch(service, case, item) for case, item in zip(cases, items, strict=True)]

    judge(api.call(service, sent), outcome("successful"))

    after = service.replace("add", "remove")
    for case, item in zip(cases, items, strict=True) if service != DECISION else ():
        named = bare(after, item[ITEMS[service][1]])
        end = "successful" if service in ADD else "failed"
        judge(api.call(after, [batch(after, case, named)]), outcome(end))


def _mixed(api, unique, service):
    case = some_case(api, unique)
    known = batch(service, case, there(api, unique, service, case))
    return api.call(service, [known, hopeless(api, unique, service)])


def _added(api, unique, service, item):
    return api.call(service, [batch(service, some_case(api, unique), item)])


def _says(judge, answer, service, *texts):
    judge(answer, outcome("failed"))
    where = f"{FIRST}/{ITEMS[service][0]}/0" if service in ITEMS else FIRST
    actual = answer.at(f"{where}/MESSAGE")
    judge(
        answer,
        holds(actual in texts, expected=texts[0], actual=actual, where=f"{where}/MESSAGE"),
        has(f"{where}/STATUS", "FAILED"),
    )


def _nothing_told(judge, answer, service):
    """Judge that the entry of a case that was not worked on says nothing of its items, in a printed way."""
    if service in ITEMS:
        key, name = ITEMS[service]
        actual = answer.at(f"{FIRST}/{key}")
        fine = [dict.fromkeys(("MESSAGE", "STATUS", name))]
        judge(
            answer, holds(actual == fine, expected=f"the items {fine}", actual=actual, where=f"{FIRST}/{key}")
        )
