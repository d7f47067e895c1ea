"""What one run judges: the families that a target claims, with their contracts and catalogues."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from clausewise import bindings, catalogue, contracts, masking, shipped, tables
from clausewise.bindings import Bindings
from clausewise.catalogue import Catalogue
from clausewise.errors import ConfigurationError
from clausewise.model import Clause, Contract, Discrepancy, Kind, Observability, Operation
from clausewise.targets import FamilyTarget, Target


@dataclass(frozen=True, slots=True, repr=False)
class Scope:
    """A target beside the contract, the catalogue and the bindings of each family that it claims.

    `spared` are the roles of each family that a run gets along without.
    """

    target: Target
    schemas: Path
    contracts: Mapping[str, Contract]
    catalogues: Mapping[str, Catalogue]
    bindings: Mapping[str, Bindings]
    spared: Mapping[str, Collection[str]]

    def facts(self) -> dict[str, Any]:
        """Return what a run remembers of its target and of how it was started; no secret is among it."""
        target = self.target
        families = {
            name: {
                "document": known.document,
                "base_url": known.base_url,
                "overlays": {path.name: sha256(path.read_bytes()).hexdigest() for path in known.overlays},
            }
            for name, known in target.families.items()
        }
        return {
            "path": str(target.path.absolute()),
            "documents": [f"{name}={known.document}" for name, known in target.families.items()],
            "command": masking.plain(shlex.join(["clausewise", *sys.argv[1:]]), target.secrets),
            "target": {
                "name": target.name,
                "environment": target.environment,
                "file": target.path.name,
                "sha256": target.sha256,
                "families": families,
            },
        }

    def clauses(self) -> Iterator[Clause]:
        """Yield every clause that the target claims to keep."""
        for book in self.catalogues.values():
            yield from book.clauses.values()

    def clause(self, name: str) -> Clause | None:
        """Return a claimed clause; None where the target does not claim one of that id."""
        book = self.catalogues.get(name.partition(".")[0])
        return book.clauses.get(name) if book else None

    def knows_elsewhere(self, name: str) -> bool:
        """Tell whether an id belongs to a clause that the target does not claim."""
        family = name.partition(".")[0]
        if family not in self.contracts:
            return family in {path.parent.name for path in self.schemas.glob("*/openapi.yaml")}
        return name in _every_id(self.schemas / family, family)

    def discrepancies(self) -> Iterator[Discrepancy]:
        """Yield every discrepancy of the claimed families."""
        for book in self.catalogues.values():
            yield from book.discrepancies.values()

    def idle_claims(self) -> Iterator[tuple[str, Discrepancy]]:
        """Yield each claim of a reading that can change no verdict, as the target file has it, and why."""
        for family, book in self.catalogues.items():
            for name, letter in self.target.families[family].readings.items():
                if (known := book.discrepancies[name]).inert:
                    yield f'[families.{family}.readings] {name} = "{letter}"', known

    def claiming(self, family: str, discrepancy: str, letter: str) -> Scope:
        """Return this scope as if its target claimed that reading of a discrepancy."""
        own = self.target.families[family]
        claimed = replace(own, readings={**own.readings, discrepancy: letter})
        known = of(replace(self.target, families={family: claimed}), self.schemas)
        return replace(
            self,
            target=replace(self.target, families={**self.target.families, family: claimed}),
            contracts={**self.contracts, **known.contracts},
            catalogues={**self.catalogues, **known.catalogues},
        )

    def operation(self, family: str, name: str) -> Operation:
        """Return a claimed operation; ConfigurationError where the family has none of that name."""
        operations = self.contracts[family].operations
        if name not in operations:
            raise ConfigurationError(f"{family} has no operation {name!r}; it has {', '.join(operations)}.")
        return operations[name]

    def lacking(self, clause: Clause) -> tuple[str, ...]:
        """Return the roles that a clause needs, the target does not provide, and a run cannot do without."""
        target, spared = self.target.families[clause.family], self.spared[clause.family]
        return tuple(role for role in clause.needs if role not in spared and not target.has(role))


def of(target: Target, schemas: Path) -> Scope:
    """Load everything that a target claims from the folder of all families' data.

    Raises ConfigurationError for a family, document, reading or fault that nobody knows.
    """
    agreed, books, bound, spared = {}, {}, {}, {}
    for name, claimed in target.families.items():
        folder = schemas / name
        known = sorted(path.parent.name for path in schemas.glob("*/openapi.yaml"))
        if name not in known:
            told = f"there is no family {tables.shown(name)!r}; clausewise knows {', '.join(known)}"
            raise ConfigurationError(f"{target.path}: {told}.")
        held = contracts.documents(folder / "openapi.yaml")
        if claimed.document not in held:
            raise ConfigurationError(
                f"{target.path}: [families.{name}] the family {name} has no document "
                f"{tables.shown(claimed.document)!r}; it has {', '.join(held)}."
            )
        bound[name] = _bindings(target, folder, claimed)
        agreed[name] = whole = contracts.load(
            folder / "openapi.yaml",
            claimed.document,
            claimed.readings,
            claimed.overlays,
            str(bound[name].given.get("error_code", "")),
        )
        bound[name].check(whole.operations)
        books[name] = catalogue.load(folder, name, whole.clauses, claimed.document, vouched=whole.vouched)
        spared[name] = {role.id for role in catalogue.roles(folder / "roles.toml") if role.otherwise}
        _check_readings(target, name, books[name])
        if claimed.token_url and not whole.token_path:
            raise ConfigurationError(
                f"{target.path}: [families.{name}] token_url does nothing, since the family's document has "
                f"no token service of its own; delete it."
            )
        if claimed.faults:
            claimed.check_faults(faults(schemas, name), f"{target.path}:")
    return Scope(target, schemas, agreed, books, bound, spared)


def _bindings(target: Target, folder: Path, claimed: FamilyTarget) -> Bindings:
    known = {it.id: it for it in bindings.load(folder / "bindings.toml")}
    return Bindings(known, claimed.bindings, f"{target.path}: [families.{claimed.family}.bindings]")


def provoked(family: str) -> list[tuple[str, str]]:
    """Return every operation and outcome of a family, as its data stand, that only a fault hook provokes."""
    stated = contracts.every_clause(shipped.SCHEMAS / family / "openapi.yaml")
    return [
        (clause.operation, clause.outcome)
        for clause in stated
        if clause.kind is Kind.ANSWER and clause.observability is Observability.NEEDS_FAULT
    ]


@cache
def faults(schemas: Path, family: str) -> tuple[str, ...]:
    """Return the name of every fault, `<operation>.<outcome>`, that a family's documents ask a hook for."""
    folder = schemas / family
    book = catalogue.load(folder, family, contracts.every_clause(folder / "openapi.yaml"))
    needed = {role for clause in book.clauses.values() for role in clause.needs}
    return tuple(sorted(role.removeprefix("fault.") for role in needed if role.startswith("fault.")))


@cache
def _every_id(folder: Path, family: str) -> frozenset[str]:
    """Return the clause ids of all documents of a family."""
    stated = contracts.every_clause(folder / "openapi.yaml")
    return frozenset(catalogue.load(folder, family, stated).clauses)


def _check_readings(target: Target, family: str, book: Catalogue) -> None:
    for discrepancy, letter in target.families[family].readings.items():
        known = book.discrepancies.get(discrepancy)
        if known is None or letter not in known.readings:
            offered = ", ".join(known.readings) if known else f"no discrepancy of that id in {family}"
            raise ConfigurationError(
                f"{target.path}: [families.{family}.readings] {discrepancy} = {letter!r} is unknown "
                f"({offered}); "
                f"`clausewise clauses --discrepancies` lists them."
            )
        if letter not in known.accepts:
            raise ConfigurationError(
                f"{target.path}: [families.{family}.readings] {discrepancy} = {letter!r} is a reading "
                f"that the documents do not carry; they leave {', '.join(known.accepts)}. {known.ruling}"
            )
