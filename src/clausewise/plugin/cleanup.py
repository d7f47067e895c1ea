"""What the calls of a run leave behind in the target, as far as a documented operation takes it away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from clausewise import strict_json
from clausewise.model import Exchange, Json, Undo
from clausewise.scope import Scope

_CASES = 50  # of one request

_Key = tuple[str, str]  # a family and an operation of it


class Cleanup:
    """Remembers what was added and not removed, in one process."""

    def __init__(self, scope: Scope) -> None:
        self._making: dict[_Key, Undo] = {}
        self._taking: dict[_Key, Undo] = {}
        self._there: dict[_Key, dict[tuple[str, str], dict[str, Json]]] = {}
        for family, contract in scope.contracts.items():
            for known in contract.operations.values():
                if known.undo and family not in scope.target.passing:
                    self._making[family, known.id] = known.undo
                    self._taking[family, known.undo.operation] = known.undo

    def hear(self, exchange: Exchange) -> None:
        """Take note of one answered call, in the order of sending."""
        key = exchange.family, exchange.operation
        if undo := self._making.get(key):
            there = self._there.setdefault((exchange.family, undo.operation), {})
            done = set(undo.settled(exchange.json))
            for case, name, thing in undo.things(_sent(exchange)) if done else ():
                if (case, name) in done:
                    there[case, name] = {field: thing[field] for field in undo.keys if field in thing}
        elif undo := self._taking.get(key):
            for done_with in undo.settled(exchange.json):
                self._there.get(key, {}).pop(done_with, {})

    def requests(self) -> Iterator[tuple[str, str, Json]]:
        """Yield family, operation and body of each call that takes away what is left."""
        for (family, operation), there in self._there.items():
            undo, cases = self._taking[family, operation], dict[str, dict[str, Any]]()
            for (case, _), thing in there.items():
                cases.setdefault(case, {"caseId": case, undo.items: []})[undo.items].append(thing)
            left = iter(cases.values())
            while batch := list(islice(left, _CASES)):
                yield family, operation, batch


def _sent(exchange: Exchange) -> Json:
    """Return what a call sent, where it was sent as bytes, too."""
    if exchange.sent is not None:
        return exchange.sent
    return strict_json.parse(exchange.request.body).value
