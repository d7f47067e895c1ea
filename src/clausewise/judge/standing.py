"""Step 3: what of the assertions counts. What rests on an inference of ours breaks no documented clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from clausewise.judge.context import JudgeContext
from clausewise.judge.judgement import Judgement
from clausewise.model import Assertion, Finding, Kind, Standing


def weigh(judgement: Judgement, context: JudgeContext) -> Judgement:
    """Choose the assertions that count.

    Where the request is not the document's, findings on documented clauses are left out; those on the
    answer count all the same where it shows itself which one it is. So are clauses that the target does not
    claim.
    """
    refuses = judgement.refuses_inferred or _names_inferred_only(judgement.request_fields, context)
    weighed = replace(judgement, refuses_inferred=refuses)
    request = (*judgement.universal, *judgement.request_fields)
    kept = (
        *counting(request, context, documented=weighed.request_documented),
        *counting(judgement.answer_fields, context, documented=weighed.answer_documented),
    )
    return replace(weighed, assertions=tuple(it for it in kept if it.clause in context.clauses))


def counting(
    assertions: Iterable[Assertion], context: JudgeContext, *, documented: bool
) -> Iterable[Assertion]:
    """Return assertions, without findings on documented clauses unless what they rest on is `documented`."""
    if documented:
        return assertions
    return [it for it in assertions if not (it.findings and context.is_documented(it.clause))]


def blamed_clause(finding: Finding, own: Sequence[str], context: JudgeContext, *, inferred: bool) -> str:
    """Return which of its `own` clauses a test holds a finding against: the one that it names, or the first.

    What is `inferred` is not held against a documented one beside the first.
    """
    clause = finding.clause if finding.clause in own else own[0]
    return own[0] if inferred and context.is_documented(clause) else clause


def is_assumed(clause: str, context: JudgeContext) -> bool:
    """Tell whether a clause only assumes an answer's form: a field by an overlay, or that it is JSON."""
    known = context.clauses[clause]
    json = known.kind is Kind.UNIVERSAL and clause.endswith(".json") and not known.standing.firm
    return known.standing is Standing.ASSUMED or json


def _names_inferred_only(fields: Iterable[Assertion], context: JudgeContext) -> bool:
    """Tell whether an answer refuses fields by name, all of them inferred ones."""
    named = [it.clause for it in fields for bad in it.findings if bad.where]
    return bool(named) and not any(map(context.is_documented, named))
