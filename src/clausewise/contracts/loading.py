"""Reads `schemas/<family>/openapi.yaml` and everything it refers to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import jsonref
import yaml

from clausewise import input_files, package_data
from clausewise.contracts import examples, inputs
from clausewise.contracts.bodies import CompiledBody
from clausewise.contracts.clauses import answer_branches, clauses_of, request_branches
from clausewise.contracts.overlay_rules import METHODS, effect, filled, folded
from clausewise.contracts.overlays import read
from clausewise.contracts.samples import sample
from clausewise.contracts.yaml_reader import NotJson, Yaml12, plain
from clausewise.errors import ConfigurationError
from clausewise.model import Clause, Contract, Form, Operation, Outcome, Role, Spelling, Standing, Undo

ASSUMED = "assumed.overlay.yaml"
_FIRST, _LAST = 100, 599  # statuses


def load(
    file: Path,
    document: str,
    readings: Mapping[str, str] | None = None,
    overlays: Sequence[Path] = (),
    code_at: str = "",
    *,
    checked: bool = False,
) -> Contract:
    """Load a family's contract as the claimed document and readings make it.

    `readings` maps discrepancy ids to the one reading that the target claims; every other reading of
    that discrepancy is dropped. `overlays` fill what the document leaves open, in that order; `code_at`
    points to where an answer carries its error code, if that is known. What others wrote is to be `checked`:
    each body has to be a JSON Schema.
    Raises ConfigurationError naming the file where it cannot be read.
    """
    with _readable(file, overlays):
        return _loaded(file, document, readings or {}, overlays, code_at, checked=checked)


@contextmanager
def _readable(file: Path, overlays: Sequence[Path] = ()) -> Iterator[None]:
    """Say in a sentence of what others wrote that it is no contract."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as bad:
        names = " and ".join(str(path) for path in overlays)
        laid = f"With {names} over it, {file}" if names else str(file)
        why = f"{bad} is missing" if isinstance(bad, KeyError) else str(bad) or type(bad).__name__
        raise ConfigurationError(
            f"{laid} is no OpenAPI that can be read, with the annotations that CONTRIBUTING.md lists "
            f"({input_files.shown(why)})."
        ) from bad


def _loaded(
    file: Path,
    document: str,
    readings: Mapping[str, str],
    overlays: Sequence[Path],
    code_at: str,
    *,
    checked: bool,
) -> Contract:
    layers = _layers(file, document, readings, overlays)
    api = layers[-1]
    family = str(api["x-family"])
    documents = {entry["id"]: entry for entry in api["x-documents"]}
    if document not in documents:
        known = ", ".join(documents)
        given = input_files.shown(document)
        raise ConfigurationError(f"The family {family} has no document {given!r}; it has {known}.")
    named = inputs.Named(api.get("components", {}).get("schemas", {}) if "x-made-from" in api else {})
    operations = {
        spec["operationId"]: _operation(family, method, path, spec, code_at, named)
        for method, path, spec in _specs(api)
    }
    for body in _bodies(operations.values()) if overlays or checked else ():
        body.check()  # others wrote it: say now what would end the run later
    return Contract(
        family=family,
        document=document,
        documents=documents,
        operations=operations,
        clauses=tuple(_clauses(layers, overlays)),
        sensitive=dict(_sensitive(api)),
        words=frozenset(_words(api)),
        token_path=_token_path(api),
        vouched=bool(overlays) and all(read(path).standing is Standing.AGREED for path in overlays),
    )


def _bodies(operations: Iterable[Operation]) -> Iterator[CompiledBody]:
    for operation in operations:
        forms = (form.body for outcome in operation.outcomes for form in outcome.forms)
        yield from (body for body in (*forms, *operation.requests.values()) if isinstance(body, CompiledBody))


def _layers(
    file: Path, document: str, readings: Mapping[str, str], overlays: Sequence[Path]
) -> list[dict[str, Any]]:
    """Return the contract as the document makes it, then with each overlay laid over what came before."""
    return [
        _prune(_resolve(file, tuple(overlays[:count])), document, dict(readings))
        for count in range(len(overlays) + 1)
    ]


def _clauses(layers: Sequence[dict[str, Any]], overlays: Sequence[Path]) -> Iterator[Clause]:
    """Yield the document's clauses, then what each overlay adds, under its own name and standing."""
    known: dict[str, Clause] = {clause.id: clause for clause in clauses_of(layers[0])}
    yield from known.values()
    for api, path in zip(layers[1:], overlays, strict=True):
        overlay = read(path)
        for clause in clauses_of(api):
            if clause.id not in known:
                known[clause.id] = clause
                said = overlay.standing is Standing.ASSUMED or clause.standing is Standing.DOCUMENTED
                standing = overlay.standing if said else clause.standing  # a guess of ours nobody agreed to
                yield replace(clause, standing=standing, sources=(overlay.source,))


