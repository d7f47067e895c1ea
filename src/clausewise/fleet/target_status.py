"""How each target of a fleet stands, by the history: since when, what is newly broken, what got slower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from clausewise import families, scope
from clausewise.fleet.fleet_file import Fleet, Member
from clausewise.history import History
from clausewise.verdict import Exit

Row = Mapping[str, Any]

DAYS = 92  # that a page looks back on
_USUAL = 7  # runs before the last one that say what is usual
_SLOWER, _AT_LEAST = 1.5, 20.0  # times as long as usual, and milliseconds more
_BROKEN = {"fail", "unstable"}
_TONES = {Exit.CONFORMANT: "green", Exit.NOT_FULLY_VERIFIED: "amber"}
_WORSE = {"": 0, "green": 1, "amber": 2, "red": 3}


@dataclass(frozen=True, slots=True)
class Week:
    """The runs on one target in a week: the worst of them, and how many clauses were broken at most."""

    begins: str
    tone: str = ""
    runs: int = 0
    fails: int = 0
    conformant: int = 0

    def with_(self, run: Row) -> Week:
        """Return it with one run more."""
        tone = tone_of(run["exit"])
        worse = max(self.tone, tone, key=_WORSE.__getitem__)
        kept = self.conformant + (run["exit"] == Exit.CONFORMANT)
        return Week(self.begins, worse, self.runs + 1, max(self.fails, run["counts"]["fail"]), kept)

    @property
    def says(self) -> str:
        """What it was like, in words."""
        if not self.runs:
            return f"week of {self.begins}: not judged"
        kept = f"{self.conformant} of {self.runs} runs conformant"
        return f"week of {self.begins}: {kept}, {self.fails} broken at most"


@dataclass(frozen=True, slots=True)
class Standing:
    """One target: its last run, its families' broken clauses, what changed, and its weeks."""

    member: Member
    last: Row | None = None
    before: Row | None = None
    since: str = ""  # the first run of those that found it conformant, one after the other, to the last
    broken: Sequence[str] = ()
    amber: Sequence[
        str
    ] = ()  # broken, and told only: guesses where the documents are silent, for the most part
    newly: Sequence[str] = ()
    mended: Sequence[str] = ()
    slower: Sequence[tuple[str, float, float]] = ()  # an operation, its time now, and what is usual
    pace: float = 0.0  # the slowest operation's
    weeks: Sequence[Week] = ()

    @property
    def tone(self) -> str:
        """The colour of its last run."""
        return tone_of(self.last["exit"]) if self.last else ""

    def family(self, name: str) -> tuple[int, int] | None:
        """Return how many clauses of a family are broken, and how many of them are amber.

        None where the family is not claimed, or was never judged.
        """
        if name not in self.member.families or self.last is None:
            return None
        red, amber = (sum(it.partition(".")[0] == name for it in some) for some in (self.broken, self.amber))
        return red, amber


def tone_of(code: int) -> str:
    """Return the colour of a run's exit code."""
    return _TONES.get(Exit(code), "red") if code in set(Exit) else "red"


def standings(fleet: Fleet, history: History, now: datetime) -> list[Standing]:
    """Return how each target of a fleet stands; one that was never judged stands nowhere."""
    since = (now - timedelta(days=DAYS)).isoformat()
    runs: dict[str, list[Row]] = {member.name: [] for member in fleet.members}
    for row in history.of(list(runs), since):
        runs[row["target"]].append(row)
    recent = [row["id"] for rows in runs.values() for row in rows[-2:]]
    bad = history.not_kept(recent)
    paces = history.paces([row["id"] for rows in runs.values() for row in rows[-1 - _USUAL :]])
    mondays, guesses = _mondays(now), _guesses(fleet)
    return [
        _standing(member, runs[member.name], _Seen(bad, paces, guesses), mondays) for member in fleet.members
    ]


