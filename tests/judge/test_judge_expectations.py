"""The judge: what a test expects of its exchanges, and what becomes of a test that is made again."""

from dataclasses import replace

import pytest
from exchanges import TOY, exchange
from toy_judges import KNOWN, UNKNOWN, WIDGET, Memory, judge_of, on

from clausewise.checks import Expectation, OutcomeNames, any_outcome, has, holds, outcome
from clausewise.errors import NotConformant, Untestable
from clausewise.judge.observed import Observed
from clausewise.model import Finding, Masks

pytestmark = pytest.mark.quick


@pytest.fixture
def pages():
    """What the judge wrote."""
    return Memory()


@pytest.fixture
def judge(pages):
    """The judge of a test on the toy's unknown answer."""
    return judge_of(pages)


AGREES = [
    ((outcome("unknown"),), True),
    ((outcome("widget"),), False),
    ((any_outcome("rejected"),), True),
    ((any_outcome("success"),), False),
    ((has("/errorCode", 45001),), True),
    ((has("/errorCode", 1),), False),
    ((outcome("unknown"), has("/errorCode", 1)), False),
    ((outcome("widget"), has("/errorCode", 45001)), False),
]


@pytest.mark.parametrize(("expected", "agrees"), AGREES)
def test_an_answer_is_compared_with_what_would_do(judge, pages, expected, agrees):
    """And nothing is held against anyone; its line says what it was compared with."""
    judge.hear(heard := exchange("getWidget", 200, KNOWN))
    names = [name for wanted in expected if isinstance(wanted, OutcomeNames) for name in wanted.names]

    assert judge.agrees(heard, *expected) is agrees
    assert not judge.broken
    judge.close()
    if names:
        assert (pages.exchanges[0]["expected"], pages.exchanges[0]["free"]) == (names, True)
    assert judge.observed.compared_with == {}


NAME, ADDED = "toy.addWidget.request.name", "toy.addWidget.added"
NAMED = exchange("addWidget", 400, {"details": {"name": "no"}}, sent={"name": "Alpha", "size": 1})


@pytest.mark.parametrize(
    ("inferred", "broken"),
    [((), {NAME, f"{ADDED}.size"}), ((NAME,), {NAME, f"{ADDED}.size"}), ((NAME, ADDED), {NAME})],
)
def test_fields_without_which_a_request_is_taken_are_broken(judge, inferred, broken):
    """Where the test rests on an inference of ours, those only that do, too."""
    judge = on(judge, ADDED, inferred=inferred)
    judge.hear(NAMED)
    judge.rest(())
    judge.untaken(NAMED, {NAME: "/s3cret-value", f"{ADDED}.size": "/size", "toy.no.such": ""})

    assert {bad.clause for bad in judge.findings} == broken
    told = judge.findings[0]
    assert (told.actual, told.exchange) == ("HTTP 400 with it, served without it", "x-1")
    assert told.where.startswith("/[masked text 12")


def test_where_inferred_fields_are_refused_nothing_is_shown_of_the_document(judge, pages):
    """Neither now, nor of the same answer later, nor of its other fields."""
    judge = on(judge, ADDED, inferred=(NAME,))
    judge.hear(NAMED)
    for _ in range(2):
        with pytest.raises(NotConformant):
            judge(NAMED, outcome("added"))
    judge.untaken(NAMED, {f"{ADDED}.size": "/size"})
    with pytest.raises(NotConformant):
        judge.close(finished=False)

    assert {bad.clause for bad in judge.findings} == {NAME}
    assert ADDED not in pages.verdicts[0]["touched"]
    assert len(pages.exchanges) == 1


@pytest.mark.parametrize("about", ["", "a long name"])
def test_another_answer_is_told_with_what_was_special_and_what_came_before(judge, about):
    given = {"about": about, "before": ("x-0",)} if about else {}
    with pytest.raises(NotConformant):
        judge(exchange("getWidget", 200, {"name": "Alpha", "size": 1}), outcome("unknown"), **given)

    told = judge.findings[-1]
    assert (told.clause, told.hint, told.before) == (UNKNOWN, about, ("x-0",) if about else ())
    assert told.exchange == "x-1"


def test_a_role_that_another_answer_has_is_missed(judge):
    """Each outcome of it would have done."""
    judge(exchange("getWidget", 200, KNOWN), any_outcome("rejected", "refused"))
    with pytest.raises(NotConformant, match="the widget answer"):
        judge(exchange("getWidget", 200, KNOWN), any_outcome("success"))


def test_an_effect_that_came_in_another_form_is_shown_by_that_exchange(judge, pages):
    """The test's own clause is kept; the form is what is broken."""
    judge = on(judge, WIDGET, inferred=("toy.getWidget.unauthorized",))
    judge.hear(lost := exchange("getWidget", 404, {"problem": "no idea"}))
    with pytest.raises(NotConformant):
        judge(lost, outcome("unauthorized"))
    with pytest.raises(NotConformant):
        judge.close(finished=False)

    assert pages.verdicts[0]["touched"][WIDGET] == [1, ["x-1"]]


