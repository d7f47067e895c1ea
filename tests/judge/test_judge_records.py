"""The last step by which an exchange is judged: what is kept of it, and what is written down."""

from dataclasses import replace

import pytest
from exchanges import exchange
from judgements import GET, KEPT, MASKED, SERVED, UNKNOWN, WIDGET, amiss, context, judgement, row_of

from clausewise.checks import Reading
from clausewise.judge import record as records
from clausewise.judge.observed import Observed
from clausewise.judge.record import record
from clausewise.masking import Masker
from clausewise.model import Assertion, Finding

pytestmark = pytest.mark.quick

BYTES = exchange("addWidget", 400, {"details": {}}, asked=b"{")
AS_VALUE = exchange("addWidget", 400, {"details": {}}, asked=b"{}", sent={})
ROWS = [  # what is special, and what the line has beside the exchange itself
    ({}, {"expected": []}),
    ({"expected": ("widget", "unknown")}, {"expected": ["widget", "unknown"]}),
    ({"compared": ("widget",)}, {"expected": ["widget"], "free": True}),
    ({"compared": ("widget",), "expected": ("unknown",)}, {"expected": ["unknown"]}),
    ({"any_of_role": True}, {"expected": [], "loose": True}),
    ({"inferred": True}, {"expected": [], "guess": True}),
    ({"unlike_any": True}, {"expected": [], "unlike": True}),
    ({"made": replace(SERVED, stray=True)}, {"expected": [], "stray": True}),
    ({"made": BYTES}, {"expected": [], "raw": True}),
    ({"made": AS_VALUE}, {"expected": []}),
]


@pytest.mark.parametrize(("special", "has"), ROWS)
def test_the_line_of_an_exchange_has(special, has):
    """Each of the terms under its key, and beside that the exchange."""
    bare = {"id", "family", "operation", "started", "milliseconds", "request", "response"}
    expected, made = special.get("expected", ()), special.get("made", SERVED)
    special = {key: value for key, value in special.items() if key not in {"expected", "made"}}
    row = row_of(record(judgement(made, *expected, reading=Reading("widget", ()), **special), context()))

    assert {key: value for key, value in row.items() if key not in bare} == {
        "test": "test_x",
        "matched": "widget",
        **has,
    }
    assert bare <= set(row)
    assert list(row)[-len(has) - 2 :][:3] == ["test", "expected", "matched"]


DRIFT = tuple(f"/key{number:02}" for number in range(21))
DRIFTS = [
    ({}, list(DRIFT[:20])),
    ({"any_of_role": True}, None),
    ({"made": replace(SERVED, stray=True)}, None),
]


@pytest.mark.parametrize(("special", "drift"), DRIFTS)
def test_undocumented_keys_are_written_down_where_the_answers_fields_are_judged(special, drift):
    """At most twenty of them."""
    special = {"made": SERVED, **special}
    made = judgement(special.pop("made"), reading=Reading("widget", (), drift=DRIFT), **special)

    assert row_of(record(made, context())).get("drift") == drift


def test_a_key_is_written_down_masked_and_not_without_end():
    """Whoever names keys by secrets, or by whole books, gets neither onto the disk."""
    made = judgement(reading=Reading("widget", (), drift=("/s3cret-value", "/a long key" * 20)))
    secret, long = row_of(record(made, context(secrets=["s3cret-value"])))["drift"]

    assert secret.startswith("/[masked text 12")
    assert long == ("/a long key" * 20)[:200]


def test_the_line_is_made_the_first_time_only_and_findings_are_masked_each_time():
    """What an answer quotes of itself is masked in findings as in the line."""
    told = exchange("getWidget", 200, {"errorCode": 45001, "password": "Alpha-12"})
    found = Assertion(UNKNOWN, (Finding(UNKNOWN, "none", "'Alpha-12'", "/password", "of Alpha-12"),), "x-1")
    first = record(judgement(told, assertions=(found, KEPT)), context())
    again = record(judgement(told, assertions=(found, KEPT), first=False), context())

    assert (bool(first.row), again.row) == (True, None)
    for made in (first, again):
        shown = made.assertions[0].findings[0]
        assert "Alpha-12" not in shown.actual + shown.hint
        assert shown.actual.startswith("'[masked text 8")
        assert (shown.expected, shown.where) == ("none", "/password")
        assert made.assertions[1] is KEPT


@pytest.mark.parametrize(("where", "masked"), [("/password", True), ("/size", False)])
def test_a_character_is_masked_where_the_finding_is_about_what_is_hidden(where, masked):
    """Elsewhere it is any character."""
    told = exchange("getWidget", 200, {"size": "7", "password": "7"})
    shown = records.masked_finding(Finding("", "one", "7", where), told, context().masker)

    assert ("[masked" in shown.actual) is masked


def test_a_finding_hides_secrets_wherever_they_stand():
    """In what was expected, in what came, in the hint and in the place."""
    told = exchange("getWidget", 200, {})
    finding = Finding("", "not s3cret-value", "s3cret-value", "/s3cret-value", "is s3cret-value")
    shown = records.masked_finding(finding, told, context(secrets=["s3cret-value"]).masker)

    for text in (shown.expected, shown.actual, shown.where, shown.hint):
        assert "s3cret-value" not in text
        assert "[masked text 12" in text