def _guesses(fleet: Fleet) -> frozenset[str]:
    """Return the clauses of the fleet's families that no document states: what breaks one is told only."""
    known = families.known()
    names = {name for member in fleet.members for name in member.families if name in known}
    books = [scope.book(known[name]) for name in names]
    return frozenset(it.id for book in books for it in book.clauses.values() if not it.standing.firm)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the history holds of some runs: clauses not kept, and times; and which clauses are guesses."""

    bad: Mapping[str, Mapping[str, str]]
    paces: Mapping[str, Mapping[str, float]]
    guesses: frozenset[str]

    def broken(self, run: Row) -> set[str]:
        """Return the clauses that a run found broken."""
        return {clause for clause, verdict in self.bad[run["id"]].items() if verdict in _BROKEN}

    def red(self, run: Row) -> set[str]:
        """Return those of them that turned it red."""
        return self.broken(run) - self.guesses if run["exit"] == Exit.NOT_CONFORMANT else set()


def _standing(
    member: Member,
    runs: Sequence[Row],
    seen: _Seen,
    mondays: Sequence[str],
) -> Standing:
    weeks = _weeks(runs, mondays)
    if not runs:
        return Standing(member, weeks=weeks)
    last, before = runs[-1], runs[-2] if runs[1:] else None
    now, then = seen.red(last), seen.red(before) if before else set()
    return Standing(
        member,
        last,
        before,
        _since(runs),
        sorted(now),
        sorted(seen.broken(last) - now),
        sorted(now - then) if before else [],
        sorted(then - seen.broken(last)),
        list(_slower(last, runs[-1 - _USUAL : -1], seen.paces)),
        max(seen.paces[last["id"]].values(), default=0.0),
        weeks,
    )


def _since(runs: Sequence[Row]) -> str:
    """Return when the first of the last runs began that were all conformant; '' for none."""
    since = ""
    for run in reversed(runs):
        if run["exit"] != Exit.CONFORMANT:
            break
        since = str(run["started"])
    return since


def _slower(
    last: Row, earlier: Sequence[Row], paces: Mapping[str, Mapping[str, float]]
) -> Iterable[tuple[str, float, float]]:
    for name, took in sorted(paces[last["id"]].items(), key=lambda pair: -pair[1]):
        known = [paces[run["id"]][name] for run in earlier if name in paces[run["id"]]]
        usual = median(known) if known else took
        if took > usual * _SLOWER and took - usual > _AT_LEAST:
            yield name, took, round(usual, 1)


def _mondays(now: datetime) -> list[str]:
    """Return the days that the weeks begin with which a page shows, the oldest first."""
    monday = now.date() - timedelta(days=now.weekday())
    return [(monday - timedelta(weeks=back)).isoformat() for back in reversed(range(DAYS // 7 + 1))]


def _weeks(runs: Iterable[Row], mondays: Sequence[str]) -> list[Week]:
    weeks = {monday: Week(monday) for monday in mondays}
    for run in runs:
        day = datetime.fromisoformat(run["started"]).date()
        monday = (day - timedelta(days=day.weekday())).isoformat()
        if monday in weeks:
            weeks[monday] = weeks[monday].with_(run)
    return list(weeks.values())


@dataclass(frozen=True, slots=True)
class Shared:
    """A clause that is broken: at which targets, at how many vendors, and whether it is red anywhere."""

    clause: str
    red: bool
    targets: Sequence[str]
    vendors: Sequence[str]


def shared(standings: Iterable[Standing]) -> list[Shared]:
    """Return the clauses that are broken now, those of most vendors first."""
    held: dict[str, list[Member]] = {}
    red: set[str] = set()
    for standing in standings:
        red.update(standing.broken)
        for clause in (*standing.broken, *standing.amber):
            held.setdefault(clause, []).append(standing.member)
    found = [
        Shared(clause, clause in red, [it.name for it in members], sorted({it.vendor for it in members}))
        for clause, members in held.items()
    ]
    return sorted(found, key=lambda it: (not it.red, -len(it.vendors), -len(it.targets), it.clause))
