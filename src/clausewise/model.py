"""The frozen values that every room speaks in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from clausewise import strict_json
from clausewise.errors import ConfigurationError, NotConformant

Json = Any


class Standing(StrEnum):
    """What a clause rests on; only `DOCUMENTED` and `AGREED` turn a run red by default."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"
    COMPANION = "companion"
    ASSUMED = "assumed"
    AGREED = "agreed"


class Observability(StrEnum):
    """What it takes to see a clause from outside."""

    BLACK_BOX = "black-box"
    NEEDS_FIXTURE = "needs-fixture"
    NEEDS_FAULT = "needs-fault"
    NOT_OBSERVABLE = "not-observable"


class Kind(StrEnum):
    """What sort of statement a clause is."""

    REQUEST_FIELD = "request-field"
    RESPONSE_FIELD = "response-field"
    FACET = "facet"
    ANSWER = "answer"
    RULE = "rule"
    FLOW = "flow"
    AUTH = "auth"
    EXAMPLE = "example"
    UNIVERSAL = "universal"


class Verdict(StrEnum):
    """The closed list of verdicts, worst first: a roll-up is the first one present."""

    ERROR = "error"
    FAIL = "fail"
    UNTESTABLE = "untestable"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - a verdict, no password
    NOT_APPLICABLE = "not applicable"


class Role(StrEnum):
    """What an outcome means to its caller, whatever its status."""

    SUCCESS = "success"
    REFUSED = "refused"  # the caller is not let in
    INVALID = "invalid"  # the request itself is wrong
    REJECTED = "rejected"  # the request is fine, the business says no
    FAILURE = "failure"  # the target could not do its work


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document states a clause. `line` counts from 1 in the stored text."""

    document: str
    section: str
    table: str = ""
    row: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Render as a reader would look it up: document, section, table, row, line."""
        parts = [self.document, self.section, self.table, self.row]
        where = ", ".join(part for part in parts if part)
        return f"{where} (line {self.line})" if self.line else where


@dataclass(frozen=True, slots=True)
class Clause:
    """One checkable statement of a document, under a permanent id."""

    id: str
    family: str
    kind: Kind
    standing: Standing
    observability: Observability
    statement: str
    sources: tuple[Source, ...]
    documents: tuple[str, ...]
    operation: str = ""
    outcome: str = ""
    pointer: str = ""
    keyword: str = ""
    needs: tuple[str, ...] = ()
    discrepancies: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A place where the documents contradict themselves, with its readings and our ruling."""

    id: str
    family: str
    summary: str
    readings: Mapping[str, str]
    ruling: str
    clauses: tuple[str, ...]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Defect:
    """A deliberate fault of the reference target; `bend` is data that only the reference reads."""

    id: str
    clause: str
    bend: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A deviation that the documents allow: the reference plays it and nothing may turn red."""

    id: str
    why: str
    bend: Mapping[str, Json]
    discrepancy: str = ""


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """A role that a target's owner can fill: what it is, what it unlocks, how the doctor tries it.

    `template` is the piece of a target file that gives it, in TOML.
    """

    id: str
    says: str
    unlocks: str
    template: str
    keys: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    probe: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Binding:
    """A thing that the documents leave nameless, and where it stands unless the target says otherwise.

    `form` is name (of a field, or a pointer), pointer, header or value; `requests` are the operations
    whose request carries it.
    """

    id: str
    says: str
    form: str
    default: Json
    requests: tuple[str, ...] = ()


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

    `wrapped` tells that the answer may come as JSON inside a JSON text; a `stray` one asked for what no
    document describes, so that nothing holds for its answer.
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
    stray: bool = False

    @cached_property
    def parsed(self) -> strict_json.Parsed:
        """The answer's body, read as strictly as the JSON standard reads it.

        Where the operation may wrap its answer in a JSON text, it is what stands in that text.
        """
        parsed = strict_json.parse(self.response.body)
        if self.wrapped and isinstance(parsed.value, str):
            return strict_json.parse(parsed.value.encode())
        return parsed

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

    `before` names the exchanges that led to the one that shows it.
    """

    clause: str
    expected: str
    actual: str
    where: str = ""
    hint: str = ""
    exchange: str = ""
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """The word of one exchange or one comparison on one clause."""

    clause: str
    findings: tuple[Finding, ...] = ()
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a body rule has against a value: the clause it breaks, what was expected, what came, where.

    `fixed` tells that a printed code or word, of which there is only one, is another.
    """

    clause: str
    expected: str
    actual: str
    where: str
    fixed: bool = False


