"""Times and counts as people write them on a command line."""

from __future__ import annotations

import argparse
import math
import re
from contextlib import suppress

_SHOWN = 300  # characters of what is no such value
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNITS = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+", re.ASCII)
_PIECE = re.compile(r"([\d.]+)([smhd])")
_DIGITS = 10  # of a count, at most


def seconds(text: str) -> float:
    """Read a time above 0: seconds, or with units, as 90, 45s, 10m, 1h or 1h30m."""
    told = text.strip().lower()
    with suppress(ValueError):
        if _UNITS.fullmatch(told):
            total = sum(float(number) * _SECONDS[unit] for number, unit in _PIECE.findall(told))
        else:
            total = float(told)
        if 0 < total < math.inf:
            return total
    raise argparse.ArgumentTypeError(f"{text[:_SHOWN]!r} is no time above 0; write 90, 45s, 10m, 1h or 1h30m")


def workers(text: str) -> int | str:
    """Read how many processes a run takes; `auto` is one for each processor."""
    if text in {"auto", "logical"}:
        return text
    if text.isascii() and text.isdecimal() and len(text) < _DIGITS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text[:_SHOWN]!r} is no number of processes; write one, or auto")
