"""The proof of the suite: each seeded defect must turn its clause red, and no freedom any clause.

One pytest session against one reference target: first the clean reference, then every defect in turn,
each with only those tests that judge its clause, cheapest first, until one of them catches it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import pytest

from clausewise import combined_defects
from clausewise.errors import ConfigurationError
from clausewise.matrix_session import MatrixSession, Record, Tell, findings, firm, function, staged
from clausewise.model import Clause, Defect, Discrepancy, Freedom, Observability, among
from clausewise.plugin.session import Session
from clausewise.scope import Scope

_SOME = 12  # tests of a claim, after which one that was only amber may stay so
_UNJUDGED = {"error", "untestable"}
_Any = TypeVar("_Any")
_LONG = 0.2  # seconds; a test that waits, or sends a hundred bodies, learns nothing from another key order


@dataclass
class Outcome:
    """What became of one defect or freedom: the tests that noticed it, of those that ran.

    `leaks` are the documented clauses that a defect of a guess, or a reading under a claim, was held against;
    `unjudged` says why tests could not judge it, as where a call got no answer; `seconds` is how long it took
    to find out; `plays` says how often it was played.
    """

    id: str
    clause: str
    kind: str = ""
    noticed_by: str = ""
    tried: int = 0
    seconds: float = 0.0
    others: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    plays: int = 1


@dataclass
class Matrix:
    """The whole proof. It holds where the first nine lists are empty.

    `leaks` are the defects of guesses that were held against documented clauses, `idle` the tests
    that catch no defect, not even one of their own clauses; `unmet` the freedoms that no test met, so that
    nothing could have turned red. `unheard` are the claims of a reading that let another one pass, `too_loud`
    those that let their own not pass. `open` are the defects that are known not to be caught yet: told, and
    not played. `again` are those that were played twice, since no test could judge them the first time.
    """

    survivors: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)
    without_defect: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    unmet: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    too_loud: list[str] = field(default_factory=list)
    defects: list[Outcome] = field(default_factory=list)
    freedoms: list[Outcome] = field(default_factory=list)
    claims: list[Outcome] = field(default_factory=list)
    groups: list[combined_defects.Group] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every defect is caught and no more flagged, every clause has one, every test its catch."""
        wrong = self.survivors, self.false_alarms, self.unclean, self.without_defect, self.idle, self.unmet
        return not any((*wrong, self.leaks, self.unheard, self.too_loud, self.muddled))

    @property
    def muddled(self) -> list[str]:
        """The groups of defects that make too many causes or too few, where there are too many of them."""
        return [
            f"{it.causes} causes of {it.shown} that show, {', '.join(it.defects)}"
            for it in self.groups
            if not (it.told_apart or combined_defects.enough(self.groups))
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the matrix as a JSON value."""
        groups = [it.as_json() for it in self.groups]
        head = {"format": "clausewise-matrix", "version": 1, "holds": self.holds}
        return head | asdict(self) | {"groups": groups}


@dataclass(frozen=True, slots=True)
class Part:
    """What a run plays: id globs (none for all), and part `number` of `parts` of each kind of proof.

    The parts are as good as alike, since each takes every so-manieth: of the defects, of the freedoms, of the
    entries whose readings are claimed, and of the tests that came second.
    Of all, whatever is taken alone, so many `groups` are played at once, by a `seed`. A `quick` part plays
    a guess, a freedom and a claim on one test of each function, where others of it only ask for the same.
    """

    globs: Sequence[str] = ()
    number: int = 1
    parts: int = 1
    groups: int = 0
    seed: int = 1
    quick: bool = False

    @property
    def whole(self) -> bool:
        """Whether all of them are taken."""
        return not (self.globs or self.quick) and self.parts == 1

    def of(self, defects: Iterable[Defect]) -> Sequence[Defect]:
        """Return the defects of this part."""
        return self.share([known for known in defects if self.takes(known.id)])

    def share(self, whole: Sequence[_Any]) -> Sequence[_Any]:
        """Return this part of what all parts together play."""
        return whole[self.number - 1 :: self.parts]

    def takes(self, name: str) -> bool:
        """Tell whether a defect or freedom of that id is picked."""
        return not self.globs or among(name, self.globs)


def prove(
    target: Path, documents: Sequence[str], part: Part, folder: Path, tell: Tell, *, bank: str = ""
) -> Matrix:
    """Run the proof against the embedded reference, or as it is a `bank`, and return the matrix.

    On a bank only documented clauses count: none is red, and each of their defects is caught.

    `tell` hears (what, how many done, how many in all). Raises ConfigurationError for a target that
    is not the embedded reference.
    """
    runner = staged(target, documents, folder, lambda url: _Runner(part, tell, url, bank=bank), bank=bank)
    if runner.matrix is None:
        raise ConfigurationError("The suites could not be run to their end.")
    return runner.matrix


class _Runner(MatrixSession):
    """The stage on which every defect and every freedom is played."""

    def __init__(self, part: Part, tell: Tell, url: str, *, bank: str = "") -> None:
        super().__init__(tell, url)
        self._bank = bank
        self.matrix: Matrix | None = None
        self._part = part
        self._claims: dict[tuple[str, str, str], Scope] = {}

    def play(self, session: Session, items: Sequence[pytest.Item]) -> None:
        """Run the clean reference, then every defect and every freedom."""
        books = session.run.scope.catalogues.values()
        every = [it for book in books for it in book.defects.values() if it.id not in book.open]
        defects = self._part.of(it for it in every if not self._bank or firm(session, it.clause))
        every_freedom = [
            (family, known)
            for family, book in session.run.scope.catalogues.items()
            for known in book.freedoms.values()
            if not self._bank and self._part.takes(known.id) and _possible(session, family, known)
        ]
        freedoms = self._part.share(every_freedom)
        claims = self._claimed(session, every_freedom)
        asked = items if defects or freedoms or claims or self._bank or self._part.groups else []
        self._clean = [record for item in asked for record in self._run(item)]
        known = [name for book in books for name in book.open if self._part.takes(name)]
        matrix = Matrix(unclean=self._unclean(session, firm_only=bool(self._bank)), open=known)
        for number, defect in enumerate(defects, 1):
            self._tell("defects", number, len(defects))
            matrix.defects.append(_timed(self._catch, session, defect))
        if not self._bank and {"*", *self._part.globs} == {"*"}:
            matrix.idle = self._idle(session, matrix.defects)
        for number, (family, freedom) in enumerate(freedoms, 1):
            self._tell("freedoms", number, len(freedoms))
            matrix.freedoms.append(_timed(self._bear, session, family, freedom))
        for number, case in enumerate(claims, 1):
            self._tell("claims", number, len(claims))
            matrix.claims.append(_timed(self._hear, session, case))
        groups = combined_defects.picked(every, self._part.groups, self._part.seed)
        for number, group in enumerate(groups, 1):
            self._tell("defects at once", number, len(groups))
            matrix.groups.append(self._together(session, group))
        self.matrix = _judged(matrix, session, self._part, whole=not self._bank)

    def _claimed(self, session: Session, freedoms: Sequence[tuple[str, Freedom]]) -> list[_Case]:
        """Return the claims of this part: all those of an entry, or none."""
        cases = [
            case for family in session.run.scope.catalogues for case in _cases(session, family, freedoms)
        ]
        entries = self._part.share(list(dict.fromkeys(case.entry.id for case in cases)))
        return [case for case in cases if case.entry.id in entries]

    def _together(self, session: Session, group: Sequence[Defect]) -> combined_defects.Group:
        self._bend(session, *combined_defects.bends(session.run.scope, group))
        session.narrows = True
        seen = self._memory.exchanges = []
        tests = combined_defects.concerned(session.run.scope, self._clean, group)
        records: list[Record] = []
        for test in tests:
            records += self._run(self._items[test])
            if any(record.get("unusable") for record in records):
                break  # as a run would end here
        self._memory.exchanges, session.narrows = None, False
        return combined_defects.group(session, group, records, seen)

    def _idle(self, session: Session, outcomes: Iterable[Outcome]) -> list[str]:
        """Return the tests that caught nothing and, asked again, catch no defect of their own clauses.

        Those that the plan of the proof leaves out, random bodies, have their proof in tests/generation.
        """
        busy = {function(known.noticed_by) for known in outcomes}
        asked = set(self._part.share(sorted({function(record["test"]) for record in self._clean})))
        rest = [
            record
            for record in self._clean
            if function(record["test"]) in asked - busy and record["verdict"] == "pass"
        ]
        defects = [
            defect for book in session.run.scope.catalogues.values() for defect in book.defects.values()
        ]
        for number, record in enumerate(rest, 1):
            self._tell("tests that came second", number, len(rest))
            own = [defect for defect in defects if defect.clause in record["clauses"]]
            if function(record["test"]) not in busy and any(self._catches(session, record, it) for it in own):
                busy.add(function(record["test"]))
        return sorted({function(record["test"]) for record in rest} - busy)

    def _catches(self, session: Session, record: Record, defect: Defect) -> bool:
        self._bend(session, defect.bend)
        found = findings(self._run(self._items[record["test"]]))
        return any(told["clause"] == defect.clause for told in found)

    def _catch(self, session: Session, defect: Defect) -> Outcome:
        """Play a defect, and once more where nobody saw it and some test could not judge."""
        outcome = self._played(session, defect)
        return outcome if outcome.noticed_by else _twice(outcome, lambda: self._played(session, defect))

    def _played(self, session: Session, defect: Defect) -> Outcome:
        clause = session.run.scope.clause(defect.clause)
        outcome = Outcome(defect.id, defect.clause, clause.kind if clause else "")
        self._bend(session, defect.bend)
        met: set[str] = set()
        for test in self._judging(clause, str(defect.bend.get("answer", ""))) if clause else ():
            if self._part.quick and outcome.noticed_by and function(test) in met:
                continue  # who else pays for a guess is seen on one test of each function
            met.add(function(test))
            outcome.tried += 1
            records = self._run(self._items[test])
            outcome.unjudged += [
                f"{it['test']}: {it['reason']}" for it in records if it["verdict"] in _UNJUDGED
            ]
            seen = {told["clause"] for told in findings(records)}
            outcome.others = sorted({*outcome.others, *seen} - {defect.clause})
            outcome.noticed_by = outcome.noticed_by or (test if defect.clause in seen else "")
            if outcome.noticed_by and clause and clause.standing.firm:
                break
        if clause and not clause.standing.firm:  # which all its tests have met: nobody else may pay for it
            paying = [known for known in outcome.others if firm(session, known)]
            outcome.leaks = [known for known in paying if not among(known, defect.also)]
        return outcome

    def _bear(self, session: Session, family: str, freedom: Freedom) -> Outcome:
        """Play a freedom, and once more where all that is said against it is that a test could not judge."""
        outcome = self._borne(session, family, freedom)
        return (
            _twice(outcome, lambda: self._borne(session, family, freedom)) if not outcome.others else outcome
        )

    def _borne(self, session: Session, family: str, freedom: Freedom) -> Outcome:
        outcome = Outcome(freedom.id, "")
        self._bend(session, {**freedom.bend, "family": family})
        for item in self._meeting(session, family, freedom):
            outcome.tried += 1
            for record in self._run(item):
                bad, unjudged = _held_against(session, freedom, record)
                outcome.others += bad
                outcome.unjudged += [f"{record['test']}: {record['reason']}"] if unjudged else []
                outcome.noticed_by = outcome.noticed_by or (item.nodeid if bad or unjudged else "")
        return outcome

    def _hear(self, session: Session, case: _Case) -> Outcome:
        """Claim a reading while the reference plays one, and return what its tests hold against that.

        Of another reading a documented clause is enough, or what some tests say; of its own only what is held
        against its operation counts.
        """
        outcome = Outcome(case.name, case.entry.id, "own" if case.own else "other")
        before = session.run.scope
        operations = {str(known.bend.get("answer", "*")).partition(".")[0] for known in case.met}
        key = case.family, case.entry.id, case.claim
        known = self._claims.pop(key, None) or before.claiming(*key)
        self._claims = {key: known}  # the last one: to load it takes longer than to judge most cases
        session.claim(known)
        self._bend(session, *([{**case.played.bend, "family": case.family}] if case.played else []))
        for item in self._about(session, case):
            outcome.tried += 1
            told = findings(self._run(item))
            found = {it["clause"] for it in told if not case.excused(it["clause"])}
            if case.own and "*" not in operations:
                found = {name for name in found if name.split(".")[1] in operations}
            outcome.others = sorted({*outcome.others, *found})
            outcome.noticed_by = outcome.noticed_by or (item.nodeid if found else "")
            outcome.leaks = [name for name in outcome.others if firm(session, name)]
            if not case.own and (outcome.leaks or (outcome.noticed_by and outcome.tried >= _SOME)):
                break
        session.claim(before)
        return outcome

    def _about(self, session: Session, case: _Case) -> list[pytest.Item]:
        """Return the tests that met what is played, those of the entry's own clauses first."""
        met = [item for known in case.met for item in self._meeting(session, case.family, known)]
        about = [told["test"] for told in self._clean if set(told["clauses"]) & set(case.entry.clauses)]
        return list(dict.fromkeys([*(self._items[test] for test in about), *met]))

    def _meeting(self, session: Session, family: str, freedom: Freedom) -> list[pytest.Item]:
        """Return the family's tests that met a freedom's answer on the clean reference, but for slow ones.

        Of those that met it in preparation only, one of each test function: its others do the same.
        """
        answer = str(freedom.bend.get("answer", "*"))
        operation, _, name = answer.partition(".")
        clauses = session.run.scope.catalogues[family].clauses.values()
        about = {clause.id for clause in clauses if fnmatchcase(clause.operation, operation)}
        wanted = {
            clause.id
            for clause in clauses
            if answer == "*" or (clause.id in about and clause.outcome and name in {"*", clause.outcome})
        }
        every = [told for told in self._clean if wanted & set(told["touched"])]
        slow = {clause.id for clause in clauses if among(clause.id, freedom.slow)}
        met = [it for it in every if it["seconds"] < _LONG or slow & set(it["clauses"])] or every[:1]
        own = {self._kind(told): told["test"] for told in met if about & set(told["clauses"])}
        tests = own.values()
        passing = {function(told["test"]): told["test"] for told in met if not about & set(told["clauses"])}
        return [self._items[test] for test in dict.fromkeys([*tests, *passing.values()])]

    def _kind(self, record: Record) -> Hashable:
        """Return what makes a test another one than others: itself, or its function and operation."""
        operation = record["clauses"][0].split(".")[1] if record["clauses"] else ""
        return (function(record["test"]), operation) if self._part.quick else record["test"]

    def _judging(self, clause: Clause, bent: str) -> list[str]:
        """Return the tests that touched a clause on the clean reference, the likeliest to catch it first.

        These are the clause's own, then those that wanted the `bent` answer, or the clause's where a
        defect names none, then those of its operation: to call it in preparation hardly ever catches
        anything. The quickest come first; all are tried, since how quick a test was is chance.
        """
        operation = f"{clause.family}.{clause.operation}."
        named = bent if bent and "*" not in bent else f"{clause.operation}.{clause.outcome}"
        answer = f"{clause.family}.{named}"

        def promise(record: Record) -> tuple[bool, bool, bool, float]:
            own = record["clauses"]
            stranger = not any(name.startswith(operation) for name in own)
            return clause.id not in own, answer not in record["touched"], stranger, record["seconds"]

        touching = [record for record in self._clean if clause.id in record["touched"]]
        if named == bent and not clause.standing.firm:  # who never meets that answer cannot pay for the guess
            met = [it for it in touching if clause.id in it["clauses"] or answer in it["touched"]]
            touching = met or touching
        return [record["test"] for record in sorted(touching, key=promise)]


@dataclass(frozen=True, slots=True)
class _Case:
    """A claim, and what is `played` under it: a freedom, or the reference's own reading (None).

    `met` are the freedoms whose answers tell the two apart.
    """

    family: str
    entry: Discrepancy
    claim: str
    played: Freedom | None
    met: tuple[Freedom, ...]
    own: bool

    @property
    def name(self) -> str:
        """Say which claim it is, and on what."""
        on = self.played.id if self.played else "the reference itself"
        return f"{self.entry.id} = {self.claim} on {on}"

    def excused(self, clause: str) -> bool:
        """Tell whether a played freedom does not keep a guess that is not about the entry."""
        guesses = self.played.guesses if self.played and self.own else ()
        return clause not in self.entry.clauses and among(clause, guesses)


def _cases(session: Session, family: str, freedoms: Sequence[tuple[str, Freedom]]) -> Iterator[_Case]:
    """Yield each claim of an entry with each of its readings that the reference can play.

    The reading that no freedom is belongs to the reference itself.
    """
    for entry in session.run.scope.catalogues[family].discrepancies.values():
        plays: dict[str, list[Freedom]] = {letter: [] for letter in entry.accepts}
        for its, known in freedoms:
            if its == family and known.discrepancy == entry.id and known.reading:
                plays[known.reading].append(known)
        if not any(plays.values()):
            continue
        every = [one for several in plays.values() for one in several]
        for claim, (letter, several) in product(entry.accepts, plays.items()):
            own = claim == letter
            for one in several:
                yield _Case(family, entry, claim, one, (one,), own)
            if not several:
                yield _Case(family, entry, claim, None, tuple(every if own else plays[claim] or every), own)


def _timed(play: Callable[..., Outcome], *what: object) -> Outcome:
    """Play it, and note how long it took."""
    begun = perf_counter()
    outcome = play(*what)
    outcome.seconds = round(perf_counter() - begun, 3)
    return outcome


def _twice(outcome: Outcome, play: Callable[[], Outcome]) -> Outcome:
    """Return what came of another play, where a test could not judge, as where a call got no answer."""
    if not outcome.unjudged:
        return outcome
    again = play()
    again.unjudged, again.plays = [*outcome.unjudged, *again.unjudged], 2
    return again


def _possible(session: Session, family: str, freedom: Freedom) -> bool:
    """Tell whether a target has the answer that a freedom is about, and its owner the time that it takes."""
    operation, _, name = str(freedom.bend.get("answer", "*")).partition(".")
    known = session.run.scope.contracts[family].operations.get(operation)
    if freedom.bend.get("lag", 0) > session.run.scope.target.limits.settle:
        return False
    return name in {"", "*"} or bool(known and any(outcome.name == name for outcome in known.outcomes))


def _held_against(session: Session, freedom: Freedom, record: Record) -> tuple[list[str], bool]:
    """Return the clauses that a test holds against a freedom, and whether it could not judge.

    The guesses that it says it does not keep are none of that, but a documented clause always is.
    """
    found = [told["clause"] for told in record["findings"]]
    bad = [name for name in found if firm(session, name) or not among(name, freedom.guesses)]
    own = all(among(name, freedom.guesses) and not firm(session, name) for name in record["clauses"])
    return bad, record["verdict"] != "pass" and bool(bad or not (found or own))


def _judged(matrix: Matrix, session: Session, part: Part, *, whole: bool) -> Matrix:
    survivors = (known for known in matrix.defects if not known.noticed_by)
    well = [
        *(it for it in matrix.defects if it.noticed_by),
        *(it for it in matrix.freedoms if not it.noticed_by),
    ]
    matrix.again = ["; ".join((it.id, *it.unjudged)) for it in well if it.plays > 1]
    matrix.survivors = ["; ".join((known.id, *known.unjudged)) for known in survivors]
    matrix.false_alarms = [
        f"{known.id}: {', '.join([*known.others, *known.unjudged])}"
        for known in matrix.freedoms
        if known.noticed_by
    ]
    matrix.leaks = [f"{known.id}: {', '.join(known.leaks)}" for known in matrix.defects if known.leaks]
    matrix.unheard = [known.id for known in matrix.claims if known.kind == "other" and not known.noticed_by]
    matrix.too_loud = [
        f"{known.id}: {', '.join(known.others)}"
        for known in matrix.claims
        if known.kind == "own" and known.noticed_by
    ]
    matrix.unmet = [known.id for known in matrix.freedoms if not known.tried]
    if whole and part.whole:
        owned = {known.clause for known in matrix.defects}
        matrix.without_defect = [
            known.id
            for known in session.run.scope.clauses()
            if _needs_defect(known, session) and known.id not in owned
        ]
    return matrix


def _needs_defect(clause: Clause, session: Session) -> bool:
    return clause.observability is not Observability.NOT_OBSERVABLE and not session.run.scope.lacking(clause)
