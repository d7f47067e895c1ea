"""What a run's plan asks of a target: which clauses, and whether they are all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clausewise.model import Verdict
from clausewise.plans import DEFAULT, PLANS, Plan
from clausewise.statement import shards
from clausewise.verdict import many

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanScope:
    """What a run was to show: all that its plan asks, or a part that somebody picked (`narrowed`)."""

    name: str
    plan: Plan
    picked: frozenset[str]
    narrowed: bool
    in_part: bool = False  # a shard alone, or a whole that lacks some

    @classmethod
    def of(cls, facts: Row, clauses: Iterable[tuple[str, str]]) -> PlanScope:
        """Return it; `clauses` are the ids of all that the target claims, with their kinds."""
        name, picked = facts.get("plan") or DEFAULT.name, frozenset(facts.get("selected") or ())
        plan = PLANS.get(name, DEFAULT)
        own = frozenset(name for name, kind in clauses if kind in plan.kinds)
        return cls(name, plan, picked, narrowed=picked != own, in_part=bool(shards.unmet(facts)))

    @property
    def partial(self) -> bool:
        """Whether clauses were left out, by the plan or by somebody: what breaks one may be among them."""
        return self.narrowed or self.in_part or bool(self.plan.kinds) or self.plan.only_reads

    @property
    def own(self) -> bool:
        """Whether the run is judged by what its plan asks, which is less than the whole."""
        return not (self.narrowed or self.plan.whole)

    def asks(self, row: Row) -> bool:
        """Tell whether a clause with its verdict is one that the run was to show."""
        return row["verdict"] != Verdict.NOT_APPLICABLE and (not self.picked or row["id"] in self.picked)

    def told(self, scored: Iterable[Row], cases: tuple[int, int] = (0, 0)) -> dict[str, Any]:
        """Return what results say of it; `cases` are those that were asked, and all that those tests have."""
        rows, (asked, had) = list(scored), cases
        selects_cases = {"cases": {"asked": asked, "of": had}} if asked < had else {}
        return selects_cases | {
            "plan": self.name,
            "whole": self.plan.whole and not self.narrowed,
            "narrowed": self.narrowed,
            "asked": sum(map(self.asks, rows)),
            "of": len(rows),
        }


def share_of(record: Row) -> str:
    """Return how much of the whole a run's plan asks, in words."""
    return f"{record['asked']} of {many(record['of'], 'clause', 'clauses')}"
