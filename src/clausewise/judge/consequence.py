"""What follows from a judged answer for the test that expects it.

the answer is                                        the test
an expected outcome, or nothing is expected          goes on
an expected one whose code or word is amiss          ends: the answer is broken, not what the test is about
none, since an inferred field of ours was refused    ends: nothing of what the test is about was shown
none, but the expected effect came in another form   judges the effect, then ends: the form is inferred
another one                                          ends: what the test is about is broken
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum, auto

from clausewise.errors import NotConformant
from clausewise.judge.context import JudgeContext
from clausewise.judge.judgement import Judgement
from clausewise.model import Finding, Role
from clausewise.untrusted import visible
from clausewise.verdict import explain


class Consequence(Enum):
    """What a test does after an answer."""

    GO_ON = auto()
    END_MALFORMED = auto()
    END_UNSHOWN = auto()
    END_AFTER_EFFECT = auto()
    END_BROKEN = auto()


def consequence(judgement: Judgement, broken: Collection[str], context: JudgeContext) -> Consequence:
    """Return what follows from an answer; `broken` are the clauses that the test found broken so far."""
    terms, reading = judgement.terms, judgement.reading
    if not terms.expected:
        return Consequence.GO_ON
    if reading.malformed and judgement.answer_documented and not terms.any_of_role:
        return Consequence.END_MALFORMED
    if reading.as_expected:
        return Consequence.GO_ON
    if terms.inferred or not broken:
        return Consequence.END_BROKEN
    if judgement.refuses_inferred:
        return Consequence.END_UNSHOWN
    return Consequence.END_AFTER_EFFECT if _only_form(judgement, broken, context) else Consequence.END_BROKEN


def _only_form(judgement: Judgement, broken: Collection[str], context: JudgeContext) -> bool:
    """Tell whether an answer has another form only than the expected one, whose form is inferred.

    What was to be served was served, or what was to be refused was refused; that it came otherwise stands
    against the inferred clause already.
    """
    operation, reading = judgement.operation, judgement.reading
    expected = [operation.outcome(name) for name in judgement.terms.expected]
    shown = reading.outcome or reading.resembles
    served = bool(shown) and operation.outcome(shown).role is Role.SUCCESS
    alike = served == any(it.role is Role.SUCCESS for it in expected)
    inferred = not any(context.is_documented(it.clause) for it in expected)
    return expected[0].clause in broken and alike and inferred


def not_conformant(findings: Sequence[Finding], context: JudgeContext) -> NotConformant:
    """Return the error that ends a test: every finding by its clause, red where one of the clauses is."""
    by_clause: dict[str, list[Finding]] = {}
    for finding in findings:
        by_clause.setdefault(finding.clause, []).append(finding)
    clauses = [context.clauses[clause] for clause in by_clause]
    red = any(clause.standing in context.policy.red for clause in clauses)
    text = "\n\n".join(explain(clause, by_clause[clause.id]) for clause in clauses)
    return NotConformant(visible(context.masker.text(text)), red=red)
