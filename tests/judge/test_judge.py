"""The judge: what it remembers, when it raises, and what it writes down."""

from dataclasses import replace

import pytest
from exchanges import exchange
from toy_judges import KNOWN, ODD, UNKNOWN, WIDGET, Memory, found, judge_of

from clausewise.checks import has, outcome
from clausewise.economy import CaseSelection
from clausewise.errors import BudgetExhausted, ConfigurationError, NotConformant, Unreadable
from clausewise.judge import Terms
from clausewise.judge.observed import Observed
from clausewise.model import Verdict

pytestmark = pytest.mark.quick


@pytest.fixture
def pages():
    """What the judge wrote."""
    return Memory()


@pytest.fixture
def judge(pages):
    """The judge of a test on the toy's unknown answer."""
    return judge_of(pages)


def test_a_kept_clause_is_written_with_its_exchange(judge, pages):
    """A pass names the test, every clause touched and the exchange that showed it."""
    heard = exchange("getWidget", 200, {"errorCode": 45001})
    judge.hear(heard)
    judge(heard, outcome("unknown"))
    judge.close()

    assert pages.verdicts[0]["verdict"] == "pass"
    assert pages.verdicts[0]["touched"][UNKNOWN] == [1, ["x-1"]]
    assert pages.exchanges[0]["matched"] == "unknown"


def test_a_wrong_answer_raises_at_once(judge):
    """A test cannot go on with another answer than the one it needs."""
    with pytest.raises(NotConformant, match="the unknown answer") as caught:
        judge(exchange("getWidget", 500, {}), outcome("unknown"))

    assert caught.value.red


def test_what_an_answer_says_paints_no_terminal(judge):
    """Escape sequences and marks of direction in an answer are raised as escapes: pytest prints the text."""
    painted = '{"message": "owned\x9b2J\u202e"}'.encode()

    with pytest.raises(NotConformant, match=r"owned\\u009b2J\\u202e"):
        judge(exchange("getWidget", 500, raw=painted), outcome("unknown"))


def test_a_malformed_answer_is_not_held_against_the_rule_under_test(judge, pages):
    """A wrong code breaks its own answer; the clause that the test asks about stays open."""
    judge.clauses = [WIDGET]
    heard = exchange("getWidget", 200, {"errorCode": "45001"})
    judge.hear(heard)

    with pytest.raises(NotConformant):
        judge(heard, outcome("unknown"))
    with pytest.raises(NotConformant):
        judge.close(finished=False)
    assert found(pages) == {UNKNOWN, f"{UNKNOWN}.errorCode"}
    assert WIDGET not in pages.verdicts[0]["touched"]


def test_a_broken_field_is_raised_at_the_end(judge, pages):
    """A broken field does not keep the test from judging the rest, and is not forgotten."""
    heard = exchange("getWidget", 200, {"errorCode": 45001, "message": 7})
    judge.hear(heard)
    judge(heard, outcome("unknown"))

    with pytest.raises(NotConformant):
        judge.close()
    assert found(pages) == {f"{UNKNOWN}.message"}


def test_what_is_only_inferred_is_raised_in_amber(judge):
    """A finding on an inferred clause alone is no red one."""
    heard = exchange("getWidget", 200, {"errorCode": 45001}, headers=())
    judge.hear(heard)
    judge(heard, outcome("unknown"))

    with pytest.raises(NotConformant) as caught:
        judge.close()
    assert not caught.value.red


def test_a_broken_expectation_is_held_against_the_tests_own_clause(judge, pages):
    """What the test itself expects speaks for its first clause."""
    with pytest.raises(NotConformant):
        judge(
            exchange("getWidget", 200, {"errorCode": 45001}),
            outcome("unknown"),
            has("/message", "No such widget"),
        )
    with pytest.raises(NotConformant):
        judge.close(finished=False)

    assert found(pages) == {UNKNOWN}


def test_an_exchange_that_no_test_judged_is_judged_all_the_same(judge, pages):
    """A call that only prepared the ground still shows a stack trace or a broken field."""
    judge.hear(exchange("getWidget", 200, {"name": "java.lang.NullPointerException", "size": 1}))

    with pytest.raises(NotConformant):
        judge.close()
    assert found(pages) == {"toy.getWidget.no-leak"}


