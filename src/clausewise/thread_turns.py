"""Whose turn it is: of the threads of a run one is at work at a time, and lets the others in while it waits.

A run that overlaps calls has many tests at hand and one interpreter. So that nothing of ours, of pytest's or
of a library's is ever entered by two tests at once, a thread of a run (`taking_part`) works in its turn, and
gives it up (`waiting`) only for the network, for a moment, or for another thread. What no wait stands within
is whole without any lock. A thread that takes no part, such as all of a run without overlap, notices nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_WORKING = threading.Lock()  # who holds it is at work
_WOKEN = threading.Event()  # whoever pauses is to end: the run was cancelled


class _Own(threading.local):
    """What a thread knows of itself: whether it takes part in a run of several, and is at work."""

    at_work = False


_OWN = _Own()


@contextmanager
def taking_part() -> Iterator[None]:
    """Take part: the thread is at work, but for where it is `waiting`."""
    _WORKING.acquire()
    _OWN.at_work = True
    try:
        yield
    finally:
        _OWN.at_work = False
        _WORKING.release()


@contextmanager
def waiting() -> Iterator[None]:
    """Let other threads work while this one waits."""
    if not _OWN.at_work:
        yield
        return
    _OWN.at_work = False
    _WORKING.release()
    try:
        yield
    finally:
        _WORKING.acquire()
        _OWN.at_work = True


def beside() -> bool:
    """Tell whether this thread works beside others."""
    return _OWN.at_work


def pause(seconds: float) -> None:
    """Sleep; KeyboardInterrupt in a thread beside others once the run is cancelled."""
    if not _OWN.at_work:
        time.sleep(seconds)
        return
    with waiting():
        woken = _WOKEN.wait(seconds)
    if woken:
        raise KeyboardInterrupt


class Lock(Protocol):
    """A lock, or the room for so many as a semaphore lets in."""

    def acquire(self, *, blocking: bool = True) -> bool:
        """Take it, or a place in it."""

    def release(self) -> None:
        """Give it back."""


class _Open:
    """Room for all."""

    def acquire(self, *, blocking: bool = True) -> bool:
        """Let whoever comes in."""
        return blocking or True

    def release(self) -> None:
        """Let out."""


OPEN = _Open()


@contextmanager
def alone(lock: Lock) -> Iterator[None]:
    """Hold a lock over waits, or a place in a room for so many; others work while one waits for it."""
    if not lock.acquire(blocking=False):
        with waiting():
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def wake() -> None:
    """End every pause: the run is cancelled."""
    _WOKEN.set()


def begin() -> None:
    """Begin a run that nobody has cancelled."""
    _WOKEN.clear()
