"""The proof by defects that nobody chose: which turn the run red, which are not seen, and why.

One pytest session against one reference target: first the clean reference, of which is kept which test met
which answers, then every mutant in turn, with only the tests whose answers it changes, cheapest first, until
a documented clause is red.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from clausewise import mutants
from clausewise.errors import ConfigurationError
from clausewise.matrix_session import MatrixSession, Record, Tell, findings, firm, function, staged
from clausewise.model import Json, among
from clausewise.mutants import Mutant, Reason
from clausewise.plugin.session import Session
from clausewise.reference.fault_injection import Answer

MOST = 15_000  # mutants that are played in all
_TOO_LONG = 10.0  # seconds; a test that waits longer is no test for thousands of mutants


class MutantOutcome(StrEnum):
    """What became of a mutant."""

    RED = "red"  # a documented clause is broken
    AMBER = "amber"  # only guesses are
    ALLOWED = "allowed"  # nothing is: the documents leave that choice, so that it is an equivalent mutant
    UNOBSERVABLE = "unobservable"  # what is stated is broken, where no documented call shows it
    UNEXPLAINED = "unexplained"  # nobody says why it was not seen
    NOT_APPLICABLE = "not applicable"  # it changes nothing on the wire


_SURVIVE = (MutantOutcome.UNOBSERVABLE, MutantOutcome.UNEXPLAINED)
_DEFECTS = (
    MutantOutcome.RED,
    MutantOutcome.AMBER,
    *_SURVIVE,
)  # the others are as lawful as what they were made from


@dataclass
class MutantResult:
    """One mutant and what became of it: the clauses that it broke, the test that saw it, of those that ran.

    `troubles` are tests that could not judge, and why; `broken` those of them that are at fault themselves.
    """

    id: str
    family: str
    kind: str
    end: MutantOutcome = MutantOutcome.UNEXPLAINED
    seen_by: str = ""
    tried: int = 0
    clauses: list[str] = field(default_factory=list)
    reason: str = ""
    troubles: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    bend: Mapping[str, Json] = field(default_factory=dict)


@dataclass
class MutationResults:
    """What became of all mutants that were played. It holds where the lists before `fates` are empty.

    `made` counts the mutants of each family, played or not; `unneeded` are the reasons that no survivor has,
    `broken` the mutants on which a test of ours ended in an error instead of a verdict.
    """

    unexplained: list[str] = field(default_factory=list)
    unneeded: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    thinned: int = 0
    fates: list[MutantResult] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether what was not seen has a reason, each reason is needed, and no test breaks or is red."""
        return not (self.unexplained or self.unneeded or self.unclean or self.broken)

    def tally(self) -> dict[str, dict[str, int]]:
        """Return by family how many were made, and how many came to each end."""
        counts = {
            family: dict.fromkeys(["made", *MutantOutcome], 0) | {"made": n}
            for family, n in self.made.items()
        }
        for fate in self.fates:
            counts[fate.family][fate.end] += 1
        return counts

    def shares(self) -> dict[str, float | None]:
        """Return by family, and in all, the share of survivors among the defects that were played."""
        rows = self.tally()
        return {name: _share([row]) for name, row in rows.items()} | {"all": _share(rows.values())}

    def as_json(self) -> dict[str, Any]:
        """Return it all as a JSON value."""
        record = {"families": self.tally(), "survivors": self.shares()}
        return {"format": "clausewise-mutants", "version": 2, "holds": self.holds} | record | asdict(self)


def _share(rows: Iterable[Mapping[str, int]]) -> float | None:
    """Return how many defects of these rows survive, as a share; None where none was played."""
    counts = sum((Counter(dict(row)) for row in rows), Counter())
    played = sum(counts[end] for end in _DEFECTS)
    return sum(counts[end] for end in _SURVIVE) / played if played else None


@dataclass(frozen=True, slots=True)
class Pick:
    """Which mutants are played: id globs, part `number` of `parts`, and of those a `sample` (0: all)."""

    globs: Sequence[str] = ()
    number: int = 1
    parts: int = 1
    sample: int = 0
    seed: int = 1

    def wanted(self, made: Sequence[Mutant]) -> list[Mutant]:
        """Return those that the globs name, or all, thinned where they are too many."""
        return mutants.thin(
            [it for it in made if not self.globs or among(it.id, self.globs)], MOST, self.seed
        )

    def of(self, wanted: Sequence[Mutant]) -> list[Mutant]:
        """Return those of the part and the sample."""
        own = mutants.shard(wanted, self.number, self.parts)
        return mutants.sample(own, self.sample, self.seed) if self.sample else own


def prove(target: Path, documents: Sequence[str], pick: Pick, folder: Path, tell: Tell) -> MutationResults:
    """Play the mutants picked against the embedded reference, and return what became of them."""
    runner = staged(target, documents, folder, lambda url: _Runner(pick, tell, url))
    if runner.kills is None:
        raise ConfigurationError("The suites could not be run to their end.")
    return runner.kills


