"""Body schemas, compiled so that each part knows the clause it stands for.

A property is a clause under the id of what encloses it; a keyword listed in `x-facets` is a clause of
its own; so is a subschema with `x-clause`. One walk defines these ids for the catalogue, for what a
value gives evidence on, and for the complaints about it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator

from clausewise import patterns
from clausewise.contracts import schema_messages, strict
from clausewise.model import RULED_OUT, Complaint, Json, PartlyMasked, revealed
from clausewise.strict_json import resolve

Schema = Mapping[str, Any]

_MISSING, _WRONG = 0.5, 0.75  # the doubt that one such key casts on what a body is


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a schema that is a clause: its id, the JSON pointer of its values, its facet."""

    clause: str
    pointer: str
    schema: Schema
    keyword: str = ""
    required: bool = False
    parents: tuple[Schema, ...] = ()


@dataclass(frozen=True)
class CompiledBody:
    """A body schema under the clause of its outcome or request."""

    clause: str
    schema: dict[str, Any]

    @cached_property
    def _fast(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            self.schema, validate_formats=True, pattern_options=patterns.OPTIONS
        )

    def check(self) -> None:
        """Compile now what is compiled when first needed; ValueError for a schema that is none."""
        try:
            self._fast  # noqa: B018 - it is kept; that it is a schema is seen to as it is compiled
        except (jsonschema_rs.ReferencingError, jsonschema_rs.ValidationError) as bad:
            try:
                Draft202012Validator.check_schema(self.schema)  # which says it in fewer words
            except SchemaError as told:
                raise ValueError(told.message) from bad
            raise ValueError(getattr(bad, "message", str(bad))) from bad

    @cached_property
    def _exact(self) -> Validator:
        checker = Draft202012Validator.FORMAT_CHECKER
        return patterns.Bounded(self.schema, format_checker=checker)

    @cached_property
    def _formatted(self) -> bool:
        return '"format":' in json.dumps(self.schema)

    def fits(self, value: Json, hidden: Collection[str] = ()) -> bool:
        """Tell whether the value keeps every part of the schema; of a format, as either engine knows it.

        Of what is `hidden` (JSON pointers) only the type counts, and where a `=` stands before the pointer
        that it is none of the documents' words, too: those are never masked for themselves. Where a `*`
        stands before it the target masks texts there: they may be any word that they may stand for.
        """
        if hidden:
            return not any(self._errors(value, hidden))
        return bool(self._fast.is_valid(value)) or (self._formatted and self._exact.is_valid(value))

    def complaints(self, value: Json, hidden: Collection[str] = ()) -> list[Complaint]:
        """Return what is wrong with the value, once per clause and place; empty where it fits."""
        if self._fast.is_valid(revealed(value) if hidden else value):
            return []
        errors = self._errors(value, hidden)
        record: dict[tuple[str, str], Complaint] = {}
        for complaint in (complaint for error in errors for complaint in self._complain(error)):
            place = complaint.clause, complaint.where
            if place not in record or complaint.fixed:  # the printed word says more than its type
                record[place] = complaint
        return list(record.values())

    def likeness(self, value: Json, complaints: Sequence[Complaint]) -> float:
        """Tell how much of the documented body is in the value, from 0 to 1.

        A required key that is wrong speaks louder for another body than one that is missing; a value
        with none of the keys is not alike at all.
        """
        wrong = {complaint.where for complaint in complaints}
        items = self.schema.get("items")
        if isinstance(value, list) and value and isinstance(items, Mapping):
            return sum(_alike(items, item, f"/{at}", wrong) for at, item in enumerate(value)) / len(value)
        return _alike(self.schema, value, "", wrong)

    def seen(self, value: Json) -> list[str]:
        """Return the ids of the clauses that this value gives evidence on."""
        return list(dict.fromkeys(_seen(self.schema, value, self.clause)))

    def beyond(self, value: Json) -> list[str]:
        """Return the JSON pointers of all keys that the schema does not name."""
        return strict.beyond(self.schema, value)

    def places(self) -> Iterator[str]:
        """Yield the JSON pointers of all that the schema names, with `*` for every entry of a list."""
        return (node.pointer for node in self.nodes())

    def nodes(self) -> Iterator[Node]:
        """Yield every part of the schema that is a clause, outermost first."""
        return _nodes(self.schema, self.clause, "", (self.schema,))

    def _errors(self, value: Json, hidden: Collection[str]) -> Iterator[ValidationError]:
        errors = self._exact.iter_errors(revealed(value) if hidden else value)
        return (error for error in errors if _counts(error, hidden, value)) if hidden else errors

    @cached_property
    def _clauses(self) -> frozenset[str]:
        """Its clauses, each without what says that an entry of a list is meant."""
        return frozenset(name.rstrip("[]") for name in (self.clause, *(node.clause for node in self.nodes())))

    def _told(self, clause: str) -> str:
        """Return the clause, or of a field that stands under a condition only the one around it."""
        while clause.rstrip("[]") not in self._clauses:
            clause = clause.rpartition(".")[0]
        return clause

    def _complain(self, error: ValidationError) -> Iterator[Complaint]:
        clause, owner = _locate(self.schema, self.clause, list(error.absolute_schema_path)[:-1])
        clause = self._told(clause)
        where = "".join(f"/{part}" for part in error.absolute_path)
        keyword = str(error.validator)
        if keyword == "required":
            yield from _absences(clause, owner, error, where)
            return
        if keyword in owner.get("x-facets", {}):
            clause = f"{clause}.{keyword}"
        if "x-standing" not in owner:  # an item is what its list's clause says, unless it says it is a guess
            clause = clause.removesuffix("[]")
        expected = schema_messages.expectation(keyword, error.validator_value, owner.get("description", ""))
        yield Complaint(clause, expected, schema_messages.value(error.instance), where, keyword)


