"""The judge: what it remembers, when it raises, and what it writes down."""

import pytest
from exchanges import TOY, exchange

from clausewise.checks import has, outcome
from clausewise.errors import BudgetExhausted, ConfigurationError, NotConformant, Unreadable
from clausewise.judge import Judge, JudgeContext
from clausewise.masking import Masker
from clausewise.model import Verdict

pytestmark = pytest.mark.quick

UNKNOWN = "toy.getWidget.unknown"
WIDGET = "toy.getWidget.widget"


class Memory:
    """A journal that keeps its records in two lists."""

    def __init__(self):
        self.exchanges, self.verdicts = [], []

    def exchange(self, record):
        self.exchanges.append(record)

    def verdict(self, record):
        self.verdicts.append(record)


@pytest.fixture
def pages():
    """What the judge wrote."""
    return Memory()


@pytest.fixture
def judge(pages):
    """The judge of a test on the toy's unknown answer."""
    clauses = {clause.id: clause for clause in TOY.clauses}
    bench = JudgeContext(
        clauses, lambda _, name: TOY.operations[name], pages, Masker(b"key", ["s3cret-value"])
    )
    return Judge(bench, "suites/toy/test_x.py::test_x", [UNKNOWN])


def found(pages):
    return {finding["clause"] for finding in pages.verdicts[-1]["findings"]}


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


def test_a_garbled_answer_is_not_held_against_the_rule_under_test(judge, pages):
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
