"""What the exchanges of one test showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clausewise.judge.judgement import Judgement
from clausewise.judge.record import answer_row, finding_rows
from clausewise.masking import Masker
from clausewise.model import Assertion, Exchange, Finding
from clausewise.model.masks import ALIKE, BLANK, Compared

_MOST_EXCHANGES = 5  # named for each clause that a test touched


@dataclass
class Observed:
    """What one test's exchanges showed so far, since it was begun, or begun anew.

    `compared_with` and `refuses_inferred` keep of single exchanges, by id, what `Terms` and `Judgement` say
    of them; `answers` what tells which findings have one cause; `masked` what comparisons with texts that the
    target masks came to, by operation. `calls` are counted from the first beginning on.
    """

    calls: int = 0
    exchanges_by_clause: dict[str, list[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unjudged: dict[str, Exchange] = field(default_factory=dict)
    compared_with: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refuses_inferred: set[str] = field(default_factory=set)
    answers: list[dict[str, Any]] = field(default_factory=list)
    masked: list[tuple[str, Compared]] = field(default_factory=list)

    def hear(self, exchange: Exchange) -> None:
        """Take note of an exchange that is not judged yet."""
        self.calls += 1
        self.unjudged[exchange.id] = exchange
        if exchange.compared:
            self.masked.append((exchange.operation, exchange.compared))

    def add(self, judgement: Judgement) -> None:
        """Take note of what a judged exchange shows."""
        if judgement.refuses_inferred:
            self.refuses_inferred.add(judgement.exchange.id)
        self.take(judgement.assertions)
        if judgement.first:
            self.answers.append(answer_row(judgement))

    def take(self, assertions: Iterable[Assertion]) -> None:
        """Take note of what is said on clauses, and of what is not as they say."""
        for assertion in assertions:
            clause, exchange = assertion.clause, assertion.exchange
            seen = self.exchanges_by_clause.setdefault(clause, [])
            if exchange and exchange not in seen:
                seen.append(exchange)
            self.findings += [replace(bad, clause=clause, exchange=exchange) for bad in assertion.findings]

    def rows(self, masker: Masker) -> dict[str, Any]:
        """Return what a test's record says of clauses: how many exchanges touched each, what was found."""
        by_clause = self.exchanges_by_clause.items()
        touched = {clause: [len(ids), ids[:_MOST_EXCHANGES]] for clause, ids in by_clause}
        return {"touched": touched, "findings": finding_rows(self.findings, masker)}

    @property
    def compared(self) -> Mapping[str, bool]:
        """The masked places that the test compared, and whether anything of them was shown."""
        shown: dict[str, bool] = {}
        for operation, places in self.masked:
            for place, came in places.items():
                if came & {ALIKE, BLANK}:
                    name = f"{operation}:{place}"
                    shown[name] = shown.get(name, True) and BLANK not in came
        return shown

    @property
    def unseen(self) -> str:
        """Why a test that found nothing shows nothing, either: the target masks all of what it compared."""
        blank = sorted(name for name, shown in self.compared.items() if not shown)
        text = f"The target masks {', '.join(blank)}, as its file says, and shows nothing of it."
        return text if blank else ""
