"""Customers to judge with, and what it means that two answers differ; the bindings name the fields."""

import re
from typing import Any, NamedTuple

from clausewise import Untestable, holds

OPERATIONS = (
    "get-account-list",
    "create-current-account",
    "create-nice-hold-acct",
    "close-izi-mobile-acct",
    "inquiry-nice-acct",
    "inquiry-nice-acct-online",
    "get-customer-info",
    "updateEkycLimit",
    "update-blacklist-customer",
    "update-protect-agreement",
    "valid-ekyc-customer",
    "valid-izi-mobile-user",
    "valid-legal-id",
    "valid-phone-number",
    "update-user-ib-status",
    "get-user-info-ebank",
    "get-customer-by-id",
    "create-ekyc-account",
)
COMBO, LIST, OPEN, HOLD = (
    "create-ekyc-account",
    "get-account-list",
    "create-current-account",
    "create-nice-hold-acct",
)
CLOSE, BLOCK, LOCK = "close-izi-mobile-acct", "update-blacklist-customer", "update-user-ib-status"
# What nobody sees of a customer whom others asked with before; what an update sets would be seen.
SHARING = (LIST, OPEN, HOLD, "get-customer-info", "get-user-info-ebank", "get-customer-by-id")
OFFER, OFFER_ONLINE = "inquiry-nice-acct", "inquiry-nice-acct-online"

PATTERNS = "nice.patterns"  # the owner's words for what an inquiry looks for

_SUCCESS, _REFUSALS = range(200, 300), range(400, 500)
_TRIES = 3
_SHOWN = 400
_WORD = re.compile(r"[^\s<>\"'=/]+")


class Person(NamedTuple):
    """Who becomes a customer: what no other customer may have."""

    phone: str
    legal_id: str
    username: str


class Customer(NamedTuple):
    """A customer whom the combo opening made."""

    cif: str
    person: Person

    @property
    def things(self):
        """Everything that a request about this customer may carry."""
        return {"cif": self.cif, **self.person._asdict()}


class Offer(NamedTuple):
    """A nice account number on offer, and the things of the inquiry that offers it."""

    number: str
    asked: dict[str, str]


def person(api, unique):
    """Return somebody new, in the form of the printed request's examples."""
    return Person(*(unique.like(str(api.printed(COMBO, thing))) for thing in Person._fields))


def open_combo(api, someone):
    """Open CIF, account and user for a person and return the answer."""
    return api.ask(COMBO, **someone._asdict())


def opened(api, unique, first=None):
    """Open CIF, account and user for somebody new, whom `first` is told; return who, and the answer."""

    def ask():
        someone = person(api, unique)
        if first:
            first(someone)
        return someone, open_combo(api, someone)

    return _tried(ask)


def served(api, operation, make):
    """Ask with the things that `make` makes, anew as in `opened`; return them, and the answer."""

    def ask():
        things = make()
        return things, api.ask(operation, **placed(api, operation, things))

    return _tried(ask) if operation == COMBO else ask()


def _tried(ask):
    """Return whom or what was asked with, and the answer, asked anew where it is a refusal.

    A number by chance may be somebody's already, on a target with many customers.
    """
    for _ in range(_TRIES):
        told, answer = ask()
        if answer.response.status not in _REFUSALS:
            break
    return told, answer


def customer(api, unique):
    """Return a new customer; Untestable where the combo opening gives none."""
    someone, answer = opened(api, unique)
    return Customer(str(api.one(prepared(answer), "cif")), someone)


def some_customer(api, unique):
    """Return a customer, made by this test or an earlier one, for a test that changes nothing of them."""
    return unique.borrowed("customer", lambda: customer(api, unique))


def prepared(answer):
    """Return an answer that prepares the ground; Untestable where it is no success."""
    if answer.response.status not in _SUCCESS:
        message = f"{answer.operation} prepared nothing: it was answered HTTP {answer.response.status}."
        raise Untestable(message)
    return answer


def good(api, target, unique, operation):
    """Return the things of a request that the operation can serve."""
    if operation == COMBO or operation.startswith("valid-"):
        return person(api, unique)._asdict()
    if operation in {OFFER, OFFER_ONLINE}:
        return {}
    whom = some_customer(api, unique) if operation in SHARING else customer(api, unique)
    things = whom.things
    if operation == HOLD:
        things["number"] = offered(api, target, unique, OFFER)[0].number
    return things | _news(api, operation)


def placed(api, operation, things):
    """Return those things that the printed request has a place for."""
    return {thing: value for thing, value in things.items() if api.takes(operation, thing)}


