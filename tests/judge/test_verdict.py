"""Verdicts: the roll-up, the colours, and the fixed precedence of the exit codes."""

from dataclasses import replace

import pytest

from clausewise.model import Clause, Finding, Kind, Observability, Source, Standing, Verdict
from clausewise.verdict import Exit, Facts, Policy, conclude, explain, must_be_exercised, roll_up

pytestmark = pytest.mark.quick

CLAUSE = Clause(
    id="toy.x",
    family="toy",
    kind=Kind.RULE,
    standing=Standing.DOCUMENTED,
    observability=Observability.BLACK_BOX,
    statement="A widget has a name.",
    sources=(Source("toy-1", "Widgets", "API", "Success", 12),),
    documents=("toy-1",),
)


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


def test_every_other_verdict_has_its_colour_whatever_the_standing():
    """What ended in an error is red, what was kept green, what is no matter grey, and all else amber."""
    colours = {verdict: Policy().colour(verdict, Standing.ASSUMED) for verdict in Verdict}

    assert colours.pop(Verdict.ERROR) == "red"
    assert colours.pop(Verdict.PASS) == "green"
    assert colours.pop(Verdict.NOT_APPLICABLE) == "grey"
    assert set(colours.values()) == {"amber"}


def test_a_policy_of_ones_own_names_what_is_red():
    """Those and no others; strict adds what is inferred."""
    assert Policy(named=("companion",)).red == {Standing.COMPANION}
    assert Policy(named=(), strict=True).red == {Standing.INFERRED}


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


@pytest.mark.parametrize(
    ("facts", "word", "reasons"),
    [
        (Facts(kept="kept"), "kept", []),
        (Facts(internal="ours"), "internal error", ["ours"]),
        (Facts(unusable="dead"), "target unusable", ["dead"]),
        (Facts(red_fails=1), "not conformant", ["1 clause is broken"]),
        (Facts(red_fails=2), "not conformant", ["2 clauses are broken"]),
        (
            Facts(missing=1),
            "not conformant",
            ["1 documented clause was not exercised, and the plan asks for all"],
        ),
        (
            Facts(red_fails=2, missing=2, objections=["too slow"]),
            "not conformant",
            [
                "2 clauses are broken",
                "2 documented clauses were not exercised, and the plan asks for all",
                "too slow",
            ],
        ),
        (Facts(objections=["too slow"]), "not conformant", ["too slow"]),
        (Facts(errors=1), "network errors", ["1 clause ended in an error"]),
        (Facts(errors=2), "network errors", ["2 clauses ended in an error"]),
        (Facts(interrupted=True), "not fully verified", ["the run was stopped before its end"]),
        (
            Facts(unstable=1),
            "not fully verified",
            ["1 clause is unstable: broken once, kept when repeated"],
        ),
        (
            Facts(interrupted=True, unstable=2, unmet=["thin"]),
            "not fully verified",
            [
                "the run was stopped before its end",
                "2 clauses are unstable: broken once, kept when repeated",
                "thin",
            ],
        ),
    ],
)
def test_word_and_reasons_say_all_that_led_to_the_exit_code(facts, word, reasons):
    """Each reason once, in one order; one that does not apply is not told."""
    assert conclude(facts)[1:] == (word, reasons)


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("observability", list(Observability))
def test_what_has_to_be_exercised_is_what_a_document_says_and_a_call_can_show(standing, observability):
    """A guess, or what needs a fixture to be seen, does not hold a run back."""
    clause = replace(CLAUSE, standing=standing, observability=observability)
    firm = standing in {Standing.DOCUMENTED, Standing.AGREED}

    assert must_be_exercised(clause) is (firm and observability is Observability.BLACK_BOX)


def test_a_hint_stands_behind_its_place():
    """What has no place or hint shows none."""
    findings = [Finding(CLAUSE.id, "text", "7", "/name", hint="an overlay"), Finding(CLAUSE.id, "a", "b", "")]

    assert explain(CLAUSE, findings).splitlines()[3:] == [
        "  expected  text",
        "  actual    7",
        "  where     /name",
        "  hint      an overlay",
        "  expected  a",
        "  actual    b",
    ]


def test_all_sources_are_named_or_that_there_is_none():
    """One behind the other, on one line."""
    (source,) = CLAUSE.sources
    two = replace(CLAUSE, sources=(source, replace(source, line=13)))

    line = "  source    toy-1, Widgets, API, Success (line 12); toy-1, Widgets, API, Success (line 13)"
    assert explain(two, []).splitlines()[-1] == line
    assert explain(replace(CLAUSE, sources=()), []).splitlines()[-1] == "  source    no source"


def test_a_broken_clause_is_explained_in_words_with_its_source():
    """The text shows the clause, where it stands, and Expected / Actual / where."""
    text = explain(CLAUSE, [Finding("toy.x", "text", "7", "/name")])

    assert text.splitlines() == [
        "A widget has a name.",
        "  clause    toy.x (documented)",
        "  source    toy-1, Widgets, API, Success (line 12)",
        "  expected  text",
        "  actual    7",
        "  where     /name",
    ]
