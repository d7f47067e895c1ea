"""Trusted pairs and suppression rules, and their filters, worked out from what the target itself tells."""

from datetime import datetime
from typing import Any

import pytest

from clausewise import Untestable, clause, holds, outcome

from .steps import LISTS

_MONTHS = 12

# Of each list: the key of the creation date, the keys of jurisdictions, the keys of domains, the id.
KEYS = {
    "getTrustedPairsList": (
        "tpCreateDate",
        ("tpMbrParty1JrsdcnCd", "tpMbrParty1JrscnCd", "tpMbrParty2JrsdcnCd"),
        ("tpMbrParty1BusDmn", "tpMbrParty2BusDmn"),
        "tpSeqId",
    ),
    "getSuppressionRulesList": ("supCreateDate", ("supJrsdcnCd", "supJrscdnCd"), ("supBusDmn",), "supSeqId"),
}

KNOWN = {"getTrustedPairsList": "record.trusted_pair", "getSuppressionRulesList": "record.suppression_rule"}


def each(rule, *services):
    """Return a parameter for each list, for its clause of that rule."""
    return [
        pytest.param(service, id=service, marks=clause(f"ofs-ecm.{service}.{rule}"))
        for service in services or LISTS
    ]


@pytest.mark.parametrize("service", each("records"))
def test_the_list_is_answered(api, judge, service):
    """A call without filters is answered with records."""
    judge(api.call(service, {}), outcome("records"))


@pytest.mark.parametrize("service", each("records"))
def test_one_record_is_answered(api, judge, service):
    """Where one record is left it comes in a list of its own, or alone (ECM-60)."""
    days = _days(service, _all(api, service))
    alone = _some([day for day in days if days.count(day) == 1])[0]

    asked = dict.fromkeys(("fromDate", "toDate"), alone.strftime("%d/%m/%Y"))
    judge(api.call(service, asked), outcome("records"))


@pytest.mark.parametrize("service", each("no-filter-gives-all"))
def test_no_filter_gives_all(api, judge, service):
    """What a filter gives is among what no filter gives."""
    widest = api.call(service, {"fromDate": "01/01/1900"})

    judge(widest, outcome("records"))
    _same(judge, api.call(service, {}), service, _rows(widest), "every record")


@pytest.mark.parametrize("service", each("from-date"))
def test_the_first_day_is_a_bound(api, judge, service):
    """Nothing older than fromDate comes, and all that is younger."""
    _dates(api, judge, service, "fromDate")


@pytest.mark.parametrize("service", each("to-date"))
def test_the_last_day_is_a_bound(api, judge, service):
    """Nothing younger than toDate comes, and all that is older."""
    _dates(api, judge, service, "toDate")


@pytest.mark.parametrize("service", each("date-range"))
def test_both_days_bound_together(api, judge, service):
    """Of the records between two days all come, and no other."""
    _dates(api, judge, service, "fromDate", "toDate")


@pytest.mark.parametrize("service", each("bounds-are-inclusive"))
def test_both_days_belong_to_the_range(api, judge, target, service):
    """The records of the first and of the last day come, too, unless the target claims that they do not."""
    edges = "out" if target.readings.get("ECM-63") == "b" else "in"
    _dates(api, judge, service, "fromDate", "toDate", edges=edges)


@pytest.mark.parametrize("service", each("jurisdiction"))
def test_the_jurisdiction_is_a_filter(api, judge, service):
    """All records of one jurisdiction come, and no other."""
    _values(api, judge, service, "jurisdiction", 1)


@pytest.mark.parametrize("service", each("jurisdiction-list"))
def test_a_list_of_jurisdictions_is_a_filter(api, judge, service):
    """All records of two jurisdictions come, and no other."""
    _values(api, judge, service, "jurisdiction", 2)


@pytest.mark.parametrize("service", each("domain"))
def test_the_domain_is_a_filter(api, judge, service):
    """All records of one domain come, and no other."""
    _values(api, judge, service, "domain", 1)


@pytest.mark.parametrize("service", each("filters-together"))
def test_filters_narrow_each_other(api, judge, service):
    """With a day and a domain only what both leave comes."""
    every = _all(api, service)
    day = _middle(_days(service, every))
    domain = min(_of(service, every[0], 2))
    both = [row for row in every if _day(service, row) >= day and domain in _of(service, row, 2)]
    wanted = _narrowed(both, every)

    answer = judge(
        api.call(service, {"fromDate": day.strftime("%d/%m/%Y"), "domain": domain}), outcome("records")
    )

    wanted = _without_edges(service, wanted, {day}, answer)
    _same(judge, answer, service, wanted, f"the records since {day} of the domain {domain}")