def _news(api, operation):
    """Return what an update is to set."""
    bound = {
        "updateEkycLimit": ("limit", "limit_value"),
        "update-protect-agreement": ("consent", "consent_given"),
        LOCK: ("user_status", "status_locked"),
    }
    thing, value = bound.get(operation, ("", ""))
    return {thing: api.bound(value)} if thing else {}


def accounts(api, cif):
    """Return the numbers in a customer's list of accounts, as text."""
    return listed(api, prepared(api.ask(LIST, cif=cif)))


def listed(api, answer):
    """Return the numbers in a list, as text; Untestable where it has entries, but no number in its place."""
    found = api.found(answer, "account")
    if not found and any(isinstance(value, list) and value for value in _parts(answer.json)):
        api.one(answer, "account")
    return [str(number) for number in found]


def _parts(value):
    yield value
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in held:
        yield from _parts(item)


def account_states(api, cif):
    """Return the status of every account in a customer's list; Untestable where the list shows none."""
    answer = prepared(api.ask(LIST, cif=cif))
    api.one(answer, "account_status")
    return api.found(answer, "account_status")


def offered(api, target, unique, inquiry, count=1):
    """Return numbers on offer, side by side and picked for this test alone, and how to ask for each again.

    An inquiry may offer one number for a pattern: then the owner's next pattern is asked, and then all once
    more, since what others took may have been replaced. Untestable, saying what to provide, where that does
    not do.
    """
    patterns = target.fixtures.get(PATTERNS, {}).get("patterns", ())
    queries = [{"pattern": pattern} for pattern in patterns] or [{}]
    found: dict[str, Any] = {}
    for leftover in (False, True, True):  # the first time without what may be another worker's share
        for asked in queries:
            found |= dict.fromkeys(numbers(api, api.ask(inquiry, **asked)), asked)
            if picked := unique.neighbours(list(found), count, leftover=leftover):
                return [Offer(number, found[number]) for number in picked]
    text = f"{inquiry} has {len(found)} on offer; it takes {count} that no other worker took."
    place = f'[families.account-service.fixtures."{PATTERNS}"]'
    raise Untestable(f'{text} Name patterns that have some on offer: {place} patterns = ["88", "99"].')


def numbers(api, answer):
    """Return the numbers that the answer of an inquiry has on offer, as text."""
    return [str(number) for number in api.found(prepared(answer), "number")]


def shown(api, query, thing, whom):
    """Return what the query that a binding names shows of a thing."""
    return api.one(prepared(api.ask(api.bound(query), **whom.things)), thing)


def facts(answer):
    """Return an answer as a flat map: its status, and each value by where it stands."""
    flat = {"status": answer.response.status}
    _flatten(answer.json, "", flat)
    return flat


def _flatten(value, place, flat):
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            _flatten(item, f"{place}/{key}", flat)
    else:
        flat[place] = value


def leaves(value):
    """Return the values of a request or an answer by their own name, wherever they stand."""
    flat: dict[str, Any] = {}
    _flatten(value, "", flat)
    return {place.rpartition("/")[2]: held for place, held in flat.items()}


def told_apart(before, used, after):
    """Expect that a used value is answered in another way than two free ones, asked before and after it.

    What differs between the free ones (an echo, a time, a number of the call) does not count. Untestable
    where all three are refused: then the request is not the target's.
    """
    if all(answer.response.status not in _SUCCESS for answer in (before, used, after)):
        raise Untestable(f"{used.operation} refuses whatever it is asked (HTTP {used.response.status}).")
    first, middle, last = map(_told, (before, used, after))
    moving = {place for place in first.keys() | last.keys() if first.get(place) != last.get(place)}
    steady = {
        place for place in first.keys() | middle.keys() if first.get(place) != middle.get(place)
    } - moving
    free = {place: value for place, value in first.items() if place not in moving}
    return holds(
        bool(steady),
        expected="another answer than a free value gets",
        actual=f"the same: {free}"[:_SHOWN],
        where="body",
        formless=all(answer.parsed.problem for answer in (before, used, after)),
    )


def _told(answer):
    """Return an answer as a flat map: its facts, or, where it is no JSON, each word by its number."""
    if not answer.parsed.problem:
        return facts(answer)
    words = _WORD.findall(answer.response.body.decode("utf-8", "replace"))
    return facts(answer) | {f"word {number}": word for number, word in enumerate(words)}


def page_shows(answer, *values):
    """Expect these values anywhere in an answer that is no JSON; one that is has its fields to be read by."""
    text = _bare(answer.response.body.decode("utf-8", "replace"))
    missed = [value for value in values if answer.parsed.problem and _bare(value) not in text]
    actual = f"{answer.parsed.problem}, and nowhere {missed}"
    return holds(not missed, expected=f"{list(values)}", actual=actual, where="body", formless=True)


def _bare(text):
    return "".join(filter(str.isalnum, str(text)))
