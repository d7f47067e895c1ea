"""Records which cases prove what no other does, on the seeded defects: schemas/<family>/economy.json.

    python scripts/economy.py [family ...]

Plays the defects that docs/matrix.csv, which `make matrix` writes before, says only a test of many cases
catches, asks each of those cases, and walks by several seeds; takes the fewest cases that catch all of them
and leave no facet out. What a facet is stands in docs/plans.md.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from clausewise import economy, families, shipped
from clausewise.economy import Thrift
from clausewise.errors import NotConformant
from clausewise.generation import mutations
from clausewise.plugin import thrift
from clausewise.plugin.session import Session
from clausewise.stage import Record, Stage, findings, staged

REFERENCE = shipped.TARGETS / "reference.toml"
PROVED = shipped.ROOT / "docs" / "matrix.csv"
SEEDS = (1, 2, 3, 4, 5)  # of walks: as many as catch each defect by all of them
MANY = ("test_depth.py", "test_models.py")  # the files of tests of many cases; all others are asked whole
WALKS = 2  # at least: the simplest one, which Hypothesis begins with, and one by chance
FORM = {  # whether something is there, and of which type; what else is wrong is its content
    *("absent", "null", "another type", "its key in another case", "an empty text", "a blank text"),
    *("an empty object", "an empty list", "its first entry twice", "an entry of another type"),
    *("a number as text", "the other word"),
}
RULES = {  # of the documents
    *("outside the listed values", "against the pattern", "one character too long", "one character too short"),
    *("one above the most", "one below the least"),
}


@dataclass
class Case:
    """One case of a test, what it costs, and what it is needed for: defects, facets, codes and clauses."""

    test: str
    name: str
    proves: set[Hashable] = field(default_factory=set)


class Recorder(Thrift):
    """Asks all cases of a test, one after the other whatever becomes of them, and notes what each showed."""

    def __init__(self, run: Session, seen: Callable[[], int]) -> None:
        super().__init__()
        self._run = run
        self._seen = seen
        self.cases: list[str] = []
        self.found: dict[str, set[str]] = defaultdict(set)
        self.touched: dict[str, set[str]] = defaultdict(set)
        self.spans: dict[str, tuple[int, int]] = {}

    def picked(self, cases: Sequence[str]) -> Collection[int]:
        """Return all places, and keep in mind what they are called."""
        self.cases += cases
        return super().picked(cases)

    @contextmanager
    def case(self, name: str) -> Iterator[None]:
        """Note what was touched and found; what was found is not held against the cases after it."""
        judge, begun = self._run.judge, self._seen()
        before = {clause: len(held) for clause, held in judge._touched.items()}  # noqa: SLF001 - its own recorder
        try:
            yield
        except NotConformant:
            pass
        judge.rest(())
        self.found[name] |= {bad.clause for bad in judge.findings}
        judge._findings.clear()  # noqa: SLF001
        now = judge._touched.items()  # noqa: SLF001
        self.touched[name] |= {clause for clause, held in now if len(held) > before.get(clause, 0)}
        self.spans[name] = begun, self._seen()


class Scribe(Stage):
    """The stage on which the cases of each test are asked, as it is and with each defect that only they see."""

    def __init__(self, asked: Collection[str], url: str) -> None:
        super().__init__(lambda *_: None, url)
        self._asked = asked
        self._made: Recorder | None = None
        self.written: dict[str, Any] = {}

    def play(self, run: Session, items: Sequence[pytest.Item]) -> None:
        """Record each family that is asked for."""
        run_config = items[0].config
        run_config.stash[thrift.MAKER] = lambda session, *_: self._recorder(session)
        for family in self._asked:
            own = [it for it in items if it.nodeid.startswith(f"{families.family(family).suite.name}/")]
            self.written[family] = self._family(run, family, own)

    def _recorder(self, run: Session) -> Recorder:
        self._made = Recorder(run, lambda: len(self._memory.whole or ()))
        return self._made

    def _asks(self, item: pytest.Item) -> tuple[list[Record], Recorder | None, list[Record]]:
        self._made, self._memory.whole = None, []
        return self._run(item), self._made, self._memory.whole

    def _family(self, run: Session, family: str, items: Sequence[pytest.Item]) -> dict[str, Any]:
        cases: dict[tuple[str, str], Case] = {}
        clean: dict[str, Record] = {}
        sent: Counter[str] = Counter()
        laws: dict[str, str] = {}
        digests: dict[str, str] = {}
        walks: dict[str, int] = {}
        shown: set[Hashable] = set()
        for item in items:
            records, made, seen = self._asks(item)
            clean |= {told["test"]: told for told in records}
            sent[item.nodeid] += len(seen)
            if made is None or not is_of_many(item.nodeid):
                shown |= {("clause", name) for told in records for name in told["touched"]}
                shown |= set(map(code, seen))
                continue
            own = clean[item.nodeid]["clauses"][0]
            laws[item.nodeid] = thrift.law(run, own)
            if not made.cases:
                walks[item.nodeid] = 1
                shown |= {("clause", name) for told in records for name in told["touched"]}
                continue
            digests[item.nodeid] = economy.digest(made.cases)
            schema = next(
                (rule.schema for rule in run.scope.operation(family, own.split(".")[1]).requests.values()), {}
            )
            for name in made.cases:
                one = cases[item.nodeid, name] = Case(item.nodeid, name)
                begun, ended = made.spans.get(name, (0, 0))
                one.proves |= set(facets(family, item.nodeid, name, schema))
                one.proves |= set(map(code, seen[begun:ended]))
                one.proves |= {("clause", clause) for clause in made.touched[name]}
        print(family, "clean", len(items), sum(sent.values()), "requests;", len(cases), "cases", flush=True)
        for one in cases.values():
            one.proves -= shown
        killers: dict[str, list[tuple[str, str]]] = {}
        for defect in self._left(run, family):
            killers[defect.id] = []
            for item in items:
                told = clean.get(item.nodeid)
                if not told or item.nodeid not in laws or defect.clause not in told["touched"]:
                    continue
                if item.nodeid in walks:
                    many = self._walked(run, defect, item, walks[item.nodeid])
                    walks[item.nodeid] = max(walks[item.nodeid], many)
                    killers[defect.id] += [(item.nodeid, f"{many} walks")] if many else []
                    continue
                self._bend(run, defect.bend)
                _, made, _ = self._asks(item)
                for name, found in (made.found if made else {}).items():
                    if defect.clause in found:
                        killers[defect.id].append((item.nodeid, name))
                        cases[item.nodeid, name].proves.add(("defect", defect.id))
            print(defect.id, len(killers[defect.id]), killers[defect.id][:2], flush=True)
        self._bend(run)
        return {
            "cases": [(it.test, it.name, sorted(map(list, it.proves))) for it in cases.values()],
            "laws": laws, "digests": digests, "walks": walks, "killers": killers, "sent": sent,
            "touched": {test: sorted(told["touched"]) for test, told in clean.items()},
        }

    def _walked(self, run: Session, defect: Any, item: pytest.Item, least: int) -> int:
        """Return how many walks catch a defect by every seed; 0 where some seed does not."""
        plan, most, seed = run.plan, least, run.seed
        for run.seed in SEEDS:
            for many in range(most, plan.walks + 1):
                run.plan = replace(plan, walks=many)
                self._bend(run, defect.bend)
                found = findings(self._run(item))
                if any(told["clause"] == defect.clause for told in found):
                    most = many
                    break
            else:
                most = 0
                break
        run.plan, run.seed = plan, seed
        return most

    def _left(self, run: Session, family: str) -> Iterator[Any]:
        """Yield the defects that no test is known to catch but those of many cases."""
        with PROVED.open() as file:
            by = {row["defect"]: row["caught by"] for row in csv.DictReader(file)}
        book = run.scope.catalogues[family]
        for defect in book.defects.values():
            if defect.id not in book.open and (not by.get(defect.id) or is_of_many(by[defect.id])):
                yield defect


def is_of_many(test: str) -> bool:
    """Tell whether a test has many cases."""
    return any(f"/{name}::" in test for name in MANY)


def code(record: Record) -> Hashable:
    """Return what an answer is: of which operation, which documented one, with which status and codes."""
    try:
        body = json.loads(record["response"]["body"])
    except (KeyError, TypeError, ValueError):
        body = None
    codes = sorted(f"{key}={value}" for key, value in body.items() if "code" in key.lower() and isinstance(value, str | int)) if isinstance(body, dict) else []
    return ("code", record["operation"], record["matched"], str(record["response"]["status"]), ",".join(codes))


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
    field = str(path[-1]), json.dumps(part, sort_keys=True)  # the same one, in whatever operation it stands
    way = "form" if kind in FORM else "content"
    yield "field", operation, pointer
    yield "way", operation, way
    yield "field of a way", family, *field, way
    yield "kind", family, kind
    if kind in RULES or kind.startswith("no "):
        yield "rule", family, *field, kind


def bare(schema: Any) -> Any:
    """Return a schema without what is no constraint."""
    if isinstance(schema, Mapping):
        return {key: bare(it) for key, it in schema.items() if not key.startswith("x-") and key not in {"description", "example", "examples", "title"}}
    return [bare(it) for it in schema] if isinstance(schema, list) else schema


def chosen(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shipped of what was recorded of a family."""
    core = cover({(test, name): set(map(tuple, proves)) for test, name, proves in told["cases"]})
    tests: dict[str, dict[str, Any]] = {}
    for test, law in told["laws"].items():
        if test in told["digests"]:
            asks = [name for known, name, _ in told["cases"] if known == test and (test, name) in core]
            tests[short(test)] = {"law": law, "of": told["digests"][test], "asks": asks}
        elif "test_models.py" in test:
            tests[short(test)] = {"law": law, "walks": max(WALKS, told["walks"][test])}
    saved = Counter(test for test, name, _ in told["cases"] if (test, name) not in core)
    cost = {test: max(1, sent - saved[test]) for test, sent in told["sent"].items()}
    return {"tests": tests, "worth": dict(ranked(cost, told["touched"]))}


