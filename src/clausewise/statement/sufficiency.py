"""The rules that keep a run with thin evidence from looking green."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from clausewise.model import Operation, Role
from clausewise.scope import Scope
from clausewise.statement.tally import Tally

_EVASION_LIMIT = 0.2
_ONE = 1  # call that is answered so is no habit


@dataclass(frozen=True, slots=True)
class Rule:
    """One sufficiency rule, whether the run keeps it, and the figures."""

    rule: str
    held: bool
    says: str

    def as_json(self) -> dict[str, Any]:
        """Return the rule as results.json holds it."""
        return asdict(self)


def rules(scope: Scope, tally: Tally, share: float, unasked: Collection[str] = ()) -> list[Rule]:
    """Return every sufficiency rule, held or not; of operations whose success is `unasked` there are none."""
    claimed = [known for contract in scope.contracts.values() for known in contract.operations.values()]
    operations = [known for known in claimed if not unasked or _successes(known) - set(unasked)]
    return [
        _succeeded(operations, tally),
        *_authenticated(operations, tally),
        *_read_back(operations, tally),
        *_evasive(operations, tally),
        _exercised(scope, share),
    ]


def _succeeded(operations: list[Operation], tally: Tally) -> Rule:
    silent = [known.id for known in operations if not _saw(known, Role.SUCCESS, tally)]
    says = f"no success seen: {', '.join(silent)}" if silent else f"{len(operations)} of {len(operations)}"
    return Rule("every claimed operation succeeded at least once", not silent, says)


def _authenticated(operations: list[Operation], tally: Tally) -> Iterator[Rule]:
    for family in dict.fromkeys(known.family for known in operations):
        secured = [known for known in operations if known.family == family and known.secured]
        if secured:
            accepted = any(_saw(known, Role.SUCCESS, tally) for known in secured)
            refused = any(_saw(known, Role.REFUSED, tally) for known in secured)
            says = f"accepted: {'yes' if accepted else 'no'}, refused: {'yes' if refused else 'no'}"
            rule = f"{family}: one call with good credentials was accepted and one with bad ones refused"
            yield Rule(rule, accepted and refused, says)


def _read_back(operations: list[Operation], tally: Tally) -> Iterator[Rule]:
    for known in operations:
        if known.read_back:
            made = tally.operations[known.family, known.id].created
            urls = tally.operations[known.family, known.read_back["operation"]].urls
            seen = sum(any(name in url for url in urls) for name in made)
            rule = f"what {known.id} creates was read back with {known.read_back['operation']}"
            yield Rule(rule, seen > 0, f"{seen} of {len(made)} created were read back")


def _evasive(operations: list[Operation], tally: Tally) -> Iterator[Rule]:
    for known in operations:
        entry = tally.operations[known.family, known.id]
        share = entry.evaded / entry.hopeful if entry.hopeful else 0.0
        if share > _EVASION_LIMIT and entry.evaded > _ONE:
            says = f"{entry.evaded} of {entry.hopeful} calls; the limit is {_EVASION_LIMIT:.0%}"
            yield Rule(
                f"{known.id}: valid requests are rarely answered 401, 404, 409 or 429", held=False, says=says
            )


def _exercised(scope: Scope, share: float) -> Rule:
    least = scope.target.limits.minimum_exercised
    return Rule(
        "enough of what can be exercised was exercised", share >= least, f"{share:.1%}, at least {least:.0%}"
    )


def by_family(family: str, least: float, share: float) -> Rule:
    """Return the policy's rule on how much of a family is exercised."""
    rule = f"{family}: as much was exercised as the policy asks for"
    return Rule(rule, share >= least, f"{share:.1%}, at least {least:.0%}")


def _successes(operation: Operation) -> set[str]:
    return {known.clause for known in operation.outcomes if known.role is Role.SUCCESS}


def _saw(operation: Operation, role: Role, tally: Tally) -> bool:
    seen = tally.operations[operation.family, operation.id].outcomes
    return any(seen[known.name] for known in operation.outcomes if known.role is role)
