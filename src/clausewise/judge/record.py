"""Step 4: what is written down, masked. `schemas/exchange.schema.json` says what its keys mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from clausewise.judge.context import JudgeContext
from clausewise.judge.judgement import Judgement
from clausewise.masking import Masker
from clausewise.model import Assertion, Exchange, Finding, Operation

_MOST_KEYS, _LONGEST_KEY = 20, 200  # undocumented keys kept of one answer, and characters of each


def record(judgement: Judgement, context: JudgeContext) -> Judgement:
    """Make the exchange's line in the journal, the first time, and mask the findings."""
    row = _row(judgement, context.masker) if judgement.first else None
    assertions = masked(judgement.assertions, judgement.exchange, context.masker)
    return replace(judgement, row=row, assertions=assertions)


def _row(judgement: Judgement, masker: Masker) -> dict[str, Any]:
    terms = judgement.terms
    expected = list(terms.expected or terms.compared)
    row = masker.record(judgement.exchange, judgement.operation.path)
    row |= {"test": judgement.test, "expected": expected, "matched": judgement.reading.outcome}
    marks = {
        "stray": judgement.undocumented,
        "unlike": terms.unlike_any,
        "loose": terms.any_of_role,
        "guess": terms.inferred,
        "free": bool(expected) and not terms.expected,
        "raw": judgement.sent_as_bytes,
    }
    row |= {key: True for key, marked in marks.items() if marked}
    return row | _drift(judgement, masker)


def _drift(judgement: Judgement, masker: Masker) -> dict[str, Any]:
    """Return the keys that the answer holds beyond its document, as far as its own fields are judged."""
    drift = judgement.reading.drift[:_MOST_KEYS]
    judged = not (judgement.terms.any_of_role or judgement.undocumented)
    return {"drift": [masker.text(where)[:_LONGEST_KEY] for where in drift]} if drift and judged else {}


def early_row(exchange: Exchange, operation: Operation, test: str, masker: Masker) -> dict[str, Any]:
    """Return the line of an exchange that nothing judges, since its test is gone through once more."""
    row = masker.record(exchange, operation.path)
    return row | {"test": test, "expected": [], "matched": "", "stray": True, "early": True}


def answer_row(judgement: Judgement) -> dict[str, Any]:
    """Return of an exchange what tells which findings have one cause."""
    exchange, terms = judgement.exchange, judgement.terms
    return {
        "id": exchange.id,
        "family": exchange.family,
        "operation": exchange.operation,
        "test": judgement.test,
        "expected": list(terms.expected or terms.compared),
        "matched": judgement.reading.outcome,
        "response": {"status": exchange.response.status},
    }


def masked(assertions: Iterable[Assertion], exchange: Exchange, masker: Masker) -> tuple[Assertion, ...]:
    """Return assertions on an exchange with masked findings."""
    return tuple(
        replace(it, findings=tuple(masked_finding(bad, exchange, masker) for bad in it.findings))
        if it.findings
        else it
        for it in assertions
    )


def masked_finding(finding: Finding, exchange: Exchange, masker: Masker) -> Finding:
    """Return a finding on an exchange without what is hidden in it, were it one character long."""
    short = masker.hides(finding.where)
    expected, actual, hint = (
        masker.finding(text, exchange, short=short)
        for text in (finding.expected, finding.actual, finding.hint)
    )
    return replace(finding, expected=expected, actual=actual, hint=hint, where=masker.text(finding.where))


def finding_rows(findings: Iterable[Finding], masker: Masker) -> list[dict[str, Any]]:
    """Return findings as they stand in a record, without what was learned to be secret since."""
    mask = masker.text
    return [
        {
            "clause": bad.clause,
            "expected": mask(bad.expected),
            "actual": mask(bad.actual),
            "where": mask(bad.where),
            "hint": mask(bad.hint),
            "exchange": bad.exchange,
            "before": list(bad.before),
            "rule": bad.rule,
        }
        for bad in findings
    ]