class BodyRule(Protocol):
    """A compiled body schema that knows which clause each of its parts stands for."""

    @property
    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema that it was compiled from."""

    def fits(self, value: Json) -> bool:
        """Tell whether the value keeps every part of the schema."""

    def likeness(self, value: Json, complaints: Sequence[Complaint]) -> float:
        """Tell how much of the documented body is in the value, from 0 to 1."""

    def complaints(self, value: Json) -> list[Complaint]:
        """Return what is wrong with the value; empty where it fits."""

    def seen(self, value: Json) -> list[str]:
        """Return the ids of the clauses that this value gives evidence on."""


@dataclass(frozen=True, slots=True)
class Form:
    """One shape of an outcome: the HTTP statuses it covers, both ends included, its body, its code."""

    first: int
    last: int
    body: BodyRule
    code: str = ""

    def covers(self, status: int) -> bool:
        """Tell whether this form may come with that HTTP status."""
        return self.first <= status <= self.last

    def __str__(self) -> str:
        """Render the status as documents write it: 406, or 4XX for a whole class."""
        return str(self.first) if self.first == self.last else f"{self.first // 100}XX"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One documented answer of an operation, ready to be told apart from its neighbours.

    `forms` holds the printed form first, then those that a contradiction in the documents allows too.
    `names_fields` points to an object of the body whose keys name the request fields it refuses.
    A `vague` one is documented without its body, so that its neighbours' answers fit it too; with
    `any_body` not even JSON is promised. One told `by_status` is known by its status, and by the code of
    its form where that has one: a text at the pointer `code_at`, or anywhere in the answer where that is
    ''. What an overlay says of its body is judged field by field.
    """

    operation: str
    name: str
    clause: str
    role: Role
    forms: tuple[Form, ...]
    needs: tuple[str, ...] = ()
    names_fields: str = ""
    vague: bool = False
    any_body: bool = False
    by_status: bool = False
    code_at: str = ""

    def form(self, status: int) -> Form | None:
        """Return the form that may come with that HTTP status, if there is one."""
        return next((form for form in self.forms if form.covers(status)), None)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a printed request; `place` is query, header or path."""

    name: str
    place: str
    example: Json


@dataclass(frozen=True, slots=True)
class Sample:
    """A request as the contract prints it: its parameters, media type and body.

    `required` names the parameters and fields that must be there.
    """

    parameters: tuple[Parameter, ...] = ()
    media_type: str = ""
    body: Json = None
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path under one name, with what may be sent and every documented outcome.

    A `secured` one asks for credentials; one that only `accepts_credentials` gets them where the target
    has some. One that `writes` may change something in the target.
    """

    id: str
    family: str
    method: str
    path: str
    secured: bool
    outcomes: tuple[Outcome, ...] = ()
    requests: Mapping[str, BodyRule] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    read_back: Mapping[str, str] = field(default_factory=dict)
    wrapped: bool = False
    accepts_credentials: bool = False
    writes: bool = True
    sample: Sample | None = None

    @property
    def free(self) -> bool:
        """Whether a success may come in any form, JSON or not."""
        return any(known.any_body and known.role is Role.SUCCESS for known in self.outcomes)

    @property
    def clause(self) -> str:
        """The id that the operation's clauses begin with."""
        return f"{self.family}.{self.id}"

    def outcome(self, name: str) -> Outcome:
        """Return the outcome of that name; ConfigurationError where the operation has none."""
        for known in self.outcomes:
            if known.name == name:
                return known
        names = ", ".join(known.name for known in self.outcomes)
        raise ConfigurationError(f"{self.id} has no documented outcome {name!r}; it has {names}.")


@dataclass(frozen=True, slots=True)
class Contract:
    """What the documents of one family say, for a target that claims one of them."""

    family: str
    document: str
    documents: Mapping[str, Mapping[str, str]]
    operations: Mapping[str, Operation]
    clauses: tuple[Clause, ...]
    sensitive: Mapping[str, str]
    token_path: str = ""
