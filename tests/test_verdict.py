"""Verdicts: the roll-up, the colours, and the fixed precedence of the exit codes."""

import pytest

from clausewise.model import Clause, Finding, Kind, Observability, Source, Standing, Verdict
from clausewise.verdict import Exit, Facts, Policy, conclude, explain, roll_up


def test_the_roll_up_is_the_worst_verdict_present():
    """One failure outweighs any number of passes; an error outweighs a failure."""
    assert roll_up([Verdict.PASS, Verdict.FAIL, Verdict.PASS]) is Verdict.FAIL
    assert roll_up([Verdict.FAIL, Verdict.ERROR]) is Verdict.ERROR
    assert roll_up([Verdict.NOT_APPLICABLE, Verdict.PASS]) is Verdict.PASS


def test_nothing_judged_is_not_a_pass():
    """A clause on which nobody said anything is untestable, never green."""
    assert roll_up([]) is Verdict.UNTESTABLE


@pytest.mark.parametrize(
    ("standing", "strict", "colour"),
    [
        (Standing.DOCUMENTED, False, "red"),
        (Standing.AGREED, False, "red"),
        (Standing.INFERRED, False, "amber"),
        (Standing.INFERRED, True, "red"),
        (Standing.COMPANION, True, "amber"),
        (Standing.ASSUMED, True, "amber"),
    ],
)
def test_only_what_a_document_or_the_owner_says_is_red(standing, strict, colour):
    """Strict adds what is inferred; what a companion says or we assume never turns a run red."""
    assert Policy(strict=strict).colour(Verdict.FAIL, standing) == colour


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(), Exit.CONFORMANT),
        (Facts(unmet=["thin"]), Exit.NOT_FULLY_VERIFIED),
        (Facts(interrupted=True), Exit.NOT_FULLY_VERIFIED),
        (Facts(errors=1, unmet=["thin"]), Exit.TARGET_UNUSABLE),
        (Facts(red_fails=1, errors=1, unmet=["thin"]), Exit.NOT_CONFORMANT),
        (Facts(unusable="dead", red_fails=1), Exit.TARGET_UNUSABLE),
        (Facts(internal="ours", unusable="dead"), Exit.INTERNAL),
    ],
)
def test_the_exit_code_is_the_first_that_applies(facts, code):
    """5 before 3 (unusable) before 1 before 3 (errors) before 2 before 0."""
    assert conclude(facts)[0] is code


def test_a_broken_clause_is_explained_in_words_with_its_source():
    """The text shows the clause, where it stands, and Expected / Actual / where."""
    clause = Clause(
        id="toy.x",
        family="toy",
        kind=Kind.RULE,
        standing=Standing.DOCUMENTED,
        observability=Observability.BLACK_BOX,
        statement="A widget has a name.",
        sources=(Source("toy-1", "Widgets", "API", "Success", 12),),
        documents=("toy-1",),
    )

    text = explain(clause, [Finding("toy.x", "text", "7", "/name")])

    assert text.splitlines() == [
        "A widget has a name.",
        "  clause    toy.x (documented)",
        "  source    toy-1, Widgets, API, Success (line 12)",
        "  expected  text",
        "  actual    7",
        "  where     /name",
    ]