def settled(
    kills: MutationResults, reasons: Mapping[str, Sequence[Reason]], made: Iterable[Mutant]
) -> MutationResults:
    """Give each survivor its reason, and tell of what has none, and of reasons without a survivor.

    A reason is not told of while one of its mutants was not played.
    """
    for fate in kills.fates:
        if fate.end is MutantOutcome.UNEXPLAINED:
            why = next((it for it in reasons[fate.family] if it.covers(fate.id)), None)
            fate.reason, fate.end = (why.id, MutantOutcome(why.kind)) if why else ("", fate.end)
    kills.unexplained = [fate.id for fate in kills.fates if fate.end is MutantOutcome.UNEXPLAINED]
    kills.broken = [f"{fate.id}: {test}" for fate in kills.fates for test in fate.broken]
    missing = {it.id for it in made} - {fate.id for fate in kills.fates}
    survivors = [fate.id for fate in kills.fates if fate.reason]
    kills.unneeded = [
        it.id
        for held in reasons.values()
        for it in held
        if not any(map(it.covers, survivors)) and not any(map(it.covers, missing))
    ]
    return kills


class _Runner(MatrixSession):
    """The stage on which every mutant is played."""

    def __init__(self, pick: Pick, tell: Tell, url: str) -> None:
        super().__init__(tell, url)
        self.kills: MutationResults | None = None
        self._pick = pick
        self._met: dict[tuple[str, str], dict[str, list[Answer]]] = defaultdict(dict)
        self._killers: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._known: dict[str, Record] = {}

    def play(self, session: Session, items: Sequence[pytest.Item]) -> None:
        """Run the clean reference, then every mutant."""
        self._ask("answers")
        for number, item in enumerate(items, 1):
            self._tell("tests", number, len(items))
            self._clean += self._run(item)
            for told in self._ask("answers"):
                answer = Answer(told["name"], told["status"], told["body"], told["headers"])
                place = told["family"], answer.name.partition(".")[0]
                self._met[place].setdefault(item.nodeid, []).append(answer)
        self._known = {told["test"]: told for told in self._clean}
        made = [it for contract in session.run.scope.contracts.values() for it in self._made(contract)]
        whole, wanted = mutants.thin(made, MOST, self._pick.seed), self._pick.wanted(made)
        kills = MutationResults(unclean=self._unclean(session), made=dict(Counter(it.family for it in made)))
        kills.thinned = len(made) - len(whole)
        picked = self._pick.of(wanted)
        for number, mutant in enumerate(picked, 1):
            self._tell("mutants", number, len(picked))
            kills.fates.append(self._fate(session, mutant))
        homes = session.run.scope.homes.items()
        told_why = {name: mutants.reasons(home.folder / "survivors.toml") for name, home in homes}
        self.kills = settled(kills, told_why, whole)

    def _made(self, contract: Any) -> list[Mutant]:
        answers = [
            answer
            for (family, _), tests in self._met.items()
            if family == contract.family
            for held in tests.values()
            for answer in held
        ]
        return mutants.of(contract, answers)

    def _fate(self, session: Session, mutant: Mutant) -> MutantResult:
        fate = MutantResult(mutant.id, mutant.family, mutant.kind, bend=mutant.bend)
        self._bend(session, mutant.bend)
        played: set[str] = set()
        for test in self._touched(mutant):
            if test in played:
                session.forget()  # or what it makes up were there already
            played.add(test)
            fate.tried += 1
            records = self._run(self._items[test])
            found = {told["clause"] for told in findings(records)}
            red = {name for name in found if firm(session, name)}
            worse = [it for it in records if self._worse(it)]
            fate.troubles += [f"{it['test']}: {it['verdict']}, {it['reason']}" for it in worse]
            fate.broken += [it["test"] for it in worse if it.get("broken")]
            if red or (found and not fate.seen_by):
                fate.seen_by, fate.end = test, MutantOutcome.RED if red else MutantOutcome.AMBER
            fate.clauses = sorted(red or {*fate.clauses, *found})
            if red:
                self._killers[mutant.family, mutant.answer][test] += 1
                break
        if fate.end is MutantOutcome.UNEXPLAINED and not self._ask("count")["changed"]:
            fate.end = MutantOutcome.NOT_APPLICABLE
        return fate

    def _worse(self, record: Record) -> bool:
        """Tell whether a test could not judge, that could on the clean reference."""
        clean = self._known.get(record["test"], record)["verdict"]
        return record["verdict"] in {"error", "untestable"} and record["verdict"] != clean

    def _touched(self, mutant: Mutant) -> Iterable[str]:
        """Yield the tests that a mutant shows itself to, those that caught its like first, then the cheapest.

        Of those whose clauses are all of other operations, one of each test function is enough: it meets this
        one in preparation only. What rests on the call before is shown the first one again, which had none.
        """
        own = f"{mutant.family}.{mutant.operation}."
        others = tuple(f"{family}.{name}." for family, name in self._met if name != mutant.operation)
        killers = self._killers[mutant.family, mutant.answer]
        met = self._met[mutant.family, mutant.operation]

        def promise(test: str) -> tuple[int, bool, bool, float]:
            record = self._known[test]
            stranger = not any(name.startswith(own) for name in record["clauses"])
            once = mutant.remembers and sum(map(mutant.changes, met[test])) < 2  # noqa: PLR2004 - the one before
            return -killers[test], stranger, once, record["seconds"]

        asked: set[str] = set()
        first = ""
        for test in sorted((it for it in met if it in self._known), key=promise):
            elsewhere = all(name.startswith(others) for name in self._known[test]["clauses"])
            again = elsewhere and function(test) in asked
            if not again and self._known[test]["seconds"] < _TOO_LONG and any(map(mutant.changes, met[test])):
                asked.add(function(test))
                first = first or test
                yield test
        if first and mutant.remembers:
            yield first
