"""What a run is: settled before its first call, and the same in all of its processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clausewise import families
from clausewise._version import __version__
from clausewise.judge import masker
from clausewise.masking import Masker
from clausewise.plans import Plan
from clausewise.plugin.selection import Selection
from clausewise.plugin.shards import Shard
from clausewise.rulings import Rulings
from clausewise.scope import Scope
from clausewise.verdict import Policy


@dataclass(
    frozen=True, kw_only=True, repr=False
)  # pytest would show all documents among a failed test's locals
class RunConfig:
    """One run: what it judges, by what, how deep, and where it is written down.

    `key` makes the fingerprints of masked values. A run that goes on is at a `part` above 1, and its tests of
    the ids `done` are not made again. A dry run has a stand-in for the scope that was `asked` for.
    """

    id: str
    folder: Path
    scope: Scope
    asked: Scope
    choice: Selection
    shard: Shard
    plan: Plan
    seed: int
    key: bytes
    policy: Policy
    rulings: Rulings
    labels: Mapping[str, str]
    part: int = 1
    done: frozenset[str] = frozenset()
    confirming: bool = False
    cleans: bool = True
    is_dry: bool = False

    @property
    def base_urls(self) -> dict[str, str]:
        """Where each family is called."""
        return {name: known.base_url for name, known in self.scope.target.families.items()}

    @property
    def environment(self) -> dict[str, str]:
        """What is judged, in a few words of a report's reader."""
        target = self.scope.target
        record = {"target": target.name, "environment": target.environment, "plan": self.plan.name}
        documents = {f"document.{name}": known.document for name, known in target.families.items()}
        return record | documents | {"suite": __version__} | self.shown_labels

    @cached_property
    def shown_labels(self) -> dict[str, str]:
        """The labels, with what is secret or personal masked."""
        hides = self.new_masker()
        return {key: hides.text(value) for key, value in self.labels.items()}

    @cached_property
    def unclaimed(self) -> frozenset[Path]:
        """Where the tests of families lie that the target does not claim."""
        return frozenset(it.suite for it in families.known().values() if it.id not in self.scope.homes)

    def new_masker(self) -> Masker:
        """Return what masks the target's exchanges, and has seen none of them, yet."""
        return masker(self.scope, self.key)
