"""Plays several seeded defects at once, and counts the causes that the statement makes of what is found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from clausewise.matrix_session import Record, firm
from clausewise.model import Defect, Kind
from clausewise.plugin.session import Session
from clausewise.scope import Scope
from clausewise.statement.causes import Seen, causes, folded, kept

ENOUGH = 0.9  # of the groups, which make as many causes as they have defects
_APART = 10  # defects for each group, at least: others collide
_SIZES = ((2, 3), (6, 1))  # defects of a group, and its share of all groups: three pairs for each sextet


@dataclass(frozen=True, slots=True)
class Group:
    """Some defects that were played at once, and how many `causes` came of them.

    `shown` counts the defects whose own clause was found broken: one may stand in another's way, as where
    nobody is let in any more. `first` counts those whose own clause leads a cause, or its amber part, which
    stands under what is red; `beside` those whose own clause says of the exchange of the cause's first
    finding the same in other words, or is that of a defect with the same bend; `alike` those of a field of
    which no request was taken: a refusal of all is the same for each such field. `late` names the others.
    """

    defects: tuple[str, ...]
    shown: int
    causes: int
    first: int
    beside: int
    alike: int
    late: tuple[str, ...]

    @property
    def told_apart(self) -> bool:
        """Whether there are as many causes as defects that show."""
        return self.causes == self.shown

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return asdict(self) | {"told_apart": self.told_apart}


def picked(defects: Iterable[Defect], groups: int, seed: int) -> list[tuple[Defect, ...]]:
    """Return that many groups by a seed, three pairs for each sextet; of few defects fewer."""
    chance, known = random.Random(f"causes/{seed}"), sorted(defects, key=lambda it: it.id)  # noqa: S311
    groups = min(groups, len(known) // _APART)
    shares = sum(share for _, share in _SIZES)
    return [
        tuple(chance.sample(known, size)) for size, share in _SIZES for _ in range(groups * share // shares)
    ]


def bends(scope: Scope, defects: Iterable[Defect]) -> Iterator[Mapping[str, Any]]:
    """Yield what bends the reference by each defect, and by none of another family's answers."""
    for defect in defects:
        clause = scope.clause(defect.clause)
        yield {**defect.bend, "family": clause.family if clause else ""}


def concerned(scope: Scope, clean: Iterable[Record], defects: Sequence[Defect]) -> list[str]:
    """Return the tests that call what some defects bend: the others see what they saw on the clean reference.

    Where a defect's operation is not known these are all of its family.
    """
    prefixes = tuple(prefix for defect in defects for prefix in _about(scope, defect))
    return [told["test"] for told in clean if any(name.startswith(prefixes) for name in told["touched"])]


def _about(scope: Scope, defect: Defect) -> Iterator[str]:
    clause = scope.clause(defect.clause)
    family = clause.family if clause else ""
    bent = str(defect.bend.get("answer", "") or defect.bend.get("refuse", "")).partition(".")[0]
    names = {bent, clause.operation if clause else ""} & set(scope.contracts[family].operations)
    known = bent in names or ("answer" not in defect.bend and names)
    yield from (f"{family}.{name}." for name in names) if known else (f"{family}.",)


def group(
    session: Session, defects: Sequence[Defect], records: Sequence[Record], exchanges: Iterable[Record]
) -> Group:
    """Return what the statement makes of the tests' records and exchanges."""
    kinds = {it.id: asdict(it) for it in session.run.scope.clauses()}
    seen: dict[str, Seen] = {}
    came: set[tuple[tuple[str, str], tuple[str, ...]]] = set()
    failing = {listed["test"] for listed in records if listed["findings"]}
    for record in exchanges:
        one = Seen.of(session.run.scope.operation(record["family"], record["operation"]), record)
        came.update(one.came)
        if one.test in failing:
            seen[record["id"]] = one
    found = [
        {**bad, "test": listed["test"], "standing": kinds[bad["clause"]]["standing"]}
        | {"colour": "red" if firm(session, bad["clause"]) else "amber"}
        for listed in records
        for bad in listed["findings"]
    ]
    judged: Counter[str] = Counter()
    for record in records:
        judged.update({name: times for name, (times, _) in record["touched"].items()})
    rows, good = folded(found, kinds, seen), kept(judged, found)
    made = causes(rows, kinds, seen, came, good)
    leading = {name for it in made for name in _leading(session, it)}
    broken = [it for it in defects if any(bad["clause"] == it.clause for bad in found)]
    second = [it for it in broken if it.clause not in leading]
    listed = [[rows[at] for at in cause["findings"]] for cause in made]
    others = [it for it in second if not _is_beside(session.run.scope, it, listed)]
    late = [it.id for it in others if kinds[it.clause]["kind"] != Kind.REQUEST_FIELD or it.clause in good]
    return Group(
        tuple(it.id for it in defects),
        len(broken),
        len(made),
        len(broken) - len(second),
        len(second) - len(others),
        len(others) - len(late),
        tuple(late),
    )


def _leading(session: Session, cause: Mapping[str, Any]) -> Iterator[str]:
    """Yield the clauses that stand first in a cause: of the red, and of the amber under it."""
    for red in (True, False):
        yield from [name for name in cause["clauses"] if firm(session, name) is red][:1]


def _is_beside(scope: Scope, defect: Defect, causes: Iterable[Sequence[Mapping[str, Any]]]) -> bool:
    """Tell whether a cause's first finding says of its exchange what the defect's own clause says, too.

    That is no clause of a request's field: all of them say the same of a request that is refused whole.
    """
    books = scope.catalogues.values()
    same = {it.clause for book in books for it in book.defects.values() if it.bend == defect.bend}
    clause = scope.clause(defect.clause)
    told = clause is not None and clause.kind is not Kind.REQUEST_FIELD
    for first, *others in causes:
        if first["clause"] in same:
            return True
        at = {first["exchange"], *first["shown"]}
        if told and any(it["clause"] == defect.clause and not at.isdisjoint(it["shown"]) for it in others):
            return True
    return False


def enough(groups: Sequence[Group]) -> bool:
    """Tell whether defects are told apart in as many groups as have to be."""
    return sum(it.told_apart for it in groups) >= ENOUGH * len(groups)