@pytest.mark.parametrize("service", each("nothing-matches"))
def test_a_filter_that_nothing_matches_leaves_nothing(api, judge, unique, service):
    """For a jurisdiction that nobody has no record comes."""
    _same(judge, api.call(service, {"jurisdiction": unique.word(5)}), service, [], "no record")


@pytest.mark.parametrize("service", each("known-record"))
def test_a_known_record_comes_as_it_is(api, judge, target, service):
    """What the owner knows of a record stands in it: among all, those of its jurisdiction, and all again."""
    known = {name: _told(value) for name, value in target.fixture(KNOWN[service]).items()}
    places = [known[name] for name in KEYS[service][1] if name in known]

    for filters in ({}, {"jurisdiction": places[-1]} if places else {}, {}):
        answer = judge(api.call(service, filters), outcome("records"))
        judge(answer, _is(_rows(answer), known, KEYS[service][3]))


@pytest.mark.parametrize("service", each("code-is-sequence"))
def test_the_code_is_the_sequence(api, judge, service):
    """Code and sequence number of a record are the same."""
    code = {"getTrustedPairsList": "tpCode", "getSuppressionRulesList": "supCode"}[service]
    answer = judge(api.call(service, {}), outcome("records"))

    odd = [row for row in _some(_rows(answer)) if str(row.get(code)) != str(row.get(KEYS[service][3]))]
    judge(answer, holds(not odd, expected="the same in both", actual=odd[:1]))


@pytest.mark.parametrize(
    "party",
    [
        pytest.param(n, id=str(n), marks=clause(f"ofs-ecm.getTrustedPairsList.party{n}-sequence"))
        for n in (1, 2)
    ],
)
def test_an_account_has_no_sequence(api, judge, target, party):
    """The sequence of a party that is an account is empty or blank."""
    who = f"tpMbrParty{party}"
    answer = judge(api.call("getTrustedPairsList", {}), outcome("records"))

    accounts = _some([row for row in _rows(answer) if row.get(f"{who}TypeCd") in {"IA", "GL"}])
    nothing = target.lawful("ECM-61", a="", b=" ")
    odd = [row for row in accounts if str(row.get(f"{who}Seq")) not in nothing]
    judge(answer, holds(not odd, expected=f"{who}Seq one of {nothing} for accounts", actual=odd[:1]))


@clause("ofs-ecm.getSuppressionRulesList.entity-sequence")
def test_only_entities_and_addresses_have_a_sequence(api, judge):
    """The sequence of another focus is empty or blank."""
    answer = judge(api.call("getSuppressionRulesList", {}), outcome("records"))
    others = [row for row in _rows(answer) if row.get("supEntityType") not in {"EXTERNAL_ENTITY", "ADDRESS"}]

    odd = [row for row in _some(others) if str(row.get("supEntitySeq")).strip()]
    judge(answer, holds(not odd, expected="supEntitySeq empty", actual=odd[:1]))


@clause("ofs-ecm.getSuppressionRulesList.client-bank-id")
def test_the_id_of_a_client_bank_has_a_slash(api, judge):
    """The id of a client bank is type and code with a slash between."""
    answer = judge(api.call("getSuppressionRulesList", {}), outcome("records"))
    banks = [row for row in _rows(answer) if row.get("supEntityType") == "CLIENT_BANK"]

    odd = [row.get("supEntityId") for row in _some(banks) if "/" not in str(row.get("supEntityId"))]
    judge(answer, holds(not odd, expected="type/code", actual=odd[:1]))


def _rows(answer):
    """Return the records of an answer, one alone or a list; Untestable where it has anything else."""
    told = answer.json if isinstance(answer.json, list) else [answer.json]
    if not all(isinstance(row, dict) for row in told):
        raise Untestable(f"{answer.operation} answers with no records; its own clause says so.")
    return told


