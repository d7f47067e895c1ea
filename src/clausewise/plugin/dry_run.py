"""A run's calls, counted beforehand on the reference: what would be sent, and what would stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clausewise import families, journal, package_data, statement
from clausewise.client import Ledger
from clausewise.scope import Scope
from clausewise.targets import ANY_FAULT, EMBEDDED, FamilyTarget, Limits, Target, Tls, load


@dataclass(frozen=True, slots=True)
class PlannedCalls:
    """One operation's calls: how many, and what they leave how often; `undo` takes it away, if anything.

    `wrong` of them are wrong log-ins, and `real` of those name a user of the target file.
    """

    family: str
    operation: str
    requests: int
    writes: bool
    what: str
    made: int
    undo: str
    wrong: int = 0
    real: int = 0


def stand_in(target: Target) -> Target:
    """Return the reference target, claiming what a target claims and providing no more than it provides."""
    homes = {name: families.family(name, str(target.path)) for name in target.families}
    for home in homes.values():
        home.check_plays()
    paths = dict.fromkeys(home.root / "targets" / "reference.toml" for home in homes.values())
    held = [load(path, package_data.SCHEMAS / "target.schema.json") for path in paths if path.exists()]
    known = {name: own for reference in held for name, own in reference.families.items()}
    bare = {name: FamilyTarget(name, own.document, EMBEDDED) for name, own in target.families.items()}
    claimed = {name: _like(known.get(name, bare[name]), own) for name, own in target.families.items()}
    limits = replace(Limits(), max_wait=target.limits.max_wait)
    return replace(
        target,
        families=claimed,
        limits=limits,
        tls=Tls(),
        secrets=frozenset().union(*(reference.secrets for reference in held)),
        show_personal_data=False,
    )


def _like(target: FamilyTarget, own: FamilyTarget) -> FamilyTarget:
    common = target.faults.get(ANY_FAULT)
    hooks = (
        dict.fromkeys(own.faults, common)  # which tells every fault by its name, whatever pattern fits it
        if common
        else {name: hook for name, hook in target.faults.items() if own.has(f"fault.{name}")}
    )
    return replace(
        target,
        document=own.document,
        readings=own.readings,
        credentials={
            name: it for name, it in target.credentials.items() if name in {"default", *own.credentials}
        },
        fixtures={name: it for name, it in target.fixtures.items() if name in own.fixtures},
        faults=hooks,
        overlays=target.overlays if own.overlays else (),
        bindings=target.bindings if own.overlays else {},
    )


def planned(scope: Scope, folder: Path, log_ins: Ledger) -> Sequence[PlannedCalls]:
    """Return what the run in a folder sent, what writes first, then by number; `log_ins` is its ledger."""
    sent = Counter((told["family"], told["operation"]) for told in journal.records(folder, journal.EXCHANGES))
    left = statement.add_up(scope, folder).left
    rows = []
    for (family, name), many in sent.items():
        known = scope.operation(family, name)
        made = left[family, name].made if (family, name) in left else 0
        undo = known.undo.operation if known.undo else ""
        rows.append(
            PlannedCalls(
                family, name, many, known.writes, known.leaves, made, undo, *log_ins.wrong(family, name)
            )
        )
    return sorted(rows, key=lambda row: (not row.writes, -row.requests))
