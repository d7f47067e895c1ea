"""The rules that keep a run with thin evidence from looking green."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from clausewise.model import Operation, Role
from clausewise.scope import Scope
from clausewise.statement.tally import Tally
from clausewise.verdict import many

_EVASION_LIMIT = 0.2
_NAMED = 5  # answers of one operation and status
_ONE = 1  # call that is answered so is no habit


@dataclass(frozen=True, slots=True)
class Rule:
    """One sufficiency rule, whether the run keeps it, and the figures; `lacks` says what is not so."""

    rule: str
    held: bool
    says: str
    lacks: str

    def as_json(self) -> dict[str, Any]:
        """Return the rule as results.json holds it."""
        return {"rule": self.rule, "held": self.held, "says": self.says}


def rules(
    scope: Scope, tally: Tally, share: float, unasked: Collection[str] = (), *, recorded: bool = False
) -> list[Rule]:
    """Return every sufficiency rule, held or not; of operations whose success is `unasked` there are none.

    Of `recorded` traffic nobody knows which request was valid.
    """
    claimed = [known for contract in scope.contracts.values() for known in contract.operations.values()]
    operations = [known for known in claimed if not unasked or _successes(known) - set(unasked)]
    return [
        _succeeded(operations, tally),
        *_authenticated(operations, tally),
        *_read_back(operations, tally),
        *([_alike(tally)] if recorded else _evasive(operations, tally)),
        _exercised(scope, share),
    ]


def _succeeded(operations: list[Operation], tally: Tally) -> Rule:
    silent = [known.id for known in operations if not _saw(known, Role.SUCCESS, tally)]
    says = f"no success seen: {', '.join(silent)}" if silent else f"{len(operations)} of {len(operations)}"
    lacks = f"{many(len(silent), 'operation', 'operations')} never succeeded: {', '.join(silent)}"
    return Rule("every claimed operation succeeded at least once", not silent, says, lacks)


def _authenticated(operations: list[Operation], tally: Tally) -> Iterator[Rule]:
    for family in dict.fromkeys(known.family for known in operations):
        secured = [known for known in operations if known.family == family and known.secured]
        if secured:
            accepted = any(_saw(known, Role.SUCCESS, tally) for known in secured)
            refused = any(_saw(known, Role.REFUSED, tally) for known in secured)
            says = f"accepted: {'yes' if accepted else 'no'}, refused: {'yes' if refused else 'no'}"
            rule = f"{family}: one call with good credentials was accepted and one with bad ones refused"
            good, bad = "no call with good credentials was accepted", "no call with bad ones was refused"
            lacking = [told for told, held in ((good, accepted), (bad, refused)) if not held]
            yield Rule(rule, accepted and refused, says, f"{family}: {', and '.join(lacking)}")


def _read_back(operations: list[Operation], tally: Tally) -> Iterator[Rule]:
    for known in operations:
        if known.read_back:
            made = tally.operations[known.family, known.id].created
            urls = tally.operations[known.family, known.read_back["operation"]].urls
            seen = sum(any(name in url for url in urls) for name in made)
            rule = f"what {known.id} creates was read back with {known.read_back['operation']}"
            says = f"{seen} of {len(made)} created were read back"
            lacks = (
                f"nothing that {known.id} creates was read back with {known.read_back['operation']} ({says})"
            )
            yield Rule(rule, seen > 0, says, lacks)


def _evasive(operations: list[Operation], tally: Tally) -> Iterator[Rule]:
    for known in operations:
        entry = tally.operations[known.family, known.id]
        share = entry.evaded / entry.hopeful if entry.hopeful else 0.0
        if share > _EVASION_LIMIT and entry.evaded > _ONE:
            says = f"{entry.evaded} of {entry.hopeful} calls; the limit is {_EVASION_LIMIT:.0%}"
            yield Rule(
                f"{known.id}: valid requests are rarely answered 401, 404, 409 or 429",
                held=False,
                says=says,
                lacks=f"{known.id}: valid requests were answered 401, 404, 409 or 429 ({says})",
            )


def _exercised(scope: Scope, share: float) -> Rule:
    least = scope.target.limits.minimum_exercised
    rule = "enough of what can be exercised was exercised"
    return _share(rule, "what can be exercised here", least, share)


def by_family(family: str, least: float, share: float) -> Rule:
    """Return the policy's rule on how much of a family is exercised."""
    rule = f"{family}: as much was exercised as the policy asks for"
    return _share(rule, f"what can be exercised of {family}", least, share)


def _share(rule: str, what: str, least: float, share: float) -> Rule:
    lacks = f"only {share:.1%} of {what} was exercised, and at least {least:.0%} is asked for"
    return Rule(rule, share >= least, f"{share:.1%}, at least {least:.0%}", lacks)


def _alike(tally: Tally) -> Rule:
    """Name the recorded answers that are like none that is documented, by operation and status."""
    found = [
        f"{len(ids)} of {operation} with HTTP {status} ({_named(ids)})"
        for (operation, status), ids in tally.unlike.items()
    ]
    says = f"like none: {'; '.join(found)}" if found else "all of them"
    count = many(sum(map(len, tally.unlike.values())), "recorded answer is", "recorded answers are")
    lacks = f"{count} like none that is documented: {'; '.join(found)}"
    return Rule("every recorded answer is like a documented one", not found, says, lacks)


def _named(ids: list[str]) -> str:
    return ", ".join([*ids[:_NAMED], *(["..."] if len(ids) > _NAMED else [])])


def _successes(operation: Operation) -> set[str]:
    return {known.clause for known in operation.outcomes if known.role is Role.SUCCESS}


def _saw(operation: Operation, role: Role, tally: Tally) -> bool:
    seen = tally.operations[operation.family, operation.id].outcomes
    return any(seen[known.name] for known in operation.outcomes if known.role is role)
