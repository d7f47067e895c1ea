"""Which tests a run takes: by the target's claims, its fixtures, and what the user picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pytest

from clausewise.errors import ConfigurationError
from clausewise.model import Clause, Kind, among
from clausewise.plugin.shards import WHOLE, Shard
from clausewise.scope import Scope
from clausewise.suggestions import nearest

LONG = {"depth", "walk"}  # whose tests send by the hundred


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user picked: clause id globs, operations and families; empty for everything.

    `ids` narrows that to clauses of exactly these ids, `kinds` to those kinds: None for all.
    """

    clauses: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    ids: frozenset[str] | None = None
    kinds: frozenset[Kind] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Selection()

    def takes(self, clause: Clause) -> bool:
        """Tell whether a clause is picked."""
        named = among(clause.id, self.clauses)
        named = named or clause.operation in self.operations or not (self.clauses or self.operations)
        told = clause.family in (self.families or {clause.family}) and (
            self.ids is None or clause.id in self.ids
        )
        return named and told and (self.kinds is None or clause.kind in self.kinds)

    def picked(self, scope: Scope) -> list[str]:
        """Return the ids picked; empty where everything is. ConfigurationError where nothing fits."""
        if self.everything:
            return []
        ids = [clause.id for clause in scope.clauses() if self.takes(clause)]
        if not ids:
            words = [*self.clauses, *self.operations, *self.families]
            asked = ", ".join(words) or "the choice"
            every = scope.clauses()
            names = {it.id for it in every} | {it.operation for it in every} | set(scope.contracts)
            close = nearest(words[0], names) if len(words) == 1 else ""
            meant = f", did you mean {close!r}?" if close else ";"
            raise ConfigurationError(
                f"No clause that the target claims fits {asked!r}{meant} `clausewise clauses` lists them."
            )
        return ids


def ids(item: pytest.Item) -> list[str]:
    """Return the clause ids that a test is marked with, the nearest marker's first."""
    return [name for mark in item.iter_markers("clause") for name in mark.args]


def ordered(items: Sequence[pytest.Item], before: Collection[str], *, alone: bool) -> list[pytest.Item]:
    """Return tests in the order of a run: those of the ids of `before`, then what has to age.

    Alone, quick tests come next, one of each function and then the second of each, so that the first finding
    does not wait for all the parameters of its neighbours; then long ones, which send bodies by the hundred
    or walk a model; and last those that wait. Beside other workers the long ones begin.
    """
    rounds: Counter[str] = Counter()

    def turn(item: pytest.Item) -> tuple[bool, int, int]:
        name = item.nodeid.partition("[")[0]
        rounds[name] += 1
        return item.nodeid not in before, _turn(item, alone=alone), rounds[name]

    return sorted(items, key=turn)


def _turn(item: pytest.Item, *, alone: bool) -> int:
    asked = {name.removeprefix("clausewise_") for name in getattr(item, "fixturenames", ())}
    if "wait" in asked or item.get_closest_marker("late"):
        return 3
    if "ageing" in asked:
        return 0
    return 1 if LONG.isdisjoint(asked) is alone else 2


def split(
    scope: Scope,
    items: Sequence[pytest.Item],
    choice: Selection,
    shard: Shard = WHOLE,
    done: Collection[str] = (),
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Split the tests into those to run and those to leave out: a test's first clause decides.

    Tests of other shards, and those of the ids of `done`, are left out, too.

    Raises ConfigurationError for a clause id that no catalogue knows.
    """
    picked = choice.picked(scope)
    wanted = [  # with what is somebody else's in the same session
        item
        for item in items
        if not (named := ids(item)) or is_wanted(scope, item.nodeid, named, choice, picked)
    ]
    own = shard.own(wanted, lambda item: (_turn(item, alone=False), item.nodeid))
    kept = [item for item in own if item.nodeid not in done or not ids(item)]
    left = {id(item) for item in kept}
    return kept, [item for item in items if id(item) not in left]


def is_wanted(
    scope: Scope, test: str, named: Sequence[str], choice: Selection, picked: Sequence[str]
) -> bool:
    """Tell whether a run takes a test, by the clauses that it is marked with; `picked` are the choice's.

    Raises ConfigurationError for a clause id that no catalogue knows.
    """
    clauses = [_claimed(scope, name, test) for name in named]
    first, able = clauses[0], [clause for clause in clauses if clause and not scope.lacking(clause)]
    return first in able and _wanted(able, choice, picked)


def _claimed(scope: Scope, name: str, test: str) -> Clause | None:
    clause = scope.clause(name)
    if clause is None and not scope.knows_elsewhere(name):
        raise ConfigurationError(
            f"{test} judges the clause {name!r}, which no catalogue knows; "
            f"`clausewise clauses` lists all ids."
        )
    return clause


def _wanted(clauses: Sequence[Clause], choice: Selection, picked: Sequence[str]) -> bool:
    """Tell whether a test serves the choice: by its own clauses, or by those of the answers it judges."""
    if any(choice.takes(clause) for clause in clauses):
        return True
    if choice.kinds is not None:
        return False
    inner = [f"{clause.id}." for clause in clauses if clause.outcome]
    return any(name.startswith(prefix) for prefix in inner for name in picked)