def _is(rows, known, key):
    """Expect the record of that number to be there, and of what is known of it nothing to be another."""
    row: dict[str, Any] = next((row for row in rows if _told(row.get(key)) == known[key]), {})
    odd = {name: row[name] for name in known if name in row and _told(row[name]) != known[name]}
    wanted = {name: known[name] for name in odd or [key]}
    return holds(bool(row) and not odd, expected=str(wanted), actual=str(odd or "no such record"))


def _told(value):
    """Return a value as text: a number is its digits (ECM-57), and blanks around it say nothing (ECM-61)."""
    return str(value).strip()


def _some(rows):
    """Return the records that a rule speaks of; Untestable where there is none to break it."""
    if not rows:
        raise Untestable("The list has no record that the rule speaks of.")
    return rows


def _narrowed(wanted, every):
    """Return what a filter leaves; Untestable where it leaves all, as if it were ignored."""
    if len(wanted) == len(every):
        raise Untestable("All records fit the filter, so that it cannot be seen at work.")
    return wanted


def _all(api, service):
    rows = _rows(api.call(service, {}))
    if len(rows) < 2:
        raise Untestable(f"{service} has fewer than two records, so that no filter can be seen at work.")
    return rows


def _day(service, row):
    """Return the day that a record was created; Untestable where it tells none."""
    told = row.get(KEYS[service][0])
    try:
        return datetime.strptime(str(told).strip(), "%Y-%m-%d %H:%M:%S").date()  # noqa: DTZ007 - no zone is documented
    except ValueError:
        raise Untestable(f"A record was created on {told!r}, which is no day to filter by.") from None


def _days(service, rows):
    return sorted(_day(service, row) for row in rows)


def _middle(days):
    return days[len(days) // 2]


def _telling(days, place):
    """Return the day at a place of the list, or one near it that names another day if read month first.

    Between the two, records have to lie, or both readings leave the same.
    """

    def apart(day):
        other = day.replace(day=day.month, month=day.day) if day.day <= _MONTHS else day
        low, high = sorted([day, other])
        return days[0] < day < days[-1] and any(low < made < high for made in days)

    told = [at for at, day in enumerate(days) if apart(day)] or [place]
    return days[min(told, key=lambda at: abs(at - place))]


def _of(service, row, which):
    return {str(row[key]).strip() for key in KEYS[service][which] if key in row}


def _dates(api, judge, service, *bounds, edges="open"):
    every = _all(api, service)
    days = _days(service, every)
    first, last = (_telling(days, part * len(days) // 3) for part in (1, 2))
    low = first if "fromDate" in bounds else days[0]
    high = last if "toDate" in bounds else days[-1]
    asked = {"fromDate": low, "toDate": high}
    wanted = _narrowed([row for row in every if low <= _day(service, row) <= high], every)

    answer = api.call(service, {name: asked[name].strftime("%d/%m/%Y") for name in bounds})

    judge(answer, outcome("records"))
    edge = {asked[name] for name in bounds}
    if edges == "out":
        wanted = [row for row in wanted if _day(service, row) not in edge]
    if edges == "open":
        wanted = _without_edges(service, wanted, edge, answer)
    _same(judge, answer, service, wanted, f"the records from {low} to {high}")


def _without_edges(service, wanted, edge, answer):
    """Leave out what did not come of the days asked for: the range may be without them (ECM-63)."""
    key = KEYS[service][3]
    came = {str(row.get(key)) for row in _rows(answer)}
    return [row for row in wanted if _day(service, row) not in edge or str(row.get(key)) in came]


def _values(api, judge, service, name, count):
    which = {"jurisdiction": 1, "domain": 2}[name]
    every = _all(api, service)
    known = sorted({value for row in every for value in _of(service, row, which)})
    asked = known[-count:]
    wanted = [row for row in every if _of(service, row, which) & set(asked)]
    if count == 1:
        _narrowed(wanted, every)
    elif len(asked) < count:
        raise Untestable(f"The list has fewer than {count} values of {name}.")

    answer = api.call(service, {name: ", ".join(asked)})

    _same(judge, answer, service, wanted, f"the records of {name} {', '.join(asked)}")


def _same(judge, answer, service, wanted, words):
    judge(answer, outcome("records"))
    key = KEYS[service][3]
    ids = [sorted(str(row.get(key)) for row in rows) for rows in (_rows(answer), wanted)]
    judge(answer, holds(ids[0] == ids[1], expected=f"{words}: {key} {ids[1]}", actual=ids[0]))
