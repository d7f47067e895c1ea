"""Tests that any contract can have, of what its document says of operations, without a line of code.

A family's `suites/<id>/test_document.py` takes them for its clauses, as far as it has such ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

import pytest

from clausewise import catalogue, contracts, families
from clausewise.marks import clause, late
from clausewise.model import Clause, Observability, Operation, Role
from clausewise.plugin.operation_tests import Document
from clausewise.plugin.variations import Variations

Parameters = Sequence[Any]


def tests(family: str) -> dict[str, Any]:
    """Return the tests of a family's document, by name."""
    home = families.family(family)
    stated = contracts.every_clause(home.contract)
    known = catalogue.load(home.folder, home.id, stated).clauses
    contract = contracts.load(home.contract, contracts.documents(home.contract)[0])
    book = _Book(family, known, contract.operations.values())
    found = {}
    for name, (test, names, take) in _TESTS.items():
        parameters = list(take(book))
        if parameters:
            found[name] = pytest.mark.parametrize(names, parameters)(_copy(test))
    return found


class _Book:
    """What there is to be tested."""

    def __init__(self, family: str, clauses: Mapping[str, Clause], operations: Any) -> None:
        self.family = family
        self.clauses = clauses
        self.operations: list[Operation] = list(operations)

    def by(self, suffix: str) -> Iterator[Any]:
        """Yield a parameter for each operation that has a clause of that suffix."""
        for operation in self.operations:
            name = f"{operation.clause}.{suffix}"
            if name in self.clauses:
                # what it deletes others may need
                marks = [clause(name), *([late()] if operation.method == "DELETE" else [])]
                yield pytest.param(operation.id, id=operation.id, marks=marks)

    def named(self, kind: str) -> Iterator[Any]:
        """Yield a parameter for each clause whose id ends with `kind:name`: operation and name."""
        for operation in self.operations:
            for name, known in self.clauses.items():
                told, _, which = name.partition(f".{kind}:")
                seen = known.observability is not Observability.NOT_OBSERVABLE
                if (
                    which
                    and seen
                    and known.operation == operation.id
                    and (told == operation.clause or kind == "link")
                ):
                    yield pytest.param(
                        operation.id,
                        f"{told.rpartition('.')[2]}:{which}" if kind == "link" else which,
                        id=f"{operation.id}-{which}",
                        marks=clause(name),
                    )

    def served(self) -> Iterator[Any]:
        """Yield operation and outcome for each answer that is a success."""
        for operation in self.operations:
            for outcome in operation.outcomes:
                if outcome.role is Role.SUCCESS or len(operation.outcomes) == 1:
                    yield self._answer(operation, outcome.name)

    def refused(self) -> Iterator[Any]:
        """Yield operation and outcome for each other answer."""
        for operation in self.operations:
            for outcome in operation.outcomes:
                known = self.clauses.get(f"{operation.clause}.{outcome.name}")
                seen = known is not None and known.observability is not Observability.NOT_OBSERVABLE
                if seen and outcome.role is not Role.SUCCESS and len(operation.outcomes) > 1:
                    yield self._answer(operation, outcome.name)

    def _answer(self, operation: Operation, outcome: str) -> Any:
        marks = clause(f"{operation.clause}.{outcome}")
        return pytest.param(operation.id, outcome, id=f"{operation.id}-{outcome}", marks=marks)

    def secured(self) -> Iterator[Any]:
        """Yield a parameter for each operation that asks for credentials, for its schemes' clauses, too."""
        for operation in self.operations:
            name = f"{operation.clause}.security"
            if name in self.clauses:
                own = (f"{self.family}.security.{it}" for some in operation.schemes for it in some)
                ids = [name, *(it for it in dict.fromkeys(own) if it in self.clauses)]
                yield pytest.param(operation.id, id=operation.id, marks=clause(*ids))


def _served(document: Document, operation: str, outcome: str) -> None:
    """A good request is answered as documented, and so it is with each parameter that it may have."""
    document.served(operation, outcome)


