"""OpenAPI Overlays (Overlay Specification 1.0 and 1.1): what a target's owner adds to a contract.

Written here since `oas-patch`, the one Python package that applies overlays, reads JSONPath by other
rules than RFC 9535, replaces where a copy must merge, and passes over what cannot be merged.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonpath
import yaml
from jsonpath.function_extensions import ExpressionType, FilterFunction
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from clausewise import patterns
from clausewise.contracts import yaml_reader
from clausewise.errors import ConfigurationError
from clausewise.model import Source, Standing


class _Fits(FilterFunction):
    """One of the functions `search` and `match` of RFC 9535, in bounded time; false for what is no text."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - so it is declared above
    return_type = ExpressionType.LOGICAL

    def __init__(self, fits: Callable[[str, str], bool]) -> None:
        self._fits = fits

    def __call__(self, value: object, pattern: object) -> bool:
        """Tell whether the value fits the pattern."""
        try:
            return isinstance(value, str) and isinstance(pattern, str) and self._fits(pattern, value)
        except ValueError:
            return False


_RFC9535 = jsonpath.JSONPathEnvironment(strict=True)
_RFC9535.function_extensions |= {"search": _Fits(patterns.found), "match": _Fits(patterns.whole)}


@dataclass(frozen=True, slots=True)
class Overlay:
    """An overlay file: the standing of what it adds, and its actions in order."""

    path: Path
    title: str
    standing: Standing
    actions: tuple[Mapping[str, Any], ...]

    @property
    def source(self) -> Source:
        """What the clauses that it adds cite."""
        return Source(self.path.name, self.title)

    def apply(self, document: Any) -> Any:
        """Return the document with every action applied; the one given stays as it is.

        The specification lets an action that selects nothing pass. It is refused here, since an owner
        who misspells a path must hear of it. Raises ConfigurationError naming file, action and target.
        """
        result = copy.deepcopy(document)
        for number, action in enumerate(self.actions, 1):
            where = f"{self.path}: action {number} (target {action['target']})"
            try:
                _act(result, action)
            except _Misfit as bad:
                raise ConfigurationError(f"{where} {bad}.") from bad
        return result


