"""Calls of one test that run at once: streams of them, told in the order of a serial run."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, TypeVar

from clausewise import thread_turns
from clausewise.client import Client
from clausewise.model import Exchange

Told = TypeVar("Told")


class _Stream:
    """One stream in a thread of its own; what it hears and makes waits until it is asked for.

    `told` ends once: a stream that was told to its end has nothing more to tell.
    """

    def __init__(self, client: Client, made: Iterable[Any]) -> None:
        self._client, self._made, self._ears = client, made, client.ears
        self._told: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._stopped = self._over = False
        self._thread = threading.Thread(target=self._run, name="clausewise calls", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with thread_turns.mine():
            self._client.ears = self._ears
            self._client.heard = lambda exchange: self._told.put(("heard", exchange))
            try:
                for one in self._made:
                    self._told.put(("made", one))
                    if self._stopped:
                        break
            except BaseException as bad:  # noqa: BLE001 - raised where it would be if nothing ran at once
                self._told.put(("raised", bad))
            finally:
                self._told.put(("end", None))

    def told(self) -> Iterator[tuple[str, Any]]:
        """Yield what it did, in order, until it ends."""
        while not self._over:
            with thread_turns.away():
                kind, what = self._told.get()
            self._over = kind == "end"
            if not self._over:
                yield kind, what

    def stop(self) -> None:
        """Make no further call."""
        self._stopped = True


def in_order(client: Client, streams: Sequence[Iterable[Told]]) -> Generator[Told, None, None]:
    """Run streams at once, and yield what they make as if they ran one after the other.

    What their calls are answered is heard in that order, too. Whoever stops asking, as a test does that found
    something, stops them all: what came beyond that is heard as `stray`, so that no answer is lost and none
    is judged that one after the other would not have come.
    """
    running = [_Stream(client, made) for made in streams]
    try:
        while running:
            for kind, what in running[0].told():
                if kind == "raised":
                    raise what
                if kind == "made":
                    yield what
                else:
                    client.heard(what)
            del running[0]
    finally:
        for stream in running:
            stream.stop()
        for stream in running:
            _lose_none(client, stream)


def _lose_none(client: Client, stream: _Stream) -> None:
    for kind, what in stream.told():
        if kind == "heard" and isinstance(what, Exchange):
            client.heard(replace(what, stray=True))
