"""The laws that the purposes imply: what one operation does, another one shows."""

from typing import Any

import pytest

from clausewise import Untestable, clause, holds, outcome, same

from .steps import (
    BLOCK,
    CLOSE,
    COMBO,
    HOLD,
    LIST,
    LOCK,
    OFFER,
    OFFER_ONLINE,
    OPEN,
    PATTERNS,
    Customer,
    account_states,
    accounts,
    customer,
    facts,
    good,
    leaves,
    listed,
    numbers,
    offered,
    opened,
    page_shows,
    person,
    prepared,
    served,
    shown,
    some_customer,
    told_apart,
)

LAW = "account-service.law"
BY_CIF, INFO, EBANK = "get-customer-by-id", "get-customer-info", "get-user-info-ebank"
LIMIT, AGREE = "updateEkycLimit", "update-protect-agreement"
ABOUT_SOMEBODY = (COMBO, LIST, OPEN, CLOSE, BLOCK, LOCK, BY_CIF, INFO, EBANK, LIMIT, AGREE)


def law(slug, *values):
    """Return a parameter that speaks for the law of that name."""
    return pytest.param(*values, id=slug, marks=clause(f"{LAW}.{slug}"))


@pytest.mark.parametrize(
    ("check", "thing"),
    [
        law("used-phone", "valid-phone-number", "phone"),
        law("used-legal-id", "valid-legal-id", "legal_id"),
        law("used-username", "valid-izi-mobile-user", "username"),
        law("completed-ekyc", "valid-ekyc-customer", "legal_id"),
    ],
)
def test_who_is_known_is_answered_differently(api, judge, unique, check, thing):
    """The same value is answered in another way once a customer has it (ACC-09)."""
    nobody, before = person(api, unique), []
    someone, made = opened(
        api, unique, lambda who: before.append(api.ask(check, **_told(api, check, who, thing)))
    )

    used = api.ask(check, **_told(api, check, someone, thing, prepared(made)))

    judge(used, told_apart(before[-1], used, api.ask(check, **_told(api, check, nobody, thing))))


@clause(f"{LAW}.opened-account-listed")
def test_an_opened_account_is_listed(api, judge, unique):
    """The number that an opening tells is in the customer's list."""
    whom = customer(api, unique)
    opened = prepared(api.ask(OPEN, cif=whom.cif))

    _lists(api, judge, whom, {str(api.one(opened, "account"))})


@clause(f"{LAW}.additional-account")
def test_an_additional_account_takes_no_other_away(api, judge, unique):
    """The accounts that were listed before are listed after one more was opened."""
    whom = customer(api, unique)
    prepared(api.ask(OPEN, cif=whom.cif))
    before = accounts(api, whom.cif)
    prepared(api.ask(OPEN, cif=whom.cif))

    _lists(api, judge, whom, set(before))


@clause(f"{LAW}.own-number")
def test_two_accounts_have_two_numbers(api, judge, unique):
    """No number is given twice."""
    first, second = (judge(api.ask(OPEN, cif=customer(api, unique).cif), outcome("done")) for _ in range(2))

    numbers = [api.one(first, "account"), api.one(second, "account")]
    judge(
        second, holds(numbers[0] != numbers[1], expected="another number", actual=numbers[1], where="account")
    )


@clause(f"{LAW}.own-list")
def test_a_list_shows_nobody_elses_accounts(api, judge, unique):
    """The accounts of two customers have no number in common."""
    people = customer(api, unique), customer(api, unique)
    opened = [str(api.one(prepared(api.ask(OPEN, cif=whom.cif)), "account")) for whom in people]

    for whom, theirs in zip(people, reversed(opened), strict=True):
        answer = prepared(api.ask(LIST, cif=whom.cif))
        shown = listed(api, answer)
        judge(answer, holds(theirs not in shown, expected="no account of another customer", actual=shown))


@pytest.mark.parametrize(
    "inquiry", [law("held-not-offered", OFFER), law("held-not-offered-online", OFFER_ONLINE)]
)
def test_a_held_number_is_no_longer_offered(api, judge, target, unique, inquiry):
    """A number that the inquiry offered is gone from it once it is held (ACC-13)."""
    [(number, asked)] = offered(api, target, unique, inquiry)
    judge(api.ask(HOLD, number=number, cif=customer(api, unique).cif), outcome("done"))

    answer = judge(api.ask(inquiry, **asked), outcome("done"))

    left = numbers(api, answer)
    judge(answer, holds(number not in left, expected=f"{number} gone", actual=f"{number} on offer"))


