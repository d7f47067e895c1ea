"""What the exchanges of a run are judged with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from clausewise import masking
from clausewise.errors import Unreadable
from clausewise.journal import Journal
from clausewise.masking import Masker
from clausewise.model import Clause, Exchange, Operation
from clausewise.scope import Scope
from clausewise.verdict import Policy

Find = Callable[[str, str], Operation]

# Bytes that are soon looked through: the clock of the thread, which others do not slow, costs more.
_LITTLE = 1 << 14


@dataclass(frozen=True, slots=True, repr=False)
class JudgeContext:
    """What every test of a run judges with. `operation` finds one by its family and its id.

    In a live run `in_time` raises BudgetExhausted where its time is up, and what an exchange may take, from
    its first byte until it is judged, is `most_seconds`.
    """

    clauses: Mapping[str, Clause]
    operation: Find
    journal: Journal
    masker: Masker
    policy: Policy = field(default_factory=Policy)
    in_time: Callable[[], None] = lambda: None
    most_seconds: float = math.inf

    @classmethod
    def of(cls, scope: Scope, journal: Journal, policy: Policy, key: bytes) -> JudgeContext:
        """Return what a target's exchanges are judged with; `key` makes the fingerprints of masked values."""
        clauses = {clause.id: clause for clause in scope.clauses()}
        return cls(clauses, scope.operation, journal, masker(scope, key), policy)

    def timed(self, in_time: Callable[[], None], most_seconds: float) -> JudgeContext:
        """Return the same for a live run, whose time is limited."""
        return replace(self, in_time=in_time, most_seconds=most_seconds)

    def operation_of(self, exchange: Exchange) -> Operation:
        """Return the operation that an exchange called."""
        return self.operation(exchange.family, exchange.operation)

    def is_documented(self, clause: str) -> bool:
        """Tell whether a document of the target states a clause, rather than an inference of ours."""
        known = self.clauses.get(clause)
        return known is not None and known.standing.firm

    @contextmanager
    def within_time(self, exchange: Exchange) -> Iterator[None]:
        """Raise Unreadable at the end if the exchange and what was done with it took longer than it may."""
        clock = time.thread_time if len(exchange.response.body) > _LITTLE else time.perf_counter
        began = clock()
        yield
        looked, most = clock() - began, self.most_seconds
        if exchange.milliseconds / 1000 + looked > most:
            raise Unreadable(
                f"{exchange.operation} was answered with what took {looked:.1f} s to look through, and an "
                f"exchange may take {most:g} s ([limits] total_timeout)."
            )


def masker(scope: Scope, key: bytes) -> Masker:
    """Return what masks a target's exchanges; `key` makes the fingerprints of masked values."""
    target = scope.target
    marks = {name: mark for known in scope.contracts.values() for name, mark in known.sensitive.items()}
    personal, shown = not target.show_personal_data, target.shown_fields
    hidden = masking.sensitive_fields(marks, target.masked_fields, personal=personal, shown=shown)
    bound = (place for known in scope.bindings.values() for place in known.secret_places())
    made = Masker(
        key,
        target.secrets,
        hidden.union(bound),
        personal=personal,
        shown=shown,
        facts={word for known in scope.contracts.values() for word in known.words},
        kept=target.limits.max_kept_body,
    )
    given = (family.fixtures.values() for family in target.families.values())
    made.foreknow(pair for fixtures in given for fixture in fixtures for pair in fixture.items())
    return made
