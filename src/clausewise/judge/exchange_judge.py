"""Judges the exchanges of one test by what holds for each of them, and keeps what they showed."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clausewise.judge import record
from clausewise.judge.context import JudgeContext
from clausewise.judge.judgement import Judgement, Terms
from clausewise.judge.observed import Observed
from clausewise.judge.pipeline import judged
from clausewise.model import Assertion, Exchange, Finding, Verdict


@dataclass
class ExchangeJudge:
    """Takes the exchanges of one test through the steps of `pipeline`.

    `inferred` tells that what the test expects rests on an inference of ours, whatever its clauses. `holds`
    that it may be gone through again, so that its exchanges are not written down yet.
    """

    bench: JudgeContext
    test: str
    clauses: Sequence[str]
    inferred: bool = False
    holds: bool = False
    observed: Observed = field(default_factory=Observed)
    _held_back: list[tuple[Exchange, Mapping[str, Any]]] = field(default_factory=list)
    _began: float = field(default_factory=time.perf_counter)

    def hear(self, exchange: Exchange) -> None:
        """Take note of an exchange that is not judged, yet."""
        self.observed.hear(exchange)

    def settle(self, exchange: Exchange, terms: Terms) -> None:
        """Judge a recorded exchange on the terms on which it was judged live."""
        self.hear(exchange)
        self._judge(exchange, terms)

    def rest(self, kept: Collection[str]) -> bool:
        """Judge what is not judged yet by what holds for any answer, but for the exchanges of some ids.

        Tells whether all of it is as some document describes it.
        """
        described = True
        unjudged = [it for name, it in self.observed.unjudged.items() if name not in kept]
        for number, exchange in enumerate(unjudged):
            if number:
                self.bench.in_time()
            described &= bool(self._judge(exchange, Terms()).reading.outcome)
            self.observed.compared_with.pop(exchange.id, None)
        return described

    def anew(self, kept: Collection[str]) -> None:
        """Forget what a test showed so far, since it is gone through once more.

        Of its exchanges those `kept` are heard again; the others are written down, and judged by nothing.
        """
        held_back = (exchange for exchange, _ in self._held_back)
        made = {it.id: it for it in (*held_back, *self.observed.unjudged.values())}
        for exchange in (it for name, it in made.items() if name not in kept):
            operation = self.bench.operation_of(exchange)
            self.bench.journal.exchange(record.early_row(exchange, operation, self.test, self.bench.masker))
        self._held_back.clear()
        self.observed = Observed(self.observed.calls)

    def flush(self) -> None:
        """Write down the exchanges that were held back, as long as the test might be gone through again."""
        for _, row in self._held_back:
            self.bench.journal.exchange(row)
        self._held_back.clear()
        self.holds = False

    def end(self) -> None:
        """Write the record of what was recorded elsewhere; whatever is broken stands in it."""
        self.bench.journal.verdict(self._row(Verdict.PASS, ""))

    @property
    def rests_on_inference(self) -> bool:
        """Whether what this test expects rests on an inference of ours."""
        own = self.bench.clauses.get(self.clauses[0]) if self.clauses else None
        return self.inferred or (own is not None and not own.standing.firm)

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far."""
        return tuple(self.observed.findings)

    @property
    def broken(self) -> bool:
        """Whether anything was found so far."""
        return bool(self.observed.findings)

    @property
    def touched(self) -> frozenset[str]:
        """The clauses that were judged so far."""
        return frozenset(self.observed.exchanges_by_clause)

    @property
    def masked(self) -> bool:
        """Whether any answer that the test got was masked in part by the target."""
        return bool(self.observed.masked)

    @property
    def unseen(self) -> str:
        """Why a test that found nothing shows nothing, either: the target masks all of what it compared."""
        return self.observed.unseen

    @property
    def told(self) -> dict[str, Any]:
        """What a live line counts: the clauses judged, what was found in which exchanges, how many calls."""
        seen = self.observed
        findings = record.finding_rows(seen.findings, self.bench.masker)
        answers = seen.answers if findings else []
        return {
            "judged": sorted(self.touched),
            "findings": findings,
            "exchanges": answers,
            "calls": seen.calls,
        }

    def _judge(self, exchange: Exchange, terms: Terms) -> Judgement:
        """Take an exchange through all steps, keep what they found, and write it down the first time."""
        seen, operation = self.observed, self.bench.operation_of(exchange)
        inferred = terms.inferred or self.rests_on_inference
        terms = replace(terms, inferred=inferred, compared=seen.compared_with.get(exchange.id, ()))
        first, refused = exchange.id in seen.unjudged, exchange.id in seen.refuses_inferred
        begun = Judgement(exchange, operation, terms, self.test, first=first, refuses_inferred=refused)
        with self.bench.within_time(exchange):
            judgement = judged(begun, self.bench)
            seen.unjudged.pop(exchange.id, None)
            seen.add(judgement)
            if judgement.row is not None:
                self._write(exchange, judgement.row)
        return judgement

    def _write(self, exchange: Exchange, row: Mapping[str, Any]) -> None:
        if self.holds:
            self._held_back.append((exchange, row))
        else:
            self.bench.journal.exchange(row)

    def _take(self, assertions: Iterable[Assertion], exchange: Exchange | None = None) -> None:
        """Take note of assertions on clauses that the target claims, masked where they quote an exchange."""
        claimed = [it for it in assertions if it.clause in self.bench.clauses]
        self.observed.take(record.masked(claimed, exchange, self.bench.masker) if exchange else claimed)

    def _row(self, verdict: Verdict, reason: str) -> dict[str, Any]:
        masker = self.bench.masker
        head: dict[str, Any] = {"test": self.test, "clauses": list(self.clauses), "verdict": verdict}
        seconds = round(time.perf_counter() - self._began, 4)
        return head | {"reason": masker.text(reason), "seconds": seconds} | self.observed.rows(masker)
