"""Bindings: what a check must find whatever it is called, in the words of one target.

A document that names no field leaves it to the target's owner where the token stands, or what the phone
number is called. A binding gives each such thing its place: a field's name, wherever the overlay or the
answer has it, or a JSON pointer into the body, with `*` for every entry of a list.
"""

from __future__ import annotations

import copy
import json
import tomllib
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clausewise.errors import ConfigurationError, Untestable
from clausewise.model import Binding, Exchange, File, Json, Operation, Sample
from clausewise.strict_json import scalars, steps
from clausewise.suggestions import nearest

_BEARER = "Authorization: Bearer {token}"
_BINARY = ("image/", "application/octet-stream")
_MULTIPART = "multipart/form-data"
_FORM = "application/x-www-form-urlencoded"
_SECRET = {"password", "token", "token_header", "image", "image_back"}


def load(path: Path) -> list[Binding]:
    """Read a family's `bindings.toml`; empty where it has none."""
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["binding"]
        return [Binding(**{**it, "requests": tuple(it.get("requests", ()))}) for it in entries]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as bad:
        raise ConfigurationError(f"{path} cannot be read: {bad}") from bad


@dataclass(frozen=True)
class Bindings:
    """One family's bindings: the defaults, and over them what the target file says.

    A key `operation.thing` of the target file speaks of one operation only. `place` says where in which
    file they stand, for complaints.
    """

    known: Mapping[str, Binding] = field(default_factory=dict)
    given: Mapping[str, Json] = field(default_factory=dict)
    place: str = ""

    def value(self, thing: str, operation: str = "") -> Json:
        """Return what a thing is bound to."""
        default = self.known[thing].default if thing in self.known else thing
        return self.given.get(f"{operation}.{thing}", self.given.get(thing, default))

    def check(self, operations: Mapping[str, Operation]) -> None:
        """See that every binding can be meant; ConfigurationError naming file, key and what is there."""
        for key, value in self.given.items():
            operation, _, thing = key.rpartition(".")
            self._check_key(key, thing, operation, operations)
            self._check_form(key, self.known[thing], value, operations)
        for name, whole in operations.items():
            self._check_request(name, whole)

    def _check_key(self, key: str, thing: str, operation: str, operations: Mapping[str, Operation]) -> None:
        wrong, fine = (thing, self.known) if thing not in self.known else (operation, operations)
        if (wrong or not thing) and wrong not in fine:
            close = nearest(wrong, fine)
            advice = f"did you mean {close!r}?" if close else f"there are {', '.join(fine)}."
            raise ConfigurationError(f"{self.place} has an unknown key {key!r}; {advice}")

    def _check_form(self, key: str, binding: Binding, value: Json, operations: Collection[str]) -> None:
        text = str(value)
        fine = {
            "pointer": isinstance(value, str) and text.startswith("/"),
            "name": isinstance(value, str) and text != "",
            "header": isinstance(value, str) and ": " in text and "{token}" in text,
            "operation": isinstance(value, str) and value in operations,
            "value": not isinstance(value, dict | list),
        }
        if not fine[binding.form]:
            wanted = _FORMS[binding.form] + (", ".join(operations) if binding.form == "operation" else "")
            raise ConfigurationError(f"{self.place} {key} is {value!r}, but must be {wanted}.")

    def _check_request(self, name: str, operation: Operation) -> None:
        """See that a printed request has a place for what it must carry, and for what the file binds."""
        sample = operation.sample
        carried = [known.id for known in self.known.values() if name in known.requests]
        if sample is None or not carried:
            return
        fields = [known.id for known in self.known.values() if known.form == "name"]
        placed = [thing for thing in fields if _holds(sample, self.value(thing, name))]
        own = [thing for thing in carried if f"{name}.{thing}" in self.given and thing not in placed]
        if own or not placed:
            thing = (own or carried)[0]
            key = f"{name}.{thing}" if own else thing
            raise ConfigurationError(
                f"{self.place} {key} is {self.value(thing, name)!r}, but the request that the overlays print "
                f"for {name} has no such field; it has {', '.join(_names(sample)) or 'none'}."
            )

    def secret_places(self) -> Iterator[str]:
        """Yield the names of the fields and of the header that hold a password, a token or an image."""
        for key in {*self.known, *self.given}:
            operation, _, thing = key.rpartition(".")
            if thing in _SECRET:
                yield str(self.value(thing, operation)).rpartition("/")[2].partition(": ")[0]

    def header(self, token: str) -> tuple[str, str]:
        """Return the request header that carries a token."""
        bound = self.value("token_header") if "token_header" in self.known else _BEARER
        name, _, value = str(bound).partition(": ")
        return name, value.replace("{token}", token)

    def request(
        self, operation: Operation, things: Mapping[str, Json], without: Collection[str]
    ) -> dict[str, Any]:
        """Return the arguments of a call: the printed request with some things in it, others left out.

        A thing that the request has no place for stays out, since one target asks for a number where
        another asks for a name. Raises Untestable where no request is printed, or it takes none of them.
        """
        sample = operation.sample
        if sample is None:
            raise Untestable(f"No overlay prints a request of {operation.id}.")
        draft = _Draft(copy.deepcopy(sample))
        placed = [draft.put(str(self.value(thing, operation.id)), value) for thing, value in things.items()]
        if things and not any(placed):
            raise Untestable(f"The printed request of {operation.id} has no place for {', '.join(things)}.")
        gone = [draft.drop(str(self.value(thing, operation.id))) for thing in without]
        if not all(gone):
            raise Untestable(f"The printed request of {operation.id} has no {' or '.join(without)}.")
        return draft.arguments()

    def printed(self, operation: Operation, thing: str) -> Json:
        """Return the value that the printed request has for a thing; Untestable where it has none."""
        bound = str(self.value(thing, operation.id))
        sample = operation.sample or Sample()
        for parameter in sample.parameters:
            if parameter.name == bound:
                return parameter.example
        for holder, key in _slots(sample.body, bound):
            return holder[key]
        raise Untestable(f"The printed request of {operation.id} has no {thing}.")

    def takes(self, operation: Operation, thing: str) -> bool:
        """Tell whether the printed request of an operation has a place for a thing."""
        return bool(operation.sample and _holds(operation.sample, str(self.value(thing, operation.id))))

    def found(self, answer: Exchange, thing: str) -> list[Json]:
        """Return every value that an answer has at a thing's place, in order; empty for none."""
        bound = str(self.value(thing, answer.operation))
        if bound.startswith("/"):
            return list(_at(answer.json, steps(bound)))
        return list(_named(answer.json, bound))

    def one(self, answer: Exchange, thing: str) -> Json:
        """Return the value at a thing's place; Untestable, saying what is there instead, where none is."""
        values = [value for value in self.found(answer, thing) if value not in (None, "")]
        if values:
            return values[0]
        key, bound = f"{answer.operation}.{thing}", self.value(thing, answer.operation)
        others = ", ".join(where for where, _ in scalars(answer.json)) or "no value at all"
        raise Untestable(
            f"{self.place} {key if key in self.given else thing} is {bound!r}, but the answer of "
            f"{answer.operation} (HTTP {answer.response.status}) has nothing there; it has {others[:300]}."
        )