@pytest.mark.parametrize("inquiry", [law("offered-once", OFFER), law("offered-once-online", OFFER_ONLINE)])
def test_a_number_is_offered_once(api, judge, target, unique, inquiry):
    """No inquiry has a number twice."""
    [(_, asked)] = offered(api, target, unique, inquiry)

    answer = judge(api.ask(inquiry, **asked), outcome("done"))

    found = numbers(api, answer)
    judge(answer, holds(len(set(found)) == len(found), expected="each number once", actual=found))


@clause(f"{LAW}.others-still-offered")
def test_holding_one_number_leaves_the_others(api, judge, target, unique):
    """The number beside the held one is still on offer, where it was so twice before."""
    held, other = offered(api, target, unique, OFFER, 2)
    if other.number not in numbers(api, api.ask(OFFER, **other.asked)):
        raise Untestable(f"{OFFER} offers other numbers each time, so that one which is gone tells nothing.")
    prepared(api.ask(HOLD, number=held.number, cif=customer(api, unique).cif))

    answer = judge(api.ask(OFFER, **other.asked), outcome("done"))

    left = numbers(api, answer)
    judge(answer, holds(other.number in left, expected=f"{other.number} on offer", actual=left))


@clause(f"{LAW}.held-not-opened")
def test_a_held_number_is_no_account(api, judge, target, unique):
    """What is only reserved is not in the customer's list."""
    whom, [(number, _)] = customer(api, unique), offered(api, target, unique, OFFER)
    prepared(api.ask(HOLD, number=number, cif=whom.cif))

    answer = prepared(api.ask(LIST, cif=whom.cif))

    shown = listed(api, answer)
    judge(answer, holds(number not in shown, expected="no account of that number", actual=shown))


@clause(f"{LAW}.closed-shown")
def test_a_closed_user_is_shown_as_closed(api, judge, unique):
    """After closing, the query answers another status, or finds the user no more."""
    whom = customer(api, unique)
    query = api.bound("user_query")
    before = prepared(api.ask(query, **whom.things))
    judge(api.ask(CLOSE, **whom.things), outcome("done"))

    after = api.ask(query, **whom.things)

    gone = after.response.status >= 400
    judge(
        after,
        holds(
            gone or api.found(after, "user_status") != api.found(before, "user_status"),
            expected="another status than before",
            actual=api.found(after, "user_status"),
            where="user_status",
        ),
    )


@clause(f"{LAW}.closed-keeps-accounts")
def test_closing_internet_banking_keeps_the_accounts(api, judge, unique):
    """The payment accounts are listed as before."""
    whom = customer(api, unique)
    prepared(api.ask(OPEN, cif=whom.cif))
    before = accounts(api, whom.cif)
    judge(api.ask(CLOSE, **whom.things), outcome("done"))

    _lists(api, judge, whom, set(before))


@pytest.mark.parametrize(
    ("update", "thing", "value", "query"),
    [
        law("limit-shown", LIMIT, "limit", "limit_value", "limit_query"),
        law("consent-given-shown", AGREE, "consent", "consent_given", "consent_query"),
        law("locked-shown", LOCK, "user_status", "status_locked", "user_query"),
    ],
)
def test_what_an_update_sets_is_shown(api, judge, unique, update, thing, value, query):  # noqa: PLR0917 - fixtures
    """The query that showed something else before shows what was set."""
    whom = customer(api, unique)
    before = shown(api, query, thing, whom)
    judge(_set(api, update, whom, thing, value), outcome("done"))

    _shows(api, judge, query, thing, whom, before, api.bound(value))


@pytest.mark.parametrize(
    ("update", "thing", "value", "back", "query"),
    [
        law(
            "consent-withdrawn-shown",
            AGREE,
            "consent",
            "consent_given",
            "consent_withdrawn",
            "consent_query",
        ),
        law("unlocked-shown", LOCK, "user_status", "status_locked", "status_unlocked", "user_query"),
    ],
)
def test_what_is_taken_back_is_shown(api, judge, unique, update, thing, value, back, query):  # noqa: PLR0917 - fixtures
    """After the second update the query no longer shows the first."""
    whom = customer(api, unique)
    prepared(_set(api, update, whom, thing, value))
    between = shown(api, query, thing, whom)
    judge(_set(api, update, whom, thing, back), outcome("done"))

    _shows(api, judge, query, thing, whom, between, api.bound(back))


