"""An OpenAPI file and all files that it refers to: what stands where, and in which line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import requests
import yaml

from clausewise import input_files, strict_json
from clausewise.contracts.yaml_reader import Yaml12, plain
from clausewise.errors import ConfigurationError

Steps = tuple[str, ...]

_MOST = 32 << 20  # bytes of one file
_SUFFIXES = {".json", ".yaml", ".yml"}
_FETCHES = 10  # seconds
_DEEPEST = 60  # references that lead from one to the next
_CONVERTER = (
    "is Swagger 2.0, and OpenAPI 3 was expected; swagger2openapi, a package of npm, converts it: "
    "npx swagger2openapi --outfile openapi.yaml {name}"
)


@dataclass(frozen=True, slots=True)
class At:
    """A place: the address of a file, and the way into it."""

    file: str
    steps: Steps = ()

    def __truediv__(self, step: object) -> At:
        return At(self.file, (*self.steps, str(step)))


@dataclass
class OpenApiFiles:
    """The files of one API. Nothing is fetched from a network unless that is `allowed`."""

    path: Path
    allowed: bool = False
    _texts: dict[str, str] = field(default_factory=dict)
    _values: dict[str, Any] = field(default_factory=dict)
    _lines: dict[str, dict[Steps, int]] = field(default_factory=dict)

    @cached_property
    def root(self) -> At:
        """The place of the whole file."""
        return At(self.path.resolve().as_uri())

    @cached_property
    def api(self) -> dict[str, Any]:
        """The file's value; ConfigurationError where it is no OpenAPI 3."""
        told = self._value(self.root.file)
        if isinstance(told, dict) and "swagger" in told:
            raise ConfigurationError(f"{self.path} {_CONVERTER.format(name=self.path.name)}")
        if not isinstance(told, dict) or not isinstance(told.get("openapi"), str):
            raise ConfigurationError(f"{self.path} is no OpenAPI: it has no `openapi: 3.x` at its top.")
        if not told["openapi"].startswith(("3.0", "3.1", "3.2")):
            raise ConfigurationError(
                f"{self.path} is OpenAPI {input_files.shown(told['openapi'])}, "
                "and 3.0, 3.1 or 3.2 was expected."
            )
        return told

    def follow(self, node: Any, at: At) -> tuple[Any, At]:
        """Return what a reference leads to, and its place; a node that is none as it is.

        What stands beside a reference is laid over an object that it leads to, as OpenAPI 3.1 has it of
        a description. Raises ConfigurationError for a reference that leads nowhere, or round in a circle.
        """
        beside: dict[str, Any] = {}
        for _ in range(_DEEPEST):
            if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
                return ({**node, **beside} if beside and isinstance(node, dict) else node), at
            beside = {key: it for key, it in node.items() if key in {"summary", "description"}} | beside
            node, at = self.lookup(node["$ref"], at)
        raise ConfigurationError(f"{self.where(at)}: its references lead round in a circle.")

    def lookup(self, reference: str, at: At) -> tuple[Any, At]:
        """Return what stands where a reference points to, and where that is."""
        address, fragment = urldefrag(urljoin(at.file, reference))
        there: Any = self._value(
            address, f"{self.where(at)}: the reference {input_files.shown(repr(reference))}"
        )
        steps = strict_json.steps(unquote(fragment))
        for number, step in enumerate(steps):
            try:
                there = there[int(step)] if isinstance(there, list) else there[step]
            except (LookupError, TypeError, ValueError):
                raise ConfigurationError(
                    f"{self.where(at)}: the reference {input_files.shown(repr(reference))} leads nowhere."
                ) from None
            if number < len(steps) - 1 and isinstance(there, dict) and "$ref" in there:
                there, _ = self.follow(there, At(address, tuple(steps[: number + 1])))
        return there, At(address, tuple(steps))

    def where(self, at: At) -> str:
        """Return a place in words: the file and the line."""
        return f"{self.name(at) or self.path}, line {self.line(at)}"

    def name(self, at: At) -> str:
        """Return what to call another file than the one given; '' for that one."""
        if at.file == self.root.file:
            return ""
        if at.file.startswith("file:"):
            told = Path(unquote(urlsplit(at.file).path))
            folder = self.path.resolve().parent
            return told.relative_to(folder).as_posix() if told.is_relative_to(folder) else told.name
        return at.file

    def line(self, at: At) -> int:
        """Return the line in which a place begins, or the nearest one around it."""
        if at.file not in self._lines:
            self._lines[at.file] = dict(_lines(self._texts.get(at.file, "")))
        known = self._lines[at.file]
        return next((known[at.steps[:n]] for n in range(len(at.steps), -1, -1) if at.steps[:n] in known), 1)

    def _value(self, address: str, who: str = "") -> Any:
        if address not in self._values:
            self._texts[address] = text = self._text(address, who)
            try:
                self._values[address] = plain(text)
            except (ValueError, yaml.YAMLError, RecursionError) as bad:
                told = who or str(self.path)
                raise ConfigurationError(f"{told} cannot be read: {input_files.shown(bad)}") from bad
        return self._values[address]

    def _text(self, address: str, who: str) -> str:
        if not address.startswith("file:"):
            return self._fetched(address, who)
        path = Path(unquote(urlsplit(address).path))
        if who and path.suffix.lower() not in _SUFFIXES:
            raise ConfigurationError(f"{who} is to {path.name}, and a .yaml or .json file was expected.")
        try:
            if path.stat().st_size > _MOST:
                raise ConfigurationError(f"{who or path} is of more than {_MOST >> 20} MB.")
            return path.read_text("utf-8-sig")
        except (OSError, ValueError) as bad:
            told = getattr(bad, "strerror", "") or str(bad)
            raise ConfigurationError(f"{who or path} cannot be read: {input_files.shown(told)}.") from bad

    def _fetched(self, address: str, who: str) -> str:
        if not (self.allowed and address.startswith(("http:", "https:"))):
            raise ConfigurationError(
                f"{who} leads to the network, where nothing is fetched; bring the file here, or say "
                "--allow-fetch."
            )
        try:
            answer = requests.get(address, timeout=_FETCHES, stream=True)
            answer.raise_for_status()
            content = answer.raw.read(_MOST + 1, decode_content=True)
        except requests.RequestException as bad:
            raise ConfigurationError(f"{who} cannot be fetched ({type(bad).__name__}).") from bad
        if len(content) > _MOST:
            raise ConfigurationError(f"{who} is of more than {_MOST >> 20} MB.")
        return content.decode("utf-8", "replace")


