"""Values of options as they are typed; each reader raises argparse.ArgumentTypeError with one sentence."""

from __future__ import annotations

import argparse
import math
import re
from contextlib import suppress

MOST_CALLS = 128  # at once
_DIGITS = 10  # of a count, at most
_AUTO = "auto"
_PORTS = 65535
_LONGEST = 300  # characters of a complaint
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def count(text: str) -> int:
    """Read a whole number above 0."""
    if (told := _number(text)) is not None and told > 0:
        return told
    raise argparse.ArgumentTypeError(f"{text[:_LONGEST]!r} is no whole number above 0")


def rate(text: str) -> float:
    """Read a number above 0."""
    with suppress(ValueError):
        if 0 < (told := float(text)) < math.inf:
            return told
    raise argparse.ArgumentTypeError(f"{text[:_LONGEST]!r} is no number above 0")


def port(text: str) -> int:
    """Read the number of a port."""
    if (told := _number(text)) is not None and told <= _PORTS:
        return told
    raise argparse.ArgumentTypeError(f"{text[:_LONGEST]!r} is no port: 0 for a free one, up to {_PORTS}")


def folder_name(text: str) -> str:
    """Read the name of a folder."""
    if _FOLDER.fullmatch(text):
        return text
    raise argparse.ArgumentTypeError(f"{text[:_LONGEST]!r} is no name of a folder")


def calls(text: str) -> int | str:
    """Read how many calls a run makes at once; `auto` is as many as it pays."""
    if text == _AUTO:
        return text
    if (told := _number(text)) is not None and told <= MOST_CALLS:
        return told
    raise argparse.ArgumentTypeError(
        f"{text[:_LONGEST]!r} is no number of calls at once: write one up to {MOST_CALLS}, or auto"
    )


def overlap(text: str) -> int:
    """Read the same as pytest has it; 0 is as many as it pays."""
    if (told := _number(text)) is not None and told <= MOST_CALLS:
        return told
    raise argparse.ArgumentTypeError(
        f"{text[:_LONGEST]!r} is no number of calls at once: write one up to {MOST_CALLS}"
    )


def processes(text: str) -> int | str:
    """Read how many processes a run takes; `auto` is one for each processor."""
    if text in {_AUTO, "logical"}:
        return text
    if (told := _number(text)) is not None:
        return told
    raise argparse.ArgumentTypeError(f"{text[:_LONGEST]!r} is no number of processes: write one, or auto")


def _number(text: str) -> int | None:
    """Return a whole number of few digits; None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else None