@pytest.mark.parametrize(
    ("update", "thing", "value", "query"),
    [
        law("limit-own", LIMIT, "limit", "limit_value", "limit_query"),
        law("locked-own", LOCK, "user_status", "status_locked", "user_query"),
    ],
)
def test_an_update_is_of_one_customer(api, judge, unique, update, thing, value, query):  # noqa: PLR0917 - fixtures
    """What is set for one is not set for another."""
    whom, other = customer(api, unique), customer(api, unique)
    before = shown(api, query, thing, other)
    prepared(_set(api, update, whom, thing, value))

    answer = judge(api.ask(api.bound(query), **other.things), outcome("done"))

    now = api.one(answer, thing)
    judge(answer, holds(same(now, before), expected=f"{before}, as before", actual=now, where=thing))


@clause(f"{LAW}.blocked-shown")
def test_a_blocked_customer_has_no_open_account(api, judge, target, unique):
    """Every account has another status than before, or the customer has another flag (ACC-08)."""
    whom = customer(api, unique)
    prepared(api.ask(OPEN, cif=whom.cif))
    before, flag = account_states(api, whom.cif), _flag(api, whom)
    judge(api.ask(BLOCK, **whom.things), outcome("done"))

    answer = judge(api.ask(LIST, cif=whom.cif), outcome("done"))

    after = api.found(answer, "account_status")
    restricted, flagged = not set(after) & set(before), flag != _flag(api, whom)
    kept = any(target.lawful("ACC-08", a=restricted, b=flagged))
    judge(answer, holds(kept, expected="every account restricted, or the customer flagged", actual=after))


@clause(f"{LAW}.blocked-own")
def test_blocking_is_of_one_customer(api, judge, unique):
    """The accounts of somebody else keep their status, also when they are listed right after the blocked."""
    whom, other = customer(api, unique), customer(api, unique)
    prepared(api.ask(OPEN, cif=other.cif))
    before = account_states(api, other.cif)
    prepared(api.ask(BLOCK, **whom.things))
    api.ask(LIST, cif=whom.cif)

    answer = judge(api.ask(LIST, cif=other.cif), outcome("done"))

    after = api.found(answer, "account_status")
    judge(answer, holds(same(after, before), expected=str(before), actual=after))


@clause(f"{LAW}.info-agrees-by-cif")
def test_both_queries_of_a_customer_agree(api, judge, unique):
    """What stands in both answers under one name is the same, but for what moves by itself (ACC-05)."""
    whom = some_customer(api, unique)
    one, again = (_leaves(prepared(api.ask(INFO, **whom.things))) for _ in range(2))

    other = judge(api.ask(BY_CIF, **whom.things), outcome("done"))

    told = _leaves(other)
    steady = {name for name in one.keys() & told.keys() if same(one[name], again.get(name))}
    apart = sorted(name for name in steady if not same(one[name], told[name]))
    judge(other, holds(not apart, expected=f"what {INFO} tells", actual=f"other values of {apart}"))


@clause(f"{LAW}.info-agrees-by-username")
def test_a_user_belongs_to_the_cif(api, judge, unique):
    """The e-banking query names the CIF that the user was opened with, where it names one."""
    whom, other = some_customer(api, unique), some_customer(api, unique)

    answer = prepared(api.ask(EBANK, **whom.things))
    judge(answer, _of_two(api, EBANK, answer, whom, other))

    actual = str(api.one(answer, "cif"))
    judge(
        answer,
        holds(actual == whom.cif, expected=whom.cif, actual=actual, where="cif"),
        _nothing_of(answer, other),
    )


@clause(f"{LAW}.answer-is-about-the-asked")
@pytest.mark.parametrize("operation", ABOUT_SOMEBODY)
def test_an_answer_is_about_who_was_asked_for(api, judge, target, unique, operation):
    """Of two customers in turn each is answered with the CIF and the user name that were sent."""
    asked = [served(api, operation, lambda: good(api, target, unique, operation)) for _ in range(2)]

    for things, answer in asked:
        judge(answer, outcome("done"))

        for thing in ("cif", "username"):
            actual = [str(value) for value in api.found(answer, thing)]
            fits = not api.takes(operation, thing) or all(value == things[thing] for value in actual)
            judge(answer, holds(fits, expected=things.get(thing, ""), actual=actual, where=thing))


@clause(f"{LAW}.answer-tells-what-was-set")
@pytest.mark.parametrize(
    ("operation", "thing", "next_one"),
    [(HOLD, "number", ""), (LIMIT, "limit", ""), (AGREE, "consent", "consent_withdrawn")],
    ids=[HOLD, LIMIT, AGREE],
)
def test_an_answer_tells_what_was_set(api, judge, target, unique, operation, thing, next_one):  # noqa: PLR0917 - fixtures
    """Of two customers in turn each is answered with the number, limit or consent that was sent, if any."""
    news: tuple[Any, Any] = {}, {thing: api.bound(next_one)} if next_one else {}
    asked = [
        served(api, operation, lambda new=new: good(api, target, unique, operation) | new) for new in news
    ]

    for things, answer in asked:
        judge(answer, outcome("done"))

        actual = api.found(answer, thing)
        fits = all(str(value) == str(things[thing]) for value in actual)
        judge(answer, holds(fits, expected=str(things[thing]), actual=actual, where=thing))


