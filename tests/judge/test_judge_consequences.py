"""What a test expects of an exchange, and what follows from the answer."""

from dataclasses import replace

import pytest
from judgements import (
    DOCUMENTED_ONLY,
    GET,
    MASKED,
    NAME,
    ODD,
    SERVED,
    UNAUTHORIZED,
    UNKNOWN,
    WIDGET,
    amiss,
    context,
    judgement,
)

from clausewise.checks import Reading, any_outcome, has, outcome
from clausewise.judge import Terms
from clausewise.judge.consequence import Consequence, consequence, not_conformant
from clausewise.judge.expected import broken, masked_place, terms_of
from clausewise.model import Finding, Standing
from clausewise.verdict import Policy

pytestmark = pytest.mark.quick

NOT_GIVEN = Reading("", (amiss(UNKNOWN),), as_expected=False, identified=False)
MALFORMED = Reading("", (amiss(UNKNOWN),), as_expected=False, malformed=True, identified=False)
MARKED = replace(MALFORMED, identified=True)
OTHER = replace(NOT_GIVEN, outcome="widget")
LIKE = replace(NOT_GIVEN, resembles="widget")
FORM = {
    "expected": ("unauthorized",),
    "standings": {UNAUTHORIZED: Standing.INFERRED},
    "broken": {UNAUTHORIZED},
}
FOLLOWS = [
    ("as-expected", {}, Reading("unknown", ()), "GO_ON"),
    ("as-expected-with-a-broken-field", {"broken": {UNKNOWN}}, Reading("unknown", ()), "GO_ON"),
    ("nothing-expected", {"expected": ()}, NOT_GIVEN, "GO_ON"),
    ("another", {}, OTHER, "END_BROKEN"),
    ("malformed", {}, MALFORMED, "END_MALFORMED"),
    ("malformed-any-of-role", {"any_of_role": True}, MALFORMED, "END_BROKEN"),
    ("malformed-inferred", {"inferred": True}, MALFORMED, "END_BROKEN"),
    ("malformed-inferred-identified", {"inferred": True}, MARKED, "END_MALFORMED"),
    ("refuses-inferred", {"refuses_inferred": True, "broken": {NAME}}, NOT_GIVEN, "END_UNSHOWN"),
    ("refuses-inferred-unbroken", {"refuses_inferred": True}, NOT_GIVEN, "END_BROKEN"),
    (
        "refuses-inferred-of-an-inference",
        {"refuses_inferred": True, "inferred": True, "broken": {NAME}},
        NOT_GIVEN,
        "END_BROKEN",
    ),
    ("refused-in-another-form", FORM, NOT_GIVEN, "END_AFTER_EFFECT"),
    ("of-an-inference", FORM | {"inferred": True}, NOT_GIVEN, "END_BROKEN"),
    ("form-documented", FORM | {"standings": {}}, NOT_GIVEN, "END_BROKEN"),
    ("another-is-broken", FORM | {"broken": {DOCUMENTED_ONLY}}, NOT_GIVEN, "END_BROKEN"),
    ("served-all-the-same", FORM, OTHER, "END_BROKEN"),
    ("served-in-another-form", FORM, LIKE, "END_BROKEN"),
    (
        "one-of-several-documented",
        FORM | {"expected": ("unauthorized", "unknown")},
        NOT_GIVEN,
        "END_BROKEN",
    ),
    (
        "to-be-served-and-served",
        {"expected": ("widget",), "standings": {WIDGET: Standing.INFERRED}, "broken": {WIDGET}},
        LIKE,
        "END_AFTER_EFFECT",
    ),
    (
        "to-be-served-and-refused",
        {"expected": ("widget",), "standings": {WIDGET: Standing.INFERRED}, "broken": {WIDGET}},
        NOT_GIVEN,
        "END_BROKEN",
    ),
]


@pytest.mark.parametrize(
    ("special", "reading", "follows"), [it[1:] for it in FOLLOWS], ids=[it[0] for it in FOLLOWS]
)
def test_what_follows_from_an_answer(special, reading, follows):
    """For the test that expects it."""
    special = {"expected": ("unknown",), "standings": {}, "broken": set(), **special}
    bench, found = context(standings=special.pop("standings")), special.pop("broken")
    made = judgement(ODD, *special.pop("expected"), reading=reading, **special)

    assert consequence(made, found, bench) is Consequence[follows]


def test_what_ends_a_test_tells_each_clause_once_with_all_that_is_amiss():
    """In red where one of the clauses is, by the policy of the run; secrets and escapes are not shown."""
    found = [
        Finding(WIDGET, "a", "s3cret-value"),
        Finding(DOCUMENTED_ONLY, "b", "\x1b"),
        Finding(WIDGET, "c", "d"),
    ]
    bench = context(secrets=["s3cret-value"])
    error = not_conformant(found, bench)
    first, second = str(error).split("\n\n")

    assert first.count("expected  ") == 2
    assert first.endswith("actual    d")
    assert second.startswith(bench.clauses[DOCUMENTED_ONLY].statement)
    assert f"{WIDGET} (documented)" in first
    assert f"{DOCUMENTED_ONLY} (inferred)" in second
    assert "s3cret-value" not in first
    assert r"\u001b" in second
    assert (error.red, not_conformant(found[1:2], bench).red) == (True, False)
    assert not_conformant(found[1:2], replace(bench, policy=Policy(strict=True))).red


EXPECTED = [
    ((outcome("widget", "unknown"),), Terms(("widget", "unknown"))),
    ((outcome("unknown"), has("/name")), Terms(("unknown",))),
    ((has("/name"),), Terms()),
    ((any_outcome("rejected", "refused"),), Terms(("unknown", "unauthorized"), any_of_role=True)),
    ((outcome("widget"), any_outcome("rejected")), Terms(("widget", "unknown"), any_of_role=True)),
]


@pytest.mark.parametrize(("expected", "terms"), EXPECTED)
def test_the_terms_of_what_a_test_expects_are(expected, terms):
    assert terms_of(expected, GET) == terms


def test_the_checks_that_an_exchange_does_not_pass_are_told_with_what_they_found():
    """Outcomes are read, not checked here."""
    wrong, right, none = has("/size", 2), has("/size", 1), has("/weight")
    told = list(broken([outcome("unknown"), wrong, right, none], SERVED))

    assert [wanted for wanted, _ in told] == [wrong, none]
    assert [(finding.where, finding.actual) for _, finding in told] == [
        ("/size", "1"),
        ("/weight", "nothing is there"),
    ]


PLACES = [  # where a finding is, what the target shows of which value, and the place that it masks
    ("/id", "/id", "1234", "/id"),
    ("/id/deeper", "/id", "1234", "/id"),
    ("/id", "/id", "9999", ""),
    ("/id", "/size", "1", "/id"),
    ("/identity", "/id", "1234", ""),
    ("/rows/1/name", "/id", "1234", "/rows/*/name"),
    ("/rows/name", "/id", "1234", ""),
    ("/nothing", "/id", "1234", ""),
]


@pytest.mark.parametrize(("where", "compared", "value", "place"), PLACES)
def test_a_finding_is_about_a_place_that_the_target_masks(where, compared, value, place):
    """Unless what it shows of it speaks against the expected value."""
    made = replace(MASKED)
    list(broken([has(compared, value)], made))

    assert masked_place(Finding("", "", "", where), made) == place
