"""Reads a run's journal once and adds up what later parts of the statement rest on."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clausewise import input_files, journal, strict_json
from clausewise.errors import ConfigurationError
from clausewise.model import Operation, Role, Verdict
from clausewise.scope import Scope
from clausewise.statement.causes import Seen, folded

_EVASIVE = {401, 404, 409, 429}
_KEPT = 5  # exchanges named per clause; the count says how many there were
_WIDE = 120  # characters of what a reason repeats of a finding
_AGAIN = {Verdict.PASS: "kept the second time", Verdict.ERROR: "an error again"}
JSON = "JSON"  # how the body of an answer is called that looks like it


@dataclass
class ClauseTally:
    """What the tests said on one clause."""

    verdicts: set[Verdict] = field(default_factory=set)
    confirmed: dict[str, bool] = field(default_factory=dict)  # by test that found it broken
    erred: dict[str, bool] = field(default_factory=dict)  # by test without a verdict, and whether it still is
    reasons: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    exchanges: list[str] = field(default_factory=list)
    count: int = 0
    seconds: float = 0.0
    beyond: bool = False  # a test was not made, since the plan sends nothing of the kind
    short: bool = False  # a test could not be made for another reason


@dataclass
class OperationTally:
    """What the exchanges of one operation showed."""

    milliseconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    shown: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # bodies, by outcome
    hopeful: int = 0
    evaded: int = 0
    created: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)


@dataclass
class LeftBehind:
    """What the calls of one operation made, and how much of it was taken away again."""

    made: int = 0
    removed: int = 0


@dataclass
class Tally:
    """A whole run, added up."""

    clauses: dict[str, ClauseTally] = field(default_factory=lambda: defaultdict(ClauseTally))
    operations: dict[tuple[str, str], OperationTally] = field(
        default_factory=lambda: defaultdict(OperationTally)
    )
    findings: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, Seen] = field(default_factory=dict)  # the exchanges of tests that found something
    came: set[tuple[tuple[str, str], tuple[str, ...]]] = field(default_factory=set)  # where it was wanted
    failing: set[str] = field(default_factory=set)  # those tests
    stopped: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by clause, not come to
    drift: dict[tuple[str, str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    readers: set[tuple[str, str]] = field(default_factory=set)  # operations that read back what others made
    left: dict[tuple[str, str], LeftBehind] = field(default_factory=lambda: defaultdict(LeftBehind))
    exchanges: int = 0
    asked: dict[str, tuple[int, int]] = field(default_factory=dict)  # by test, cases asked, and all it has
    spent: dict[str, str] = field(default_factory=dict)  # tests that came after what a run may spend, and why
    repeated: dict[str, str] = field(default_factory=dict)  # tests made a second time, and how that ended
    waits: tuple[int, float] = (0, 0.0)  # tests whose reads waited for writes to be seen, and the seconds
    masked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by place, tests
    wavered: int = 0  # tests one of whose calls was answered when it was made again
    unusable: str = ""
    broken_tests: list[str] = field(default_factory=list)
    useless: set[str] = field(default_factory=set)  # clauses whose tests got no token out of a log-in
    unlike: dict[tuple[str, int], list[str]] = field(default_factory=dict)  # recorded, and like no answer

    @property
    def cases(self) -> tuple[int, int]:
        """How many cases all tests of many cases asked, and how many they have."""
        return sum(asked for asked, _ in self.asked.values()), sum(had for _, had in self.asked.values())


def add_up(scope: Scope, folder: Path) -> Tally:
    """Read the verdicts and exchanges of a run folder."""
    known = [operation for contract in scope.contracts.values() for operation in contract.operations.values()]
    tally = Tally(readers={(one.family, one.read_back["operation"]) for one in known if one.read_back})
    for record in journal.records(folder, journal.VERDICTS):
        with _whole(folder / journal.VERDICTS):
            input_files.check_record(record, "verdict.schema.json")
            _add_verdict(tally, record)
    for entry in tally.clauses.values():
        if entry.confirmed:
            entry.verdicts.add(Verdict.FAIL if any(entry.confirmed.values()) else Verdict.UNSTABLE)
        if entry.erred:
            entry.verdicts.add(Verdict.ERROR if any(entry.erred.values()) else Verdict.UNSTABLE)
    for record in journal.records(folder, journal.EXCHANGES):
        with _whole(folder / journal.EXCHANGES):
            input_files.check_record(record, "exchange.schema.json")
            _add_exchange(tally, scope, record)
    if tally.failing:  # read once more, for what was found is told by exchanges that were not known, yet
        kinds = {it.id: {"id": it.id, "kind": it.kind, "outcome": it.outcome} for it in scope.clauses()}
        with _whole(folder / journal.VERDICTS):
            tally.findings = folded(_findings(folder), kinds, tally.seen)
    return tally


def _findings(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield all that the tests of a run found; those of older journals lack the rule that is broken."""
    for record in journal.records(folder, journal.VERDICTS):
        yield from ({"rule": "", **bad, "test": record["test"]} for bad in record["findings"])


