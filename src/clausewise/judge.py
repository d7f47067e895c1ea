"""One exchange through the checks, its word weighed and written down; live and offline alike."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from clausewise import masking
from clausewise.checks import (
    Expectation,
    OutcomeNames,
    OutcomeRoles,
    Reading,
    misplaced,
    read,
    taken,
    universal,
    unlike,
    untaken,
)
from clausewise.economy import CaseSelection
from clausewise.errors import (
    BudgetExhausted,
    ClausewiseError,
    ConfigurationError,
    NotConformant,
    NoVerdict,
    Unreadable,
    Untestable,
)
from clausewise.journal import Journal
from clausewise.masking import Masker
from clausewise.model import Assertion, Clause, Exchange, Finding, Kind, Operation, Role, Standing, Verdict
from clausewise.model.masks import ALIKE, BLANK, OTHER, Compared
from clausewise.scope import Scope
from clausewise.untrusted import visible
from clausewise.verdict import Policy, explain

Expected = OutcomeNames | OutcomeRoles | Expectation
Find = Callable[[str, str], Operation]

_LITTLE = (
    1 << 14
)  # bytes that are soon looked through: the clock of the thread, which others slow, costs more
_MANY, _WIDE = 20, 200  # undocumented keys kept of one answer, and characters of each


@dataclass(frozen=True, slots=True, repr=False)
class JudgeContext:
    """What every test of a run judges with."""

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
        """Return the same bench for a live run: `in_time` raises BudgetExhausted where its time is up.

        What an exchange may take, from its first byte until it is judged, is `most_seconds`.
        """
        return replace(self, in_time=in_time, most_seconds=most_seconds)


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


@dataclass
class Judge:
    """The judge of one test. Called with an exchange, it judges; it remembers every clause touched.

    An answer that is not the wanted one, or a broken expectation of the test, raises NotConformant at
    once, since the test cannot go on; one whose code stands elsewhere than the target's binding says
    raises Untestable. A broken field is remembered and raised by `close`. One that `repeats` a test that
    failed says so in its record.
    """

    bench: JudgeContext
    test: str
    clauses: Sequence[str]
    judged: int = 0
    repeats: bool = False
    guessed: bool = False
    wavered: str = ""
    waited: float = 0.0
    holds: bool = False
    case_selection: CaseSelection | None = None
    _touched: dict[str, list[str]] = field(default_factory=dict)
    _findings: list[Finding] = field(default_factory=list)
    _waiting: dict[str, Exchange] = field(default_factory=dict)
    _heard: int = 0
    _meant: dict[str, list[str]] = field(default_factory=dict)
    _doubtful: set[str] = field(default_factory=set)
    _strange: set[str] = field(default_factory=set)
    _came: list[dict[str, object]] = field(default_factory=list)
    _veiled: list[tuple[str, Compared]] = field(default_factory=list)
    _held: list[tuple[Exchange, dict[str, object]]] = field(default_factory=list)
    _began: float = field(default_factory=time.perf_counter)

    def __call__(
        self,
        exchange: Exchange,
        *expected: Expected,
        about: str = "",
        before: tuple[str, ...] = (),
    ) -> Exchange:
        """Judge one exchange by all that holds for it and by what the test expects; return it.

        `about` says in the finding what is special about the request, `before` names the exchanges that
        led to it.
        """
        if not expected:
            raise ConfigurationError(f"{self.test} judges without saying what it expects.")
        self.judged += 1
        operation = self.bench.operation(exchange.family, exchange.operation)
        names = [name for wanted in expected for name in _named(wanted, operation)]
        if told := misplaced(exchange, operation, names):
            self._settle(exchange, [])
            raise Untestable(told)
        loose = any(isinstance(wanted, OutcomeRoles) for wanted in expected)
        reading = self._settle(exchange, names, loose=loose)
        if names and reading.garbled and not loose and self._firm(exchange, reading):
            self._raise(self._findings)
        missed = bool(names) and not reading.given
        if missed and self._held_elsewhere(exchange, names, reading):
            if exchange.id not in self._doubtful:  # its effect was seen, in whatever form
                self._take([Assertion(self.clauses[0], (), exchange.id)])
                self._expect(exchange, expected, about, before)
            self._raise(self._findings)
        if missed:
            bad = [replace(it, hint=about, before=before) for it in reading.assertions[0].findings]
            self._blame(exchange, bad)
        self._expect(exchange, expected, about, before)
        return exchange

    def agrees(self, exchange: Exchange, *expected: Expected) -> bool:
        """Tell whether an exchange is as expected, without holding anything against anyone."""
        operation = self.bench.operation(exchange.family, exchange.operation)
        names = [name for wanted in expected for name in _named(wanted, operation)]
        self._meant[exchange.id] = names
        own = [wanted for wanted in expected if isinstance(wanted, Expectation)]
        given = not names or read(exchange, operation, names).given
        return given and not any(wanted.check(exchange) for wanted in own)

    def untaken(self, exchange: Exchange, fields: Mapping[str, str]) -> None:
        """Hold a refusal of a good request against fields, clause by pointer: without them it is taken."""
        actual = f"HTTP {exchange.response.status} with it, served without it"
        assertions = [untaken(clause, exchange, actual, pointer) for clause, pointer in fields.items()]
        self._take(assertions if self._stated(exchange) else self._guesses(assertions), exchange)

    def hear(self, exchange: Exchange) -> None:
        """Take note of an exchange that the test has not judged, yet."""
        self._waiting[exchange.id] = exchange
        self._heard += 1
        if exchange.compared:
            self._veiled.append((exchange.operation, exchange.compared))

    def waver(self, why: str) -> None:
        """Take note that an answer came only when a call was made a second time, and why."""
        self.wavered = self.wavered or why

    def settled(self, seconds: float) -> None:
        """Take note that a read waited for a write to be seen."""
        self.waited += seconds

    def anew(self, kept: Collection[str]) -> None:
        """Forget what a test showed so far, since it is gone through once more.

        Of its exchanges those `kept` are heard again; the others are written down, and judged by nothing.
        """
        told = {held.id: held for held in (*(held for held, _ in self._held), *self._waiting.values())}
        for held in told.values():
            if held.id not in kept:
                row = self.bench.masker.record(held, self.bench.operation(held.family, held.operation).path)
                mark = {"test": self.test, "expected": [], "matched": "", "stray": True, "early": True}
                self.bench.journal.exchange(row | mark)
        lists = self._held, self._findings, self._came, self._veiled
        tables = self._touched, self._waiting, self._meant
        for state in (*lists, *tables, self._doubtful, self._strange):
            state.clear()
        self.judged = 0

    def flush(self) -> None:
        """Write down the exchanges that were held back, as long as the test might be gone through again."""
        for _, row in self._held:
            self.bench.journal.exchange(row)
        self._held.clear()
        self.holds = False

    def rest(self, kept: Collection[str]) -> bool:
        """Judge what is not judged yet by what holds for any answer, but for the exchanges of some ids.

        Tells whether all of it is as some document describes it.
        """
        described = True
        for number, exchange in enumerate([held for name, held in self._waiting.items() if name not in kept]):
            if number:
                self.bench.in_time()
            described &= bool(self._settle(exchange, []).outcome)
            self._meant.pop(exchange.id, None)
        return described

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
        except (NoVerdict, BudgetExhausted) as bad:
            late = bad
            verdict = Verdict.UNTESTABLE if isinstance(bad, BudgetExhausted) else Verdict.ERROR
            reason, marks = str(bad), marks | ({"spent": True} if isinstance(bad, BudgetExhausted) else {})
        if finished and verdict is Verdict.PASS:
            self._take(Assertion(clause) for clause in self.clauses)
        told: dict[str, object] = {"repeats": True} if self.repeats else {}
        told |= {"wavered": self.bench.masker.text(self.wavered)} if self.wavered else {}
        told |= {"waited": round(self.waited, 1)} if self.waited else {}
        told |= {"masked": sorted(self.compared)} if self.compared else {}
        told |= (
            {"cases": [self.case_selection.asked, self.case_selection.had]}
            if self.case_selection and self.case_selection.had
            else {}
        )
        self.bench.journal.verdict(self._record(verdict, reason) | marks | told)
        if self._findings:
            self._raise(self._findings)
        if late:
            raise late

    def settle(
        self, exchange: Exchange, wanted: Sequence[str], *, loose: bool, strange: bool = False
    ) -> None:
        """Judge a recorded exchange, as a live one of which these outcomes were wanted.

        A `strange` one is like no documented answer that could have been wanted.
        """
        self.hear(exchange)
        self._strange |= {exchange.id} if strange else set()
        self._settle(exchange, wanted, loose=loose)

    def end(self) -> None:
        """Write the record of what was recorded elsewhere; whatever is broken stands in it."""
        self.bench.journal.verdict(self._record(Verdict.PASS, ""))

    @property
    def compared(self) -> Mapping[str, bool]:
        """The masked places that the test compared, and whether anything of them was shown."""
        told: dict[str, bool] = {}
        for operation, places in self._veiled:
            for place, came in places.items():
                if came & {ALIKE, BLANK}:
                    name = f"{operation}:{place}"
                    told[name] = told.get(name, True) and BLANK not in came
        return told

    @property
    def unseen(self) -> str:
        """Why a test that found nothing shows nothing, either: the target masks all of what it compared."""
        blank = sorted(name for name, shown in self.compared.items() if not shown)
        told = f"The target masks {', '.join(blank)}, as its file says, and shows nothing of it."
        return told if blank else ""

    @property
    def masked(self) -> bool:
        """Whether any answer that the test got was masked in part by the target."""
        return bool(self._veiled)

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found so far."""
        return tuple(self._findings)

    @property
    def touched(self) -> frozenset[str]:
        """The clauses that were judged so far."""
        return frozenset(self._touched)

    @property
    def told(self) -> dict[str, object]:
        """What a live line counts: the clauses judged, what was found in which exchanges, how many calls."""
        exchanges = self._came if self._findings else []
        told = {"judged": sorted(self._touched), "findings": self._found(), "exchanges": exchanges}
        return told | {"calls": self._heard}

    def fault(self, text: str) -> None:
        """Hold against the test's first clause what kept the test from going on."""
        self._take(
            [Assertion(self.clauses[0], (Finding("", "an answer that the test can go on with", text),))]
        )

    @property
    def guess(self) -> bool:
        """Whether what this test wants rests on a guess of ours."""
        own = self.bench.clauses.get(self.clauses[0]) if self.clauses else None
        return self.guessed or (own is not None and not own.standing.firm)

    @property
    def broken(self) -> bool:
        """Whether anything was found so far."""
        return bool(self._findings)

    def _settle(self, exchange: Exchange, wanted: Sequence[str], *, loose: bool = False) -> Reading:
        """Judge an exchange by what holds for it whatever the test expects, once.

        Where any outcome of some roles would do (`loose`), the answer's own fields are not judged: what a
        request holds that no document describes may well come back in the answer.
        """
        clock = time.thread_time if len(exchange.response.body) > _LITTLE else time.perf_counter
        began = clock()
        reading = self._looked_at(exchange, wanted, loose=loose)
        looked, most = clock() - began, self.bench.most_seconds
        if exchange.milliseconds / 1000 + looked > most:
            raise Unreadable(
                f"{exchange.operation} was answered with what took {looked:.1f} s to look through, and an "
                f"exchange may take {most:g} s ([limits] total_timeout)."
            )
        return reading

    def _looked_at(self, exchange: Exchange, wanted: Sequence[str], *, loose: bool) -> Reading:
        operation = self.bench.operation(exchange.family, exchange.operation)
        reading = read(exchange, operation, wanted)
        if self._waiting.pop(exchange.id, None):
            roles = {operation.outcome(name).role for name in wanted}
            success = Role.SUCCESS in roles and Role.INVALID not in roles
            record = self.bench.masker.record(exchange, operation.path)
            if not exchange.stray:
                shown = reading.outcome or reading.resembles  # a refusal by name is one, whatever its form
                fields = taken(exchange, operation, shown, wanted_success=success)
                if self._only_guessed(fields):
                    self._doubtful.add(exchange.id)
                held = [*universal(exchange, operation), *self._unlike_any(exchange, operation), *fields]
                self._take(held if self._stated(exchange) else self._guesses(held), exchange)
            meant = list(wanted) or self._meant.get(exchange.id, [])
            what: dict[str, object] = {"test": self.test, "expected": meant, "matched": reading.outcome}
            told = dict(what)
            if exchange.stray:
                told["stray"] = True
            marks = {"unlike": exchange.id in self._strange, "loose": loose, "guess": self.guess}
            told |= {name: True for name, marked in marks.items() if marked}
            if meant and not wanted:
                told["free"] = True
            if exchange.sent is None and exchange.request.body:
                told["raw"] = True
            if reading.drift and not (loose or exchange.stray):
                told["drift"] = [self.bench.masker.text(where)[:_WIDE] for where in reading.drift[:_MANY]]
            self._write(exchange, record | told)
            place = {"id": exchange.id, "family": exchange.family, "operation": exchange.operation}
            self._came.append(place | what | {"response": {"status": exchange.response.status}})
        assertions = (
            reading.assertions if self._firm(exchange, reading) else self._guesses(reading.assertions)
        )
        self._take(() if exchange.stray or loose else assertions, exchange)
        return reading

    def _write(self, exchange: Exchange, row: dict[str, object]) -> None:
        if self.holds:
            self._held.append((exchange, row))
        else:
            self.bench.journal.exchange(row)

    def _unlike_any(self, exchange: Exchange, operation: Operation) -> Iterable[Assertion]:
        """Judge an answer that is like none, to a request that some document describes."""
        return unlike(exchange, operation) if exchange.id in self._strange and not self.guess else ()

    def _only_guessed(self, fields: Iterable[Assertion]) -> bool:
        """Tell whether all fields that an answer refuses by name are guesses of ours."""
        named = [it.clause for it in fields for bad in it.findings if bad.where]
        return bool(named) and not any(map(self._documented, named))

    def _stated(self, exchange: Exchange) -> bool:
        """Tell whether what was sent is the document's, and not refused by the name of a guessed field."""
        return not self.guess and exchange.id not in self._doubtful

    def _firm(self, exchange: Exchange, reading: Reading) -> bool:
        """Tell whether what was sent is the document's, or the answer says itself which one it is."""
        return self._stated(exchange) or reading.known

    def _guesses(self, assertions: Iterable[Assertion]) -> list[Assertion]:
        """Leave out what is held against documented clauses."""
        return [it for it in assertions if not (it.findings and self._documented(it.clause))]

    def _documented(self, clause: str) -> bool:
        known = self.bench.clauses.get(clause)
        return known is not None and known.standing.firm

    def _held_elsewhere(self, exchange: Exchange, names: Sequence[str], reading: Reading) -> bool:
        """Tell whether a wanted answer that did not come has been held against the guess that it rests on.

        That is a request field of ours that was refused, or only the form of an answer: what was to be
        served was served, or what was to be refused was refused, which the test's own clause is about.
        """
        if self.guess or not self._findings:
            return False
        if exchange.id in self._doubtful:
            return True
        operation = self.bench.operation(exchange.family, exchange.operation)
        wanted = [operation.outcome(name) for name in names]
        told = any(bad.clause == wanted[0].clause for bad in self._findings)
        shown = reading.outcome or reading.resembles
        served = bool(shown) and operation.outcome(shown).role is Role.SUCCESS
        alike = served == any(it.role is Role.SUCCESS for it in wanted)
        return told and alike and not any(self._documented(it.clause) for it in wanted)

    def _expect(
        self, exchange: Exchange, expected: Sequence[Expected], about: str, before: tuple[str, ...]
    ) -> None:
        own = [wanted for wanted in expected if isinstance(wanted, Expectation)]
        found = [(wanted, finding) for wanted in own if (finding := wanted.check(exchange))]
        if found and not any(wanted.formless for wanted, _ in found) and (unlike := self._unlike()):
            raise Untestable(f"An answer is not as {unlike} assumes, so no effect can be read from it.")
        for _, finding in found:
            if place := _hidden(exchange, finding.where):
                raise Untestable(
                    f"The target masks {place} of {exchange.operation}'s answer, as its file says."
                )
        for wanted, finding in found:
            told = replace(finding, clause=wanted.clause, hint=finding.hint or about, before=before)
            self._blame(exchange, [told], stop=False)
        if found:
            self._raise(self._findings[-len(found) :])

    def _unlike(self) -> str:
        """Return the clause of a form that is only assumed and that an answer of the test does not have.

        What the document states is not held against a target whose answers the overlays get wrong.
        """
        if self.guess:
            return ""
        self.rest(())
        return next((bad.clause for bad in self._findings if self._assumed(bad.clause)), "")

    def _assumed(self, clause: str) -> bool:
        known = self.bench.clauses[clause]
        unsaid = known.kind is Kind.UNIVERSAL and clause.endswith(".json") and not known.standing.firm
        return known.standing is Standing.ASSUMED or unsaid

    def _blame(self, exchange: Exchange, findings: Sequence[Finding], *, stop: bool = True) -> None:
        """Hold findings against the test's own clause, or the one they name."""
        for finding in findings:
            clause = finding.clause if finding.clause in self.clauses else self.clauses[0]
            clause = self.clauses[0] if self.guess and self._documented(clause) else clause
            said = replace(self._masked(finding, exchange), clause=clause, exchange=exchange.id)
            if said not in self._findings:
                self._take([Assertion(clause, (said,), exchange.id)])
        if stop:
            self._raise(self._findings)

    def _masked(self, finding: Finding, exchange: Exchange) -> Finding:
        """Return a finding on an exchange without what is hidden in it, were it one character long."""
        masker = self.bench.masker
        short = masker.hides(finding.where)
        expected, actual, hint = (
            masker.finding(text, exchange, short=short)
            for text in (finding.expected, finding.actual, finding.hint)
        )
        return replace(finding, expected=expected, actual=actual, hint=hint, where=masker.text(finding.where))

    def _take(self, assertions: Iterable[Assertion], exchange: Exchange | None = None) -> None:
        for touch in assertions:
            if touch.clause not in self.bench.clauses:
                continue  # a clause of a document that the target does not claim
            seen = self._touched.setdefault(touch.clause, [])
            if touch.exchange and touch.exchange not in seen:
                seen.append(touch.exchange)
            found = touch.findings
            if exchange:
                found = tuple(self._masked(bad, exchange) for bad in found)
            self._findings += [replace(bad, clause=touch.clause, exchange=touch.exchange) for bad in found]

    def _raise(self, findings: Sequence[Finding]) -> None:
        by_clause: dict[str, list[Finding]] = {}
        for finding in findings:
            by_clause.setdefault(finding.clause, []).append(finding)
        clauses = [self.bench.clauses[clause] for clause in by_clause]
        red = any(clause.standing in self.bench.policy.red for clause in clauses)
        text = "\n\n".join(explain(clause, by_clause[clause.id]) for clause in clauses)
        raise NotConformant(visible(self.bench.masker.text(text)), red=red)

    def _found(self) -> list[dict[str, object]]:
        mask = self.bench.masker.text
        return [
            {
                "clause": bad.clause,
                "expected": mask(bad.expected),
                "actual": mask(bad.actual),
                "where": mask(bad.where),
                "hint": mask(bad.hint),
                "exchange": bad.exchange,
                "before": list(bad.before),
                "rule": bad.rule,
            }
            for bad in self._findings
        ]

    def _record(self, verdict: Verdict, reason: str) -> dict[str, object]:
        mask = self.bench.masker.text
        return {
            "test": self.test,
            "clauses": list(self.clauses),
            "verdict": verdict,
            "reason": mask(reason),
            "seconds": round(time.perf_counter() - self._began, 4),
            "touched": {clause: [len(seen), seen[:5]] for clause, seen in self._touched.items()},
            "findings": self._found(),
        }


def _hidden(exchange: Exchange, where: str) -> str:
    """Return the masked place that a finding is about, where nothing that it shows speaks against it."""
    general = "/".join("*" if part.isdecimal() else part for part in where.split("/"))
    held = (place for place in exchange.compared if f"{general}/".startswith(f"{place}/"))
    return next((place for place in held if OTHER not in exchange.compared[place]), "")


def _named(wanted: Expected, operation: Operation) -> Sequence[str]:
    if isinstance(wanted, OutcomeRoles):
        return wanted.names(operation)
    return wanted.names if isinstance(wanted, OutcomeNames) else ()