def every_clause(path: Path) -> list[Clause]:
    """Return the clauses of all documents of a family, whichever a target may claim.

    What the family's own overlay assumes is among them.
    """
    with _readable(path):
        return list(_every_clause(path).values())


def _every_clause(path: Path) -> dict[str, Clause]:
    found: dict[str, Clause] = {}
    assumed = [path.parent / ASSUMED] if (path.parent / ASSUMED).is_file() else []
    for document in documents(path):
        layers = _layers(path, document, {}, assumed)
        found |= {clause.id: clause for clause in _clauses(layers, assumed)}
    return found


def documents(path: Path) -> list[str]:
    """Return the ids of the documents that a contract comes from, the fullest first."""
    with _readable(path):
        return [str(entry["id"]) for entry in _resolve(path)["x-documents"]]


@cache
def _raw(path: Path) -> dict[str, Any]:
    text = path.read_text("utf-8-sig")
    ours = path.is_relative_to(package_data.SCHEMAS)  # which takes a tenth of the time
    raw = yaml.load(text, Loader=Yaml12) if ours else plain(text)  # noqa: S506 - a SafeLoader
    if not isinstance(raw, dict):
        raise NotJson("it is no mapping of keys to values")
    return raw


@cache  # nobody changes what it returns: `_prune` makes new dicts and lists
def _resolve(path: Path, overlays: tuple[Path, ...] = ()) -> dict[str, Any]:
    try:
        raw = _raw(path)
        for overlay in overlays:
            raw = filled(raw, read(overlay))
        resolved: dict[str, Any] = jsonref.replace_refs(
            raw,
            base_uri=path.as_uri(),
            loader=partial(_read, path.parent),
            merge_props=True,
            proxies=False,
            lazy_load=False,
        )
    except (OSError, ValueError, yaml.YAMLError, jsonref.JsonRefError) as bad:
        laid = f" with {overlays[-1]} over it" if overlays else ""
        raise ConfigurationError(
            f"The contract {path}{laid} cannot be read: {input_files.shown(bad)}"
        ) from bad
    if overlays:
        examples.check(resolved, _resolve(path), str(overlays[-1]))
    return folded(resolved) if overlays else resolved


def _read(folder: Path, uri: str) -> Any:
    path = Path(unquote(urlparse(uri).path))
    if not (uri.startswith("file:") and path.resolve().is_relative_to(folder.resolve())):
        raise ValueError(f"a $ref to {uri}, which is no schema of the family")
    return json.loads(path.read_text("utf-8"))


def _prune(node: Any, document: str, readings: dict[str, str]) -> Any:
    """Drop what other documents say, and readings that the target has ruled out; add what it claims."""
    if isinstance(node, list):
        return [_prune(item, document, readings) for item in node if _stays(item, document, readings)]
    if not isinstance(node, dict):
        return node
    pruned = {key: _prune(item, document, readings) for key, item in node.items() if key != "x-claims"}
    claims = node.get("x-claims", {}).items()
    asked = [rule | {"x-claimed": True} for reading, rule in claims if _claimed(reading, readings)]
    if asked:
        pruned["allOf"] = [*pruned.get("allOf", []), *asked]
    if _ruled_out(node, readings):  # the printed form of an answer: its clauses stay, the form goes
        pruned["x-ruled-out"] = True
    return pruned


def _stays(node: Any, document: str, readings: dict[str, str]) -> bool:
    if not isinstance(node, dict):
        return True
    gone = _ruled_out(node, readings) and "x-role" not in node
    return document in node.get("x-documents", [document]) and not gone


def _ruled_out(node: dict[str, Any], readings: dict[str, str]) -> bool:
    discrepancy, _, reading = str(node.get("x-reading", "")).partition(":")
    return discrepancy in readings and readings[discrepancy] != reading


def _claimed(reading: str, readings: dict[str, str]) -> bool:
    discrepancy, _, letter = reading.partition(":")
    return readings.get(discrepancy) == letter