def test_a_check_is_held_once_against_the_clause_that_it_names(judge):
    """With its own hint before that of the request, and the exchange that shows it."""
    judge = on(judge, UNKNOWN, WIDGET)
    heard = exchange("getWidget", 200, KNOWN)
    hinted = Expectation(lambda _: Finding("", "a", "b", "/x", "its own"), WIDGET)
    for _ in range(2):
        with pytest.raises(NotConformant):
            judge(heard, hinted, has("/y"), about="special", before=("x-0",))

    told = [(bad.clause, bad.where, bad.hint, bad.exchange, bad.before) for bad in judge.findings]
    assert told == [(WIDGET, "/x", "its own", "x-1", ("x-0",)), (UNKNOWN, "/y", "special", "x-1", ("x-0",))]
    touched = judge.observed.exchanges_by_clause
    assert (touched[WIDGET], touched[UNKNOWN]) == (["x-1"], ["x-1"])


def test_no_effect_is_read_where_an_earlier_answer_is_not_in_the_assumed_form(judge):
    """Though nobody expected anything of it: it is judged before."""
    judge = on(judge, WIDGET, inferred=("toy.getWidget.json",))
    judge.hear(exchange("getWidget", 200, raw=b"<html>", id="x-0"))
    judge.hear(heard := exchange("getWidget", 200, {"name": "Alpha", "size": 1}))

    with pytest.raises(Untestable, match=r"^An answer is not as toy.getWidget.json assumes, so no effect"):
        judge(heard, has("/name", "Beta"))
    with pytest.raises(NotConformant):
        judge(heard, holds(False, expected="a", actual="b", formless=True))


def test_a_place_that_the_target_masks_breaks_no_check(judge):
    """The test cannot be made, and says what the target masks."""
    heard = exchange("getWidget", 200, {"errorCode": 45001, "id": "A*"})
    masked = replace(heard, masks=Masks(("/id",)))
    says = "The target masks /id of getWidget's answer, as its file says."

    with pytest.raises(Untestable, match=f"^{says}$"):
        judge(
            masked,
            Expectation(
                lambda made: None if made.at("/id").startswith("B") else Finding("", "B", "A", "/id")
            ),
        )
    assert not judge.broken


def test_a_code_that_stands_elsewhere_than_it_is_bound_is_no_fault_of_the_target(judge, pages):
    """The exchange is judged by what holds for every answer."""
    operation = TOY.operations["getWidget"]
    own = operation.outcome("unknown")
    forms = tuple(replace(form, code="45001") for form in own.forms)
    bound = replace(own, code_at="/code", forms=forms)
    outcomes = tuple(bound if it is own else it for it in operation.outcomes)
    judge = on(judge, UNKNOWN, operation=replace(operation, outcomes=outcomes))
    judge.hear(heard := exchange("getWidget", 200, {"where": "45001"}))

    with pytest.raises(
        Untestable, match="error_code is '/code', but the answer of getWidget has 45001 at /where"
    ):
        judge(heard, outcome("unknown"))
    assert [(row["id"], row["expected"]) for row in pages.exchanges] == [("x-1", [])]


def held(judge):
    """Return a judge that holds back, and heard of two exchanges, one of which it judged."""
    judge.holds = True
    for number in (1, 2):
        judge.hear(exchange("getWidget", 200, {"errorCode": 45001, "message": 7}, id=f"x-{number}"))
    judge(judge.observed.unjudged["x-1"], outcome("unknown"))
    return judge


def test_what_is_held_back_is_written_when_the_test_is_over(judge, pages):
    """Once; from then on each line is written at once."""
    held(judge)
    assert pages.exchanges == []
    judge.flush()
    judge.flush()
    judge.rest(())

    assert [row["id"] for row in pages.exchanges] == ["x-1", "x-2"]
    assert [row.get("early") for row in pages.exchanges] == [None, None]
    assert judge.holds is False


@pytest.mark.parametrize(("kept", "early"), [((), ["x-1", "x-2"]), (("x-1",), ["x-2"]), (("x-1", "x-2"), [])])
def test_a_test_that_is_gone_through_again_begins_anew(judge, pages, kept, early):
    """What it showed is forgotten, but how many calls it made; exchanges that are not kept came too early."""
    held(judge)
    assert (judge.broken, judge.judged) == (True, 1)
    judge.anew(kept)

    assert [(row["id"], row["early"], row["test"]) for row in pages.exchanges] == [
        (name, True, judge.test) for name in early
    ]
    assert (judge.broken, judge.judged, judge.touched) == (False, 0, frozenset())
    assert judge.observed == Observed(calls=2)
    judge.flush()
    assert len(pages.exchanges) == len(early)


def test_a_live_line_counts_what_was_judged_and_calls(judge):
    """And names exchanges only where something was found in them."""
    judge.hear(heard := exchange("getWidget", 200, KNOWN))
    judge(heard, outcome("unknown"))
    told = judge.told
    assert (told["calls"], told["findings"], told["exchanges"]) == (1, [], [])
    assert UNKNOWN in told["judged"]
    assert told["judged"] == sorted(told["judged"])

    judge.fault("s3cret-value")
    assert [it["id"] for it in judge.told["exchanges"]] == ["x-1"]
    assert judge.told["findings"][0]["actual"].startswith("[masked text 12")


def test_what_the_target_masks_is_told(judge):
    assert (judge.masked, judge.unseen) == (False, "")
    judge.observed.masked.append(("getWidget", {"/id": {"blank"}}))

    assert (judge.masked, bool(judge.unseen)) == (True, True)
