"""What a program makes of an accepted request, sent and judged: one loop for every operation."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from clausewise import generation
from clausewise.checks import OutcomeNames, OutcomeRoles
from clausewise.client import Client
from clausewise.economy import CaseSelection
from clausewise.errors import ClausewiseError, NotConformant, OutsidePlan, Untestable
from clausewise.generation import Variant
from clausewise.judge import Judge
from clausewise.model import Exchange, Json, Operation
from clausewise.plugin.counterexamples import Counterexamples

Request = Mapping[str, Any]
Make = Callable[[], Request]
Expected = OutcomeNames | OutcomeRoles
Case = tuple[str, Json | bytes]  # what it is called, and the body that is sent
Told = TypeVar("Told")

_TRIES = 3
_REFUSALS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Source:
    """Where cases come from: the seed of random bodies, how many, those found before; which are asked."""

    seed: str
    examples: int
    kept: Counterexamples
    case_selection: CaseSelection = field(default_factory=CaseSelection)


class Variations:
    """Sends variations of an accepted request.

    A request is what `api.call` takes, its JSON `body` among it; `make` makes a new one, so that no state
    stands between two of them. Raises Untestable where an operation takes no JSON body.
    """

    def __init__(
        self,
        api: Client,
        judge: Judge,
        operations: Mapping[str, Operation],
        source: Source,
        *,
        narrows: bool = True,
    ) -> None:
        self._api = api
        self._judge = judge
        self._operations = operations
        self._source = source
        self._narrows = narrows

    def taken(self, operation: str, make: Make, expected: Expected) -> Exchange:
        """Send the request as it is, and return its exchange; find what it is refused for."""
        answer = self._api.call(operation, **make())
        try:
            return self._judge(answer, expected)
        except NotConformant:
            with suppress(ClausewiseError):  # as where no request is left: what was found stands
                self._judge.untaken(answer, self._guilty(operation, make, expected) if self._narrows else {})
            raise

    def one_wrong(self, operation: str, make: Make, expected: Expected, served: Expected) -> None:
        """Send the request with one thing wrong each time: every field, every constraint of its schema."""
        self.fuzz(operation)
        request = self._accepted(operation, make, expected)
        made = generation.one_wrong(request["body"], self._schema(operation))
        self._each([(it.about, it.body) for it in made], operation, request, served)

    def same_meaning(self, operation: str, make: Make, expected: Expected) -> None:
        """Send requests in other writings that mean the same."""
        self.fuzz(operation)
        first = make()
        writings = [about for about, _ in generation.same_meaning(_body(operation, first))]
        requests = chain([first], iter(make, None))  # the first one was not sent
        for at in self._source.case_selection.picked(writings):
            with self._source.case_selection.case(writings[at]):
                about, answer = self._written(operation, lambda: next(requests), at)
                self._judge(answer, expected, about=about)

    def no_json(self, operation: str, make: Make, expected: Expected, refused: Expected) -> None:
        """Send texts near to the request that are no JSON."""
        self.fuzz(operation)
        request = self._accepted(operation, make, expected)
        self._each(list(generation.hopeless(request["body"])), operation, request, refused)

    def chance(self, operation: str, make: Make, expected: Expected, served: Expected, kind: str) -> None:
        """Send as many random bodies as the plan asks for, `valid` or `invalid` by the request's schema."""
        self.fuzz(operation)
        made = self.bodies(operation, kind)
        request = self._accepted(operation, make, expected)
        for one in made:
            with self.keeping(one):
                self._judge(self._send(operation, request, one.body), served, about=one.about)

    def bodies(self, operation: str, kind: str) -> Iterator[Variant]:
        """Return random bodies, those found before first; OutsidePlan where the plan wants none."""
        source = self._source
        if not source.examples:
            raise OutsidePlan("The plan sends no random bodies.")
        schema = self._schema(operation)
        number = random.Random(f"{source.seed}/{operation}/{kind}").getrandbits(32)  # noqa: S311 - no secret
        fresh = generation.random_bodies(schema, kind, source.examples, number) if schema else ()
        return chain(source.kept.bodies(self._judge.test), fresh)

    @contextmanager
    def keeping(self, made: Variant) -> Iterator[None]:
        """Keep a body for the next run where its answer is not as it should be, if it may stand in clear."""
        try:
            yield
        except NotConformant:
            told = "" if isinstance(made.body, bytes) else json.dumps(made.body)
            if told and self._judge.bench.masker.text(told) == told:
                self._source.kept.found(self._judge.test, made.body)
            raise

    def fuzz(self, operation: str) -> None:
        """Raise Untestable where a run may send only what the documents show."""
        if self._api.only_reads:
            raise OutsidePlan(f"{operation} would get spoiled bodies, and plan 'safe' sends none.")

    def _each(self, cases: Sequence[Case], operation: str, request: Request, expected: Expected) -> None:
        """Send the cases that are asked, and judge each answer."""
        selection = self._source.case_selection
        for at in selection.picked([about for about, _ in cases]):
            about, body = cases[at]
            with selection.case(about):
                self._judge(self._send(operation, request, body), expected, about=about)

    def _accepted(self, operation: str, make: Make, expected: Expected) -> Request:
        """Send the request as it is, which is `expected`, and return it."""

        def ask() -> tuple[Request, Exchange]:
            request = make()
            _body(operation, request)
            return request, self._api.call(operation, **request)

        request, answer = _tried(ask)
        self._judge(answer, expected)
        return request

    def _guilty(self, operation: str, make: Make, expected: Expected) -> Mapping[str, str]:
        """Return the clauses and pointers of the optional fields without which a refused request is taken."""
        schema, body = self._schema(operation), _body(operation, make())

        def taken(pointers: Sequence[str]) -> bool:
            request = make()
            fewer = generation.without(request["body"], pointers)
            return self._judge.agrees(self._send(operation, request, fewer), expected)

        found: dict[str, str] = {}
        rules = list(self._operations[operation].requests.values())
        for pointer in generation.guilty(generation.optional(body, schema), taken):
            fewer = generation.without(body, [pointer])
            lost = {name for rule in rules for name in set(rule.seen(body)) - set(rule.seen(fewer))}
            found |= dict.fromkeys(sorted(lost), pointer)
        return found

    def _written(self, operation: str, make: Make, at: int) -> tuple[str, Exchange]:
        """Send the request in another writing, the one of that number, and return which and the answer."""

        def ask() -> tuple[str, Exchange]:
            request = make()
            about, raw = list(generation.same_meaning(_body(operation, request)))[at]
            return about, self._send(operation, request, raw)

        return _tried(ask)

    def _send(self, operation: str, request: Request, body: Json | bytes) -> Exchange:
        rest = {key: value for key, value in request.items() if key != "body"}
        content = {"raw": body} if isinstance(body, bytes) else {"body": body}
        return self._api.call(operation, **rest, **content)

    def _schema(self, operation: str) -> Mapping[str, Any]:
        rules = self._operations[operation].requests.values()
        return next((rule.schema for rule in rules), {})


def _tried(ask: Callable[[], tuple[Told, Exchange]]) -> tuple[Told, Exchange]:
    """Return what was asked and the answer, asked anew where that is a refusal.

    What a request says by chance may be somebody's already, on a target with many customers.
    """
    for _ in range(_TRIES):
        told, answer = ask()
        if answer.response.status not in _REFUSALS:
            break
    return told, answer


def _body(operation: str, request: Request) -> Json:
    if request.get("body") is None:
        raise Untestable(f"{operation} takes no JSON body.")
    return request["body"]
