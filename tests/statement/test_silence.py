"""What a run says of clauses that it did not judge: what stopped it, or what to provide."""

import json
from collections import Counter
from typing import Any

import pytest
from runs import REFERENCE

from clausewise import package_data, scope
from clausewise.model import Verdict
from clausewise.plugin import coverage
from clausewise.plugin.startup import claimed
from clausewise.statement.tally import JSON, ClauseTally, OperationTally, Tally, add_up
from clausewise.statement.unjudged import Unjudged

pytestmark = pytest.mark.quick

LIST, OPENING = "account-service.get-account-list", "create-ekyc-account prepared nothing"
RECORD, SUBSCRIBED = "cdp.getCustomer.record", "customer_classification.subscriptions[].status"
INSTEAD = {"clause": f"{LIST}.refused", "expected": "the refused answer", "where": "status"}
INSTEAD["actual"] = 'HTTP 200: {"id": "of this run alone"}'  # which no reason repeats


@pytest.fixture(scope="module")
def known():
    """What a run of the reference's target file judges."""
    return scope.of(claimed(REFERENCE))


def silent(known, name, tally, **how):
    """Return why a clause was not judged, by a run's tally."""
    return Unjudged(known, tally, **({"recorded": None} | how)).why(known.clause(name))


def seen(answer, *bodies):
    """Return a tally of answers of an operation, all of one outcome, by what their bodies look like."""
    operation, _, outcome = answer.rpartition(".")
    tally = Tally()
    tally.operations[tuple(operation.split("."))] = OperationTally(
        [1.0] * len(bodies), shown={outcome: Counter(bodies)}
    )
    return tally


def said(clause, *verdicts, reason="", **more):
    """Return a tally in which the tests of one clause said something."""
    tally = Tally(**more)
    tally.clauses[clause] = ClauseTally(set(verdicts), reasons=[reason])
    return tally


@pytest.mark.parametrize(
    ("clause", "tally", "parts"),
    [
        (
            f"{LIST}.refused.code",
            seen(f"{LIST}.refused", *["text/html"] * 36),
            ["36 times", "JSON (text/html)"],
        ),
        (
            f"{RECORD}.{SUBSCRIBED}",
            seen(RECORD, JSON, JSON),
            ["2 times", "subscriptions/*/status", "customer.active"],
        ),
        (
            f"{LIST}.done.cif",
            said(f"{LIST}.done", Verdict.UNTESTABLE, reason=OPENING),
            ["no done answer", OPENING],
        ),
        (
            f"{LIST}.json",
            said(f"{LIST}.done", Verdict.UNTESTABLE, reason=OPENING),
            ["no call of get-acc", OPENING],
        ),
        (
            f"{LIST}.request.cif",
            said(f"{LIST}.done", Verdict.ERROR, reason="reset"),
            ["no accepted request", "reset"],
        ),
        (
            f"{LIST}.refused.code",
            said(f"{LIST}.refused", Verdict.FAIL, findings=[INSTEAD]),
            [f"{LIST}.refused is not kept", "HTTP 200 instead of the refused answer"],
        ),
    ],
    ids=["pages", "no-value", "no-answer", "no-call", "no-request", "broken-answer"],
)
def test_the_reason_says_what_came_or_what_stopped_it(known, clause, tally, parts):
    """It names the answers seen, the fixture that would show more, or what stopped the test."""
    told = silent(known, clause, tally)

    assert all(part in told for part in parts), told


@pytest.mark.parametrize("clause", ["cdp.flow.onboarded-is-found", f"{LIST}.done.cif", f"{LIST}.json"])
def test_what_ended_the_run_is_told(known, clause):
    """Where tests never came, the reason is what ended the run; recorded traffic lacks the exchange."""
    assert silent(known, clause, Tally(), end="the run was stopped").endswith("the run was stopped")
    assert silent(known, clause, Tally(), recorded=()) == "no recorded exchange shows it"


def test_a_test_that_ended_early_says_why(known, tmp_path):
    """A clause that its test did not come to has what the test found before."""
    found = INSTEAD | {"hint": "", "exchange": "main-1", "before": []}
    record: dict[str, Any] = {
        "test": "t",
        "clauses": [f"{LIST}.refused", f"{LIST}.method"],
        "verdict": "pass",
        "reason": "",
    }
    record |= {"seconds": 0.1, "touched": {f"{LIST}.refused": [1, ["main-1"]]}, "findings": [found]}
    (tmp_path / "verdicts.jsonl").write_text(f"{json.dumps(record)}\n")

    told = silent(known, f"{LIST}.method", add_up(known, tmp_path))

    why = f"{LIST}.refused is not kept (HTTP 200 instead of the refused answer)"
    assert told == f"its test ended before, since {why}"


def test_no_clause_waits_for_a_fixture_that_it_does_not_need(known):
    """Of each clause's tests one at least begins with a clause that needs nothing more, so that it runs."""
    needs = {clause.id: set(clause.needs) for clause in known.clauses()}
    judged: dict[str, Any] = {}
    for first, *others in coverage.marks([str(package_data.SUITES)]):
        for name in {first, *others} & needs.keys():
            judged.setdefault(name, []).append(needs.get(first, {"another document"}) - needs[name])

    assert [name for name, lacks in judged.items() if all(lacks)] == []
