"""Several cases in one request, several items in one case: each has an entry of its own, in any order."""

from collections import Counter

import pytest

from clausewise import clause, holds, outcome

from .steps import CASES, ITEMS, absent, batch, given, hopeless, some, some_case, there
from .steps import entries as _entries
from .texts import NOTHING_DONE

STATUS = "getCaseStatusDetails"
ENDS = ("successful", "partly-successful", "failed", "internal-error")


def each(services, ends, *fields):
    """Return a parameter for each service and end, for the clauses of these fields of its answer."""
    return [
        pytest.param(
            name,
            end,
            id=f"{name}-{end}",
            marks=clause(*(f"ofs-ecm.{name}.{end}.{field.format(*ITEMS.get(name, ()))}" for field in fields)),
        )
        for name in services
        for end in ends
    ]


@pytest.mark.parametrize(("service", "end"), each(CASES, ENDS, "RESULTARRAY", "RESULTARRAY[].caseId"))
def test_each_case_has_its_own_entry(api, judge, unique, service, end):
    """Of two cases there are two entries, each under its own id, whatever became of the first."""
    sent = [hopeless(api, unique, service) for _ in range(2)]
    first = {"partly-successful": 1, "failed": 2}.get(end, 0)  # which of them are known
    for at in range(first, 2):
        case = some_case(api, unique)
        sent[at] = batch(service, case, there(api, unique, service, case))
    fault = f"{service}.{end}" if end == "internal-error" else ""

    answer = judge(api.call(service, sent, fault=fault), outcome(end))
    if fault and "RESULTARRAY" not in answer.json:
        return  # a form that is printed, too, where that outcome has it (ECM-90)

    ids = [it["caseId"] for it in sent]
    if "RESULTARRAY" in answer.json:  # a flat server error (ECM-90) has no entries
        _agree(judge, answer, ids, _entries(answer), f"{service}.{end}.RESULTARRAY[].caseId")


@pytest.mark.parametrize(
    ("service", "end"), each(ITEMS, ENDS[:3], "RESULTARRAY[].{0}", "RESULTARRAY[].{0}[].{1}")
)
def test_each_item_has_its_own_entry(api, judge, unique, service, end):
    """Of several items of a case each has its entry, those behind a failed one, too."""
    key, name = ITEMS[service]
    case = some_case(api, unique)
    held = [there(api, unique, service, case) for _ in range(2)]
    gone = [absent(unique, service) for _ in range(2)]
    items = {"partly-successful": [held[0], gone[0], held[1]], "failed": gone}.get(end, held)

    answer = judge(api.call(service, [batch(service, case, *items)]), outcome(end))

    found = [item for entry in _entries(answer) for item in entry.get(key) or []]
    ids = [it[name] for it in items]
    _agree(judge, answer, ids, found, f"{service}.{end}.RESULTARRAY[].{key}[].{name}")


@pytest.mark.parametrize(("service", "end"), each(ITEMS, ENDS[::2], "RESULTARRAY[].{0}"))
def test_each_entry_has_the_items_of_its_own_case(api, judge, unique, service, end):
    """Of two cases with an item each, each entry has the item that was sent for its case."""
    key, name = ITEMS[service]
    cases = [some_case(api, unique) for _ in range(2)]
    good = end == "successful"
    sent = {it: there(api, unique, service, it) if good else absent(unique, service) for it in cases}

    answer = judge(api.call(service, [batch(service, *one) for one in sent.items()]), outcome(end))

    actual = {
        str(it.get("caseId")): [item.get(name) for item in it.get(key) or []] for it in _entries(answer)
    }
    wanted = {case: [item[name]] for case, item in sent.items()}
    judge(answer, holds(actual == wanted, expected=str(wanted), actual=actual, where=f"/RESULTARRAY/*/{key}"))


@pytest.mark.parametrize(
    "service", [pytest.param(it, marks=clause(f"ofs-ecm.{it}.partly-successful"), id=it) for it in CASES]
)
def test_a_locked_case_does_not_stop_the_others(api, judge, target, unique, service):
    """Beside a locked case a free one is worked on."""
    case, locked = some_case(api, unique), given(target, "case.locked")
    items = there(api, unique, service, case), some(unique, service)

    sent = [batch(service, locked, items[1]), batch(service, case, items[0])]

    judge(api.call(service, sent), outcome("partly-successful"))


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(it, marks=clause(f"ofs-ecm.{it}.partly-successful.RESULTARRAY[].MESSAGE"), id=it)
        for it in ITEMS
    ],
)
def test_a_case_of_which_nothing_succeeded_says_so(api, judge, unique, service):
    """Beside a case that went well, in the words that its table prints for nothing but failures."""
    spoilt, well = some_case(api, unique), some_case(api, unique)
    items = absent(unique, service), there(api, unique, service, well)

    sent = [batch(service, spoilt, items[0]), batch(service, well, items[1])]
    answer = judge(api.call(service, sent), outcome("partly-successful"))

    actual = [entry.get("MESSAGE") for entry in _entries(answer) if str(entry.get("caseId")) == spoilt]
    expected = NOTHING_DONE[service]
    judge(
        answer, holds(actual == [expected], expected=expected, actual=actual, where="/RESULTARRAY/*/MESSAGE")
    )


@clause(*(f"ofs-ecm.{STATUS}.fetched.RESULTARRAY{field}" for field in ("", "[].caseId")))
def test_each_case_has_its_own_status(api, judge, unique):
    """Of two cases there are two entries, each under its own id."""
    cases = [some_case(api, unique) for _ in range(2)]

    answer = judge(api.call(STATUS, [{"caseId": case} for case in cases]), outcome("fetched"))

    _agree(judge, answer, cases, _entries(answer), f"{STATUS}.fetched.RESULTARRAY[].caseId")


def _agree(judge, answer, sent, told, field):
    """Judge that there are as many entries as were sent, each under its own id: the last name of `field`."""
    whole, _, name = field.rpartition("[].")
    names = [str(entry.get(name)) for entry in told]
    many, same = len(told) == len(sent), Counter(names) == Counter(map(str, sent))
    judge(
        answer,
        holds(many, clause=f"ofs-ecm.{whole}", expected=f"{len(sent)} entries", actual=names),
        holds(
            same or not many, clause=f"ofs-ecm.{field}", expected=f"the ids {sent}", actual=names, where=name
        ),
    )