_WORDS = {"enum", "const"}
# Keywords whose schemas speak of what has no name of its own; $dynamicRef goes on as a named schema does.
_UNTOLD = {
    "$dynamicRef",
    "additionalProperties",
    "contains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
}


def _counts(error: ValidationError, hidden: Collection[str], whole: Json) -> bool:
    """Tell whether an error counts where some values are hidden: not if it only says what those are."""
    pointer = "".join(f"/{part}" for part in error.absolute_path)
    if pointer in hidden or f"={pointer}" in hidden:
        return error.validator == "type" or (pointer not in hidden and error.validator in _WORDS)
    _, value = resolve(whole, pointer)
    if isinstance(value, PartlyMasked) and not error.context:
        return error.validator in _WORDS and not _may_be_one(value, error)
    if not error.context:
        return True
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    return all(any(_counts(inner, hidden, whole) for inner in held) for held in branches.values())


def _may_be_one(value: PartlyMasked, error: ValidationError) -> bool:
    """Tell whether a masked text may stand for a printed word."""
    told: Any = error.validator_value
    looked = PartlyMasked(
        value, value.signs, set()
    )  # what a schema compares proves nothing of what a test asks
    return any(looked == word for word in (told if error.validator == "enum" else [told]))


def _alike(schema: Schema, value: Json, place: str, wrong: set[str]) -> float:
    if not isinstance(value, Mapping):
        return float(not wrong)
    wanted = {name for part in _parts(schema) for name in part.get("required", ())}
    there = wanted & set(value)
    bad = {name for name in there if any(f"{it}/".startswith(f"{place}/{name}/") for it in wrong)}
    doubts = _MISSING * len(wanted - there) + _WRONG * len(bad)
    return 1 - doubts / len(wanted) if there else 0.0