_FORMS = {
    "pointer": "a JSON pointer such as /data/token",
    "name": "the name of a field, or a JSON pointer",
    "header": "a header with the token in it, such as 'Authorization: Bearer {token}'",
    "operation": "one of the operations ",
    "value": "one plain value",
}


class _Draft:
    """A printed request while things are put into it."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._parameters = {it.name: (it.place, it.example) for it in sample.parameters}
        self._body = sample.body

    def put(self, bound: str, value: Json) -> bool:
        """Put a value into its place; tells whether there is one."""
        if bound in self._parameters:
            place, example = self._parameters[bound]
            self._parameters[bound] = place, _alike(value, example)
            return True
        if self._is_binary and isinstance(value, File):
            self._body = value
            return True
        for holder, key in _slots(self._body, bound):
            holder[key] = self._fitted(value, holder[key])
            return True
        return False

    def drop(self, bound: str) -> bool:
        """Leave a field out; tells whether there was one."""
        if bound in self._parameters:
            return bool(self._parameters.pop(bound))
        for holder, key in _slots(self._body, bound):
            del holder[key]
            return True
        return False

    @property
    def _is_binary(self) -> bool:
        return self._sample.media_type.startswith(_BINARY)

    def _fitted(self, value: Json, example: Json) -> Json:
        """Write a file as base64 text where JSON carries it."""
        if self._sample.media_type == _MULTIPART:
            return value
        if isinstance(value, list):
            return [self._fitted(item, example) for item in value]
        return b64encode(value.content).decode() if isinstance(value, File) else _alike(value, example)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of a call."""
        record: dict[str, Any] = {"path": {}, "query": {}, "header": {}}
        for name, (place, value) in self._parameters.items():
            record.setdefault(place, {})[name] = _text(value)
        arguments = {"path": record["path"], "query": record["query"], "headers": record["header"]}
        return arguments | self._content()

    def _content(self) -> dict[str, Any]:
        body, media_type = self._body, self._sample.media_type
        if isinstance(body, File):
            return {"raw": body.content, "media_type": body.media_type}
        if body is None:
            return {}
        if media_type == _MULTIPART:
            return {"files": list(_parts(body))}
        if media_type == _FORM:
            return {"form": {name: _text(value) for name, value in body.items()}}
        return {"body": body}


def _parts(body: Mapping[str, Json]) -> Iterator[tuple[str, File | str]]:
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            yield name, item if isinstance(item, File) else _text(item)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _alike(value: Json, example: Json) -> Json:
    """Write a number as text, or a text of digits as a number, where the example does."""
    if isinstance(example, str) and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    counts = isinstance(example, int) and not isinstance(example, bool)
    return int(value) if counts and isinstance(value, str) and value.isdecimal() else value


def _holds(sample: Sample, bound: Json) -> bool:
    binary = sample.media_type.startswith(_BINARY)
    named = any(it.name == bound for it in sample.parameters)
    return binary or named or any(True for _ in _slots(sample.body, str(bound)))


def _names(sample: Sample) -> Sequence[str]:
    fields = [where.lstrip("/") for where, _ in scalars(sample.body)]
    return [*(it.name for it in sample.parameters), *fields]


def _slots(body: Json, bound: str) -> Iterator[tuple[Any, Any]]:
    """Yield the holder and key of every place that a name or pointer means, the outermost first."""
    if bound.startswith("/"):
        *parents, last = steps(bound)
        for holder in _at(body, parents):
            if isinstance(holder, dict) and last in holder:
                yield holder, last
        return
    held = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    if isinstance(body, dict) and bound in body:
        yield body, bound
    for item in held:
        yield from _slots(item, bound)


def _named(value: Json, name: str) -> Iterator[Json]:
    for holder, key in _slots(value, name):
        found = holder[key]
        yield from found if isinstance(found, list) else [found]


def _at(value: Json, path: Sequence[str]) -> Iterator[Json]:
    if not path:
        yield value
        return
    part = path[0]
    if isinstance(value, list):
        chosen = value if part == "*" else value[int(part) : int(part) + 1] if part.isdecimal() else []
        for item in chosen:
            yield from _at(item, path[1:])
    elif isinstance(value, dict) and part in value:
        yield from _at(value[part], path[1:])
