"""What went over the wire, and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from clausewise import strict_json
from clausewise.errors import NotConformant
from clausewise.model.masks import UNMASKED, Compared, Masks
from clausewise.model.spellings import Spelling, respelt
from clausewise.strict_json import Json

# Milliseconds; response times are counted between them.
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

_REFUSED = 400  # what a service answers from here on its gateway may have written


@dataclass(frozen=True, slots=True)
class File:
    """A file to send: as a part of a form, as the whole body, or as base64 text in JSON."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent, byte for byte."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; `body` is decoded from its transfer and content encodings, nothing else."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reason: str = ""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Exchange:
    """One request and its response. `milliseconds` runs from the first byte sent to the last read.

    `hidden` and `hidden_sent` point to what is masked in a recorded answer and in its request: of that, only
    the type is known, and where a `=` stands before the pointer that it is no word of the documents.
    `wrapped` tells that the answer may come as JSON inside a JSON text, and has to where it may not be
    `plain`; what is spelt in several ways is read by `spellings`, and what the owner declares masked by
    `masks`. A `stray` one asked for what no document describes, so that nothing holds for its answer.
    """

    id: str
    family: str
    operation: str
    request: Request
    response: Response
    started: str = ""
    milliseconds: float = 0.0
    sent: Json = None
    wrapped: bool = False
    plain: bool = True
    spellings: tuple[Spelling, ...] = ()
    masks: Masks = UNMASKED
    stray: bool = False
    hidden: frozenset[str] = frozenset()
    hidden_sent: frozenset[str] = frozenset()

    @cached_property
    def parsed(self) -> strict_json.Parsed:
        """The answer's body, read as strictly as the JSON standard reads it.

        Where the operation may wrap its answer in a JSON text, it is what stands in that text.
        """
        parsed = strict_json.parse(self.response.body)
        if self.wrapped and isinstance(parsed.value, str):
            parsed = strict_json.parse(parsed.value.encode())
        elif not self.plain and self.response.status < _REFUSED and not parsed.problem:
            parsed = replace(parsed, value=None, problem="it does not stand in a JSON text")
        return replace(parsed, value=self.masks.over(respelt(parsed.value, self.spellings), self._compared))

    @cached_property
    def _compared(self) -> Compared:
        return {}

    @property
    def compared(self) -> Compared:
        """What comparisons with the answer's masked texts came to, by pointer; empty where none is masked."""
        return self._compared if self.masks.places and self.parsed else {}

    @property
    def unseen(self) -> frozenset[str]:
        """The pointers of what is hidden in a recording, and, behind a `*`, of what the target masks."""
        return self.hidden.union(f"*{place}" for place in self.compared) if self.masks.places else self.hidden

    @property
    def json(self) -> Json:
        """The answer's body as a Python value; `None` where it is no JSON (the judge says so)."""
        return self.parsed.value

    def at(self, pointer: str) -> Json:
        """Return the value at a JSON pointer of the answer.

        Raises NotConformant where there is none, since a test that needs it cannot go on.
        """
        found, value = strict_json.resolve(self.json, pointer)
        if not found:
            raise NotConformant(f"The answer to {self.operation} has nothing at {pointer}.", red=True)
        return value


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as a clause says. `where` is a JSON pointer, a header name or 'status'.

    `before` names the exchanges that led to the one that shows it, and `rule` the keyword of the schema that
    the value at `where` breaks, where it is one.
    """

    clause: str
    expected: str
    actual: str
    where: str = ""
    hint: str = ""
    exchange: str = ""
    before: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """The word of one exchange or one comparison on one clause."""

    clause: str
    findings: tuple[Finding, ...] = ()
    exchange: str = ""
