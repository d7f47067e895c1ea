"""The steps by which an exchange is judged, each alone, and what follows for the test that made it."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from exchanges import TOY, exchange

from clausewise.checks import Reading, any_outcome, has, outcome
from clausewise.errors import Unreadable
from clausewise.judge import JudgeContext, Terms, masker
from clausewise.judge import record as records
from clausewise.judge.consequence import Consequence, consequence, not_conformant
from clausewise.judge.expected import broken, masked_place, terms_of
from clausewise.judge.findings import find
from clausewise.judge.judgement import Judgement
from clausewise.judge.observed import Observed
from clausewise.judge.pipeline import STEPS, judged
from clausewise.judge.reading import read_answer
from clausewise.judge.record import record
from clausewise.judge.standing import blamed_clause, counting, is_assumed, weigh
from clausewise.masking import Masker
from clausewise.model import Assertion, Finding, Masks, Standing
from clausewise.verdict import Policy

FAMILIES = {"toy": TOY.operations}
GET, ADD = TOY.operations["getWidget"], TOY.operations["addWidget"]
WIDGET, UNKNOWN, UNAUTHORIZED = (f"toy.getWidget.{name}" for name in ("widget", "unknown", "unauthorized"))
JSON, DOCUMENTED_ONLY = "toy.getWidget.json", "toy.getWidget.only-documented"  # the second is inferred
NAME, SIZE = "toy.addWidget.request.name", "toy.addWidget.request.size"
SERVED = exchange("getWidget", 200, {"name": "Alpha", "size": 1})
REFUSED = exchange("getWidget", 200, {"errorCode": 45001})
GARBLED = exchange("getWidget", 200, {"errorCode": "45001"})


class Nowhere:
    """A journal that keeps nothing."""

    def exchange(self, record):
        """Forget it."""

    verdict = exchange


def context(*, standings=(), secrets=(), lacks=(), **more):
    """Return what the toy's exchanges are judged with; some clauses of another standing, or unclaimed."""
    clauses = {clause.id: clause for clause in TOY.clauses if clause.id not in lacks}
    clauses |= {name: replace(clauses[name], standing=standing) for name, standing in dict(standings).items()}
    hides = Masker(b"key", secrets)
    return JudgeContext(clauses, lambda family, name: FAMILIES[family][name], Nowhere(), hides, **more)


def judgement(made=SERVED, *expected, operation=GET, any_of_role=False, inferred=False, **more):
    """Return an exchange that is to be judged, and on which terms."""
    terms = Terms(
        expected, any_of_role=any_of_role, inferred=inferred, unlike_any=more.pop("unlike_any", False)
    )
    terms = replace(terms, compared=more.pop("compared", ()))
    return Judgement(made, operation, terms, "test_x", **more)


def row_of(made):
    """Return the line of an exchange, which was made."""
    assert made.row is not None
    return made.row


def amiss(clause, where="", **more):
    """Return an assertion that something is not as a clause says."""
    return Assertion(clause, (Finding(clause, "one thing", "another", where, **more),), "x-1")


def clauses(assertions):
    return {it.clause for it in assertions}


def test_the_steps_are_made_in_their_order_and_each_fills_in_its_part():
    """Reading, findings, standing, record: one after the other; what came in stays as it is."""
    bench, begun = context(), judgement(REFUSED, "unknown")
    made = begun
    for step in STEPS:
        made = step(made, bench)

    assert (read_answer, find, weigh, record) == STEPS
    assert made == judged(begun, bench)
    assert (begun.row, begun.assertions) == (None, ())
    assert made.reading.outcome == row_of(made)["matched"] == "unknown"


def test_the_first_step_reads_the_answer_by_the_expected_outcomes():
    """Expected, it speaks for the outcome's own clause; where nobody expects any, for its fields alone."""
    asked, free = (read_answer(judgement(REFUSED, *names), context()).reading for names in (("unknown",), ()))

    assert (asked.outcome, free.outcome) == ("unknown", "unknown")
    assert UNKNOWN in clauses(asked.assertions)
    assert UNKNOWN not in clauses(free.assertions)


