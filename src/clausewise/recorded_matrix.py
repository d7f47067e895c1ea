"""The proof that recorded traffic is judged as live: all is played, recorded as HAR, and judged as that.

What only a flow, or a knowledge of what a test wanted, can tell is known by structure: the answer alone is as
some document describes it, or all that is held against it is that it is not the wanted one.
"""

from __future__ import annotations

import io
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from clausewise import recorded
from clausewise.checks import read, universal
from clausewise.errors import ConfigurationError
from clausewise.judge import JudgeContext
from clausewise.matrix_session import MatrixSession, Record, Tell, findings, firm, function, staged
from clausewise.model import Defect, Freedom, Kind, among
from clausewise.plugin.selection import ids
from clausewise.plugin.session import Session
from clausewise.recorded import Seen
from clausewise.verdict import Policy

_TRIES = 4  # tests that are made until one shows a defect
_NAMED = 0.25  # of the defects that show in an answer, whose answers may be like no documented one
_SLOW = {"walk", "wait", "depth", "ageing"}  # fixtures
_ALONE = {Kind.RESPONSE_FIELD, Kind.FACET, Kind.ANSWER, Kind.UNIVERSAL}


@dataclass
class Play:
    """What became of a defect or freedom: the tests made, and what was broken on which of their exchanges.

    `live` and `recorded` are the clauses that were found broken. `missing` are those that an answer shows
    alone and that were not found in its recording; `silent` the answers that are wrong, and of which nothing
    was said; `named` those of which was said that they are like none. `alarms` were found in a recording of
    what is well. `wanted` counts the answers that are well, and not what a test wanted.
    """

    id: str
    tests: int = 0
    exchanges: int = 0
    live: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    wanted: int = 0


@dataclass
class RecordedMatrix:
    """The whole proof; it holds where nothing is missing, silent, or an alarm, and little only `named`."""

    plays: list[Play] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether each clause that one exchange shows was found broken in its recording, and no other."""
        return not (self.blind or any(it.missing or it.silent or it.alarms for it in self.plays))

    @property
    def blind(self) -> list[str]:
        """The defects whose answers are like no documented one, where too many of those that show are."""
        named = [it.id for it in self.plays if it.named]
        return named if len(named) > _NAMED * sum(bool(it.live) for it in self.plays) else []

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return {"format": "clausewise-retold", "version": 1, "holds": self.holds} | asdict(self)


@dataclass(frozen=True, slots=True)
class Pick:
    """What is played, by id globs, none for all (`clean`: the reference as it is); part `number` of `parts`.

    With a `sample` only so many of that part's defects, by a seed (0: all of them, and the freedoms).
    """

    globs: Sequence[str] = ()
    number: int = 1
    parts: int = 1
    sample: int = 0
    seed: int = 1

    def takes(self, name: str) -> bool:
        """Tell whether something of that id is picked."""
        return not self.globs or among(name, self.globs)

    def of(self, known: Iterable[Defect]) -> list[Defect]:
        """Return the defects that are picked."""
        wanted = [it for it in known if self.takes(it.id)][self.number - 1 :: self.parts]
        chance = random.Random(f"retold/{self.seed}")  # noqa: S311 - not for secrets
        count = min(self.sample, len(wanted)) or len(wanted)
        return [wanted[at] for at in sorted(chance.sample(range(len(wanted)), count))]


def prove(
    target: Path, documents: Sequence[str], pick: Pick, folder: Path, tell: Tell, *, bank: str = ""
) -> RecordedMatrix:
    """Play what is picked against the embedded reference, or as it is a `bank`; return what became of it."""
    runner = staged(target, documents, folder, lambda url: _Runner(pick, tell, url, bank), bank=bank)
    if runner.retold is None:
        raise ConfigurationError("The suites could not be run to their end.")
    return runner.retold


class _Runner(MatrixSession):
    """The stage on which everything is played, recorded and judged again."""

    def __init__(self, pick: Pick, tell: Tell, url: str, bank: str) -> None:
        super().__init__(tell, url)
        self._bank = bank
        self.retold: RecordedMatrix | None = None
        self._pick = pick

    def play(self, session: Session, items: Sequence[pytest.Item]) -> None:
        """Play the reference as it is, and every defect and freedom that is picked."""
        books, first = session.run.scope.catalogues, self._pick.number == 1
        known = [it for book in books.values() for it in book.defects.values() if it.id not in book.open]
        defects = [] if self._bank else self._pick.of(known)
        freedoms = [
            (family, it)
            for family, book in books.items()
            for it in book.freedoms.values()
            if first and not (self._bank or self._pick.sample) and self._pick.takes(it.id)
        ]
        retold = RecordedMatrix()
        if first and (self._bank or (self._pick.takes("clean") and not self._pick.sample)):
            retold.plays.append(self._borne(session, None, items))
        for number, defect in enumerate(defects, 1):
            self._tell("defects", number, len(defects))
            retold.plays.append(self._played(session, defect, items))
        for number, (family, freedom) in enumerate(freedoms, 1):
            self._tell("freedoms", number, len(freedoms))
            self._bend(session, {**freedom.bend, "family": family})
            operation = str(freedom.bend.get("answer", "*")).partition(".")[0]
            prefix = f"{family}." + (f"{operation}." if "*" not in operation else "")
            own = [it for it in _quick(items) if any(name.startswith(prefix) for name in ids(it))]
            retold.plays.append(self._borne(session, freedom, own))
        self.retold = retold

    def _played(self, session: Session, defect: Defect, items: Sequence[pytest.Item]) -> Play:
        """Play a defect on the likeliest tests, until its clause is found broken live."""
        play = Play(defect.id)
        self._bend(session, defect.bend)
        for item in _likeliest(defect, items)[:_TRIES]:
            live = self._made(session, item, play)
            if any(bad["clause"] == defect.clause for bad in live):
                break
        return play

    def _borne(self, session: Session, freedom: Freedom | None, items: Sequence[pytest.Item]) -> Play:
        """Play a freedom, or none, on one test of each function and operation: nothing is to be broken."""
        play = Play(freedom.id if freedom else "clean")
        kinds = {(function(it.nodeid), ids(it)[0].split(".")[1]): it for it in items if ids(it)}
        for item in kinds.values():
            self._made(session, item, play)
        guesses = freedom.guesses if freedom else ("*",) if self._bank else ()
        play.alarms = [name for name in play.recorded if firm(session, name) or not among(name, guesses)]
        return play

    def _made(self, session: Session, item: pytest.Item, play: Play) -> list[Record]:
        """Make a test, judge what was recorded of it, and note where the two differ; return what it found."""
        kept: list[Record] = []
        self._memory.whole = kept
        found = findings(self._run(item))
        self._memory.whole = None
        play.tests, play.exchanges = play.tests + 1, play.exchanges + len(kept)
        by_exchange: dict[str, list[Record]] = defaultdict(list)
        for bad in found:
            by_exchange[bad["exchange"]].append(bad)
        for record, seen, broken in _judged(session, kept):
            play.live = sorted({*play.live, *(bad["clause"] for bad in by_exchange[record["id"]])})
            play.recorded = sorted({*play.recorded, *broken})
            if seen.exchange:
                _compare(session, play, by_exchange[record["id"]], seen, broken)
        return found


def _likeliest(defect: Defect, items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests of a defect's operation: of its clause first, then of the answer that it bends.

    Walks and whatever waits are left out: what only they find, no answer shows alone.
    """
    family, operation = defect.clause.split(".")[:2]
    bent = f"{family}.{defect.bend.get('answer', '')}"

    def promise(item: pytest.Item) -> tuple[bool, bool, bool]:
        own = ids(item)
        around = any(defect.clause.startswith(f"{name}.") for name in own)
        return defect.clause not in own, bent not in own, not around

    prefix = f"{family}.{operation}."
    own = [it for it in items if any(name.startswith(prefix) for name in ids(it))]
    return sorted(_quick(own), key=promise)


