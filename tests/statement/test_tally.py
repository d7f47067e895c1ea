"""What tests said is added up: by clause, each test once, and what was repeated is weighed."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from clausewise.errors import ConfigurationError
from clausewise.model import Verdict
from clausewise.statement.tally import add_up, instead

pytestmark = pytest.mark.quick

ONE, OTHER = "toy.op.one", "toy.op.other"
FAIL, PASS, ERROR, UNSTABLE = Verdict.FAIL, Verdict.PASS, Verdict.ERROR, Verdict.UNSTABLE


def record(verdict="pass", *broken, test="t", touched=(ONE,), **more):
    """A test's record, in which some clauses are broken."""
    told = {"test": test, "clauses": [ONE, OTHER], "verdict": verdict, "reason": "why", "seconds": 3.0}
    found = [
        {"clause": name, "expected": "HTTP 200", "actual": "HTTP 500: x", "where": "status"}
        for name in broken
    ]
    usual = {"rule": "", "hint": "", "exchange": "main-1", "before": []}
    told |= {"touched": {name: [2, ["main-1"]] for name in touched}, "findings": [usual | it for it in found]}
    return told | more


@pytest.fixture
def added(tmp_path):
    """Return a function that adds up records."""
    clauses = [SimpleNamespace(id=name, kind="response_field", outcome="done") for name in (ONE, OTHER)]
    scope: Any = SimpleNamespace(contracts={}, clauses=lambda: clauses)

    def add(*records):
        text = "".join(f"{json.dumps(it)}\n" for it in records)
        (tmp_path / "verdicts.jsonl").write_text(text)
        (tmp_path / "exchanges.jsonl").write_text("")
        return add_up(scope, tmp_path)

    return add


CASES = {
    "kept": ([record()], {PASS}),
    "broken": ([record("pass", ONE)], {PASS, FAIL}),
    "broken twice": ([record("pass", ONE), record("pass", ONE, repeats=True)], {PASS, FAIL}),
    "broken once": ([record("pass", ONE), record(repeats=True)], {PASS, UNSTABLE}),
    "broken once, and by another": (
        [record("pass", ONE), record(repeats=True), record("pass", ONE, test="u")],
        {PASS, FAIL},
    ),
    "an error": ([record("error", touched=())], {ERROR}),
    "an error once": ([record("error", touched=()), record(repeats=True)], {PASS, UNSTABLE}),
    "an error twice": ([record("error", touched=()), record("error", touched=(), repeats=True)], {ERROR}),
    "untestable": ([record("untestable", touched=())], {Verdict.UNTESTABLE}),
    "wavered": ([record(wavered="A call got no answer.")], {PASS, UNSTABLE}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_tests_say_is_a_set_of_verdicts(added, name):
    """A failure that did not come again is unstable, whatever else was kept."""
    records, verdicts = CASES[name]

    assert added(*records).clauses[ONE].verdicts == verdicts


def test_a_test_is_counted_for_each_clause_it_came_to(added):
    """With its share of the time, and the exchanges that showed it."""
    tally = added(record(touched=(ONE, OTHER)), record(test="u"))

    one, other = tally.clauses[ONE], tally.clauses[OTHER]
    assert (one.count, one.tests, one.seconds, one.exchanges) == (4, ["t", "u"], 4.5, ["main-1", "main-1"])
    assert (other.count, other.tests, other.seconds) == (2, ["t"], 1.5)


def test_a_test_that_ended_early_says_why_of_what_it_did_not_come_to(added):
    """A clause of its own that is broken before the others stops it."""
    tally = added(record("pass", ONE))

    assert tally.stopped == {
        OTHER: [f"its test ended before, since {ONE} is not kept (HTTP 500 instead of HTTP 200)"]
    }
    assert tally.failing == {"t"}
    assert [found["clause"] for found in tally.findings] == [ONE]


def test_what_was_repeated_is_told_with_its_end(added):
    """By test."""
    tally = added(
        record("pass", ONE),
        record("pass", ONE, repeats=True),
        record("pass", ONE, test="u"),
        record(test="u", repeats=True),
    )

    assert tally.repeated == {"t": "broken again", "u": "kept the second time"}
    assert added(record("error", touched=(), repeats=True)).repeated == {"t": "an error again"}
    assert added(record("untestable", touched=(), repeats=True)).repeated == {"t": "untestable"}


def test_what_ends_a_run_is_told_with_its_first_reason(added):
    """A target that cannot be used, a test of ours that broke: an error that no repetition mends."""
    ended = record("error", touched=(), unusable=True, reason="it is down")
    tally = added(ended, record("error", touched=(), unusable=True, test="u"), record(repeats=True))
    assert tally.unusable == "it is down"
    assert tally.clauses[OTHER].verdicts == {ERROR}
    assert tally.clauses[OTHER].reasons == ["it is down", "why"]

    tally = added(record("error", touched=(), broken=True), record(repeats=True))
    assert tally.broken_tests == ["t: why"]
    assert tally.clauses[OTHER].verdicts == {ERROR}


def test_a_log_in_without_a_token_is_kept_in_mind(added):
    """All clauses of its test."""
    assert added(record(useless=True)).useless == {ONE, OTHER}
    assert added(record()).useless == set()


def test_what_broke_once_only_when_it_was_repeated_is_unstable(added):
    """It was kept the first time."""
    assert added(record(), record("pass", ONE, repeats=True)).clauses[ONE].verdicts == {PASS, UNSTABLE}


def test_what_the_target_made_of_a_test_is_counted_beside_its_verdict(added):
    """Waits, masks and calls that were made again."""
    tally = added(
        record(waited=1.5, masked=["/a"]),
        record(waited=2.0, masked=["/a"], test="u"),
        record(wavered="No answer.", test="v"),
    )

    assert tally.waits == (2, 3.5)
    assert tally.masked == {"/a": {"t", "u"}}
    assert tally.wavered == 1
    assert tally.clauses[OTHER].reasons == ["No answer. Made again, the call was answered."]


def test_what_was_not_made_is_told_apart(added):
    """Whether the plan sends nothing of the kind, or something was lacking."""
    left = added(record("untestable", touched=(), beyond=True)).clauses[ONE]
    assert (left.beyond, left.short, left.reasons, left.tests) == (True, False, ["why"], ["t"])

    lacking = added(record("untestable", touched=())).clauses[ONE]
    assert (lacking.beyond, lacking.short) == (False, True)


@pytest.mark.parametrize(
    ("where", "told"), [("status", "HTTP 500 instead of HTTP 200"), ("/a", "see /a"), ("", "see its finding")]
)
def test_a_finding_is_named_in_words_that_stay_the_same(where, told):
    """By its status, or its place."""
    assert instead({"where": where, "actual": "HTTP 500: {}", "expected": "HTTP 200"}) == told


def test_a_record_that_no_run_writes_is_one_sentence(added):
    """It names the file."""
    with pytest.raises(ConfigurationError, match=r"verdicts\.jsonl holds a record that no run writes"):
        added(record("fine"))