def read(path: Path) -> Overlay:
    """Read an overlay file; ConfigurationError with one sentence where it is none.

    The sentence quotes nothing of the file: a target file that somebody else wrote may name any file.
    """
    try:
        raw = yaml_reader.plain(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(f"There is no overlay file {path}.") from None
    except OSError as bad:
        raise ConfigurationError(f"The overlay {path} cannot be read: {bad.strerror}.") from bad
    except (ValueError, RecursionError, yaml.YAMLError) as bad:
        raise ConfigurationError(f"The overlay {path} cannot be read: {_why(bad)}.") from None
    problem = best_match(Draft202012Validator(_SHAPE).iter_errors(raw))
    if problem:
        raise ConfigurationError(f"{path} is no overlay: {_unlike(problem)}.")
    standing = Standing(raw.get("x-standing", Standing.ASSUMED))
    return Overlay(path, raw["info"]["title"], standing, tuple(raw["actions"]))


def _why(error: Exception) -> str:
    if isinstance(error, yaml_reader.NotJson):
        return str(error)
    if isinstance(error, yaml.YAMLError):
        mark = getattr(error, "problem_mark", None)
        return f"it is no YAML that can be taken (line {mark.line + 1})" if mark else "it is no YAML"
    if isinstance(error, UnicodeDecodeError):
        return f"it is no UTF-8 from byte {error.start} on"
    return "a value does not fit its tag"


def _unlike(problem: ValidationError) -> str:
    """Say what an overlay lacks, in the words of the specification and none of the file's."""
    own = [part for part in problem.absolute_path if isinstance(part, int) or part in _WORDS]
    place = "".join(f"/{part}" for part in own) or "its top"
    rule = problem.validator_value
    record = {
        "required": f"it wants all of {', '.join(rule) if isinstance(rule, list) else rule}",
        "additionalProperties": "it has a key that no overlay has (but for x-...)",
    }
    return (
        f"at {place}, {record.get(str(problem.validator), f'it fails the rule {problem.validator}: {rule}')}"
    )


class _Misfit(Exception):
    """An action that cannot be done; its text ends a sentence that begins with the action."""


def _act(document: Any, action: Mapping[str, Any]) -> None:
    selected = [match.parts for match in _select(document, action["target"])]
    if not selected:
        raise _Misfit(f"selects nothing; {_nearest(document, action['target'])}")
    if action.get("remove"):
        for parts in sorted(selected, key=_position, reverse=True):  # so that no index moves
            _remove(document, parts)
    elif "update" in action or "copy" in action:
        news = action["update"] if "update" in action else _copied(document, action["copy"])
        kinds = {_kind(_at(document, parts)) for parts in selected}
        if len(kinds) > 1:
            raise _Misfit(f"selects {' and '.join(sorted(kinds))}, but must select nodes of one kind")
        for parts in selected:
            _update(document, parts, copy.deepcopy(news))


def _position(parts: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    return [(isinstance(part, str), part) for part in parts]


def _copied(document: Any, path: str) -> Any:
    found = list(_select(document, path))
    if len(found) != 1:
        raise _Misfit(f"copies from {path}, which selects {len(found)} nodes, but must select one")
    return found[0].obj


def _select(document: Any, path: str) -> Iterator[jsonpath.JSONPathMatch]:
    try:
        return iter(list(_RFC9535.finditer(path, document)))
    except jsonpath.JSONPathError as bad:
        told = str(bad).splitlines()[0]
        raise _Misfit(f"is no JSONPath of RFC 9535 ({path}: {told})") from bad


def _at(document: Any, parts: tuple[Any, ...]) -> Any:
    for part in parts:
        document = document[part]
    return document


def _remove(document: Any, parts: tuple[Any, ...]) -> None:
    if not parts:
        raise _Misfit("would remove the whole document")
    del _at(document, parts[:-1])[parts[-1]]


def _update(document: Any, parts: tuple[Any, ...], news: Any) -> None:
    """Merge into an object, append or concatenate to an array, replace a primitive value."""
    held = _at(document, parts)
    if isinstance(held, list):
        held.extend(news if isinstance(news, list) else [news])
    elif isinstance(held, dict):
        if not isinstance(news, dict):
            raise _Misfit(f"selects an object, but its value is {_kind(news)}")
        merge(held, news)
    elif _kind(news) != "a plain value":
        raise _Misfit(f"selects a plain value, but its value is {_kind(news)}")
    elif parts:
        _at(document, parts[:-1])[parts[-1]] = news


def merge(held: dict[str, Any], news: Mapping[str, Any], place: str = "") -> None:
    """Merge recursively, in place, as section 4.4.3.1 of the specification says."""
    for key, new in news.items():
        old = held.get(key)
        if key not in held:
            held[key] = new
        elif _kind(old) != _kind(new):
            raise _Misfit(f"meets {_kind(old)} at {place}/{key}, but brings {_kind(new)}")
        elif isinstance(old, dict):
            merge(old, new, f"{place}/{key}")
        elif isinstance(old, list):
            held[key] = old + new
        else:
            held[key] = new


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else "a plain value"


def _nearest(document: Any, path: str) -> str:
    """Say how far the path leads into the document, and what is there instead."""
    known = ""
    for cut in range(len(path), 0, -1):
        try:
            found = list(_RFC9535.finditer(path[:cut], document))
        except jsonpath.JSONPathError:
            continue
        if found:
            known = path[:cut]
            held = found[0].obj
            has = ", ".join(map(str, held)) if isinstance(held, dict) else f"{_kind(held)}"
            return f"{known} has {has[:300]}"
    return "the document has no such part"


_WORDS = {"overlay", "info", "title", "version", "description", "extends", "x-standing", "actions", "target"}
_WORDS |= {"update", "copy", "remove"}
_EXTENSIBLE = {"patternProperties": {"^x-": True}, "additionalProperties": False}
_SHAPE: Mapping[str, Any] = {
    "type": "object",
    "required": ["overlay", "info", "actions"],
    "properties": {
        "overlay": {"type": "string", "pattern": r"^1\.[01]\.\d+$"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {name: {"type": "string"} for name in ("title", "version", "description")},
            **_EXTENSIBLE,
        },
        "extends": {"type": "string"},
        "x-standing": {"enum": [Standing.ASSUMED.value, Standing.AGREED.value]},
        "actions": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["target"],
                "properties": {
                    "target": {"type": "string", "pattern": r"^\$"},
                    "description": {"type": "string"},
                    "update": True,
                    "copy": {"type": "string", "pattern": r"^\$"},
                    "remove": {"type": "boolean"},
                },
                **_EXTENSIBLE,
            },
        },
    },
    **_EXTENSIBLE,
}
