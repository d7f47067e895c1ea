"""What a contract says beside bodies: parameters, headers, links, media types, and how to show who calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.contracts.bodies import CompiledBody
from clausewise.model import Input, Json, Link

Spec = Mapping[str, Any]

_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
_REST = "$dynamicRef"  # how a body says that a part of it goes on as a named schema does
_DEFS = "#/$defs/"
_NAMED = 30  # schemas that one body goes on as


def inputs(clause: str, spec: Spec, named: Named) -> Iterator[Input]:
    """Yield the parameters of an operation whose clauses begin with `clause`."""
    for entry in spec.get("parameters", ()):
        name = f"{clause}.request.{entry.get('x-name', entry['name'])}"
        yield _input(entry["name"], entry["in"], name, entry, named)


def headers(clause: str, branch: Spec, named: Named) -> Iterator[Input]:
    """Yield the headers of an answer."""
    for header, entry in branch.get("x-headers", {}).items():
        yield _input(header, "header", f"{clause}.header:{header}", entry, named)


def _input(name: str, place: str, clause: str, entry: Spec, named: Named) -> Input:
    style = "json" if entry.get("x-json") else entry.get("style", _STYLES.get(place, "simple"))
    return Input(
        name=name,
        place=place,
        clause=clause,
        rule=CompiledBody(clause, named.whole(entry.get("schema", {}))),
        required=bool(entry.get("required")),
        examples=tuple(_examples(entry)),
        style=style,
        explode=bool(entry.get("explode", style == "form")),
    )


def _examples(entry: Spec) -> Iterator[Json]:
    schema = entry.get("schema", {})
    yield from (entry[key] for key in ("example",) if key in entry)
    yield from (it["value"] for it in entry.get("examples", {}).values() if "value" in it)
    for key in ("const", "default"):
        yield from (schema[key] for key in (key,) if key in schema)
    for key in ("examples", "enum"):
        yield from schema.get(key, ())


def media_type(spec: Spec) -> str:
    """Return the media type of an operation's documented body; '' where it has none."""
    return next(iter(spec.get("requestBody", {}).get("content", {})), "")


def printed(spec: Spec) -> dict[str, Json]:
    """Return the example bodies of a request, by name."""
    found: dict[str, Json] = {}
    for content in spec.get("requestBody", {}).get("content", {}).values():
        if "example" in content:
            found["example"] = content["example"]
        found |= {name: it["value"] for name, it in content.get("examples", {}).items() if "value" in it}
    return found


def links(clause: str, spec: Spec) -> Iterator[Link]:
    """Yield what may follow an operation's answers."""
    for told in spec.get("x-links", ()):
        name = f"{clause}.{told['outcome']}.link:{told['name']}"
        yield Link(name, told["outcome"], told["operation"], told.get("parameters", {}), told.get("body"))


def schemes(spec: Spec) -> tuple[tuple[str, ...], ...]:
    """Return the alternatives of credentials that an operation asks for, each by its roles."""
    return tuple(tuple(choice) for choice in spec.get("security", ()) if choice)


class Named:
    """The schemas of a file by name, as far as bodies go on as one of them."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._known: dict[str, tuple[str, ...]] = {}

    def rest(self, name: str) -> tuple[str, ...]:
        """Return the names that a named schema goes on as."""
        if name not in self._known:
            self._known[name] = tuple(_rest(self._schemas[name]))
        return self._known[name]

    def whole(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema with those that it goes on as, so that it stands for itself.

        Of files whose schemas all contain each other, what lies far away is not told: it may be anything.
        """
        wanted, found = deque(_rest(schema) if self._schemas else ()), dict[str, Any]()
        while wanted:
            name = wanted.popleft()
            if name in self._schemas and name not in found:
                near = len(found) < _NAMED
                found[name] = self._schemas[name] if near else {}
                wanted += self.rest(name) if near else ()
        return {**schema, "$defs": found} if found else schema


def _rest(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _rest(item)
    elif isinstance(node, dict):
        if isinstance(told := node.get(_REST), str) and told.startswith(_DEFS):
            yield told.removeprefix(_DEFS)
        for item in node.values():
            yield from _rest(item)
