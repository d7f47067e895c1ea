"""What a test expects of an exchange: outcomes, by name or role, and checks of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clausewise.checks import Expectation, OutcomeNames, OutcomeRoles
from clausewise.judge.judgement import Terms
from clausewise.model import Exchange, Finding, Operation
from clausewise.model.masks import OTHER

Expected = OutcomeNames | OutcomeRoles | Expectation


def terms_of(expected: Sequence[Expected], operation: Operation) -> Terms:
    """Return the terms on which an answer is judged of which all of this is expected."""
    names = tuple(name for wanted in expected for name in _names(wanted, operation))
    return Terms(names, any_of_role=any(isinstance(wanted, OutcomeRoles) for wanted in expected))


def broken(expected: Sequence[Expected], exchange: Exchange) -> Iterator[tuple[Expectation, Finding]]:
    """Yield a test's own checks that an exchange does not pass, and what each of them found."""
    own = [wanted for wanted in expected if isinstance(wanted, Expectation)]
    yield from ((wanted, finding) for wanted in own if (finding := wanted.check(exchange)))


def masked_place(finding: Finding, exchange: Exchange) -> str:
    """Return the masked place that a finding is about, '' where what it shows speaks against it."""
    general = "/".join("*" if part.isdecimal() else part for part in finding.where.split("/"))
    masked = (place for place in exchange.compared if f"{general}/".startswith(f"{place}/"))
    return next((place for place in masked if OTHER not in exchange.compared[place]), "")


def _names(wanted: Expected, operation: Operation) -> Sequence[str]:
    if isinstance(wanted, OutcomeRoles):
        return wanted.names(operation)
    return wanted.names if isinstance(wanted, OutcomeNames) else ()