@clause(f"{LAW}.listed-once")
def test_an_account_is_listed_once(api, judge, unique):
    """The list of a customer with two accounts has neither of them twice."""
    whom = customer(api, unique)
    prepared(api.ask(OPEN, cif=whom.cif))

    answer = judge(api.ask(LIST, cif=whom.cif), outcome("done"))

    shown = listed(api, answer)
    judge(answer, holds(len(set(shown)) == len(shown), expected="each account once", actual=shown))


@clause(f"{LAW}.info-is-what-was-told")
@pytest.mark.parametrize("query", [INFO, BY_CIF, EBANK])
def test_a_query_tells_what_the_combo_took(api, judge, unique, query):
    """Each of two customers is shown what was sent for them under the same name, where it is not masked."""
    for someone, made in [unique.borrowed("combo", lambda: opened(api, unique)) for _ in range(2)]:
        cif = str(api.one(prepared(made), "cif"))
        answer = judge(api.ask(query, **Customer(cif, someone).things), outcome("done"))

        told, sent = leaves(answer.json), leaves(made.sent)
        apart = sorted(name for name in told.keys() & sent.keys() if not _alike(told[name], sent[name]))
        own = all(str(number) == cif for number in api.found(answer, "cif"))
        judge(
            answer,
            holds(not apart, expected="what the combo took", actual=f"other values of {apart}"),
            holds(own, expected=f"the CIF {cif}", actual="another one", where="cif"),
        )


@clause(f"{LAW}.info-is-own")
def test_two_customers_are_told_apart(api, judge, unique):
    """Each CIF is answered with itself."""
    people = some_customer(api, unique), some_customer(api, unique)
    for whom, other in (people, people[::-1]):
        answer = prepared(api.ask(BY_CIF, **whom.things))
        judge(answer, _of_two(api, BY_CIF, answer, whom, other))
        actual = str(api.one(answer, "cif"))
        own = holds(actual == whom.cif, expected=whom.cif, actual=actual, where="cif")
        judge(answer, own, _nothing_of(answer, other))


@clause(f"{LAW}.info-shown")
def test_the_information_of_a_customer_is_shown(api, judge, unique):
    """There is something in it, and no two customers are answered with the same page."""
    whom, other = some_customer(api, unique), some_customer(api, unique)

    answer = prepared(api.ask(INFO, **whom.things))

    something = bool(answer.parsed.problem) or _filled(answer) > 1  # the HTTP status is one of the facts
    judge(
        answer,
        _of_two(api, INFO, answer, whom, other),
        holds(something, expected="the customer's data", actual="no value", where="body", formless=True),
    )


@clause(f"{LAW}.numbers-offered")
def test_an_inquiry_offers_numbers(api, judge, target):
    """For a pattern that has some on offer, numbers with it are answered, in whatever form."""
    patterns, found = target.fixture(PATTERNS)["patterns"], []
    for pattern in patterns:
        answer = prepared(api.ask(OFFER, pattern=pattern))
        judge(answer, page_shows(answer, pattern))
        found += numbers(api, answer)

    if not found:
        raise Untestable(f"{OFFER} has none on offer for any of {patterns}: name a pattern that has some.")


@clause(f"{LAW}.offered-as-asked")
def test_what_is_on_offer_holds_what_was_looked_for(api, judge, target):
    """Each number that an inquiry answers has the digits of the pattern."""
    for pattern in map(str, target.fixture(PATTERNS)["patterns"]):
        answer = judge(api.ask(OFFER, pattern=pattern), outcome("done"))

        odd = [it for it in numbers(api, answer) if pattern not in "".join(filter(str.isalnum, it))]
        judge(answer, holds(not odd, expected=f"numbers with {pattern}", actual=odd, where="number"))


@clause(f"{LAW}.info-of-nobody")
def test_nobody_is_not_answered_as_a_customer(api, judge, unique):
    """A CIF by chance is answered in another way than a customer's: refused, or without the data."""
    whom = some_customer(api, unique)
    known = prepared(api.ask(BY_CIF, **whom.things))

    nobody = api.ask(BY_CIF, cif=unique.like(whom.cif[:2] + "9" * len(whom.cif)))

    same = nobody.response.status < 400 and _filled(nobody) >= _filled(known)
    judge(nobody, holds(not same, expected="no customer", actual="a customer's data", where="body"))


