"""Standing does not leak: what rests on a guess of ours turns no documented clause red."""

from dataclasses import replace

import pytest
from exchanges import TOY, exchange

from clausewise.checks import has, holds, lacks, outcome
from clausewise.errors import NotConformant, Untestable
from clausewise.judge import Judge, JudgeContext, Terms
from clausewise.masking import Masker
from clausewise.model import Standing

pytestmark = pytest.mark.quick

GUESS = "toy.getWidget.only-documented"  # inferred, as it is for every operation
UNKNOWN = "toy.getWidget.unknown"
UNAUTHORIZED = "toy.getWidget.unauthorized"
WIDGET = "toy.getWidget.widget"
LOST = exchange("getWidget", 404, {"problem": "no idea"})


class Silent:
    """A journal that keeps nothing."""

    def exchange(self, record):
        """Forget it."""

    verdict = exchange


def judge_of(*clauses, guessed=(), marked=False):
    """Return the judge of a test of these clauses; those `guessed` are inferred."""
    known = {clause.id: clause for clause in TOY.clauses}
    known |= {name: replace(known[name], standing=Standing.INFERRED) for name in guessed}
    bench = JudgeContext(known, lambda _, name: TOY.operations[name], Silent(), Masker(b"key", []))
    return Judge(bench, "suites/toy/test_x.py::test_x", clauses, inferred=marked)


def broken(judge, heard, *expected):
    """Return the clauses that an answer breaks, and whether pytest shows it in red."""
    judge.hear(heard)
    red = False
    try:
        judge(heard, *expected)
        judge.close()
    except NotConformant as bad:
        red = bad.red
    return {found.clause for found in judge.findings}, red


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            exchange("getWidget", 200, {"name": "Alpha", "size": 1}), id="another-documented-answer"
        ),
        pytest.param(exchange("getWidget", 404, raw=b"<html>Not Found</html>", headers=()), id="html"),
        pytest.param(exchange("getWidget", 200, {"errorCode": 46000, "message": "other"}), id="another-code"),
        pytest.param(exchange("getWidget", 500, {"timestamp": "now"}), id="an-answer-of-the-framework"),
    ],
)
def test_a_guess_that_does_not_come_true_is_held_against_the_guess(answer):
    """The same answer is red where the document itself states the request."""
    guess, red = broken(judge_of(GUESS), answer, outcome("unknown"))
    stated, _ = broken(judge_of(UNKNOWN), answer, outcome("unknown"))

    assert not red
    assert GUESS in guess
    assert not guess & {UNKNOWN, f"{UNKNOWN}.errorCode", WIDGET}
    assert UNKNOWN in stated


def test_an_answer_that_shows_which_one_it_is_is_held_to_its_document():
    """Whatever was asked: an answer with the printed code has the printed fields."""
    code_as_text = exchange("getWidget", 200, {"errorCode": "45001"})
    message_as_number = exchange("getWidget", 200, {"errorCode": 45001, "message": 7})

    assert f"{UNKNOWN}.errorCode" in broken(judge_of(GUESS), code_as_text, outcome("unknown"))[0]
    assert broken(judge_of(GUESS), message_as_number, outcome("unknown")) == ({f"{UNKNOWN}.message"}, True)


def test_an_answer_without_code_or_word_is_known_by_most_of_its_keys():
    """A success with half of its keys could be anybody's; with most of them it is the documented one."""
    refused = exchange("addWidget", 400, {"problem": "no"}, sent={"name": "Alpha", "size": 1})
    found, red = broken(judge_of("toy.addWidget.only-documented"), refused, outcome("added"))

    assert (found, red) == ({"toy.addWidget.only-documented"}, False)


def test_what_a_guess_expects_itself_is_held_against_the_guess():
    """Not against a documented clause that the test names beside it."""
    answer = exchange("getWidget", 200, {"errorCode": 45001})
    beside = has("/name", clause=WIDGET)

    assert broken(judge_of(GUESS, WIDGET), answer, outcome("unknown"), beside) == ({GUESS}, False)


def test_a_refusal_in_another_form_than_the_guessed_one_keeps_the_stated_effect():
    """That a call is refused is stated, by which status is a guess; let in, the document is broken."""
    refused = broken(judge_of(WIDGET, guessed=[UNAUTHORIZED]), LOST, outcome("unauthorized"))
    served = exchange("getWidget", 200, {"name": "Alpha", "size": 1})
    let_in = broken(judge_of(WIDGET, guessed=[UNAUTHORIZED]), served, outcome("unauthorized"))

    assert UNAUTHORIZED in refused[0]
    assert WIDGET not in refused[0]
    assert WIDGET in let_in[0]


@pytest.mark.parametrize("body", [b"", b"<html>Unauthorized</html>"], ids=["empty", "html"])
def test_a_printed_answer_without_its_body_is_held_against_that_answer_alone(body):
    """The status shows that the stated effect came; what the test asks about remains open."""
    bare = exchange("getWidget", 401, raw=body, headers=())

    found, red = broken(judge_of(WIDGET), bare, outcome("unauthorized"))

    assert (UNAUTHORIZED in found, WIDGET in found, red) == (True, False, True)


def test_a_refusal_in_another_form_that_gives_away_what_it_is_to_keep_is_red():
    """What the test itself expects of the answer is judged whatever form it has."""
    judge = judge_of(WIDGET, guessed=[UNAUTHORIZED])

    assert WIDGET in broken(judge, LOST, outcome("unauthorized"), lacks("/problem"))[0]


def test_a_guess_is_judged_again_as_it_was():
    """What was recorded as a guess is one offline, too, where no test is at hand."""
    judge = judge_of(marked=True)
    judge.hear(LOST)
    judge.settle(LOST, Terms(("unknown",)))

    assert {found.clause for found in judge.findings} <= {GUESS}


ASSUMED = f"{WIDGET}.size"


def widened(*clauses):
    """Return the judge of a test of these clauses; what a widget's size is, only an overlay assumes."""
    judge = judge_of(*clauses)
    known = judge.bench.clauses | {ASSUMED: replace(judge.bench.clauses[ASSUMED], standing=Standing.ASSUMED)}
    return replace(judge, bench=replace(judge.bench, clauses=known))


@pytest.mark.parametrize("size", [1, "large"], ids=["as-assumed", "otherwise"])
def test_no_effect_is_read_from_an_answer_that_is_not_in_the_assumed_form(size):
    """A stated effect is red, but not where the answer that is to show it looks other than we assume."""
    judge = widened(WIDGET)
    heard = exchange("getWidget", 200, {"name": "Alpha", "size": size})
    judge.hear(heard)
    raised = NotConformant if size == 1 else Untestable

    with pytest.raises(raised, match="another" if size == 1 else "not as toy.getWidget.widget.size assumes"):
        judge(heard, outcome("widget"), holds(False, expected="another", actual="the same"))

    assert {found.clause for found in judge.findings} == {WIDGET if size == 1 else ASSUMED}
