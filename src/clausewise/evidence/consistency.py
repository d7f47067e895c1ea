"""What each test says of itself, held against the exchanges that it made, and those against one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clausewise.model import Verdict
from clausewise.scope import Scope

_NAMED = 5  # exchanges that a test names of each clause
Record = Mapping[str, Any]


@dataclass
class Seen:
    """What the exchanges of one test show, judged again: by clause the exchanges, and those found broken."""

    exchanges: list[str] = field(default_factory=list)
    touched: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broken: set[str] = field(default_factory=set)
    matched: set[tuple[str, str]] = field(default_factory=set)  # clauses of the answers, by exchange


class Words:
    """The verdicts of a run beside what its exchanges show.

    `doubtful` are exchanges that cannot be judged again as they were: cut, or masked in part.
    """

    def __init__(
        self, scope: Scope, facts: Record, exchanges: Mapping[str, Seen], doubtful: Collection[str]
    ) -> None:
        self._scope = scope
        self._confirmed = bool(facts.get("confirm"))
        self._seen = exchanges
        self._doubtful = doubtful

    def wrong(self, records: Sequence[Record]) -> Iterator[str]:
        """Yield what the verdicts say otherwise than their exchanges."""
        first = Counter(record["test"] for record in records if not record.get("repeats"))
        yield from (f"{test} has {times} verdicts" for test, times in first.items() if times > 1)
        again = Counter(record["test"] for record in records if record.get("repeats"))
        for test, times in again.items():
            if not self._confirmed or times > 1 or test not in first:
                yield f"{test} is said to be repeated, and the run repeats nothing so"
        for record in records:
            if not again[record["test"]]:  # of a repeated one nothing tells which exchanges were its first
                yield from self._of(record)

    def _of(self, record: Record) -> Iterator[str]:
        test, seen = record["test"], self._seen.get(record["test"], Seen())
        passed = record["verdict"] == Verdict.PASS and not record["findings"]
        if passed and not seen.exchanges:
            yield f"{test} passed, and made no exchange"
        for bad in record["findings"]:
            cited = {bad["exchange"], *bad["before"]} - {""}
            yield from self._foreign(test, cited - set(seen.exchanges))
        for clause, (count, few) in record["touched"].items():
            yield from self._foreign(test, set(few) - set(seen.exchanges))
            if len(few) != min(count, _NAMED):
                yield f"{test} counts {count} exchanges of {clause}, and names {len(few)}"
        if set(seen.exchanges).intersection(self._doubtful):
            return
        blamed: dict[str, set[str]] = defaultdict(
            set
        )  # what a test found itself, beside what each answer shows
        for bad in record["findings"]:
            blamed[bad["clause"]] |= {bad["exchange"]} - {""}
        for clause in dict.fromkeys([*record["touched"], *seen.touched]):
            count = record["touched"].get(clause, [0])[0]
            if count != (now := len(blamed[clause].union(seen.touched.get(clause, ())))):
                yield f"{test} counts {count} exchanges of {clause}, and {now} show it"
        found = {bad["clause"] for bad in record["findings"]}
        yield from (f"{clause} in {test}" for clause in sorted(seen.broken - found))
        if passed and (own := self._unseen(record, seen)):
            yield f"{test} passed, and no exchange of it is the answer {own}"

    def _unseen(self, record: Record, exchange: Seen) -> str:
        """Return the answer that a test is about and that none of its exchanges is."""
        own = self._scope.clause(record["clauses"][0]) if record["clauses"] else None
        if own is None or not own.outcome:
            return ""
        return "" if (own.operation, own.outcome) in exchange.matched else own.id

    @staticmethod
    def _foreign(test: str, names: Iterable[str]) -> Iterator[str]:
        yield from (f"{test} names the exchange {name}, which is none of its own" for name in sorted(names))


def gaps(ids: Iterable[str], *, whole: bool) -> Iterator[str]:
    """Yield the exchanges that are there twice, and of a `whole` run those that are lacking.

    Each client of a process numbers its own, from 1 on.
    """
    held: dict[str, list[int]] = defaultdict(list)
    for name in ids:
        prefix, _, number = name.rpartition("-")
        if number.isdecimal():
            held[prefix].append(int(number))
        else:
            yield f"{name} is no exchange's name"
    for prefix, numbers in held.items():
        there = set(numbers)
        yield from (f"{prefix}-{at} is there twice" for at, n in Counter(numbers).items() if n > 1)
        if whole and (lacking := sorted(set(range(1, max(there) + 1)) - there)):
            yield f"{prefix}-{lacking[0]} is not there, and {prefix}-{max(there)} is"


def may_lack(facts: Record, records: Iterable[Record], lost: Collection[str]) -> bool:
    """Tell whether a run may lack exchanges: a process was killed, a test ended amid what it was hearing.

    That its time was over may end a test so; that its requests were spent does not.
    """
    timed = facts.get("most", {}).get("seconds") is not None
    cut = any(record["verdict"] == Verdict.ERROR or (timed and record.get("spent")) for record in records)
    resumed = facts.get("resumed") or any(row.get("resumed") for row in facts.get("shards", ()))
    return bool(resumed or lost or cut)


def unlike(collected: Mapping[str, Collection[str]], suite: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield where the tests that a run says it was to make are others than the suite has for its target.

    It may make tests of its owner's beside these.
    """
    for test, clauses in suite.items():
        own = collected.get(test)
        if own is None:
            yield f"{test} was not to be made, and the suite has it for this target"
        elif list(own) != list(clauses):
            yield f"{test} judged {', '.join(own)}, and the suite's judges {', '.join(clauses)}"
