"""What no schema says of a file: security, examples, links, and what a reader takes for granted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from clausewise.scaffolding.contract import ContractBuilder, listing

Spec = Mapping[str, Any]

_SHOWN = {"post", "put", "patch"}


def clauses(maker: ContractBuilder, contract: Spec) -> Iterator[dict[str, Any]]:
    """Yield the entries of clauses.toml."""
    for name, scheme in contract.get("components", {}).get("securitySchemes", {}).items():
        if any(name in some for asked in maker.security.values() for some in asked):
            at = [
                {"document": maker.document, "section": f"securitySchemes/{name}", "line": scheme["x-line"]}
            ]
            what = scheme.get("description") or f"{scheme.get('type')} credentials"
            yield _entry(maker, f"security.{_bare(name)}", "auth", f"Who calls shows {name}: {what}", at)
    for path, item in contract["paths"].items():
        for method, spec in item.items():
            yield from _of_operation(maker, contract, path, method, spec)


def _of_operation(
    maker: ContractBuilder, contract: Spec, path: str, method: str, spec: Spec
) -> Iterator[dict[str, Any]]:
    name, at = spec["operationId"], spec["x-source"]
    own = {"operation": name}
    if "x-secured-at" in spec:
        door = [{**at[0], "line": spec["x-secured-at"]}]
        yield _entry(maker, f"{name}.security", "auth", "Without credentials nothing is served.", door, **own)
        text = "Credentials that nobody was given are as good as none."
        yield _entry(maker, f"{name}.security.wrong", "auth", text, door, standing="inferred", **own)
    for content in spec.get("requestBody", {}).get("content", {}).values():
        for which, line in _examples(content, at[0]["line"]):
            text = (
                f"The example {which} is a request that can be sent: it is not refused as one that is wrong."
            )
            where = [{**at[0], "line": line}]
            yield _entry(maker, f"{name}.example:{which}", "example", text, where, **own)
    for link in spec.get("x-links", ()):
        text = f"What {name} answers leads to {link['operation']}, which then finds it."
        where = [{**at[0], "line": link["line"]}]
        yield _entry(maker, f"{name}.{link['outcome']}.link:{link['name']}", "flow", text, where, **own)
    for code, response in spec["responses"].items():
        for content in response["content"].values():
            outcome = content["schema"]["anyOf"][0]["x-outcome"]
            for which, line in _examples(content, at[0]["line"]):
                text = f"HTTP {code} may be answered as the example {which} shows."
                where = [{**at[0], "line": line}]
                unseen = {
                    "observability": "not-observable",
                    "reason": "An example shows one of many answers.",
                }
                yield _entry(
                    maker, f"{name}.{outcome}.example:{which}", "example", text, where, **own, **unseen
                )
    if method == "get":
        yield from _of_reading(maker, spec)
    yield from _of_writing(maker, contract, path, method, spec)


def _of_reading(maker: ContractBuilder, spec: Spec) -> Iterator[dict[str, Any]]:
    name, at = spec["operationId"], spec["x-source"]
    own = {"operation": name, "standing": "inferred"}
    text = "Asked twice in a row, the same is answered in the same order."
    yield _entry(maker, f"{name}.repeatable", "rule", text, at, **own)
    asked = listing(spec["parameters"])
    if "limit" in asked:
        text = f"With {asked['limit']} there are no more entries than asked for."
        yield _entry(maker, f"{name}.limit", "rule", text, at, **own)


def _of_writing(
    maker: ContractBuilder, contract: Spec, path: str, method: str, spec: Spec
) -> Iterator[dict[str, Any]]:
    """Yield what one expects of a thing that was written and can be read."""
    name, at = spec["operationId"], spec["x-source"]
    own = {"operation": name, "standing": "inferred"}
    item = _item(contract, path) if method == "post" else path if "get" in contract["paths"][path] else ""
    if not item or "{" not in item:
        return
    if method in _SHOWN and any("json" in kind for kind in spec.get("requestBody", {}).get("content", {})):
        text = "What was sent is what is read afterwards, as far as both have a field of the same name."
        yield _entry(maker, f"{name}.shown", "flow", text, at, **own)
    if method == "delete":
        text = "What was deleted is not there any more."
        yield _entry(maker, f"{name}.gone", "flow", text, at, **own)


def _item(contract: Spec, path: str) -> str:
    """Return the path of a single thing of a collection, where it can be read."""
    inner = re.compile(re.escape(path.rstrip("/")) + r"/\{[^{}/]+\}/?")
    return next((it for it, item in contract["paths"].items() if inner.fullmatch(it) and "get" in item), "")


def _examples(content: Spec, line: int) -> Iterator[tuple[str, int]]:
    if "example" in content:
        yield "example", line
    for name, told in content.get("examples", {}).items():
        yield name, told.get("x-line", line)


def _entry(
    maker: ContractBuilder, name: str, kind: str, statement: str, at: list[dict[str, Any]], **more: str
) -> dict[str, Any]:
    record = {"standing": "documented"} | more
    return {"id": f"{maker.family}.{name}", "kind": kind, **record, "statement": statement, "sources": at}


def _bare(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)


def toml(table: str, entries: Iterator[Mapping[str, Any]]) -> str:
    """Return entries as tables of a TOML file, one key a line."""
    return "\n".join(
        "\n".join([f"[[{table}]]", *(f"{_key(key)} = {_value(it)}" for key, it in entry.items()), ""])
        for entry in entries
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(it)}" for key, it in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str) and "\n" in value and "'''" not in value:
        return f"'''\n{value}'''"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)
