"""Clauses, what they rest on, and what a family's data says beside its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clausewise.strict_json import Json


class Standing(StrEnum):
    """What a clause rests on; only `DOCUMENTED` and `AGREED` turn a run red by default."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"
    COMPANION = "companion"
    ASSUMED = "assumed"
    AGREED = "agreed"

    @property
    def firm(self) -> bool:
        """Whether it is the word of a document, or of the target's owner, and no guess."""
        return self in {Standing.DOCUMENTED, Standing.AGREED}


class Observability(StrEnum):
    """What it takes to see a clause from outside."""

    BLACK_BOX = "black-box"
    NEEDS_FIXTURE = "needs-fixture"
    NEEDS_FAULT = "needs-fault"
    NOT_OBSERVABLE = "not-observable"


class Kind(StrEnum):
    """What sort of statement a clause is; `auth` is about who is let in and whose data is shown."""

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
    UNSTABLE = "unstable"  # failed once, and passed when it was repeated
    UNTESTABLE = "untestable"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - a verdict, no password
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document states a clause. `line` counts from 1 in the stored text.

    `span` names the words of the line that carry it without copying them: the first, the last and a digest of
    all from one to the other, as `first..last#1a2b3c4d`.
    """

    document: str
    section: str
    table: str = ""
    row: str = ""
    line: int | None = None
    span: str = ""

    def __str__(self) -> str:
        """Render as a reader would look it up: document, section, table, row, line, words."""
        parts = [self.document, self.section, self.table, self.row]
        where = ", ".join(part for part in parts if part)
        text = f", {words(self.span)}" if self.span else ""
        return f"{where} (line {self.line}{text})" if self.line else where


def words(span: str) -> str:
    """Return the ends of a span as a reader looks for them: "first ... last", or the word where it is one."""
    first, _, last = span.rpartition("#")[0].partition("..")
    return f'"{first}"' if first == last else f'"{first} ... {last}"'


@dataclass(frozen=True, slots=True)
class Clause:
    """One checkable statement of a document, under a permanent id.

    Where the document states an effect, but not how it is asked for and shown, `form` says who tells:
    `overlay`. Such a clause counts as inferred until the target's owner vouches for that form.
    """

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
    form: str = ""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A place where the documents contradict themselves, with its readings and our ruling.

    `accepts` are the letters of the readings that pass unless a target claims one of them. `inert` says why
    a claim of this entry can change no verdict; where it is '', a claim makes the other readings fail.
    """

    id: str
    family: str
    summary: str
    readings: Mapping[str, str]
    ruling: str
    clauses: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    accepts: tuple[str, ...] = ()
    inert: str = ""


@dataclass(frozen=True, slots=True)
class Defect:
    """A deliberate fault of the reference target; `bend` is data that only the reference reads.

    `also` are globs of documented clauses that no server could keep that has this fault: without its id
    nothing can be done with a case, whatever rests on a guess in that.
    """

    id: str
    clause: str
    bend: Mapping[str, Json]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Freedom:
    """A choice that the documents leave to a server: the reference takes it and nothing may turn red.

    Of those about one `choice` a server takes at most one. `guesses` are id globs of clauses that no document
    states, and that it does not keep; `slow` are those whose tests the proof plays, however long they take.
    `rests_on` are the lines that leave it, as "document:line"; none where it is their silence. It may be
    one `reading`, by its letter, of a `discrepancy`.
    """

    id: str
    why: str
    bend: Mapping[str, Json]
    discrepancy: str = ""
    reading: str = ""
    choice: str = ""
    guesses: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleNeed:
    """A role that a target's owner can fill: what it is, what it unlocks, how the doctor tries it.

    `template` is the piece of a target file that gives it, in TOML. Each of its `probes` is a call
    (operation, and body, path, or the things that `ask` fills in) and the outcomes that answer it where the
    role is well filled, in some `documents` or all; `agrees` says where the answer repeats what the file
    says. Of credentials it is their own log-in.
    `shows` are id globs of clauses that an entity of the right kind in this role shows, and others may not.
    `otherwise` says how a run gets along without the role; a clause that needs it is exercised all the same.
    """

    id: str
    says: str
    unlocks: str
    template: str
    keys: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    probes: tuple[Mapping[str, Any], ...] = ()
    shows: tuple[str, ...] = ()
    otherwise: str = ""


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