def _lines(text: str) -> Iterator[tuple[Steps, int]]:
    """Yield the line of every part of a YAML or JSON text by the way to it."""
    try:
        loader: Any = Yaml12(text.replace("\t", " ") if text.lstrip()[:1] == "{" else text)
        top = loader.get_single_node()
    except (yaml.YAMLError, ValueError):
        return
    todo: list[tuple[Steps, Any]] = [((), top)] if top else []
    while todo:
        steps, node = todo.pop()
        if isinstance(node, yaml.MappingNode):
            for key, item in node.value:
                if isinstance(key, yaml.ScalarNode):
                    inner = (*steps, str(key.value))
                    yield inner, key.start_mark.line + 1
                    todo += [(inner, item)] if isinstance(item, yaml.CollectionNode) else []
        elif isinstance(node, yaml.SequenceNode):
            for at, item in enumerate(node.value):
                yield (*steps, str(at)), item.start_mark.line + 1
                todo.append(((*steps, str(at)), item))


def shape(api: Mapping[str, Any], path: Path) -> None:
    """Raise ConfigurationError with the first thing in which a file is no OpenAPI of its version."""
    from jsonschema_rs import validator_for  # noqa: PLC0415 - only a new family needs it
    from openapi_spec_validator import schemas  # noqa: PLC0415

    version = api["openapi"][:3].replace(".", "")
    rules = json.loads(json.dumps(dict(getattr(schemas, f"schema_v{version}"))))
    for fault in validator_for(rules).iter_errors(dict(api)):
        where = "/".join(map(str, fault.instance_path))
        text = f"at {input_files.shown(where or 'its top')}, {input_files.shown(fault.message)}"
        raise ConfigurationError(f"{path} is no OpenAPI {api['openapi']}: {text}.")
