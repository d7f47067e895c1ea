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

from clausewise import bindings, catalogue, contracts, families, input_files, masking
from clausewise.bindings import Bindings
from clausewise.catalogue import Catalogue
from clausewise.errors import ConfigurationError
from clausewise.families import Family
from clausewise.model import Clause, Contract, Discrepancy, Kind, Observability, Operation
from clausewise.targets import FamilyTarget, Target


@dataclass(frozen=True, slots=True, repr=False)
class Scope:
    """A target beside the contract, the catalogue and the bindings of each family that it claims.

    `spared` are the roles of each family that a run gets along without.
    """

    target: Target
    homes: Mapping[str, Family]
    contracts: Mapping[str, Contract]
    catalogues: Mapping[str, Catalogue]
    bindings: Mapping[str, Bindings]
    spared: Mapping[str, Collection[str]]

    def facts(self) -> dict[str, Any]:
        """Return what a run remembers of its target and of how it was started; no secret is among it."""
        target = self.target
        claimed = {
            name: {
                "document": known.document,
                "base_url": known.base_url,
                "overlays": {path.name: sha256(path.read_bytes()).hexdigest() for path in known.overlays},
                **self.pins(name),
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
                "families": claimed,
            },
        }

    def pins(self, family: str) -> dict[str, str]:
        """Return what tells a family's data and tests of now from those of then, but for what ships."""
        home = self.homes[family]
        return {} if home.ships else {"sha256": home.digest()}

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
            return family in families.known()
        return name in book(self.homes[family]).clauses

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
        known = of(replace(self.target, families={family: claimed}))
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


def of(target: Target) -> Scope:
    """Load everything that a target claims, wherever its families were found.

    Raises ConfigurationError for a family, document, reading or fault that nobody knows.
    """
    agreed, books, bound, spared = {}, {}, {}, {}
    homes = {name: families.family(name, str(target.path)) for name in target.families}
    for name, claimed in target.families.items():
        folder = homes[name].folder
        held = contracts.documents(homes[name].contract)
        if claimed.document not in held:
            raise ConfigurationError(
                f"{target.path}: [families.{name}] the family {name} has no document "
                f"{input_files.shown(claimed.document)!r}; it has {', '.join(held)}."
            )
        bound[name] = _bindings(target, folder, claimed)
        agreed[name] = whole = contracts.load(
            homes[name].contract,
            claimed.document,
            claimed.readings,
            claimed.overlays,
            str(bound[name].given.get("error_code", "")),
            checked=not homes[name].ships,
        )
        _check_id(homes[name], whole.family)
        if claimed.masked:
            agreed[name] = whole = claimed.over(whole, f"{target.path}: [families.{name}] masked")
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
            claimed.check_faults(faults(homes[name]), f"{target.path}:")
    return Scope(target, homes, agreed, books, bound, spared)


def _bindings(target: Target, folder: Path, claimed: FamilyTarget) -> Bindings:
    known = {it.id: it for it in bindings.load(folder / "bindings.toml")}
    return Bindings(known, claimed.bindings, f"{target.path}: [families.{claimed.family}.bindings]")


def provoked(family: str) -> list[tuple[str, str]]:
    """Return every operation and outcome of a family, as its data stand, that only a fault hook provokes."""
    return [
        (clause.operation, clause.outcome)
        for clause in contracts.every_clause(families.family(family).contract)
        if clause.kind is Kind.ANSWER and clause.observability is Observability.NEEDS_FAULT
    ]


@cache
def book(home: Family) -> Catalogue:
    """Return a family's whole catalogue, whichever of its documents a target may claim."""
    stated = contracts.every_clause(home.contract)
    _check_id(home, next((clause.family for clause in stated), home.id))
    return catalogue.load(home.folder, home.id, stated)


def _check_id(home: Family, text: str) -> None:
    """Refuse a contract of another family than the folder that it lies in says."""
    if text != home.id:
        raise ConfigurationError(
            f"{home.contract}: x-family is {input_files.shown(text)!r}, and the folder says {home.id!r}; "
            f"they have to agree."
        )


def faults(home: Family) -> tuple[str, ...]:
    """Return the name of every fault, `<operation>.<outcome>`, that a family's documents ask a hook for."""
    needed = {role for clause in book(home).clauses.values() for role in clause.needs}
    return tuple(sorted(role.removeprefix("fault.") for role in needed if role.startswith("fault.")))


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
