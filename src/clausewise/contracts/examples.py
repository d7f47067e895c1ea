"""Examples of an overlay that its own schema does not take: the suite would send the wrong thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from clausewise import patterns
from clausewise.errors import ConfigurationError
from clausewise.strict_json import same

Spec = Mapping[str, Any]

_NAMES = {"properties", "patternProperties", "$defs", "dependentSchemas"}  # of schemas by name
_WORDS = {
    "schema": "",
    "content": "",
    "parameters": "",
    "requestBody": " request body",
    "responses": " answer",
}
_VALUES = {"example", "examples", "default", "const", "enum"}


class _Example(NamedTuple):
    where: str
    value: Any
    schema: Any


def check(api: Spec, before: Spec, name: str) -> None:
    """Raise ConfigurationError, beginning with `name`, for an example that contradicts its own schema.

    What stood in the contract `before` the overlays is the document's.
    """
    old = {it.where: it for it in _examples(before)}
    for it in _examples(api):
        if it.where in old and same(old[it.where].value, it.value) and same(old[it.where].schema, it.schema):
            continue
        problem = best_match(_validator(it.schema).iter_errors(it.value))
        if problem:
            at = "".join(f"/{part}" for part in problem.absolute_path)
            raise ConfigurationError(
                f"{name}: the example of {it.where} contradicts its own schema{f' at {at}' if at else ''}: "
                f"it breaks the rule {problem.validator}. Mend the one or the other."
            )


def _validator(schema: Any) -> Any:
    return patterns.Bounded(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _examples(api: Spec) -> Iterator[_Example]:
    for path, item in api.get("paths", {}).items():
        for method, spec in item.items() if isinstance(item, dict) else ():
            if isinstance(spec, dict):
                yield from _of(spec, f"{method.upper()} {path}")


def _of(node: Any, where: str) -> Iterator[_Example]:
    """Yield the examples below a node, each with the schema that it is of."""
    if isinstance(node, list):
        for at, item in enumerate(node):
            own = item.get("name", at) if isinstance(item, dict) else at
            yield from _of(item, f"{where} {own}")
    elif isinstance(node, dict):
        schema = _plain(node.get("schema", node))
        yield from (_Example(where, value, schema) for value in _given(node))
        for key, item in node.items():
            if key in _NAMES and isinstance(item, dict):
                for name, child in item.items():
                    yield from _of(child, f"{where} {name}")
            elif key not in _VALUES:
                yield from _of(item, f"{where}{_WORDS.get(key, f' {key}')}")


def _given(node: Spec) -> Iterator[Any]:
    """Yield the examples that a schema, a parameter or a body gives of itself."""
    yield from (node[key] for key in ("example", "default") if key in node)
    told = node.get("examples", ())
    yield from told if isinstance(told, list) else ()
    if isinstance(told, dict):
        yield from (it["value"] for it in told.values() if isinstance(it, dict) and "value" in it)


def _plain(schema: Any) -> Any:
    """Return a schema without the branches that the engine knows by name: an example is of one of them."""
    if not isinstance(schema, dict):
        return schema if isinstance(schema, bool) else {}
    named = any(
        {"x-outcome", "x-request"} & set(it) for it in schema.get("anyOf", ()) if isinstance(it, dict)
    )
    return {key: value for key, value in schema.items() if key != "anyOf" or not named}
