"""The judge of one test: takes its exchanges through the steps, and says what follows for the test."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clausewise.checks import misplaced, read, untaken
from clausewise.economy import CaseSelection
from clausewise.errors import (
    BudgetExhausted,
    ClausewiseError,
    ConfigurationError,
    NoVerdict,
    Untestable,
)
from clausewise.judge.consequence import Consequence, consequence, not_conformant
from clausewise.judge.exchange_judge import ExchangeJudge
from clausewise.judge.expected import Expected, broken, masked_place, terms_of
from clausewise.judge.judgement import Terms
from clausewise.judge.record import masked_finding
from clausewise.judge.standing import blamed_clause, counting, is_assumed
from clausewise.model import Assertion, Exchange, Finding, Verdict


@dataclass
class Judge(ExchangeJudge):
    """The judge of one test, called with an exchange and what is expected of it.

    Another answer than the expected one, or a broken check of the test, raises NotConformant at once, since
    the test cannot go on; an answer whose code stands elsewhere than the target's binding says raises
    Untestable. A broken field is kept, and raised by `close`.

    `judged` counts what was expected; `repeats` tells that the test failed before, `wavered` why an answer
    came only when its call was made again, `waited` how many seconds reads waited for a write to be seen,
    and `case_selection` which of its cases it asks.
    """

    judged: int = 0
    repeats: bool = False
    wavered: str = ""
    waited: float = 0.0
    case_selection: CaseSelection | None = None

    def __call__(
        self, exchange: Exchange, *expected: Expected, about: str = "", before: tuple[str, ...] = ()
    ) -> Exchange:
        """Judge one exchange by all that holds for it and by what the test expects; return it.

        `about` says in the finding what is special about the request, `before` names the exchanges that
        led to it.
        """
        if not expected:
            raise ConfigurationError(f"{self.test} judges without saying what it expects.")
        self.judged += 1
        operation = self.bench.operation_of(exchange)
        terms = terms_of(expected, operation)
        if told := misplaced(exchange, operation, terms.expected):
            self._judge(exchange, Terms())
            raise Untestable(told)
        judgement = self._judge(exchange, terms)
        follows = consequence(judgement, {bad.clause for bad in self.findings}, self.bench)
        if follows is Consequence.END_BROKEN:
            missed = judgement.reading.assertions[0].findings
            self._blame(exchange, [replace(it, hint=about, before=before) for it in missed])
        if follows is Consequence.END_AFTER_EFFECT:
            self._take([Assertion(self.clauses[0], (), exchange.id)])
        if follows in {Consequence.GO_ON, Consequence.END_AFTER_EFFECT}:
            self._expect(exchange, expected, about, before)
        if follows is not Consequence.GO_ON:
            raise not_conformant(self.findings, self.bench)
        return exchange

    def agrees(self, exchange: Exchange, *expected: Expected) -> bool:
        """Tell whether an exchange is as expected, without holding anything against anyone."""
        operation = self.bench.operation_of(exchange)
        names = terms_of(expected, operation).expected
        self.observed.compared_with[exchange.id] = names
        as_expected = not names or read(exchange, operation, names).as_expected
        return as_expected and next(broken(expected, exchange), None) is None

    def untaken(self, exchange: Exchange, fields: Mapping[str, str]) -> None:
        """Hold a refusal of a good request against fields, clause by pointer: without them it is taken."""
        actual = f"HTTP {exchange.response.status} with it, served without it"
        refused = [untaken(clause, exchange, actual, pointer) for clause, pointer in fields.items()]
        inferred = self.rests_on_inference or exchange.id in self.observed.refuses_inferred
        self._take(counting(refused, self.bench, documented=not inferred), exchange)

    def waver(self, why: str) -> None:
        """Take note that an answer came only when a call was made a second time, and why."""
        self.wavered = self.wavered or why

    def settled(self, seconds: float) -> None:
        """Take note that a read waited for a write to be seen."""
        self.waited += seconds

    def anew(self, kept: Collection[str]) -> None:
        """Forget what the test showed and expected so far, since it is gone through once more."""
        super().anew(kept)
        self.judged = 0

    def close(
        self, verdict: Verdict = Verdict.PASS, reason: str = "", *, finished: bool = True, **marks: bool
    ) -> None:
        """Judge what is left, write the test's record, and raise NotConformant for what is broken.

        With a verdict other than *pass* the test's own clauses get that one, for the reason given; a
        test that did not finish says nothing for those of its clauses that it had not come to. Raises
        NoVerdict or BudgetExhausted where its answers took too long to be looked through. `marks`
        go into the record: `unusable` for a target that cannot be judged, `broken` for a broken test.
        """
        late: ClausewiseError | None = None
        try:
            self.rest(())
        except BudgetExhausted as bad:
            late, verdict, reason, marks = bad, Verdict.UNTESTABLE, str(bad), marks | {"spent": True}
        except NoVerdict as bad:
            late, verdict, reason = bad, Verdict.ERROR, str(bad)
        if finished and verdict is Verdict.PASS:
            self._take(Assertion(clause) for clause in self.clauses)
        self.bench.journal.verdict(self._row(verdict, reason) | marks | self._notes())
        if self.broken:
            raise not_conformant(self.findings, self.bench)
        if late:
            raise late

    def fault(self, text: str) -> None:
        """Hold against the test's first clause what kept the test from going on."""
        finding = Finding("", "an answer that the test can go on with", text)
        self._take([Assertion(self.clauses[0], (finding,))])

    def _expect(
        self, exchange: Exchange, expected: Sequence[Expected], about: str, before: tuple[str, ...]
    ) -> None:
        """Hold checks that fail against the test's clauses, unless nothing can be read from the answer."""
        failed = list(broken(expected, exchange))
        if failed and not any(wanted.formless for wanted, _ in failed) and (form := self._broken_form()):
            raise Untestable(f"An answer is not as {form} assumes, so no effect can be read from it.")
        for _, finding in failed:
            if place := masked_place(finding, exchange):
                raise Untestable(
                    f"The target masks {place} of {exchange.operation}'s answer, as its file says."
                )
        for wanted, finding in failed:
            hint = finding.hint or about
            self._blame(exchange, [replace(finding, clause=wanted.clause, hint=hint, before=before)])
        if failed:
            raise not_conformant(self.findings[-len(failed) :], self.bench)

    def _blame(self, exchange: Exchange, findings: Sequence[Finding]) -> None:
        """Hold findings against the test's own clauses, each once."""
        for finding in findings:
            clause = blamed_clause(finding, self.clauses, self.bench, inferred=self.rests_on_inference)
            shown = masked_finding(finding, exchange, self.bench.masker)
            shown = replace(shown, clause=clause, exchange=exchange.id)
            if shown not in self.findings:
                self._take([Assertion(clause, (shown,), exchange.id)])

    def _broken_form(self) -> str:
        """Return the clause of a form that is only assumed and that an answer of the test does not have.

        What the document states is not held against a target whose answers the overlays get wrong.
        """
        if self.rests_on_inference:
            return ""
        self.rest(())
        return next((bad.clause for bad in self.findings if is_assumed(bad.clause, self.bench)), "")

    def _notes(self) -> dict[str, Any]:
        """Return what else the test's record says."""
        cases = self.case_selection
        notes = (
            ("repeats", self.repeats, True),
            ("wavered", self.wavered, self.bench.masker.text(self.wavered)),
            ("waited", self.waited, round(self.waited, 1)),
            ("masked", self.observed.compared, sorted(self.observed.compared)),
            ("cases", cases and cases.had, [cases.asked, cases.had] if cases else []),
        )
        return {key: value for key, noted, value in notes if noted}