@pytest.mark.parametrize(
    ("query", "thing"),
    [law("combo-creates-customer", BY_CIF, "cif"), law("combo-creates-user", EBANK, "username")],
)
def test_the_combo_creates_what_a_query_finds(api, judge, unique, query, thing):
    """Right after the combo the query answers with what it created."""
    whom = customer(api, unique)

    answer = judge(api.ask(query, **whom.things), outcome("done"))

    actual = list(map(str, api.found(answer, thing)))
    judge(
        answer, holds(not actual or whom.things[thing] in actual, expected=whom.things[thing], actual=actual)
    )


@clause(f"{LAW}.combo-creates-account")
def test_the_combo_creates_an_account(api, judge, unique):
    """The list of a customer who was just opened shows the account that the combo told."""
    _, made = opened(api, unique)
    judge(made, outcome("done"))

    answer = judge(api.ask(LIST, cif=str(api.one(made, "cif"))), outcome("done"))

    numbers, told = (list(map(str, api.found(it, "account"))) for it in (answer, made))
    fits = all(number in numbers for number in told) if told else bool(numbers)
    judge(answer, holds(fits, expected=f"the account {sorted(told)}", actual=sorted(numbers)))


@clause(f"{LAW}.combo-own-cif")
def test_two_combos_make_two_customers(api, judge, unique):
    """No CIF is given twice."""
    first, second = (judge(opened(api, unique)[1], outcome("done")) for _ in range(2))

    ids = [api.one(first, "cif"), api.one(second, "cif")]
    judge(second, holds(ids[0] != ids[1], expected="another CIF", actual=ids[1], where="cif"))


@clause(f"{LAW}.reading-changes-nothing")
def test_reading_changes_nothing(api, judge, unique):
    """The list of accounts is the same the second time."""
    whom = customer(api, unique)
    prepared(api.ask(OPEN, cif=whom.cif))
    before = accounts(api, whom.cif)

    answer = judge(api.ask(LIST, cif=whom.cif), outcome("done"))

    again = list(map(str, api.found(answer, "account")))
    judge(answer, holds(sorted(again) == sorted(before), expected=str(before), actual=again))


def _nothing_of(answer, other):
    """Expect that an answer holds nothing that only another customer has."""
    values = set(map(str, facts(answer).values()))
    shown = sorted(thing for thing, value in other.things.items() if value in values)
    return holds(not shown, expected="nothing of another customer", actual=f"another's {shown}", where="body")


def _of_two(api, query, answer, whom, other):
    """Expect of an answer that is no JSON that another customer gets another one."""
    if not answer.parsed.problem:
        return holds(condition=True, expected="", actual="")
    return told_apart(answer, api.ask(query, **other.things), api.ask(query, **whom.things))


def _told(api, check, someone, thing, made=None):
    """Return what a check is asked about: the thing, and the CIF where it takes one and there is one."""
    cif = {"cif": api.one(made, "cif")} if made and api.takes(check, "cif") else {}
    return {thing: getattr(someone, thing)} | cif


def _lists(api, judge, whom, wanted):
    answer = prepared(api.ask(LIST, cif=whom.cif))
    judge(answer, page_shows(answer, *sorted(wanted)))
    shown = listed(api, answer)
    kept = all(number in shown for number in wanted)
    judge(answer, holds(kept, expected=f"{sorted(wanted)} in the list", actual=sorted(shown)))


def _set(api, update, whom, thing, value):
    return api.ask(update, **(whom.things | {thing: api.bound(value)}))


def _shows(api, judge, query, thing, whom, before, wanted):  # noqa: PLR0917 - all of them name one comparison
    """Judge that the query shows what was set, or, in words of its own, something else than before."""
    answer = judge(api.ask(api.bound(query), **whom.things), outcome("done"))
    now = api.one(answer, thing)
    fits = str(now) == str(wanted) or (now != before and not isinstance(now, int | float))
    judge(answer, holds(fits, expected=f"{wanted}", actual=now, where=thing))


def _flag(api, whom):
    return api.found(api.ask(api.bound("flag_query"), **whom.things), "customer_flag")


def _leaves(answer):
    """Return the values of an answer by their own name."""
    return {place.rpartition("/")[2]: value for place, value in facts(answer).items()}


def _alike(shown, sent):
    return str(shown) == str(sent) or "*" in str(shown)


def _filled(answer):
    return sum(value not in (None, "", 0, False) for value in facts(answer).values())
