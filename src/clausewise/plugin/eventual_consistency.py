"""Goes through a test once more whose reads may have come before the target shows what the test wrote."""

from __future__ import annotations

import time
from collections.abc import Collection

import pytest

from clausewise import thread_turns
from clausewise.client import Client, EventualConsistency
from clausewise.judge import Judge
from clausewise.plugin import rerun
from clausewise.plugin.unique import Unique

_ONCE = {"walk", "depth", "ageing", "wait"}  # what such a fixture does is not done again
_FIRST, _GROWTH = 0.05, 2.0  # seconds until the reads are made again, and how much longer each next time


def prepare(calls: EventualConsistency, judge: Judge, fixtures: Collection[str]) -> None:
    """Begin a test on a target that takes a while to show a write."""
    once = not _ONCE.isdisjoint(name.removeprefix("clausewise_") for name in fixtures)
    calls.begin(patient=bool(calls.seconds) and once)
    judge.holds |= bool(calls.seconds) and not once


def settled(judge: Judge, item: pytest.Function, end: BaseException | None) -> BaseException | None:
    """Make a test's reads again until it finds nothing, or the target had its time; return how it ended.

    Where that cannot tell, since a read stood between two writes, the whole test is made once more, and waits
    before each read.
    """
    calls = next((it.settling for it in item.funcargs.values() if isinstance(it, Client)), None)
    if calls is None or not judge.holds:
        return end
    pause, began = _FIRST, time.monotonic()
    while calls.early and rerun.wants(judge, end):
        thread_turns.pause(min(pause, calls.left))
        pause *= _GROWTH
        end = _again(judge, item, calls.again())
    if calls.unsure and rerun.wants(judge, end):
        calls.begin(patient=True)
        end = _again(judge, item, ())
    if pause > _FIRST or calls.patient:
        judge.settled(time.monotonic() - began)
    return end


def _again(judge: Judge, item: pytest.Function, kept: Collection[str]) -> BaseException | None:
    for it in item.funcargs.values():
        if isinstance(it, Unique) and kept:
            it.anew()
            break
    return rerun.again(judge, item, kept)