READ = Reading("widget", (amiss(WIDGET),))
FOUND = [  # what is special; whether universal clauses, request fields and answer fields are judged
    ({}, (True, True, True)),
    ({"first": False}, (False, False, True)),
    ({"any_of_role": True}, (True, True, False)),
    ({"any_of_role": True, "first": False}, (False, False, False)),
    ({"made": replace(SERVED, stray=True)}, (False, False, False)),
]


@pytest.mark.parametrize(("special", "judges"), FOUND)
def test_the_second_step_judges(special, judges):
    """What holds for every answer once, the answer's fields each time; nothing on an undocumented request."""
    special = {"made": SERVED, **special}
    made = find(judgement(special.pop("made"), reading=READ, **special), context())

    assert (bool(made.universal), bool(made.request_fields), bool(made.answer_fields)) == judges
    assert made.answer_fields == (READ.assertions if judges[2] else ())


ODD = exchange("getWidget", 200, {"oops": 1})


@pytest.mark.parametrize(
    ("unlike_any", "inferred", "breaks"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_only_what_was_recorded_is_unlike_any_answer(unlike_any, inferred, breaks):
    """What is like no answer breaks one of its status, unless its request is not the document's."""
    made = find(judgement(ODD, unlike_any=unlike_any, inferred=inferred), context())

    assert any(it.findings for it in made.universal) is breaks


SENT = {"name": "Alpha", "size": 1}
NO_NAME = exchange("addWidget", 400, {"details": {"name": "too short"}}, sent=SENT)
ALIKE = Reading("", (), as_expected=False, resembles="invalid")  # a refusal in another form
REQUESTS = [
    (
        "served",
        exchange("addWidget", 200, SENT, sent=SENT),
        ("added",),
        Reading("added", ()),
        dict.fromkeys((NAME, SIZE, f"{SIZE}.minimum", "toy.addWidget.request.code"), 0),
    ),
    ("refused", NO_NAME, ("added",), Reading("invalid", ()), {NAME: 1}),
    ("resembles", NO_NAME, ("added",), ALIKE, {NAME: 1}),
    ("to-be-refused", NO_NAME, ("invalid",), Reading("invalid", ()), {}),
    ("either", NO_NAME, ("added", "invalid"), Reading("invalid", ()), {}),
    ("nothing-expected", NO_NAME, (), Reading("invalid", ()), {}),
]


@pytest.mark.parametrize(
    ("made", "expected", "reading", "says"), [it[1:] for it in REQUESTS], ids=[it[0] for it in REQUESTS]
)
def test_the_second_step_judges_the_fields_of_the_request(made, expected, reading, says):
    """A success takes all; a refusal of what was to succeed breaks those that it names."""
    found = find(judgement(made, *expected, operation=ADD, reading=reading), context())

    assert {it.clause: len(it.findings) for it in found.request_fields} == says


KEPT = Assertion(UNKNOWN, (), "x-1")
KNOWN, MUTE = Reading("unknown", ()), Reading("", (), as_expected=False, identified=False)
FIELDS = {"universal": (amiss(WIDGET), amiss(DOCUMENTED_ONLY)), "answer_fields": (amiss(UNKNOWN), KEPT)}
WEIGHED = [  # what is special, and what counts of the above
    ("the-document", {}, {WIDGET, DOCUMENTED_ONLY, UNKNOWN}, 4),
    ("inferred", {"inferred": True, "reading": MUTE}, {DOCUMENTED_ONLY, UNKNOWN}, 2),
    ("inferred-identified", {"inferred": True, "reading": KNOWN}, {DOCUMENTED_ONLY, UNKNOWN}, 3),
    ("refused-before", {"refuses_inferred": True, "reading": MUTE}, {DOCUMENTED_ONLY, UNKNOWN}, 2),
]


@pytest.mark.parametrize(
    ("special", "counts", "many"), [it[1:] for it in WEIGHED], ids=[it[0] for it in WEIGHED]
)
def test_the_third_step_keeps_what_counts(special, counts, many):
    """What rests on an inference breaks no documented clause, but by what an answer shows of itself."""
    made = weigh(judgement(**FIELDS, **special), context())

    assert clauses(made.assertions) == counts
    assert len(made.assertions) == many


NAMED = [  # the refused fields, the documented ones among them, and whether inferred ones only are named
    ([amiss(NAME, "/details/name")], (), True),
    ([amiss(NAME, "/details/name")], (NAME,), False),
    ([amiss(NAME, "/details/name"), amiss(SIZE, "/details/size")], (SIZE,), False),
    ([amiss(NAME)], (), False),
    ([Assertion(NAME)], (), False),
    ([], (), False),
]


@pytest.mark.parametrize(("refused", "documented", "only"), NAMED)
def test_a_refusal_that_names_inferred_fields_only_is_told(refused, documented, only):
    """Then nothing of a documented clause is shown; and it stays so when the exchange is judged again."""
    standings = {
        name: Standing.DOCUMENTED if name in documented else Standing.INFERRED for name in (NAME, SIZE)
    }
    bench = context(standings=standings)
    made = weigh(judgement(NO_NAME, operation=ADD, request_fields=tuple(refused)), bench)
    again = weigh(judgement(NO_NAME, operation=ADD, refuses_inferred=made.refuses_inferred), bench)

    assert (made.refuses_inferred, again.refuses_inferred) == (only, only)
    assert clauses(made.assertions) == clauses(refused)


def test_clauses_that_the_target_does_not_claim_do_not_count():
    """Its contract may hold those of documents that it does not claim."""
    made = weigh(judgement(universal=(amiss(WIDGET), amiss(UNKNOWN))), context(lacks={WIDGET}))

    assert clauses(made.assertions) == {UNKNOWN}


def test_without_a_document_findings_on_documented_clauses_do_not_count():
    """Evidence that a documented clause is kept does."""
    some = [amiss(WIDGET), Assertion(WIDGET), amiss(DOCUMENTED_ONLY), amiss("toy.nobody.knows")]

    assert counting(some, context(), documented=True) == some
    assert counting(some, context(), documented=False) == some[1:]


OWN = (DOCUMENTED_ONLY, WIDGET)
BLAMED = [  # the finding's clause, the test's own, whether it is inferred, and which one is blamed
    (WIDGET, OWN, False, WIDGET),
    (WIDGET, OWN, True, DOCUMENTED_ONLY),
    (DOCUMENTED_ONLY, (WIDGET, DOCUMENTED_ONLY), True, DOCUMENTED_ONLY),
    (UNKNOWN, OWN, False, DOCUMENTED_ONLY),
    ("", OWN, False, DOCUMENTED_ONLY),
]


@pytest.mark.parametrize(("named", "own", "inferred", "blamed"), BLAMED)
def test_a_finding_of_a_test_is_held_against(named, own, inferred, blamed):
    """The clause that it names, if it is one of the test's own; else the first one."""
    assert blamed_clause(Finding(named, "", ""), own, context(), inferred=inferred) == blamed


ASSUMED = [
    (f"{WIDGET}.size", Standing.ASSUMED, True),
    (f"{WIDGET}.size", Standing.INFERRED, False),
    (f"{WIDGET}.size", Standing.DOCUMENTED, False),
    (JSON, Standing.INFERRED, True),
    (JSON, Standing.DOCUMENTED, False),
    (DOCUMENTED_ONLY, Standing.INFERRED, False),
]


@pytest.mark.parametrize(("clause", "standing", "assumed"), ASSUMED)
def test_the_form_of_an_answer_is_assumed_by(clause, standing, assumed):
    """An overlay, or us where no document says that it is JSON."""
    assert is_assumed(clause, context(standings={clause: standing})) is assumed


def test_a_field_called_json_is_not_the_form_of_an_answer():
    """Only the universal clause of that name is."""
    bench = context(standings={f"{WIDGET}.size": Standing.INFERRED})
    named = {f"{WIDGET}.json": bench.clauses[f"{WIDGET}.size"]}

    assert not is_assumed(f"{WIDGET}.json", replace(bench, clauses=named))


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


MASKED = replace(
    exchange("getWidget", 200, {"rows": [{"name": "A***"}, {"name": "B***"}], "id": "1**4", "size": "9*"}),
    masks=Masks(("/rows/*/name", "/id", "size")),
)
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