def _refused(document: Document, operation: str, outcome: str) -> None:
    """What cannot be served is answered as documented."""
    document.refused(operation, outcome)


def _example(document: Document, operation: str, name: str) -> None:
    """A request as the file prints it is not wrong."""
    document.example(operation, name)


def _security(document: Document, operation: str) -> None:
    """Without credentials nothing is served."""
    document.closed(operation)


def _wrong_credentials(document: Document, operation: str) -> None:
    """With credentials that nobody was given nothing is served."""
    document.closed(operation, wrong=True)


def _link(document: Document, operation: str, name: str) -> None:
    """What an answer links to is there."""
    document.link(operation, name)


def _repeatable(document: Document, operation: str) -> None:
    """Asked twice, the same is answered in the same order."""
    document.repeatable(operation)


def _limit(document: Document, operation: str) -> None:
    """No more is answered than was asked for."""
    document.limit(operation)


def _shown(document: Document, operation: str) -> None:
    """What was sent is what is read afterwards."""
    document.shown(operation)


def _gone(document: Document, operation: str) -> None:
    """What was deleted is not there any more."""
    document.gone(operation)


def _one_wrong(document: Document, depth: Variations, operation: str) -> None:
    """A request that is good but for one thing is served or refused, and no failure."""
    document.one_wrong(depth, operation)


def _same_meaning(document: Document, depth: Variations, operation: str) -> None:
    """Blanks, order of keys and escapes change no answer."""
    document.same_meaning(depth, operation)


def _no_json(document: Document, depth: Variations, operation: str) -> None:
    """A body near to a good one that no reader takes is refused."""
    document.no_json(depth, operation)


def _chance(document: Document, depth: Variations, operation: str, kind: str) -> None:
    """Random bodies are served or refused, and no failure."""
    document.chance(depth, operation, kind)


def _kinds(book: _Book) -> Iterator[Any]:
    bodies = {it.id for it in book.operations if it.requests and "json" in it.media_type}
    for parameter in book.by("withstands"):
        for kind in ("valid", "invalid") if parameter.values[0] in bodies else ():
            yield pytest.param(*parameter.values, kind, id=f"{parameter.id}-{kind}", marks=parameter.marks)


_ONE, _TWO = "operation", "operation, outcome"
_TESTS: dict[str, tuple[Callable[..., None], str, Callable[[_Book], Iterator[Any]]]] = {
    "test_a_good_request_is_served_as_documented": (_served, _TWO, _Book.served),
    "test_an_example_can_be_sent": (_example, "operation, name", lambda book: book.named("example")),
    "test_nothing_is_served_without_credentials": (_security, _ONE, _Book.secured),
    "test_wrong_credentials_open_nothing": (_wrong_credentials, _ONE, lambda book: book.by("security.wrong")),
    "test_a_link_leads_on": (_link, "operation, name", lambda book: book.named("link")),
    "test_a_list_has_no_more_than_asked_for": (_limit, _ONE, lambda book: book.by("limit")),
    "test_the_same_is_answered_twice": (_repeatable, _ONE, lambda book: book.by("repeatable")),
    "test_what_was_sent_is_read": (_shown, _ONE, lambda book: book.by("shown")),
    "test_what_is_refused_is_refused_as_documented": (_refused, _TWO, _Book.refused),
    "test_one_wrong_thing_is_served_or_refused": (_one_wrong, _ONE, lambda book: book.by("withstands")),
    "test_the_writing_of_a_body_means_nothing": (_same_meaning, _ONE, lambda book: book.by("same-meaning")),
    "test_what_is_no_json_is_refused": (_no_json, _ONE, lambda book: book.by("no-json")),
    "test_chance_is_served_or_refused": (_chance, "operation, kind", _kinds),
    "test_what_was_deleted_is_gone": (_gone, _ONE, lambda book: book.by("gone")),
}


def _copy(test: Callable[..., None]) -> Callable[..., None]:
    """Return a test of its own for each family: pytest puts marks on the function itself."""
    code, known = test.__code__, test.__globals__
    made = FunctionType(code, known, test.__name__)
    made.__doc__ = test.__doc__
    return made