def _specs(api: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in api.get("paths", {}).items():
        for method, spec in item.items():
            if method in METHODS:
                yield method.upper(), path, spec


def _operation(  # noqa: PLR0917 - one place of a document
    family: str, method: str, path: str, spec: dict[str, Any], code_at: str, named: inputs.Named
) -> Operation:
    clause = f"{family}.{spec['operationId']}"
    requests = {
        branch["x-request"]: CompiledBody(f"{clause}.{branch['x-request']}", named.whole(branch))
        for branch in request_branches(spec)
    }
    printed = [place["path"] for place in spec.get("x-paths", [])] or [path]
    return Operation(
        id=spec["operationId"],
        family=family,
        method=method,
        path=printed[0],
        other_paths=tuple(printed[1:]),
        secured=bool(spec.get("security")) and {} not in spec["security"],
        outcomes=tuple(_outcomes(spec, clause, code_at, named)),
        requests=requests,
        parameters=tuple(parameter["name"] for parameter in spec.get("parameters", [])),
        read_back=spec.get("x-read-back", {}),
        wrapped=bool(spec.get("x-wrapped", False)) and _may(spec, "text"),
        plain=_may(spec, "value"),
        spellings=tuple(
            Spelling(it["of"], it["written"], it.get("at", "")) for it in spec.get("x-spellings", ())
        ),
        accepts_credentials=bool(spec.get("security")),
        writes=effect(method, spec) != "reads",
        leaves=spec.get("x-leaves", ""),
        undo=Undo(**undo | {"keys": tuple(undo["keys"])}) if (undo := spec.get("x-undo")) else None,
        sample=sample(method, spec),
        inputs=tuple(inputs.inputs(clause, spec, named)),
        media_type=inputs.media_type(spec),
        body_required=bool(spec.get("requestBody", {}).get("required")),
        printed=inputs.printed(spec),
        links=tuple(inputs.links(clause, spec)),
        schemes=inputs.schemes(spec),
    )


def _may(spec: dict[str, Any], form: str) -> bool:
    """Tell whether an answer may come as a JSON `value`, or in a JSON `text`; either where none is named."""
    forms = spec.get("x-wrapped", False)
    return not isinstance(forms, list) or any(it["form"] == form for it in forms)


def _outcomes(spec: dict[str, Any], clause: str, code_at: str, named: inputs.Named) -> Iterator[Outcome]:
    """Gather the forms of each outcome that no claim rules out; the printed one comes first."""
    gathered: dict[str, list[tuple[dict[str, Any], Form]]] = {}
    for status, branch in answer_branches(spec):
        name = branch["x-outcome"]
        own = f"{clause}.{name}"
        form = Form(
            *_span(status),
            CompiledBody(own, named.whole(branch)),
            branch.get("x-code", ""),
            _besides(status, spec),
            tuple(branch.get("x-media-types", ())),
            tuple(inputs.headers(own, branch, named)),
        )
        gathered.setdefault(name, []).append((branch, form))
    for name, forms in gathered.items():
        forms.sort(key=lambda pair: "x-role" not in pair[0])
        first = forms[0][0]
        yield Outcome(
            operation=spec["operationId"],
            name=name,
            clause=f"{clause}.{name}",
            role=Role(first["x-role"]),
            forms=tuple(form for branch, form in forms if "x-ruled-out" not in branch),
            needs=tuple(first.get("x-needs", ())),
            names_fields=first.get("x-names-fields", ""),
            vague=bool(first.get("x-vague", first.get("x-any-body", False))),
            any_body=bool(first.get("x-any-body", False)),
            by_status=bool(first.get("x-by-status", False)),
            code_at=code_at,
        )


def _besides(status: str, spec: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """Return what a class of statuses, or `default`, leaves to the others, which are more exact.

    Where an overlay fills a class of ours, the exact status that it gives is that class all the same.
    """
    first, last = _span(status)
    if first == last or "x-made-from" not in spec:
        return ()
    spans = (_span(str(other)) for other in spec["responses"] if str(other) != status)
    return tuple(it for it in spans if it[1] - it[0] < last - first)


def _span(status: str) -> tuple[int, int]:
    if status == "default":
        return _FIRST, _LAST
    if status.upper().endswith("XX"):
        hundred = int(status[0]) * 100
        return hundred, hundred + 99
    return int(status), int(status)


def _sensitive(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the names of fields marked `x-sensitive`, with the mark: secret or personal."""
    if isinstance(node, list):
        for item in node:
            yield from _sensitive(item, str(item.get("name", "")) if isinstance(item, dict) else "")
    elif isinstance(node, dict):
        if name and isinstance(node.get("x-sensitive"), str):
            yield name, node["x-sensitive"]
        for key, item in node.items():
            yield from _sensitive(item, key)


def _words(node: Any) -> Iterator[str]:
    """Yield the words that a contract prints: names of fields, and the texts that a field must be one of."""
    if isinstance(node, list):
        for item in node:
            yield from _words(item)
    elif isinstance(node, dict):
        for key, item in node.items():
            if key == "properties" and isinstance(item, dict):
                yield from item
            elif key in {"enum", "const"}:
                for told in item if isinstance(item, list) else [item]:
                    if isinstance(told, str):
                        yield from (told, *told.split())
            yield from _words(item)


def _token_path(api: Mapping[str, Any]) -> str:
    schemes = api.get("components", {}).get("securitySchemes", {}).values()
    flows = (scheme.get("flows", {}).get("password", {}) for scheme in schemes)
    return next((str(flow["tokenUrl"]) for flow in flows if "tokenUrl" in flow), "")
