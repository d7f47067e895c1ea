"""What the documents of a family say: operations, their requests and every documented outcome."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from clausewise.errors import ConfigurationError
from clausewise.model.clauses import Clause
from clausewise.model.masks import UNMASKED, Masks
from clausewise.model.spellings import Spelling
from clausewise.strict_json import Json


class Role(StrEnum):
    """What an outcome means to its caller, whatever its status."""

    SUCCESS = "success"
    REFUSED = "refused"  # the caller is not let in
    INVALID = "invalid"  # the request itself is wrong
    REJECTED = "rejected"  # the request is fine, the business says no
    FAILURE = "failure"  # the target could not do its work


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a body rule has against a value: the clause it breaks, what was expected, what came, where.

    `rule` is the keyword of the schema that says so: "required" for what is absent, "type", "enum", ...
    """

    clause: str
    expected: str
    actual: str
    where: str
    rule: str = ""

    @property
    def fixed(self) -> bool:
        """Whether a printed code or word, of which there is only one, is another."""
        return self.rule == "const"


class BodyRule(Protocol):
    """A compiled body schema that knows which clause each of its parts stands for."""

    @property
    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema that it was compiled from."""

    def fits(self, value: Json, hidden: Collection[str] = ()) -> bool:
        """Tell whether the value keeps every part of the schema; what is `hidden` counts by its type."""

    def likeness(self, value: Json, complaints: Sequence[Complaint]) -> float:
        """Tell how much of the documented body is in the value, from 0 to 1."""

    def complaints(self, value: Json, hidden: Collection[str] = ()) -> list[Complaint]:
        """Return what is wrong with the value; empty where it fits. `hidden` are pointers, as in `fits`."""

    def seen(self, value: Json) -> list[str]:
        """Return the ids of the clauses that this value gives evidence on."""

    def beyond(self, value: Json) -> list[str]:
        """Return the JSON pointers of all keys that the schema does not name."""

    def places(self) -> Iterator[str]:
        """Yield the JSON pointers of all that the schema names, with `*` for every entry of a list."""


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

    @property
    def exact(self) -> bool:
        """Whether it names one status, and no class of them."""
        return self.first == self.last

    def __str__(self) -> str:
        """Render the status as documents write it: 406, or 4XX for a whole class."""
        return str(self.first) if self.exact else f"{self.first // 100}XX"


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
class Undo:
    """How what a call left behind is taken away: by an operation that wants the same list of cases.

    Each case has a `caseId` and, under `items`, its things, each known by the `keys` that it was made with,
    the first of them its id. Both answers list, under `results`, the same cases with their things; what is
    `done` says so in these fields.
    """

    operation: str
    items: str
    keys: tuple[str, ...]
    results: str
    done: Mapping[str, str]

    def things(self, cases: Json) -> Iterator[tuple[str, str, dict[str, Json]]]:
        """Yield case, id and all fields of each thing of a list of cases that has them."""
        for case in cases if isinstance(cases, list) else ():
            listed = case.get(self.items) if isinstance(case, dict) else None
            for thing in listed if isinstance(listed, list) else ():
                if isinstance(thing, dict) and self.keys[0] in thing and "caseId" in case:
                    yield str(case["caseId"]), str(thing[self.keys[0]]), thing

    def settled(self, answer: Json) -> Iterator[tuple[str, str]]:
        """Yield case and id of each thing that an answer calls done."""
        told = answer.get(self.results) if isinstance(answer, dict) else None
        for case, name, thing in self.things(told):
            if all(thing.get(field) == value for field, value in self.done.items()):
                yield case, name


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path under one name, with what may be sent and every documented outcome.

    A `secured` one asks for credentials; one that only `accepts_credentials` gets them where the target
    has some. One that `writes` may change something in the target; `leaves` is what stays there, in words,
    and `undo` how it is taken away, where the documents have a way. `other_paths` are those that the
    documents print, too, where no claim rules them out. An answer may be `wrapped` in a JSON text, or
    `plain`; its keys and words are written in one of the `spellings` that the documents print, and some
    are masked where the target's owner says so (`masks`).
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
    plain: bool = True
    spellings: tuple[Spelling, ...] = ()
    masks: Masks = UNMASKED
    accepts_credentials: bool = False
    writes: bool = True
    leaves: str = ""
    undo: Undo | None = None
    sample: Sample | None = None
    other_paths: tuple[str, ...] = ()

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
    """What the documents of one family say, for a target that claims one of them.

    `sensitive` are the names of fields that hold what is secret or personal, `words` the names and values
    that it prints, which are neither. It is `vouched` for where overlays fill its gaps and their owner agrees
    to each.
    """

    family: str
    document: str
    documents: Mapping[str, Mapping[str, str]]
    operations: Mapping[str, Operation]
    clauses: tuple[Clause, ...]
    sensitive: Mapping[str, str]
    words: frozenset[str] = frozenset()
    token_path: str = ""
    vouched: bool = False