def test_a_test_that_did_not_finish_says_nothing_for_its_later_clauses(judge, pages):
    """A clause that a stopped test had not come to is not counted as kept."""
    judge.clauses = [UNKNOWN, WIDGET]
    judge.fault("stopped early")
    with pytest.raises(NotConformant):
        judge.close(finished=False)

    assert WIDGET not in pages.verdicts[0]["touched"]


def test_untestable_is_written_with_its_reason(judge, pages):
    """A test that could not be exercised leaves its clauses untestable, with the reason."""
    judge.close(Verdict.UNTESTABLE, "no fixture")

    assert (pages.verdicts[0]["verdict"], pages.verdicts[0]["reason"]) == ("untestable", "no fixture")


def test_judging_without_an_expectation_is_refused(judge):
    """A judge that is asked for nothing says so: a hollow test may not pass."""
    with pytest.raises(ConfigurationError, match="without saying what it expects"):
        judge(exchange("getWidget", 200, {}))


def test_no_secret_is_in_a_failure_or_a_record(judge, pages):
    """A secret that an answer echoes is masked in the failure's text and on disk."""
    heard = exchange("getWidget", 200, {"errorCode": 45001, "message": ["s3cret-value"]})
    judge.hear(heard)
    judge(heard, outcome("unknown"))

    with pytest.raises(NotConformant) as caught:
        judge.close()
    assert "s3cret-value" not in str(caught.value) + str(pages.verdicts) + str(pages.exchanges)


def spent():
    raise BudgetExhausted("The run may take 9 s (--max-time), and has taken them.")


def test_a_run_that_has_taken_its_time_judges_no_further_answer(judge, pages):
    """The time of looking answers through is the run's: what is left is untestable, and made up for later."""
    judge.bench = judge.bench.timed(spent, 60)
    for number in range(3):
        judge.hear(exchange("getWidget", 200, {"errorCode": 45001}, id=f"x-{number}"))

    with pytest.raises(BudgetExhausted, match="max-time"):
        judge.close()
    assert len(pages.exchanges) == 1
    assert (pages.verdicts[0]["verdict"], pages.verdicts[0]["spent"]) == ("untestable", True)


def test_an_answer_that_takes_too_long_to_look_through_is_an_error(judge, pages):
    """Masking and judging count against what an exchange may take; no clause is blamed, and none is kept."""
    judge.bench = judge.bench.timed(lambda: None, 0.0)
    judge.hear(exchange("getWidget", 200, {"errorCode": 45001}))

    with pytest.raises(Unreadable, match=r"took 0.0 s to look through, and an exchange may take 0 s"):
        judge.close()
    assert pages.verdicts[0]["verdict"] == "error"
    assert len(pages.exchanges) == 1


def test_a_line_of_an_exchange_names_its_test_and_is_written_once(judge, pages):
    """However often it is judged."""
    judge.hear(heard := exchange("getWidget", 200, {"errorCode": 45001}))
    judge(heard, outcome("unknown"))
    judge(heard, outcome("unknown", "widget"))
    judge.close()

    assert [row["test"] for row in pages.exchanges] == ["suites/toy/test_x.py::test_x"]
    assert judge.judged == 2


RECORD = ["test", "clauses", "verdict", "reason", "seconds", "touched", "findings"]


def test_a_record_says_which_test_it_is_of_and_how_long_it_took(judge, pages, monkeypatch):
    """A test that finished keeps all its clauses, those too that no exchange speaks of."""
    monkeypatch.setattr("clausewise.judge.exchange_judge.time.perf_counter", lambda: 11.23456789)
    judge = replace(judge, clauses=[UNKNOWN, WIDGET], _began=10.0)
    judge.close()

    row = pages.verdicts[0]
    assert list(row) == RECORD
    assert (row["test"], row["clauses"]) == (judge.test, [UNKNOWN, WIDGET])
    assert (row["verdict"], row["reason"], row["seconds"]) == ("pass", "", 1.2346)
    assert row["touched"] == {UNKNOWN: [0, []], WIDGET: [0, []]}


