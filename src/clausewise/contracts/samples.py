"""The request that a contract prints for an operation, from its examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.model import Json, Parameter, Sample

Spec = Mapping[str, Any]


def sample(method: str, spec: Spec) -> Sample | None:
    """Return an operation's printed request; None where the contract prints none.

    A GET for which no parameter is written takes none.
    """
    parameters = tuple(_parameters(spec))
    asked = [entry["name"] for entry in spec.get("parameters", ()) if entry.get("required")]
    for media_type, content in spec.get("requestBody", {}).get("content", {}).items():
        found, example = _example(content)
        if found:
            shape: Spec = next(iter(content.get("schema", {}).get("anyOf", ())), {})
            return Sample(parameters, media_type, example, (*asked, *shape.get("required", ())))
    return Sample(parameters, required=tuple(asked)) if parameters or method == "GET" else None


def _parameters(spec: Spec) -> Iterator[Parameter]:
    for entry in spec.get("parameters", ()):
        found, example = _example(entry)
        if found:
            yield Parameter(entry["name"], entry["in"], example)


def _example(holder: Spec) -> tuple[bool, Json]:
    """Return the first example of a parameter or a body: its own, a named one, or its schema's."""
    if "example" in holder:
        return True, holder["example"]
    if named := list(holder.get("examples", {}).values()):
        return True, named[0].get("value")
    return _of_schema(holder.get("schema", {}))


def _of_schema(schema: Spec) -> tuple[bool, Json]:
    """Return a schema's example, or one put together from its fields' examples."""
    for key in ("example", "const", "default"):
        if key in schema:
            return True, schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return True, schema[key][0]
    if schema.get("anyOf"):
        return _of_schema(schema["anyOf"][0])
    fields = {name: _of_schema(child) for name, child in schema.get("properties", {}).items()}
    given = {name: value for name, (found, value) in fields.items() if found}
    return bool(given), given or None
