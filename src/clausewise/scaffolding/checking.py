"""Whether a family is whole, and what has become of its clauses since another version of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clausewise import catalogue, contracts, families
from clausewise.errors import ConfigurationError
from clausewise.families import Family
from clausewise.model import Clause, Contract, Observability
from clausewise.plugin import coverage

_OURS = ("properties", "items", "allOf", "x-", "description", "examples", "default", "title")


@dataclass(frozen=True, slots=True)
class Version:
    """A family as one of its documents, or all of them, have it; `documents` are those."""

    home: Family
    documents: tuple[str, ...]

    def clauses(self) -> Mapping[str, Clause]:
        """Return its clauses by id."""
        stated = contracts.every_clause(self.home.contract)
        every = catalogue.load(self.home.folder, self.home.id, stated).clauses
        return {key: it for key, it in every.items() if set(it.documents) & set(self.documents)}

    def contracts(self) -> Iterator[Contract]:
        """Yield the contract of each document; ConfigurationError where one is not whole."""
        assumed = self.home.folder / contracts.ASSUMED
        overlays = [assumed] if assumed.is_file() else []
        for document in self.documents:
            yield contracts.load(self.home.contract, document, overlays=overlays, checked=True)

    def rules(self) -> dict[str, str]:
        """Return what each clause asks of a value or of an answer, in one text."""
        record: dict[str, str] = {}
        for contract in self.contracts():
            for operation in contract.operations.values():
                record[f"{operation.clause}."] = f"{operation.method} {operation.path}"
                for known in operation.inputs:
                    record[known.clause] = f"{known.place} {known.required} {_rule(known.rule.schema)}"
                for outcome in operation.outcomes:
                    record[outcome.clause] = " ".join(map(str, outcome.forms))
                bodies = [form.body for it in operation.outcomes for form in it.forms]
                for body in (*bodies, *operation.requests.values()):
                    for node in body.nodes():  # type: ignore[attr-defined]
                        value = node.schema.get(node.keyword, node.required) if node.keyword else ""
                        record.setdefault(node.clause, str(value) or f"{node.required} {_rule(node.schema)}")
        return record


def version(name: str) -> Version:
    """Return what a word of the command line means: a folder, a family's id, or a document's.

    Raises ConfigurationError where it means none.
    """
    if Path(name).is_dir():
        held = families.within(Path(name), name)
        if len(held) > 1:
            text = ", ".join(one.id for one in held)
            raise ConfigurationError(
                f"{name} holds several families: {text}; name one with --families {name}."
            )
        return Version(held[0], tuple(contracts.documents(held[0].contract)))
    every = families.known()
    if name in every:
        return Version(every[name], tuple(contracts.documents(every[name].contract)))
    for home in every.values():
        if name in contracts.documents(home.contract):
            return Version(home, (name,))
    raise ConfigurationError(
        f"{name[:200]!r} is no folder, no family and no document; `clausewise families` lists what there is."
    )


def lacks(whole: Version) -> Iterator[str]:
    """Yield what a family lacks, one sentence each, such as a clause without a test or a reason.

    Raises ConfigurationError where its data cannot be read at all.
    """
    clauses = whole.clauses()
    list(whole.contracts())
    book = catalogue.load(whole.home.folder, whole.home.id, contracts.every_clause(whole.home.contract))
    for told in book.discrepancies.values():
        for name in told.clauses:
            if name not in book.clauses and not any(key.startswith(f"{name}.") for key in book.clauses):
                yield f"The discrepancy {told.id} is about {name!r}, and no clause has that id."
    judged = coverage.tests_by_clause(families.suites([whole.home]), list(clauses.values()))
    for name, clause in clauses.items():
        if clause.observability is Observability.NOT_OBSERVABLE:
            if not clause.reason:
                yield f"{name} is not observable, and no reason says why."
        elif not (judged.get(name) or clause.reason):
            yield f"{name} has no test, and no reason says why."


def changes(now: Version, before: Version) -> dict[str, list[Any]]:
    """Return which clauses were added, changed and removed since, by id; of those changed how, too."""
    new, old = now.clauses(), before.clauses()
    new_rules, old_rules = now.rules(), before.rules()
    changed = [
        {"id": name, "changes": found}
        for name in new
        if name in old and (found := list(_changed(new[name], old[name], new_rules, old_rules)))
    ]
    return {
        "added": [name for name in new if name not in old],
        "changed": changed,
        "removed": [name for name in old if name not in new],
    }


def _changed(
    new: Clause, old: Clause, new_rules: Mapping[str, str], old_rules: Mapping[str, str]
) -> Iterator[str]:
    for what in ("standing", "observability", "kind", "statement"):
        before, after = str(getattr(old, what)), str(getattr(new, what))
        if before != after:
            yield f"{what}: {before} -> {after}"
    for name in (new.id, f"{new.family}.{new.operation}."):
        if name in new_rules and name in old_rules and new_rules[name] != old_rules[name]:
            yield f"rule: {old_rules[name]} -> {new_rules[name]}"


def _rule(schema: Mapping[str, Any]) -> str:
    own = {
        key: it
        for key, it in schema.items()
        if not key.startswith(_OURS) and key not in {"required", "$defs"}
    }
    own = {key: it for key, it in own.items() if key not in schema.get("x-facets", {})}
    return ", ".join(f"{key} {it}" for key, it in sorted(own.items(), key=lambda pair: pair[0]))