def _quick(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    return [it for it in items if _SLOW.isdisjoint(getattr(it, "fixturenames", ()))]


def _judged(session: Session, records: Sequence[Record]) -> Iterator[tuple[Record, Seen, set[str]]]:
    """Yield each exchange as a HAR file of it is read by others, and the clauses that are broken there."""
    bench = JudgeContext.of(session.run.scope, _Nowhere(), Policy(), b"")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "traffic.har"
        path.write_text(_foreign(records), "utf-8")
        for record, seen in zip(
            records, recorded.read(path, session.run.scope) if records else (), strict=True
        ):
            judge = recorded.again(seen, bench)
            yield record, seen, {bad.clause for bad in judge.findings}


def _foreign(records: Iterable[Record]) -> str:
    """Return exchanges as a HAR file that says nothing of what was wanted."""
    file = io.StringIO()
    recorded.write_har(records, file)
    told = json.loads(file.getvalue())
    for entry in told["log"]["entries"]:
        del entry["comment"]
    return json.dumps(told)


def _compare(session: Session, play: Play, live: Sequence[Record], seen: Seen, broken: set[str]) -> None:
    """Note what was found live on an exchange, and not in its recording, or not said of it there."""
    exchange = seen.exchange
    assert exchange  # it is judged
    operation = session.run.scope.operation(exchange.family, exchange.operation)
    checked = universal(exchange, operation)
    if not broken and read(exchange, operation).outcome and not any(it.findings for it in checked):
        play.wanted += bool(live)
        return
    read_as = ", ".join(seen.terms.expected) or "like none"
    place = f"{operation.id} HTTP {exchange.response.status} ({read_as})"
    if seen.terms.unlike_any:
        listed = any(known.form(exchange.response.status) for known in operation.outcomes)
        play.named += [place] if live and listed else []
        return
    alone = [bad for bad in live if _shows_alone(session, bad) and bad["clause"] not in broken]
    play.missing += [f"{bad['clause']} at {bad['where']}: {place}" for bad in alone]
    play.silent += [place] if live and not broken else []


def _shows_alone(session: Session, bad: Record) -> bool:
    """Tell whether a finding is on what an answer holds, and not on what a test wanted of it."""
    clause = session.run.scope.clause(bad["clause"])
    kind = clause.kind if clause else None
    return kind is Kind.UNIVERSAL or (kind in _ALONE and bool(bad["rule"]))


class _Nowhere:
    """A journal that keeps nothing."""

    def exchange(self, record: Mapping[str, Any]) -> None:
        """Forget it."""

    def verdict(self, record: Mapping[str, Any]) -> None:
        """Forget it."""
