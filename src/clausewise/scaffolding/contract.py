"""The annotated contract of an OpenAPI file: each answer, header, field, constraint and link has its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from clausewise import strict_json
from clausewise.contracts.overlay_rules import METHODS
from clausewise.scaffolding.openapi_files import At, OpenApiFiles
from clausewise.scaffolding.schemas import Schemas, refers

Spec = dict[str, Any]

_IGNORED = {
    "accept",
    "authorization",
    "content-type",
}  # headers that a parameter says nothing of, by the standard
_PARAMETER = ("required", "style", "explode", "example")
_REFUSED, _INVALID = {401}, {400, 405, 406, 411, 413, 414, 415, 422, 428, 431}
_STATUS = re.compile(r"[1-5](\d\d|XX)|default")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_READS = {"get", "head", "options"}
_WORDS = {  # of a parameter that says how much of a list is wanted, by its letters alone
    "limit": {"limit", "perpage", "pagesize", "maxresults", "maxitems", "pagelimit", "topcount"},
    "offset": {"offset", "skip", "startindex", "from"},
}
_UNDER = "What cannot be served is refused with a 4xx; with which, and in what form, the file does not say."
_OVER = "What can be served is answered with a 2xx; with which, the file does not say."
_ELSE = "The file lists refusals; whether there are others nobody can tell."
_DOOR = "Who shows no good credentials is refused with HTTP 401; the file does not say so."


@dataclass
class ContractBuilder:
    """Makes the contract, and takes note of what a file contradicts, or what is left out of it."""

    library: OpenApiFiles
    family: str
    document: str
    contradictions: list[tuple[At, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    security: dict[str, list[list[str]]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=lambda: {"security"})
    _uses: int = 0

    @cached_property
    def schemas(self) -> Schemas:
        """What converts the file's schemas."""
        return Schemas(self.library, self.note, old=self.library.api["openapi"].startswith("3.0"))

    def note(self, at: At, text: str) -> None:
        """Take note of what cannot be kept as it stands."""
        self.contradictions.append((at, text))

    def contract(self) -> Spec:
        """Return the whole contract."""
        api = self.library.api
        info = api.get("info", {})
        paths: Spec = {}
        for path, item, at in self._items():
            made = dict(self._operations(path, item, at))
            if made:
                paths[path] = made
        self._link(paths)
        self.schemas.cut(self._uses)
        contract: Spec = {
            "openapi": "3.1.0",
            "info": {"title": str(info.get("title", self.family)), "version": str(info.get("version", "1"))},
            "x-family": self.family,
            "x-made-from": self.library.path.name,
            "x-documents": [
                {
                    "id": self.document,
                    "number": str(info.get("version", "1")),
                    "title": str(info.get("title", "")),
                }
            ],
            "x-universal": {"json": "documented", "media-type": "documented"},
            "paths": paths,
        }
        parts = {"schemas": self.schemas.named, "securitySchemes": self._schemes(paths)}
        contract["components"] = {name: part for name, part in parts.items() if part}
        return contract

    @property
    def base(self) -> str:
        """The address of the first server that the file names; '' where it is none of the network."""
        servers = self.library.api.get("servers") or [{}]
        told = servers[0] if isinstance(servers[0], dict) else {}
        url = str(told.get("url", ""))
        for name, variable in (told.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        return url

    def _items(self) -> Iterator[tuple[str, Spec, At]]:
        paths = self.library.api.get("paths") or {}
        for path, item in paths.items():
            if str(path).startswith("/"):
                told, at = self.library.follow(item, self.library.root / "paths" / path)
                yield str(path), told or {}, at

    def _operations(self, path: str, item: Spec, at: At) -> Iterator[tuple[str, Spec]]:
        for method, spec in item.items():
            if method in METHODS:
                yield method, self._operation(method, path, spec, item, at)
            elif method in {"trace", "query", "additionalOperations"}:
                self.left_out.append(f"{method.upper()} {path}")

    def _operation(self, method: str, path: str, spec: Spec, item: Spec, around: At) -> Spec:
        at = around / method
        name = self._id(spec.get("operationId") or f"{method}-{path}", at)
        parameters = list(self._parameters(path, spec, item, around, at))
        body = self._body(spec, at)
        security, where = self._asked(spec, at)
        made: Spec = {
            "operationId": name,
            "x-made-from": self.library.path.name,
            "x-effect": "reads" if method in _READS else "writes",
            "summary": str(spec.get("summary") or f"{method.upper()} {path}"),
            "x-source": [self._source(at, f"{method.upper()} {path}")],
            "security": [{scheme: list[str]() for scheme in some} for some in security],
            "parameters": parameters,
            **({"requestBody": body} if body else {}),
            "responses": self._responses(name, spec, at, secured=[] not in security and bool(security)),
        }
        self.security[name] = security
        if security and [] not in security:
            made["x-secured-at"] = self.library.line(where)
        wrong = (
            "With one thing wrong in it a request is served or refused, and never answered with a failure."
        )
        if parameters and "application/json" not in (body or {}).get("content", {}):
            made["x-depth"] = {"withstands": {"x-statement": wrong}}
        made["x-links-of"] = {}  # filled in once every operation has its name
        self._links(spec, at, made)
        return made

    def _id(self, text: str, at: At) -> str:
        bare = re.sub(r"[^A-Za-z0-9_-]+", "-", str(text)).strip("-") or "operation"
        if bare in self._taken and text != bare:
            bare = f"{bare}-{len(self._taken)}"
        count = next(n for n in range(1, len(self._taken) + 3) if _numbered(bare, n) not in self._taken)
        if count > 1 and bare != "security":
            self.note(at, f"names a second operation {text!r}; it is {_numbered(bare, count)} here")
        self._taken.add(name := _numbered(bare, count))
        return name

    def _source(self, at: At, section: str = "") -> Spec:
        file = self.library.name(at)
        told = {"document": self.document} if section else {}
        where = ", ".join(part for part in (file, section) if part)
        return {**told, **({"section": where} if where else {}), "line": self.library.line(at)}

    def _parameters(self, path: str, spec: Spec, item: Spec, around: At, at: At) -> Iterator[Spec]:
        found: dict[tuple[str, str], tuple[Spec, At]] = {}
        for holder, place in ((item, around), (spec, at)):
            for number, entry in enumerate(holder.get("parameters") or ()):
                told, there = self.library.follow(entry, place / "parameters" / number)
                if isinstance(told, dict) and {"name", "in"} <= set(told):
                    found[str(told["name"]), told["in"]] = told, there
        seen: set[str] = set()
        for (name, kind), (told, there) in found.items():
            if (kind == "header" and name.lower() in _IGNORED) or kind == "querystring":
                continue
            if kind == "path" and f"{{{name}}}" not in path:
                self.note(
                    there, f"describes the parameter {name!r} of the path {path}, which has none of that name"
                )
                continue
            yield self._parameter(name, kind, told, there, f"{name}:{kind}" if name in seen else "")
            seen.add(name)
        for name in re.findall(r"\{([^{}]+)\}", path):
            if (name, "path") not in found:
                self.note(at, f"has {name!r} in the path {path}, and describes no such parameter")
                plain = {"schema": {"type": "string"}, "required": True}
                yield self._parameter(name, "path", plain, at, f"{name}:path" if name in seen else "")

    def _parameter(self, name: str, place: str, spec: Spec, at: At, other: str) -> Spec:
        made: Spec = {"name": name, "in": place, "required": bool(spec.get("required")) or place == "path"}
        if other:
            made["x-name"] = other
        made |= {key: spec[key] for key in _PARAMETER[1:] if key in spec and not refers(spec[key])}
        content = spec.get("content") or {}
        schema, where = spec.get("schema", {}), at / "schema"
        if content:
            kind = next(iter(content))
            schema, where = content[kind].get("schema", {}), at / "content" / kind / "schema"
            made["x-json"] = True
        made["x-statement"] = str(spec.get("description") or f"A request may have {name} in its {place}.")[
            :240
        ]
        made["schema"] = self.schemas.of(schema, where, sent=True)
        self._uses += 1
        if examples := dict(self._examples(spec, at)):
            made["examples"] = examples
        made["x-source"] = [self._source(at)]
        return made

    def _examples(self, holder: Spec, at: At) -> Iterator[tuple[str, Spec]]:
        for name, example in (
            (holder.get("examples") or {}).items() if isinstance(holder.get("examples"), dict) else ()
        ):
            told, there = self.library.follow(example, at / "examples" / name)
            if isinstance(told, dict):
                value = next((told[key] for key in ("value", "dataValue") if key in told), None)
                if refers(value):
                    self.note(there, f"has the example {name!r}, in which a reference stands that is none")
                elif value is not None:
                    yield re.sub(r"\s+", "-", str(name)), {"value": value, "x-line": self.library.line(there)}

    def _body(self, spec: Spec, at: At) -> Spec | None:
        told, there = self.library.follow(spec.get("requestBody"), at / "requestBody")
        content = (told or {}).get("content") or {}
        kinds = sorted(content, key=lambda kind: (not _is_json(kind), kind not in _FORMS))
        if not kinds:
            return None
        kind = kinds[0]
        media, where = self.library.follow(content[kind], there / "content" / kind)
        if len(kinds) > 1:
            self.left_out.append(f"{', '.join(kinds[1:])} as the body of {self.library.where(at)}")
        made: Spec = {
            key: media[key] for key in ("example", "encoding") if key in media and not refers(media[key])
        }
        if examples := dict(self._examples(media, where)):
            made["examples"] = examples
        self._uses += 1
        schema = self.schemas.of(media.get("schema", {}), where / "schema", sent=True)
        branch = {"x-request": "body", "x-source": [self._source(where)], "x-facets": {}, **_apart(schema)}
        made["schema"] = {"anyOf": [branch]}
        return {"required": bool(told.get("required")), "content": {kind: made}}

    def _responses(self, name: str, spec: Spec, at: At, *, secured: bool) -> Spec:
        made: Spec = {}
        for status, response in (spec.get("responses") or {}).items():
            if _STATUS.fullmatch(code := str(status).replace("x", "X")):
                told, there = self.library.follow(response, at / "responses" / status)
                made[code] = self._response(name, code, told or {}, there)
            elif not str(status).startswith("x-"):
                self.note(at / "responses" / status, f"documents the status {status!r}, which there is not")
        if not any(code[0] in "23" for code in made):
            made["2XX"] = self._unlisted(made)
        guessed = {"x-standing": "inferred", "x-any-body": True, "x-media-types": ["*/*"]}
        if secured and not {"401", "4XX", "default"} & set(made):
            door = {"x-outcome": "unauthorized", "x-role": "refused", "x-statement": _DOOR, **guessed}
            made["401"] = {"description": _DOOR, "content": {"*/*": {"schema": {"anyOf": [door]}}}}
        if not {"4XX", "default"} & set(made):
            rest = {"x-outcome": "refused", "x-role": "invalid", "x-statement": _UNDER, **guessed}
            if any(code.startswith("4") for code in made):
                rest |= {"x-observability": "not-observable", "x-reason": _ELSE}
            made["4XX"] = {"description": _UNDER, "content": {"*/*": {"schema": {"anyOf": [rest]}}}}
        return made

    def _unlisted(self, spec: Spec) -> Spec:
        """Return the success of an operation that lists none: what it says of any answer, or a guess."""
        if "default" not in spec:
            guessed = {"x-standing": "inferred", "x-any-body": True, "x-media-types": ["*/*"]}
            branch = {"x-outcome": "success", "x-role": "success", "x-statement": _OVER, **guessed}
            return {"description": _OVER, "content": {"*/*": {"schema": {"anyOf": [branch]}}}}
        told: Spec = deepcopy(spec["default"])
        for content in told["content"].values():
            content["schema"]["anyOf"][0] |= {"x-outcome": "success", "x-role": "success"}
        return told

    def _response(self, name: str, code: str, spec: Spec, at: At) -> Spec:
        kinds = list(spec.get("content") or {})
        json = next((kind for kind in kinds if _is_json(kind)), "")
        description = " ".join(str(spec.get("description") or "").split())
        branch: Spec = {
            "x-outcome": _named(code),
            "x-role": _role(code),
            "x-statement": (
                f"{description[:240].rstrip('.')} (HTTP {code})." if description else f"HTTP {code}."
            ),
            "x-source": [self._source(at)],
            "x-media-types": kinds or ["*/*"],
        }
        if code[0] == "5":
            branch |= {"x-observability": "needs-fault", "x-needs": [f"fault.{name}.{_named(code)}"]}
        if headers := dict(self._headers(spec, at)):
            branch["x-headers"] = headers
        if not json:
            branch["x-any-body"] = True
            return {
                "description": description,
                "content": {kinds[0] if kinds else "*/*": {"schema": {"anyOf": [branch]}}},
            }
        media, where = self.library.follow(spec["content"][json], at / "content" / json)
        self._uses += 1
        schema = self.schemas.of(media.get("schema", {}), where / "schema", sent=False)
        branch |= {"x-by-status": True, "x-facets": {}, **_apart(schema)}
        made: Spec = {key: media[key] for key in ("example",) if key in media and not refers(media[key])}
        if examples := dict(self._examples(media, where)):
            made["examples"] = examples
        return {"description": description, "content": {json: {"schema": {"anyOf": [branch]}, **made}}}

    def _headers(self, spec: Spec, at: At) -> Iterator[tuple[str, Spec]]:
        for name, header in (spec.get("headers") or {}).items():
            entry, there = self.library.follow(header, at / "headers" / name)
            if name.lower() == "content-type" or not isinstance(entry, dict):
                continue
            told_of = str(entry.get("description") or f"The header {name} says what its schema has.")
            made: Spec = {"description": " ".join(told_of.split())[:240], "x-source": [self._source(there)]}
            made |= {key: entry[key] for key in ("required", "explode") if key in entry}
            if "schema" in entry:
                made["schema"] = self.schemas.of(entry["schema"], there / "schema", sent=False)
            yield name, made

    def _asked(self, spec: Spec, at: At) -> tuple[list[list[str]], At]:
        """Return the alternatives of schemes that an operation asks for, and where that stands."""
        holder, where = (spec, at) if "security" in spec else (self.library.api, self.library.root)
        told = holder.get("security") or []
        return [list(some) for some in told if isinstance(some, dict)], where / "security"

    def _links(self, spec: Spec, at: At, made: Spec) -> None:
        links: list[Spec] = []
        for status, response in (spec.get("responses") or {}).items():
            told, there = self.library.follow(response, at / "responses" / status)
            for name, link in ((told or {}).get("links") or {}).items():
                entry, where = self.library.follow(link, there / "links" / name)
                if isinstance(entry, dict):
                    code = str(status).replace("x", "X")
                    links.append(
                        {
                            "name": str(name),
                            "outcome": _named(code),
                            "entry": entry,
                            "line": self.library.line(where),
                        }
                    )
        made["x-links-of"] = links

    def _link(self, paths: Spec) -> None:
        """Have every link name the operation that it leads to as we do."""
        every = [(path, method, spec) for path, item in paths.items() for method, spec in item.items()]
        given = {self._given(path, method): spec["operationId"] for path, method, spec in every}
        at = {f"{path} {method}": spec["operationId"] for path, method, spec in every}
        for _, _, spec in every:
            links = []
            for link in spec.pop("x-links-of"):
                entry = link.pop("entry")
                steps = strict_json.steps("/" + str(entry.get("operationRef", "")).rpartition("#/paths/")[2])
                other = given.get(str(entry.get("operationId", ""))) or at.get(f"{steps[0]} {steps[-1]}")
                if other is None:
                    self.contradictions.append(
                        (
                            At(self.library.root.file),
                            f"has the link {link['name']!r} (line {link['line']}), to no operation",
                        )
                    )
                    continue
                record = {"parameters": entry.get("parameters") or {}, "body": entry.get("requestBody")}
                links.append(link | {"operation": other} | {key: it for key, it in record.items() if it})
            if links:
                spec["x-links"] = links

    def _given(self, path: str, method: str) -> str:
        item, _ = self.library.follow(self.library.api["paths"][path], self.library.root / "paths" / path)
        return str(item[method].get("operationId", ""))

    def _schemes(self, paths: Spec) -> Spec:
        """Return the security schemes; the token URL of a password flow only where it is one of the paths."""
        made: Spec = {}
        for name, entry in ((self.library.api.get("components") or {}).get("securitySchemes") or {}).items():
            told, at = self.library.follow(entry, self.library.root / "components" / "securitySchemes" / name)
            kept = {key: it for key, it in told.items() if key != "flows"}
            flow = (told.get("flows") or {}).get("password") or {}
            base = f"{self.base.rstrip('/')}/"
            url = urljoin(base if urlsplit(base).scheme else f"http://a{base}", str(flow.get("tokenUrl", "")))
            path = urlsplit(url).path.removeprefix(urlsplit(base).path.rstrip("/"))
            if flow and "post" in paths.get(path, {}):
                kept["flows"] = {"password": {"tokenUrl": path, "scopes": {}}}
            made[str(name)] = kept | {"x-line": self.library.line(at)}
        return made


def listing(parameters: Iterator[Spec] | list[Spec]) -> Mapping[str, str]:
    """Return which parameters of a list say how much of it is wanted, and from where on."""
    letters = {
        it["name"]: re.sub(r"[^a-z]", "", it["name"].lower()) for it in parameters if it["in"] == "query"
    }
    return {kind: name for kind, words in _WORDS.items() for name, told in letters.items() if told in words}


def _apart(schema: Spec) -> Spec:
    """Return a schema to be laid into an answer or request: a reference and what stands beside it."""
    return {key: it for key, it in schema.items() if key not in {"x-source", "x-facets", "description"}}


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _is_json(kind: str) -> bool:
    bare = kind.partition(";")[0].strip().lower()
    return bare in {"application/json", "text/json", "*/*", "application/*"} or bare.endswith("+json")


def _named(code: str) -> str:
    """Return the name of an answer by its status: ok, not-found, client-error, default."""
    if code == "default":
        return code
    if code.endswith("XX"):
        kinds = {
            "1": "informational",
            "2": "success",
            "3": "redirection",
            "4": "client-error",
            "5": "server-error",
        }
        return kinds[code[0]]
    try:
        return re.sub(r"[^a-z]+", "-", HTTPStatus(int(code)).phrase.lower()).strip("-")
    except ValueError:
        return f"http-{code}"


def _role(code: str) -> str:
    if code[0] in "123":
        return "success"
    if code == "default":
        return "rejected"
    if code[0] == "5":
        return "failure"
    if code == "4XX" or int(code) in _INVALID:
        return "invalid"
    return "refused" if int(code) in _REFUSED else "rejected"