def add_lost(tally: Tally, folder: Path) -> None:
    """Count a test that was to be made and has no verdict as an error: no clause of it was judged.

    Of a run that came to its end; whose process was killed on the way is not known from outside.
    """
    for test, (what, clauses) in journal.lost(folder).items():
        why = (
            f"{test} {what}: its process was killed, or ran out of memory; `clausewise run --resume` makes it"
        )
        tally.broken_tests.append(why)
        for clause in clauses:
            entry = tally.clauses[clause]
            entry.verdicts.add(Verdict.ERROR)
            entry.reasons.append(why)
            entry.tests.append(test)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Say in a sentence that a file holds a record that no run of ours writes."""
    try:
        yield
    except (ConfigurationError, LookupError, TypeError, ValueError, AttributeError) as bad:
        why = input_files.shown(bad).rstrip(".")
        raise ConfigurationError(f"{path} holds a record that no run writes ({why}).") from bad


def _add_verdict(tally: Tally, record: Mapping[str, Any]) -> None:
    test, verdict = record["test"], Verdict(record["verdict"])
    if cases := record.get("cases"):
        tally.asked[test] = (cases[0], cases[1])
    if record.get("spent"):
        tally.spent[test] = record["reason"]
    if record.get("unusable"):
        tally.unusable = tally.unusable or record["reason"]
    if record.get("broken"):
        tally.broken_tests.append(f"{test}: {record['reason']}")
    tally.useless |= set(record["clauses"] if record.get("useless") else ())
    _add_touched(tally, record)
    broken = dict.fromkeys(finding["clause"] for finding in record["findings"])  # in the record's order
    if record.get("repeats"):
        tally.repeated[test] = _AGAIN.get(verdict, str(verdict)) if not broken else "broken again"
        _repeated(tally, test, broken, verdict)
    for clause in () if record.get("repeats") else broken:
        tally.clauses[clause].confirmed[test] = True
    tally.failing |= {test} if record["findings"] else set()
    _add_circumstances(tally, record)
    if verdict is not Verdict.PASS:
        _unjudged(tally, record, verdict)
    elif broken:
        for clause in dict.fromkeys(name for name in record["clauses"] if name not in record["touched"]):
            tally.stopped[clause].append(_stopped(record))


def _add_circumstances(tally: Tally, record: Mapping[str, Any]) -> None:
    """Count what the target made of a test's calls, beside its verdict."""
    if "waited" in record:
        tally.waits = tally.waits[0] + 1, tally.waits[1] + record["waited"]
    for place in record.get("masked", ()):
        tally.masked[place].add(record["test"])
    if "wavered" in record:
        _wavered(tally, record)


def _add_touched(tally: Tally, record: Mapping[str, Any]) -> None:
    """Count for each clause that a test came to what showed it, and its share of the test's time."""
    for clause, (count, exchanges) in record["touched"].items():
        entry = tally.clauses[clause]
        entry.verdicts.add(Verdict.PASS)
        entry.count += count
        entry.exchanges += exchanges[: _KEPT - len(entry.exchanges)]
        entry.tests.append(record["test"])
        entry.seconds += record["seconds"] / len(record["touched"])


def _stopped(record: Mapping[str, Any]) -> str:
    """Return why a test did not come to all its clauses: what it found before."""
    found = record["findings"][-1]
    return f"its test ended before, since {found['clause']} is not kept ({instead(found)})"


def instead(finding: Mapping[str, Any]) -> str:
    """Return what a finding is about in words that are the same in every run: a status, or a place."""
    if finding["where"] == "status":
        return f"{finding['actual'].partition(': ')[0][:_WIDE]} instead of {finding['expected'][:_WIDE]}"
    return f"see {finding['where']}" if finding["where"] else "see its finding"


