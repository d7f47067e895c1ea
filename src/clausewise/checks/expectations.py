"""What a test itself expects of an answer, each made by a function that reads as a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from clausewise import strict_json
from clausewise.model import Exchange, Finding, Json, Operation, PartlyMasked, Role

_ANY = object()


@dataclass(frozen=True, slots=True)
class OutcomeNames:
    """The documented outcomes that a test accepts, the one it means first."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRoles:
    """The roles of the documented outcomes that a test accepts, the one it means first."""

    roles: tuple[Role, ...]

    def names(self, operation: Operation) -> list[str]:
        """Return the operation's outcomes in these roles, in their order."""
        return [known.name for role in self.roles for known in operation.outcomes if known.role is role]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A check on one exchange; `clause` is '' where it speaks for the test's first clause.

    One that is `formless` rests on no form that we assume of an answer: it would hold in any.
    """

    check: Callable[[Exchange], Finding | None]
    clause: str = ""
    formless: bool = False


def outcome(name: str, *others: str) -> OutcomeNames:
    """Expect the documented outcome of that name, or one of the others."""
    return OutcomeNames((name, *others))


def any_outcome(role: str, *others: str) -> OutcomeRoles:
    """Expect any documented outcome in one of these roles: success, invalid, rejected, refused, failure."""
    return OutcomeRoles(tuple(Role(name) for name in (role, *others)))


def has(pointer: str, value: Json = _ANY, *, clause: str = "") -> Expectation:
    """Expect something at a JSON pointer; with a value, exactly this one (1 is not "1", nor true)."""

    def check(exchange: Exchange) -> Finding | None:
        found, actual = strict_json.resolve(exchange.json, pointer)
        if not found:
            return Finding("", "a value" if value is _ANY else _show(value), "nothing is there", pointer)
        same = value is _ANY or strict_json.same(actual, value)
        return None if same else Finding("", _show(value), _show(actual), pointer)

    return Expectation(check, clause)


def status(first: int, *others: int) -> Expectation:
    """Expect this HTTP status, or one of the others."""
    wanted = (first, *others)

    def check(exchange: Exchange) -> Finding | None:
        seen = exchange.response.status
        text = " or ".join(f"HTTP {code}" for code in wanted)
        return None if seen in wanted else Finding("", text, f"HTTP {seen}", "status")

    return Expectation(check)


def lacks(pointer: str, *, clause: str = "") -> Expectation:
    """Expect nothing, or null, at a JSON pointer."""

    def check(exchange: Exchange) -> Finding | None:
        found, actual = strict_json.resolve(exchange.json, pointer)
        return Finding("", "nothing there", _show(actual), pointer) if found and actual is not None else None

    return Expectation(check, clause)


def differs(pointer: str, other: Json, *, clause: str = "") -> Expectation:
    """Expect a value at a JSON pointer that is not `other`."""

    def check(exchange: Exchange) -> Finding | None:
        found, actual = strict_json.resolve(exchange.json, pointer)
        if found and (not strict_json.same(actual, other) or isinstance(actual, PartlyMasked)):
            return None  # two masked texts that look alike may well differ
        return Finding(
            "", f"a value other than {_show(other)}", _show(actual) if found else "nothing", pointer
        )

    return Expectation(check, clause)


def matches(pointer: str, pattern: str, words: str, *, clause: str = "") -> Expectation:
    """Expect a text at a JSON pointer that a regular expression finds; `words` say it in English."""

    def check(exchange: Exchange) -> Finding | None:
        found, actual = strict_json.resolve(exchange.json, pointer)
        if found and isinstance(actual, str) and re.search(pattern, actual):
            return None
        return Finding("", words, _show(actual) if found else "nothing is there", pointer)

    return Expectation(check, clause)


def holds(
    condition: bool,  # noqa: FBT001 - reads as a sentence
    *,
    expected: str,
    actual: Json,
    where: str = "",
    clause: str = "",
    formless: bool = False,
) -> Expectation:
    """Expect a condition that the test worked out itself, often over several exchanges."""
    shown = actual if isinstance(actual, str) else _show(actual)
    finding = None if condition else Finding("", expected, shown, where)
    return Expectation(lambda _: finding, clause, formless)


def _show(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:400]