def cover(cases: Mapping[tuple[str, str], set[Hashable]]) -> set[tuple[str, str]]:
    """Return few cases that prove all that all of them do: greedily, of equals of the kind taken least so far."""
    left: set[Hashable] = set().union(*cases.values()) if cases else set()
    taken: Counter[str] = Counter()
    core: set[tuple[str, str]] = set()
    while left:
        best = max(
            (key for key in cases if key not in core),
            key=lambda key: (len(cases[key] & left), -taken[key[1].partition(": ")[2]]),
        )
        core.add(best)
        left -= cases[best]
        taken[best[1].partition(": ")[2]] += 1
    return core


def ranked(cost: Mapping[str, int], touched: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, float]]:
    """Yield all tests, those first that prove most by a request, and how much: clauses judged, defects caught.

    What tests before it prove does not count.
    """
    proves: dict[str, set[Hashable]] = {test: set(touched.get(test, ())) for test in cost}
    with PROVED.open() as file:
        for row in csv.DictReader(file):
            if row["caught by"] in proves:
                proves[row["caught by"]].add(("defect", row["defect"]))
    worth = math.inf
    known: set[Hashable] = set()
    left = dict(proves)
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
    asked = sys.argv[1:] or shipped.families()
    with TemporaryDirectory() as folder:
        made = staged(REFERENCE, [], Path(folder), lambda url: Scribe(asked, url))
    for family, told in made.written.items():
        path = families.family(family).folder / economy.FILE
        path.write_text(f"{json.dumps(chosen(told), indent=1, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()
