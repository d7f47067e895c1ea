"""The steps by which an exchange is judged, each alone: reading, findings and standing."""

from dataclasses import replace

import pytest
from exchanges import exchange
from judgements import (
    ADD,
    DOCUMENTED_ONLY,
    JSON,
    KEPT,
    NAME,
    ODD,
    REFUSED,
    SERVED,
    SIZE,
    UNKNOWN,
    WIDGET,
    amiss,
    clauses,
    context,
    judgement,
    row_of,
)

from clausewise.checks import Reading
from clausewise.judge.findings import find
from clausewise.judge.pipeline import STEPS, judged
from clausewise.judge.reading import read_answer
from clausewise.judge.record import record
from clausewise.judge.standing import blamed_clause, counting, is_assumed, weigh
from clausewise.model import Assertion, Finding, Standing

pytestmark = pytest.mark.quick


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
