"""Records which cases prove what no other does, on the seeded defects: schemas/<family>/economy.json.

    python scripts/core_cases.py [family ...]

Plays the defects that only a test of many cases catches by docs/matrix.csv, as `clausewise matrix` wrote it:
asks each of those cases, and walks by several seeds. Then takes few cases that catch all of them and leave no
facet out; docs/plans.md says what these are.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from clausewise import economy, families, package_data
from clausewise.economy import CaseSelection
from clausewise.errors import NotConformant
from clausewise.generation import mutations
from clausewise.matrix_session import MatrixSession, Record, findings, staged
from clausewise.model import Defect
from clausewise.plugin import case_selection
from clausewise.plugin.session import Session

REFERENCE = package_data.TARGETS / "reference.toml"
PROVED = package_data.ROOT / "docs" / "matrix.csv"
SEEDS = (1, 2, 3, 4, 5)  # of walks: as many as catch each defect by all of them
MANY = ("test_depth.py", "test_models.py")  # the files of tests of many cases; all others are asked whole
WALKS = 2  # at least: the simplest one, which Hypothesis begins with, and one by chance
FORM = {  # whether something is there, and of which type; what else is wrong is its content
    *("absent", "null", "another type", "its key in another case", "an empty text", "a blank text"),
    *("an empty object", "an empty list", "its first entry twice", "an entry of another type"),
    *("a number as text", "the other word"),
}
RULES = {  # of the documents
    *(
        "outside the listed values",
        "against the pattern",
        "one character too long",
        "one character too short",
    ),
    *("one above the most", "one below the least"),
}

Place = tuple[str, str]  # a test, and one of its cases
Proves = dict[Place, set[Hashable]]


@dataclass
class Noted:
    """What was seen of a family: by test what it sent and touched, by case what it is needed for."""

    family: str
    sent: Counter[str] = field(default_factory=Counter)
    touched: dict[str, list[str]] = field(default_factory=dict)
    laws: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    walks: dict[str, int] = field(default_factory=dict)
    cases: Proves = field(default_factory=dict)
    elsewhere: set[Hashable] = field(default_factory=set)  # what tests show that are asked whole


class Recorder(CaseSelection):
    """Asks all cases of a test, whatever becomes of them, and notes what each of them showed."""

    def __init__(self, session: Session, seen: Callable[[], int]) -> None:
        super().__init__()
        self._session = session
        self._seen = seen
        self.cases: list[str] = []
        self.found: dict[str, set[str]] = defaultdict(set)
        self.touched: dict[str, set[str]] = defaultdict(set)
        self.spans: dict[str, slice] = {}

    def picked(self, cases: Sequence[str]) -> Collection[int]:
        """Return all places, and keep in mind what they are called."""
        self.cases += cases
        return super().picked(cases)

    @contextmanager
    def case(self, name: str) -> Iterator[None]:
        """Note what was touched and found, which is not held against the cases after it."""
        judge, begun = self._session.test.judge, self._seen()
        before = {name: len(held) for name, held in judge.observed.exchanges_by_clause.items()}
        with suppress(NotConformant):
            yield
        judge.rest(())
        self.found[name] |= {bad.clause for bad in judge.findings}
        judge.observed.findings.clear()
        now = judge.observed.exchanges_by_clause.items()
        self.touched[name] |= {clause for clause, held in now if len(held) > before.get(clause, 0)}
        self.spans[name] = slice(begun, self._seen())


class Scribe(MatrixSession):
    """The stage on which the cases of each test are asked, clean and with each defect that only they see."""

    def __init__(self, asked: Collection[str], url: str) -> None:
        super().__init__(lambda *_: None, url)
        self._asked = asked
        self._made: Recorder | None = None
        self.noted: list[Noted] = []

    def play(self, session: Session, items: Sequence[pytest.Item]) -> None:
        """Record each family that is asked for."""
        items[0].config.stash[case_selection.MAKER] = lambda session, *_: self._recorder(session)
        for family in self._asked:
            folder = families.family(family).suite.name
            own = [it for it in items if it.nodeid.startswith(f"{folder}/")]
            noted = Noted(family)
            for item in own:
                self._note(session, item, noted)
            noted.cases = {place: proves - noted.elsewhere for place, proves in noted.cases.items()}
            for defect in _left(session, family):
                for item in own:
                    if item.nodeid in noted.laws and defect.clause in noted.touched[item.nodeid]:
                        self._kill(session, defect, item, noted)
            self._bend(session)
            self.noted.append(noted)

    def _recorder(self, session: Session) -> Recorder:
        self._made = Recorder(session, lambda: len(self._memory.whole or ()))
        return self._made

    def _asks(self, item: pytest.Item) -> tuple[list[Record], Recorder | None, list[Record]]:
        self._made, self._memory.whole = None, []
        return self._run(item), self._made, self._memory.whole

    def _note(self, session: Session, item: pytest.Item, noted: Noted) -> None:
        """Ask a test on the clean reference, and note what it and each of its cases show."""
        records, made, seen = self._asks(item)
        test, clause = item.nodeid, records[0]["clauses"][0]
        noted.sent[test] += len(seen)
        noted.touched[test] = sorted({name for told in records for name in told["touched"]})
        if made:
            noted.laws[test] = case_selection.law(session, clause)
        if not (made and made.cases):
            noted.elsewhere |= {("clause", name) for name in noted.touched[test]} | set(map(_code, seen))
            if is_of_walks(test):
                noted.walks[test] = WALKS
            return
        noted.digests[test] = economy.digest(made.cases)
        rules = session.run.scope.operation(noted.family, clause.split(".")[1]).requests.values()
        schema = next((rule.schema for rule in rules), {})
        for name in made.cases:
            noted.cases[test, name] = {
                *facets(noted.family, test, name, schema),
                *map(_code, seen[made.spans[name]]),
                *(("clause", it) for it in made.touched[name]),
            }

    def _kill(self, session: Session, defect: Defect, item: pytest.Item, noted: Noted) -> None:
        """Ask a test with a defect, and note which of its cases catch that, or how many walks."""
        if is_of_walks(item.nodeid):
            noted.walks[item.nodeid] = self._walked(session, defect, item, noted.walks[item.nodeid])
            return
        self._bend(session, defect.bend)
        _, made, _ = self._asks(item)
        for name, found in (made.found if made else {}).items():
            if defect.clause in found:
                noted.cases[item.nodeid, name].add(("defect", defect.id))

    def _walked(self, session: Session, defect: Defect, item: pytest.Item, least: int) -> int:
        """Return how many walks catch a defect by every seed: at most as many as the plan makes."""
        run, most = session.run, least
        for seed in SEEDS:
            for many in range(most, run.plan.walks + 1):
                session.run, most = replace(run, plan=replace(run.plan, walks=many), seed=seed), many
                self._bend(session, defect.bend)
                if any(told["clause"] == defect.clause for told in findings(self._run(item))):
                    break
        session.run = run
        return most


def _left(session: Session, family: str) -> Iterator[Defect]:
    """Yield the defects that no test is known to catch but those of many cases."""
    with PROVED.open() as file:
        by = {row["defect"]: row["caught by"] for row in csv.DictReader(file)}
    book = session.run.scope.catalogues[family]
    for defect in book.defects.values():
        caught = by.get(defect.id, "")
        if defect.id not in book.open and (not caught or any(f"/{name}::" in caught for name in MANY)):
            yield defect


def is_of_walks(test: str) -> bool:
    """Tell whether a test walks a model."""
    return "/test_models.py::" in test


def _code(record: Record) -> Hashable:
    """Return what an answer is: of which operation, which documented one, with which status and codes."""
    body: Any = None
    with suppress(KeyError, TypeError, ValueError):
        body = json.loads(record["response"]["body"])
    told = body.items() if isinstance(body, dict) else ()
    codes = [f"{key}={it}" for key, it in told if "code" in key.lower() and isinstance(it, str | int)]
    status = str(record["response"]["status"])
    return "code", record["operation"], record["matched"], status, ",".join(sorted(codes))


def facets(family: str, test: str, name: str, schema: Mapping[str, Any]) -> Iterator[Hashable]:
    """Yield what a case is a case of: each of these stays asked by some case."""
    function, _, operation = test.rpartition("::")[2].partition("[")
    pointer, _, about = name.partition(": ")
    yield "operation", function, operation
    if not about:
        yield "writing", function, name
        return
    kind = about.partition(":")[0]
    path = tuple(0 if part == "0" else part for part in pointer.split("/")[1:])
    part = bare(mutations._part(schema, path))  # noqa: SLF001 - the same way that the cases were made
    same = str(path[-1]), json.dumps(part, sort_keys=True)  # the same field, in whatever operation it stands
    way = "form" if kind in FORM else "content"
    yield "field", operation, pointer
    yield "way", operation, way
    yield "field of a way", family, *same, way
    yield "kind", family, kind
    if kind in RULES or kind.startswith("no "):
        yield "rule", family, *same, kind


def bare(schema: Any) -> Any:
    """Return a schema without what is no constraint."""
    if isinstance(schema, Mapping):
        words = {"description", "example", "examples", "title"}
        return {key: bare(it) for key, it in schema.items() if not key.startswith("x-") and key not in words}
    return [bare(it) for it in schema] if isinstance(schema, list) else schema


def chosen(noted: Noted) -> dict[str, Any]:
    """Return what is shipped of what was noted of a family."""
    core = cover(noted.cases)
    tests: dict[str, dict[str, Any]] = {}
    for test, law in noted.laws.items():
        if test in noted.digests:
            asks = [name for known, name in noted.cases if known == test and (test, name) in core]
            tests[short(test)] = {"law": law, "of": noted.digests[test], "asks": asks}
        elif test in noted.walks:
            tests[short(test)] = {"law": law, "walks": noted.walks[test]}
    saved = Counter(place[0] for place in noted.cases if place not in core)
    cost = {test: max(1, sent - saved[test]) for test, sent in noted.sent.items()}
    return {"tests": tests, "worth": dict(worths(cost, noted.touched))}


def cover(cases: Mapping[Place, set[Hashable]]) -> set[Place]:
    """Return few cases that prove what all do: greedily, of equals of the kind taken least so far."""
    left: set[Hashable] = set().union(*cases.values())
    taken: Counter[str] = Counter()
    core: set[Place] = set()

    def gain(place: Place) -> tuple[int, int]:
        return len(cases[place] & left), -taken[place[1].partition(": ")[2]]

    while left:
        best = max((place for place in cases if place not in core), key=gain)
        core.add(best)
        left -= cases[best]
        taken[best[1].partition(": ")[2]] += 1
    return core


def worths(cost: Mapping[str, int], touched: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, float]]:
    """Yield all tests, and how many clauses they judge and defects they catch by a request, the most first.

    What tests before it prove does not count.
    """
    left: dict[str, set[Hashable]] = {test: set(touched.get(test, ())) for test in cost}
    with PROVED.open() as file:
        for row in csv.DictReader(file):
            if row["caught by"] in left:
                left[row["caught by"]].add(("defect", row["defect"]))
    known: set[Hashable] = set()
    worth = math.inf
    while left:
        best = max(left, key=lambda test: (len(left[test] - known) / cost[test], -cost[test], test))
        own = left.pop(best)
        worth = min(worth, len(own - known) / cost[best])
        known |= own
        yield short(best), round(worth, 3)


def short(test: str) -> str:
    """Return a test's name within its family."""
    return test.partition("/")[2]


def main() -> None:
    """Record and write."""
    asked = sys.argv[1:] or package_data.families()
    with TemporaryDirectory() as folder:
        made = staged(REFERENCE, [], Path(folder), lambda url: Scribe(asked, url))
    for noted in made.noted:
        path = families.family(noted.family).folder / economy.FILE
        path.write_text(f"{json.dumps(chosen(noted), indent=1, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()
