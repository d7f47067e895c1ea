"""The HTTP clients of a process, and the connections that they send by."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clausewise import thread_turns
from clausewise.client import Budget, Client, Ledger, Transport
from clausewise.plugin.run_config import RunConfig


class Clients:
    """A client for each family, made when first asked for; all spend of one budget.

    `made` holds those there are, by family; `log_ins` counts what was tried with which user.
    """

    def __init__(self, budget: Budget, worker: str) -> None:
        self._budget = budget
        self._worker = worker
        self._transports: list[Transport] = []
        self._room: thread_turns.Lock = thread_turns.OPEN  # for the calls that may be at work at once
        self.made: dict[str, Client] = {}
        self.log_ins = Ledger(budget.book.with_name("log-ins")) if budget.book else Ledger()

    def of(self, run: RunConfig, family: str) -> Client:
        """Return the client of a family."""
        if family not in self.made:
            target = run.scope.target
            transport = Transport(target.limits, target.tls, self._budget, target.proxy)
            transport.room = self._room
            self._transports.append(transport)
            self.made[family] = Client(
                run.scope.contracts[family],
                target.families[family],
                transport,
                self._prefix(run, family),
                run.scope.bindings[family],
                only_reads=run.plan.only_reads,
                ledger=self.log_ins,
            )
        return self.made[family]

    def _prefix(self, run: RunConfig, family: str) -> str:
        """Return what the ids of a client's exchanges begin with: no other client's of the run do."""
        prefix = self._worker if run.part == 1 else f"{self._worker}.{run.part}"
        prefix = prefix if run.shard.is_whole else f"s{run.shard.number}.{prefix}"
        return prefix if len(run.scope.contracts) == 1 else f"{prefix}-{family}"

    @contextmanager
    def at_once(self, calls: int) -> Iterator[None]:
        """Let so many calls be at work at a time."""
        self._enter(threading.BoundedSemaphore(calls))
        try:
            yield
        finally:
            self._enter(thread_turns.OPEN)

    def _enter(self, room: thread_turns.Lock) -> None:
        self._room = room
        for transport in self._transports:
            transport.room = room

    def cut(self) -> None:
        """End the calls that are at work, since the run is cancelled."""
        for transport in self._transports:
            transport.cut()

    def forget(self) -> None:
        """Connect and log in anew, as a new run would."""
        self.close()
        self._transports.clear()
        self.made.clear()
        self.log_ins.forget()
        self._budget.forget()

    def close(self) -> None:
        """Close the connections."""
        for transport in self._transports:
            transport.close()
