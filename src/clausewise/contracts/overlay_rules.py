"""How an overlay's plain OpenAPI fills a contract's gaps, and what it may never touch.

An owner writes a schema under a status or a request body as any OpenAPI document does. It is laid over
the documented answers of that status, as clauses of its own; the documents' own parts stay as they are.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.contracts.overlays import Overlay, merge
from clausewise.errors import ConfigurationError

METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}

_STRUCTURE = {"properties", "required", "items"}
_NOTES = {"title", "description", "example", "examples", "default", "deprecated", "$schema", "$id"}
_REQUEST = "request"  # the name of a request that only an overlay describes
_READS, _WRITES = "reads", "writes"

Spec = dict[str, Any]


def filled(document: Spec, overlay: Overlay) -> Spec:
    """Return the document with an overlay applied and every documented part still in force.

    An operation that the overlay writes under another method moves there with all that is documented
    of it. What the document says writes goes on to write, whatever its method now is or the overlay says.
    Raises ConfigurationError where the overlay takes away or changes what a document says.
    """
    result: Spec = overlay.apply(document)
    for path, item in document["paths"].items():
        for method, spec in item.items():
            if method in METHODS:
                kept = _followed(result, path, method, spec, overlay)
                _unchanged(spec, kept, overlay)
                if effect(method, spec) == _WRITES:
                    kept["x-effect"] = _WRITES
    _one_each(result, overlay)
    return result


def effect(method: str, spec: Mapping[str, Any]) -> str:
    """Return whether an operation `reads` or `writes`: as it says, or else by its method."""
    told = spec.get("x-effect", _READS if method.lower() == "get" else _WRITES)
    return _READS if told == _READS else _WRITES


def _one_each(result: Spec, overlay: Overlay) -> None:
    """See that an operation stands once, so that no second one takes its name and another effect."""
    seen: set[str] = set()
    for item in result["paths"].values():
        for name in (spec.get("operationId") for method, spec in item.items() if method in METHODS):
            if name in seen:
                raise ConfigurationError(
                    f"{overlay.path} writes a second operation {name}; "
                    f"a name stands for one method of one path."
                )
            seen.add(name)


def _followed(result: Spec, path: str, method: str, spec: Spec, overlay: Overlay) -> Spec:
    item = result["paths"].get(path, {})
    if method in item:
        found: Spec = item[method]
        return found
    news = [name for name in item if name in METHODS]
    if len(news) != 1:
        name = f"{spec['operationId']} ({method.upper()} {path})"
        raise ConfigurationError(
            f"{overlay.path} takes away {name}, which the document names; "
            f"leave it, or write it under one other method of the same path."
        )
    moved = copy.deepcopy(spec)
    merge(moved, item[news[0]])
    item[news[0]] = moved
    return moved


def _unchanged(spec: Spec, kept: Spec, overlay: Overlay) -> None:
    before, after = dict(_documented(spec)), dict(_documented(kept))
    for place, branches in before.items():
        if after.get(place, [])[: len(branches)] != branches:
            raise ConfigurationError(
                f"{overlay.path} changes what the document says of {spec['operationId']} at {place}; "
                f"an overlay fills gaps, it overrules nothing."
            )


def _documented(spec: Spec) -> Iterator[tuple[str, Any]]:
    for name in ("operationId", "x-paths"):
        yield name, [spec.get(name)]
    for place, holder in (("requestBody", spec.get("requestBody", {})), *spec.get("responses", {}).items()):
        for media_type, content in holder.get("content", {}).items():
            yield f"{place}/{media_type}", content.get("schema", {}).get("anyOf", [])


def folded(api: Spec) -> Spec:
    """Return a resolved document in which plain schemas have joined the documented requests and answers."""
    result = copy.deepcopy(api)
    for path, item in result["paths"].items():
        for method, spec in item.items():
            if method in METHODS:
                _fold_request(spec)
                _fold_answers(spec, f"{method.upper()} {path}")
    return result


def _fold_request(spec: Spec) -> None:
    for content in spec.get("requestBody", {}).get("content", {}).values():
        plain, branches = _split(content)
        for branch in branches if plain else ():
            _lay(branch, plain)
        content["schema"] = {"anyOf": branches or [{"x-request": _REQUEST, **plain}]}


def _fold_answers(spec: Spec, where: str) -> None:
    answers = spec.get("responses", {})
    for status in list(answers):
        for media_type, content in answers[status].get("content", {}).items():
            plain, branches = _split(content)
            content["schema"] = {"anyOf": branches}
            if not plain:
                continue
            covered = branches or list(_covering(answers, status))
            if not covered:
                raise ConfigurationError(
                    f"An overlay gives {where} the answer {status} ({media_type}), which no documented "
                    f"answer covers; there are {', '.join(answers)}. "
                    f"Give its schema x-outcome and x-role, in an anyOf."
                )
            for branch in covered:
                _lay(branch, plain)


def _covering(answers: Mapping[str, Any], status: str) -> Iterator[Spec]:
    """Yield the answers of the class that a status belongs to: 2XX for 200."""
    for content in answers.get(f"{status[:1]}XX", {}).get("content", {}).values():
        yield from _split(content)[1]


def _split(content: Mapping[str, Any]) -> tuple[Spec, list[Spec]]:
    """Return the plain part of a schema, and its branches that the engine knows by name."""
    schema = content.get("schema", {})
    branches = [branch for branch in schema.get("anyOf", []) if {"x-outcome", "x-request"} & set(branch)]
    plain = {key: value for key, value in schema.items() if key != "anyOf" or not branches}
    return plain, branches


def _lay(branch: Spec, plain: Spec) -> None:
    """Add a plain schema to a branch: its structure, and what it asks of the whole as a clause of its own."""
    structure = {key: value for key, value in plain.items() if key in _STRUCTURE}
    whole = {key: value for key, value in plain.items() if key not in _STRUCTURE | _NOTES}
    notes = {key: value for key, value in plain.items() if key == "description"}
    parts = [{"x-clause": "body", **notes, **whole}] if whole else []
    branch["allOf"] = [*branch.get("allOf", []), *parts, *([structure] if structure else [])]
    examples = plain.get("examples") or ([plain["example"]] if "example" in plain else [])
    if examples:
        branch["examples"] = examples