def _absences(clause: str, owner: Schema, error: ValidationError, where: str) -> Iterator[Complaint]:
    properties = owner.get("properties", {})
    missing: Any = error.validator_value
    instance: Any = error.instance
    for name in missing:
        if name in instance or f"'{name}' is a required" not in error.message:
            continue
        child = properties.get(name, {})
        facet = ".required" if "required" in child.get("x-facets", {}) else ""
        field = name in properties and "x-clause" not in owner  # such a part is one clause with all it asks
        known = f"{clause}.{name}{facet}" if field else clause
        expected = schema_messages.expectation("type", child["type"]) if "type" in child else "a value"
        actual = "nothing: the key is absent"
        if f"{name}{RULED_OUT}" in instance:
            actual = f"the key {name}{RULED_OUT}"
        yield Complaint(known, expected, actual, f"{where}/{name}", "required")


def _locate(schema: Schema, clause: str, path: list[str | int]) -> tuple[str, Schema]:
    """Follow a schema path; return the clause it ends in and the subschema that owns the keyword."""
    here: Any = schema
    skip = False
    for position, part in enumerate(path):
        if part in _UNTOLD and not skip:  # from here on no part is a clause
            break
        here = here[part]
        if skip:  # the name behind `properties`, not a keyword
            clause, skip = f"{clause}.{part}", False
        elif part == "properties":
            skip = True
        elif part == "items":
            clause += "[]"
        if isinstance(here, Mapping) and "x-clause" in here and not skip:
            return f"{clause}.{here['x-clause']}", _asked(here, path[position + 1 :])
        if part in {"anyOf", "oneOf", "not"} and position == len(path) - 1:
            break
    return clause, here if isinstance(here, Mapping) else {}


def _asked(part: Schema, path: list[str | int]) -> Schema:
    """Return what a target's claim asks of a part, where a schema path leads into it, or the part itself."""
    here: Any = part
    for step in path:
        here = here[step]
        if isinstance(here, Mapping) and "x-claimed" in here:
            return here
    return part


def _parts(schema: Schema) -> Iterator[Schema]:
    """Yield the schema and the members of its `allOf`, which speak about the same value.

    What a target's claim adds makes no clause: it narrows those that there are.
    """
    yield schema
    for member in schema.get("allOf", ()):
        if "x-claimed" not in member:
            yield from _parts(member)


def _nodes(schema: Schema, clause: str, pointer: str, parents: tuple[Schema, ...]) -> Iterator[Node]:
    for part in _parts(schema):
        if "x-clause" in part:
            yield Node(f"{clause}.{part['x-clause']}", pointer, part, parents=parents)
            continue
        for name, child in part.get("properties", {}).items():
            required = name in part.get("required", ())
            yield from _field(child, f"{clause}.{name}", f"{pointer}/{name}", parents, required=required)
        if isinstance(part.get("items"), Mapping):
            items = part["items"]
            yield from _nodes(items, f"{clause}[]", f"{pointer}/*", (*parents, items))


def _field(
    schema: Schema, clause: str, pointer: str, parents: tuple[Schema, ...], *, required: bool
) -> Iterator[Node]:
    chain = (*parents, schema)
    yield Node(clause, pointer, schema, required=required, parents=chain)
    for keyword in schema.get("x-facets", {}):
        yield Node(f"{clause}.{keyword}", pointer, schema, keyword, required, chain)
    yield from _nodes(schema, clause, pointer, chain)


def _seen(schema: Schema, value: Json, clause: str) -> Iterator[str]:
    for part in _parts(schema):
        if "x-clause" in part:
            yield f"{clause}.{part['x-clause']}"
        elif isinstance(value, dict):
            yield from _seen_fields(part, value, clause)
        elif isinstance(value, list) and isinstance(part.get("items"), Mapping):
            for item in value:
                yield from _seen(part["items"], item, f"{clause}[]")


def _seen_fields(part: Schema, value: dict[str, Json], clause: str) -> Iterator[str]:
    for name, child in part.get("properties", {}).items():
        field = f"{clause}.{name}"
        facets = child.get("x-facets", {})
        if "required" in facets:
            yield f"{field}.required"
        if name in value:
            yield field
            if value[name] is not None and not isinstance(value[name], PartlyMasked):  # its form is hidden
                yield from (f"{field}.{keyword}" for keyword in facets)
            yield from _seen(child, value[name], field)
        elif name in part.get("required", ()):
            yield field