@pytest.mark.parametrize(("how", "finished"), [(Verdict.UNTESTABLE, True), (Verdict.PASS, False)])
def test_a_test_that_shows_nothing_keeps_no_clause(judge, pages, how, finished):
    """As one that could not be made, or did not finish."""
    judge.close(how, finished=finished)

    assert pages.verdicts[0]["touched"] == {}


def cases_of(asked, had):
    """Return what a test of so many cases was asked."""
    made = CaseSelection()
    made.asked, made.had = asked, had
    return made


NOTES = [
    ({}, {}),
    ({"repeats": True}, {"repeats": True}),
    ({"case_selection": cases_of(2, 7)}, {"cases": [2, 7]}),
    ({"case_selection": cases_of(0, 0)}, {}),
    (
        {"observed": Observed(masked=[("b", {"/b": {"alike"}}), ("a", {"/a": {"blank"}})])},
        {"masked": ["a:/a", "b:/b"]},
    ),
]


@pytest.mark.parametrize(("has", "notes"), NOTES)
def test_a_record_notes_what_was_special(judge, pages, has, notes):
    replace(judge, **has).close()

    assert {key: value for key, value in pages.verdicts[0].items() if key not in RECORD} == notes


def test_a_record_notes_the_first_call_that_was_made_again_and_all_that_was_waited(judge, pages):
    """In what a gateway said no secret is shown."""
    judge.waver("503 with s3cret-value")
    judge.waver("502")
    judge.settled(1.26)
    judge.settled(2)
    judge.close(unusable=True)

    row = pages.verdicts[0]
    assert row["wavered"].startswith("503 with [masked text 12")
    assert (row["waited"], row["unusable"]) == (3.3, True)


def test_why_answers_were_not_looked_through_is_the_reason(judge, pages):
    """That the time was up, and that one answer took too long."""
    for bench in (judge.bench.timed(spent, 60), judge.bench.timed(lambda: None, 0.0)):
        late = replace(judge, bench=bench, observed=Observed())
        for number in range(2):
            late.hear(exchange("getWidget", 200, {"errorCode": 45001}, id=f"x-{number}"))
        with pytest.raises((BudgetExhausted, Unreadable)):
            late.close()

    assert "--max-time" in pages.verdicts[0]["reason"]
    assert "total_timeout" in pages.verdicts[1]["reason"]
    assert "spent" not in pages.verdicts[1]


def test_what_was_recorded_elsewhere_ends_in_a_record_without_raising(judge, pages):
    """Whatever is broken stands in it."""
    recorded = replace(judge, clauses=())
    recorded.settle(
        exchange("getWidget", 200, {"errorCode": "45001"}), Terms(("unknown",), any_of_role=False)
    )
    recorded.end()

    assert (pages.verdicts[0]["verdict"], pages.verdicts[0]["reason"]) == ("pass", "")
    assert found(pages) == {UNKNOWN, f"{UNKNOWN}.errorCode"}
    assert pages.exchanges[0]["expected"] == ["unknown"]


def test_what_keeps_a_test_from_going_on_is_held_against_its_first_clause(judge, pages):
    judge.fault("nothing is at /name")
    with pytest.raises(NotConformant):
        judge.close(finished=False)

    told = pages.verdicts[0]["findings"][0]
    assert (told["clause"], told["expected"]) == (UNKNOWN, "an answer that the test can go on with")
    assert told["actual"] == "nothing is at /name"


@pytest.mark.parametrize(
    ("bodies", "described"),
    [([], True), ([KNOWN, KNOWN], True), ([KNOWN, ODD], False), ([ODD, KNOWN], False)],
)
def test_the_rest_is_judged_and_told_whether_it_is_described(judge, pages, bodies, described):
    """All of it, but for what is kept for later."""
    for number, body in enumerate(bodies):
        judge.hear(exchange("getWidget", 200, body, id=f"x-{number}"))
    judge.hear(exchange("getWidget", 200, ODD, id="later"))

    assert judge.rest({"later"}) is described
    assert [row["id"] for row in pages.exchanges] == [f"x-{number}" for number in range(len(bodies))]
    assert list(judge.observed.unjudged) == ["later"]
