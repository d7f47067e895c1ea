"""A file's schemas as JSON Schema 2020-12 with our annotations, each named one by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator

from clausewise.scaffolding.openapi_files import At, OpenApiFiles

Schema = dict[str, Any]
Note = Callable[[At, str], None]

_ONE = "additionalProperties contains else if items not propertyNames then unevaluatedItems".split()
_ONE += ["unevaluatedProperties"]
_SOME = ("allOf", "anyOf", "oneOf", "prefixItems")
_BY_NAME = ("dependentSchemas", "patternProperties", "properties")
_NUMBERS = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
_COUNTS = "maxContains maxItems maxLength maxProperties minContains minItems minLength minProperties".split()
# What is a clause of its own where a property says it.
_FACETS = {*_NUMBERS, *_COUNTS, "const", "enum", "format", "pattern", "uniqueItems"}
_KNOWN = set(Draft202012Validator.FORMAT_CHECKER.checkers)
_LONGEST = 240  # characters of a description that stands for a clause
_TOTAL, _LEAST, _MOST = 150_000, 40, 1500  # parts that all bodies may come to; and each of them
_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}


@dataclass
class Schemas:
    """Converts schemas, and keeps those that the file names; what is sent and what is received may differ."""

    library: OpenApiFiles
    note: Note
    old: bool
    named: dict[str, Schema] = field(default_factory=dict)
    _names: dict[tuple[At, bool], str] = field(default_factory=dict)
    _waiting: list[tuple[str, Any, At, bool]] = field(default_factory=list)

    def of(self, node: Any, at: At, *, sent: bool) -> Schema:
        """Return a schema converted; those that it refers to stand in `named` afterwards."""
        made = self._made(node, at, sent=sent)
        while self._waiting:
            name, inner, there, direction = self._waiting.pop()
            self.named[name] = self._made(inner, there, sent=direction)
        return made

    def _made(self, node: Any, at: At, *, sent: bool) -> Schema:
        if isinstance(node, bool):
            return {} if node else {"not": {}}
        if not isinstance(node, dict):
            self.note(at, "is no schema")
            return {}
        if isinstance(node.get("$ref"), str):
            return self._reference(node, at, sent=sent)
        made = dict(self._keywords(node, at, sent=sent))
        if self.old:
            made = _nullable(node, made)
        return made

    def _reference(self, node: Schema, at: At, *, sent: bool) -> Schema:
        target, there = self.library.lookup(node["$ref"], at)
        key = there, sent
        if key not in self._names:
            name = self._name(there, sent=sent)
            self._names[key] = name
            self.named[name] = {}
            self._waiting.append((name, target, there, sent))
        reference = {"$ref": f"#/components/schemas/{self._names[key]}"}
        beside = {} if self.old else dict(self._keywords({**node, "$ref": None}, at, sent=sent))
        record = {key: it for key, it in beside.items() if key in {"description", "x-source"}}
        rest = {key: it for key, it in beside.items() if key not in record and key != "x-facets"}
        return {**record, "allOf": [reference, rest]} if rest else {**record, **reference}

    def _name(self, there: At, *, sent: bool) -> str:
        steps = [step for step in there.steps if step != "schema"]
        bare = steps[-1] if steps else there.file.rpartition("/")[2].partition(".")[0]
        bare = (re.sub(r"[^A-Za-z0-9_-]+", "-", bare).strip("-") or "schema") + ("-sent" if sent else "")
        taken = {name.lower() for name in self.named}
        count = next(
            n for n in range(1, len(taken) + 2) if (bare if n == 1 else f"{bare}-{n}").lower() not in taken
        )
        return bare if count == 1 else f"{bare}-{count}"

    def _keywords(self, node: Schema, at: At, *, sent: bool) -> Iterator[tuple[str, Any]]:
        """Yield what a schema says in the words of 2020-12, and what of it is a clause."""
        kinds = node.get("type")
        if kinds is not None:
            told = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
            if told and set(map(str, told)) <= _TYPES:
                yield "type", kinds
            else:
                self.note(at / "type", f"says the type {kinds!r}, which there is not")
        yield from self._inner(node, at, sent=sent)
        yield from self._checked(node, at)
        yield from self._needed(node, at, "readOnly" if sent else "writeOnly")
        if isinstance(node.get("description"), str) and node["description"].strip():
            yield "description", _short(node["description"])
        examples = node["examples"] if isinstance(node.get("examples"), list) and not self.old else []
        examples = examples or ([node["example"]] if "example" in node else [])
        if plain := [it for it in examples if not refers(it)]:
            yield "examples", plain
        if node.get("default") is not None and not refers(node["default"]):
            yield "default", node["default"]

    def _inner(self, node: Schema, at: At, *, sent: bool) -> Iterator[tuple[str, Any]]:
        """Yield the schemas that stand in one."""
        for word in _ONE:
            if isinstance(node.get(word), dict | bool):
                inner = node[word]
                same = word == "additionalProperties" and isinstance(inner, bool)
                yield word, inner if same else self._made(inner, at / word, sent=sent)
        for word in _SOME:
            if isinstance(node.get(word), list) and node[word]:
                yield word, [self._made(it, at / word / n, sent=sent) for n, it in enumerate(node[word])]
        for word in _BY_NAME:
            if isinstance(node.get(word), dict):
                made = {name: self._made(it, at / word / name, sent=sent) for name, it in node[word].items()}
                for name, inner in made.items() if word == "properties" else ():
                    self._annotate(inner, at / word / name)
                yield word, made

    def _needed(self, node: Schema, at: At, hidden: str) -> Iterator[tuple[str, list[str]]]:
        """Yield which fields have to be there, but for those that only the other side sends."""
        fields: Schema = node["properties"] if isinstance(node.get("properties"), dict) else {}
        names = node["required"] if isinstance(node.get("required"), list) else []
        found = [it for it in names if isinstance(it, str)]
        found = [it for it in found if not self._hides(fields.get(it), at / "properties" / it, hidden)]
        if found:
            yield "required", list(dict.fromkeys(found))

    def _hides(self, node: Any, at: At, word: str) -> bool:
        """Tell whether a field is one that only the other side sends."""
        told, _ = self.library.follow(node, at) if isinstance(node, dict) else (node, at)
        return isinstance(told, dict) and told.get(word) is True

    def _annotate(self, schema: Schema, at: At) -> None:
        """Say of a property in which line it stands, and which of its constraints are clauses."""
        source: dict[str, Any] = {"line": self.library.line(at)}
        if name := self.library.name(at):
            source["section"] = name
        schema["x-source"] = source
        facets = [word for word in schema if word in _FACETS]
        if schema.get("additionalProperties") is False:
            facets.append("additionalProperties")
        if schema.get("format") not in _KNOWN:
            facets = [word for word in facets if word != "format"]
        if facets:
            schema["x-facets"] = dict.fromkeys(facets, "documented")

    def _checked(self, node: Schema, at: At) -> Iterator[tuple[str, Any]]:
        """Yield constraints that can be kept, and note those that cannot."""
        for word in _NUMBERS:
            value: Any = node.get(word)
            if _number(value):
                yield from self._bound(word, value, node)
            elif value is not None and not isinstance(value, bool):
                self.note(at / word, f"says {word} {value!r}, which is no number")
        for word in (it for it in _COUNTS if it in node):
            if _number(node[word]) and isinstance(node[word], int) and node[word] >= 0:
                yield word, node[word]
            else:
                self.note(at / word, f"says {word} {node[word]!r}, which is no count")
        if isinstance(node.get("enum"), list) and node["enum"] and not refers(node["enum"]):
            yield "enum", node["enum"]
        if "const" in node and not self.old and not refers(node["const"]):
            yield "const", node["const"]
        if isinstance(node.get("format"), str):
            yield "format", node["format"]
        if node.get("uniqueItems") is True:
            yield "uniqueItems", True
        yield from self._pattern(node, at)

    def _pattern(self, node: Schema, at: At) -> Iterator[tuple[str, str]]:
        pattern = node.get("pattern")
        if not isinstance(pattern, str):
            return
        try:
            jsonschema_rs.Draft202012Validator({"pattern": pattern})
            re.compile(pattern)
        except (jsonschema_rs.ValidationError, re.error, RecursionError):
            self.note(at / "pattern", f"says the pattern {pattern!r}, which is no regular expression here")
        else:
            yield "pattern", pattern

    def _bound(self, word: str, value: float, node: Schema) -> Iterator[tuple[str, Any]]:
        """Yield a bound; in 3.0 another key says whether the value itself is left out."""
        name = f"exclusive{word[0].upper()}{word[1:]}"
        if word == "multipleOf" and value <= 0:
            return
        yield (name if self.old and node.get(name) is True else word), value

    def cut(self, uses: int) -> None:
        """Cut references that lead back, or too deep to be told by parts: as $dynamicRef they stay whole."""
        for schema in self.named.values():
            for node in _nodes(schema):
                for child in (
                    node.get("properties", {}).values() if isinstance(node.get("properties"), dict) else ()
                ):
                    self._lift(child)
        most = max(_LEAST, min(_MOST, _TOTAL // max(1, uses)))
        back = _circles(self.named)
        sizes: dict[str, int] = {}
        for name in _inner_first(self.named, back):
            sizes[name] = self._cut(name, self.named[name], sizes, back, most)

    def _lift(self, child: Schema) -> None:
        """Say of a property that is as a named schema which constraints of that are its clauses."""
        told, left = child, len(self.named)
        while "$ref" in told and left:
            told, left = self.named[_target(told)], left - 1
        if told is not child and "x-facets" not in child:
            facets = [word for word in told if word in _FACETS and (word != "format" or told[word] in _KNOWN)]
            facets += ["additionalProperties"] if told.get("additionalProperties") is False else []
            if facets:
                child["x-facets"] = dict.fromkeys(facets, "documented")

    def _cut(
        self, name: str, schema: Schema, sizes: dict[str, int], back: set[tuple[str, str]], most: int
    ) -> int:
        size = 0
        for node in _nodes(schema):
            size += 1
            if "$ref" not in node:
                continue
            other = _target(node)
            if (name, other) in back or sizes.get(other, 0) + size > most:
                node["$dynamicRef"] = f"#/$defs/{other}"
                del node["$ref"]
                if "x-facets" in node:  # what the named schema says is told by the field itself
                    node["x-facets"] = {word: it for word, it in node["x-facets"].items() if word in node}
            else:
                size += sizes.get(other, 0)
        return size


def _nodes(node: Any) -> Iterator[Schema]:
    """Yield every object of a schema, itself first; of its examples, none."""
    todo = [node]
    while todo:
        here = todo.pop()
        if isinstance(here, list):
            todo += here
        elif isinstance(here, dict):
            yield here
            skipped = {"const", "default", "enum", "example", "examples", "x-facets", "x-source"}
            todo += [it for key, it in here.items() if key not in skipped]


def refers(value: Any) -> bool:
    """Tell whether a plain value has what would be taken for a reference; no reference may stand there."""
    if isinstance(value, dict):
        return isinstance(value.get("$ref"), str) or any(map(refers, value.values()))
    return isinstance(value, list) and any(map(refers, value))


def _target(node: Schema) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _edges(named: dict[str, Schema]) -> dict[str, list[str]]:
    return {
        name: list(
            dict.fromkeys(_target(node) for node in _nodes(schema) if isinstance(node.get("$ref"), str))
        )
        for name, schema in named.items()
    }


def _circles(  # noqa: C901 - as the algorithm is printed everywhere
    named: dict[str, Schema],
) -> set[tuple[str, str]]:
    """Return the references between schemas that contain each other (Tarjan's strongly connected parts)."""
    edges, index, low = _edges(named), dict[str, int](), dict[str, int]()
    stack: list[str] = []
    part: dict[str, int] = {}
    for start in named:
        if start in index:
            continue
        work = [(start, iter(edges[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            name, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(edges.get(other, ()))))
                    break
                if other not in part:
                    low[name] = min(low[name], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    while True:
                        member = stack.pop()
                        part[member] = index[name]
                        if member == name:
                            break
    return {(name, other) for name, some in edges.items() for other in some if part[name] == part[other]}


def _inner_first(named: dict[str, Schema], back: set[tuple[str, str]]) -> Iterator[str]:
    """Yield each schema after those that it refers to."""
    edges, seen = _edges(named), set[str]()
    for start in named:
        work = [(start, iter(edges[start]))] if start not in seen else []
        seen.add(start)
        while work:
            name, rest = work[-1]
            other = next((it for it in rest if it not in seen and (name, it) not in back), None)
            if other is None:
                yield name
                work.pop()
            else:
                seen.add(other)
                work.append((other, iter(edges[other])))


def _nullable(node: Schema, schema: Schema) -> Schema:
    """Return what OpenAPI 3.0 says with `nullable`, as 2020-12 says it."""
    if node.get("nullable") is not True:
        return schema
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        return schema
    notes = {key: it for key, it in schema.items() if key in {"description", "examples", "default"}}
    rest = {key: it for key, it in schema.items() if key not in notes}
    return {**notes, "anyOf": [rest, {"type": "null"}]} if rest else schema


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(text: str) -> str:
    """Return the first sentence of a description, on one line."""
    flat = " ".join(text.split())
    first = flat if len(flat) <= _LONGEST else flat.partition(". ")[0]
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 3]}..."