def test_a_finding_says_all_that_it_holds_in_a_record():
    """And no secret that was learned since."""
    finding = Finding(
        WIDGET, "not s3cret-value", "s3cret-value", "/s3cret-value", "s3cret-value", "x-1", ("x-0",), "type"
    )
    row = records.finding_rows([finding], Masker(b"key", ["s3cret-value"]))[0]

    assert "s3cret-value" not in str(row)
    assert row["expected"].startswith("not [masked text 12")
    assert list(row) == ["clause", "expected", "actual", "where", "hint", "exchange", "before", "rule"]
    assert (row["clause"], row["exchange"], row["before"], row["rule"]) == (WIDGET, "x-1", ["x-0"], "type")


def test_of_an_address_the_parameters_are_masked_that_hide_by_name():
    """The path of the operation says which part of the address is which."""
    made = exchange("getWidget", 200, {})
    made = replace(made, request=replace(made.request, url="http://127.0.0.1/widgets/Alpha"))
    hides = Masker(b"key", [], ["name"])
    rows = [
        row_of(record(judgement(made), replace(context(), masker=hides))),
        records.early_row(made, GET, "test_x", hides),
    ]

    assert all("/widgets/[masked" in row["request"]["url"] for row in rows)


def test_an_exchange_of_a_test_that_is_made_again_is_judged_by_nothing():
    """It is written down as one that came too early."""
    row = records.early_row(SERVED, GET, "test_x", Masker(b"key", []))

    marks = {"test": "test_x", "expected": [], "matched": "", "stray": True, "early": True}
    assert {key: row.get(key) for key in marks} == marks
    assert (row["id"], row["response"]["status"]) == ("x-1", 200)


def test_each_exchange_counts_once_for_a_clause_and_findings_have_its_clause_and_name():
    """However often it is judged."""
    seen = Observed()
    seen.take([Assertion(WIDGET, (), "x-1"), Assertion(WIDGET, (), "x-1"), Assertion(WIDGET, (), "x-2")])
    seen.take([Assertion(UNKNOWN, (Finding("", "a", "b"),), ""), amiss(WIDGET)])

    assert seen.exchanges_by_clause == {WIDGET: ["x-1", "x-2"], UNKNOWN: []}
    assert [(bad.clause, bad.exchange) for bad in seen.findings] == [(UNKNOWN, ""), (WIDGET, "x-1")]


def test_a_record_counts_all_exchanges_of_a_clause_and_names_five():
    seen = Observed()
    seen.take(Assertion(WIDGET, (), f"x-{number}") for number in range(7))
    rows = seen.rows(Masker(b"key", []))

    assert rows == {"touched": {WIDGET: [7, ["x-0", "x-1", "x-2", "x-3", "x-4"]]}, "findings": []}


def test_what_a_judged_exchange_shows_is_kept():
    """What tells causes apart once, and whether it refuses inferred fields for the next time."""
    seen, made = Observed(), judgement(SERVED, "widget", assertions=(KEPT,), reading=Reading("widget", ()))
    seen.add(replace(made, refuses_inferred=True))
    seen.add(replace(made, first=False))

    place = {"id": "x-1", "family": "toy", "operation": "getWidget", "test": "test_x"}
    assert seen.answers == [
        place | {"expected": ["widget"], "matched": "widget", "response": {"status": 200}}
    ]
    assert seen.refuses_inferred == {"x-1"}
    assert seen.exchanges_by_clause == {UNKNOWN: ["x-1"]}


def test_a_call_is_counted_and_waits_to_be_judged():
    """One that the target masks in part is kept in mind, with its operation."""
    seen = Observed(calls=2)
    seen.hear(SERVED)
    seen.hear(told := replace(MASKED, id="x-2"))

    assert (seen.calls, seen.unjudged) == (4, {"x-1": SERVED, "x-2": told})
    assert seen.masked == [("getWidget", told.compared)]


COMPARED = [  # by place what comparisons came to; whether it was shown, and why nothing was seen
    ({"/id": {"alike"}}, {"getWidget:/id": True}, ""),
    ({"/id": {"blank", "alike"}}, {"getWidget:/id": False}, "masks getWidget:/id, as"),
    ({"/id": {"other"}}, {}, ""),
    (
        {"/b": {"blank"}, "/a": {"blank", "other"}},
        {"getWidget:/b": False, "getWidget:/a": False},
        "/a, getWidget:/b, as",
    ),
]


@pytest.mark.parametrize(("places", "shown", "says"), COMPARED)
def test_of_what_the_target_masks_the_test_saw(places, shown, says):
    """Nothing, where all that it compared with was blank."""
    seen = Observed(masked=[("getWidget", places)])

    assert seen.compared == shown
    assert says in seen.unseen
    assert bool(seen.unseen) is bool(says)


def test_a_place_is_shown_if_it_is_in_every_answer():
    once, never = ("getWidget", {"/id": {"alike"}}), ("getWidget", {"/id": {"blank"}})

    assert Observed(masked=[once, never]).compared == {"getWidget:/id": False}
    assert Observed(masked=[never, once]).compared == {"getWidget:/id": False}