def _unjudged(tally: Tally, record: Mapping[str, Any], verdict: Verdict) -> None:
    """Take note of a test that ended without a word on its clauses, and why."""
    mended = verdict is Verdict.ERROR and not (record.get("broken") or record.get("unusable"))
    for clause in record["clauses"]:
        entry = tally.clauses[clause]
        if mended:  # perhaps, when it is repeated
            entry.erred[record["test"]] = True
        else:
            entry.verdicts.add(verdict)
        entry.reasons.append(record["reason"])
        entry.tests.append(record["test"])
        entry.beyond |= bool(record.get("beyond"))
        entry.short |= verdict is Verdict.UNTESTABLE and not record.get("beyond")


def _wavered(tally: Tally, record: Mapping[str, Any]) -> None:
    """Call the clauses of a test unstable one of whose calls was answered only when it was made again."""
    tally.wavered += 1
    for clause in record["clauses"]:
        entry = tally.clauses[clause]
        entry.verdicts.add(Verdict.UNSTABLE)
        entry.reasons.append(f"{record['wavered']} Made again, the call was answered.")


def _repeated(tally: Tally, test: str, broken: Collection[str], verdict: Verdict) -> None:
    """Weigh a test that was repeated: broken both times stays broken, once is unstable."""
    for clause, entry in tally.clauses.items():
        if test in entry.confirmed and clause not in broken and verdict is Verdict.PASS:
            entry.confirmed[test] = False
        if test in entry.erred and verdict is not Verdict.ERROR:
            entry.erred[test] = False
    for clause in broken:
        tally.clauses[clause].confirmed.setdefault(test, False)


def _add_exchange(tally: Tally, scope: Scope, record: Mapping[str, Any]) -> None:
    tally.exchanges += 1
    operation = scope.operation(record["family"], record["operation"])
    one = Seen.of(operation, record)
    tally.came.update(one.came)
    if record["test"] in tally.failing:
        tally.seen[record["id"]] = one
    if operation.writes:
        _add_left(tally, scope, operation, record)
    if record.get("stray"):
        return
    if record.get("unlike"):
        place = operation.id, record["response"]["status"]
        tally.unlike.setdefault(place, []).append(record["id"])
    entry = tally.operations[operation.family, operation.id]
    entry.milliseconds.append(record["milliseconds"])
    entry.outcomes[record["matched"]] += 1
    if not record.get("loose"):
        entry.shown[record["matched"]][_look(record["response"])] += 1
    if (operation.family, operation.id) in tally.readers:
        entry.urls.add(record["request"]["url"])
    for where in record.get("drift", ()):
        tally.drift[operation.family, operation.id, record["matched"], where].append(record["id"])
    if _hopeful(operation, record["expected"]):
        entry.hopeful += 1
        entry.evaded += record["response"]["status"] in _EVASIVE
    if operation.read_back and _is_success(operation, record["matched"]):
        found, made = strict_json.resolve(_body(record), operation.read_back["from"])
        entry.created |= {str(made)} if found else set()


def _add_left(tally: Tally, scope: Scope, operation: Operation, record: Mapping[str, Any]) -> None:
    """Count what a call made in the target, or took away of what others had made."""
    made = tally.left[operation.family, operation.id] if operation.leaves else LeftBehind()
    if operation.undo:
        made.made += len(list(operation.undo.settled(_body(record))))
    elif _is_success(operation, record["matched"]):
        made.made += 1
    for maker in scope.contracts[operation.family].operations.values():
        if maker.undo and maker.undo.operation == operation.id:
            gone = len(list(maker.undo.settled(_body(record))))
            tally.left[operation.family, maker.id].removed += gone


def _look(response: Mapping[str, Any]) -> str:
    """Return what the body of an answer looks like: JSON, nothing, or the media type of its label."""
    if not (body := response["body"].strip()):
        return "no body"
    labels = (value for name, value in response["headers"] if name.lower() == "content-type")
    return JSON if body[0] in '{["' else next(labels, "no media type").partition(";")[0].strip()


def _hopeful(operation: Operation, expected: list[str]) -> bool:
    """Tell whether a call was meant to succeed: it says so, or it only prepared the ground."""
    return all(_is_success(operation, name) for name in expected)


def _is_success(operation: Operation, name: str) -> bool:
    return bool(name) and operation.outcome(name).role is Role.SUCCESS


def _body(record: Mapping[str, Any]) -> Any:
    try:
        return json.loads(record["response"]["body"])
    except (ValueError, RecursionError):
        return None
