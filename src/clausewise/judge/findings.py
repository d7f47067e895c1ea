"""Step 2: what an exchange says on clauses, and what is not as they say."""

from __future__ import annotations

from dataclasses import replace

from clausewise.checks import taken, universal, unlike
from clausewise.judge.context import JudgeContext
from clausewise.judge.judgement import Judgement
from clausewise.model import Assertion, Role


def find(judgement: Judgement, _: JudgeContext) -> Judgement:
    """Make the assertions: none on an undocumented request; those on every answer the first time only."""
    if judgement.undocumented:
        return judgement
    answer_fields = () if judgement.terms.any_of_role else judgement.reading.assertions
    if not judgement.first:
        return replace(judgement, answer_fields=answer_fields)
    return replace(
        judgement,
        universal=(*universal(judgement.exchange, judgement.operation), *_unlike_any(judgement)),
        request_fields=_request_fields(judgement),
        answer_fields=answer_fields,
    )


def _unlike_any(judgement: Judgement) -> tuple[Assertion, ...]:
    """Judge an answer that is like none, to a request that some document describes."""
    judged = judgement.terms.unlike_any and not judgement.terms.inferred
    return tuple(unlike(judgement.exchange, judgement.operation)) if judged else ()


def _request_fields(judgement: Judgement) -> tuple[Assertion, ...]:
    """Judge the request's fields as taken or refused; a refusal by name is one, whatever its form."""
    reading, operation = judgement.reading, judgement.operation
    roles = {operation.outcome(name).role for name in judgement.terms.expected}
    served = Role.SUCCESS in roles and Role.INVALID not in roles
    got = reading.outcome or reading.resembles
    return tuple(taken(judgement.exchange, operation, got, wanted_success=served))
