"""What the exchanges of a run are judged with: clauses, masks, time."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from exchanges import TOY, exchange
from judgements import (
    DOCUMENTED_ONLY,
    FAMILIES,
    GET,
    SERVED,
    UNKNOWN,
    WIDGET,
    Nowhere,
    context,
)

from clausewise.errors import Unreadable
from clausewise.judge import JudgeContext, masker
from clausewise.masking import Masker
from clausewise.model import Standing
from clausewise.verdict import Policy

pytestmark = pytest.mark.quick

TIMES = [(0, 60, False), (61_000, 60, True), (59_000, 60, False), (60_000, 60, True)]


@pytest.mark.parametrize(("milliseconds", "most", "late"), TIMES)
@pytest.mark.parametrize("size", [1, 1 << 15])
def test_an_exchange_and_what_is_done_with_it_may_take(milliseconds, most, late, size):
    """So many seconds together, be the answer small or large."""
    made = replace(exchange("getWidget", 200, raw=b" " * size), milliseconds=milliseconds)
    told = ""
    try:
        with context(most_seconds=most).within_time(made):
            sum(range(1000))
    except Unreadable as bad:
        told = str(bad)

    assert bool(told) is late
    assert not late or told.startswith("getWidget was answered with what took 0.0 s to look through")


def test_a_clause_is_documented_by_what_a_document_or_its_owner_says():
    """Not by what we infer; and no clause that the target does not claim is."""
    bench = context(standings={WIDGET: Standing.AGREED})

    assert [bench.is_documented(it) for it in (UNKNOWN, WIDGET, DOCUMENTED_ONLY, "toy.no.such")] == [
        True,
        True,
        False,
        False,
    ]


SECRET = "s3cret-value"  # of the target


def scope_of(**more):
    """Return a scope of the toy; what the judge asks of its target is as it is by default, or as given."""
    target = {
        "show_personal_data": False,
        "shown_fields": (),
        "masked_fields": (),
        "secrets": ["s3cret-value"],
    }
    fixtures = {"widget.known": {"first_name": "Fixture-Name", "size": "9x"}}
    given = {
        "limits": SimpleNamespace(max_kept_body=100),
        "families": {"toy": SimpleNamespace(fixtures=fixtures)},
    }
    return SimpleNamespace(
        target=SimpleNamespace(**(target | given | more)),
        contracts={"toy": replace(TOY, sensitive={**TOY.sensitive, "mood": "personal"})},
        bindings={"toy": SimpleNamespace(secret_places=lambda: ["X-Widget-Key"])},
        clauses=lambda: TOY.clauses,
        operation=lambda family, name: FAMILIES[family][name],
    )


BODY = {
    "access_token": "t0ken-value",
    "first_name": "Anna-Lena",
    "mood": "very-well",
    "colour": "dark-green",
    "size": "huge-one",
}
HIDES = [  # what the target says, and which of these fields are masked
    ({}, {"access_token", "first_name", "mood"}),
    ({"show_personal_data": True}, {"access_token"}),
    ({"shown_fields": ("first_name", "mood")}, {"access_token"}),
    ({"masked_fields": ("colour",)}, {"access_token", "first_name", "mood", "colour"}),
    ({"secrets": ["huge-one"]}, {"access_token", "first_name", "mood", "size"}),
]


@pytest.mark.parametrize(("said", "hidden"), HIDES)
def test_what_a_target_hides_is_masked(said, hidden):
    """By its file, by the marks of the contract, and by the list of names that mean a person."""
    made = json.loads(
        masker(scope_of(**said, limits=SimpleNamespace(max_kept_body=9999)), b"key").text(json.dumps(BODY))
    )

    assert {name for name, value in made.items() if value != BODY[name]} == hidden


def test_what_bindings_and_fixtures_give_is_masked():
    """The header of a key by its name, a person of the target file wherever he stands."""
    hides = masker(scope_of(), b"key")

    assert hides.hides("/X-Widget-Key")
    assert "Fixture-Name" not in hides.text("of Fixture-Name")
    assert hides.text("9x") == "9x"


def test_the_words_of_the_documents_are_no_secrets():
    """Were one a person's name, it would be masked in each statement."""
    fact = max(TOY.words, key=len)
    hides = masker(scope_of(), b"key")
    hides.learn(fact, whole=True)

    assert hides.text(fact) == fact


def test_a_body_is_kept_as_long_as_the_target_says():
    """By its limit."""
    row = masker(scope_of(), b"key").record(exchange("getWidget", 200, {"text": "a word " * 100}))

    assert row["response"]["cut"]["characters"] > 700
    assert len(row["response"]["body"]) < 200


def test_the_key_makes_the_fingerprints():
    """The same value looks the same in one run only."""
    one, same, other = (masker(scope_of(), key).masked("a value") for key in (b"key", b"key", b"another"))

    assert (one == same, one == other) == (True, False)


def test_a_target_is_judged_with_all_its_clauses_and_its_own_masker():
    """By the policy of the run."""
    journal, policy = Nowhere(), Policy(strict=True)
    bench = JudgeContext.of(scope_of(), journal, policy, b"key")

    assert bench.clauses == {clause.id: clause for clause in TOY.clauses}
    assert bench.operation_of(SERVED) is GET
    assert (bench.journal, bench.policy) == (journal, policy)
    assert bench.masker.masked("a value") == Masker(b"key").masked("a value")
    assert "s3cret-value" not in bench.masker.text("s3cret-value")
