"""Files of ours, which are there whole or not at all, and those that a user names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from filelock import lock_descriptor

from clausewise import thread_turns

BINARY = getattr(
    os, "O_BINARY", 0
)  # only Windows has it: without it a line would end in two characters there
_AGAIN = 0.001  # seconds until a file that another holds is tried again


def put(path: Path, text: str, *, new: bool = False) -> Path:
    """Write a text where its reader will find it, and return the path; the old one stays until then.

    Raises OSError where that cannot be done, FileExistsError where a `new` file is there already, and leaves
    nothing half-made behind.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # of this process alone
    try:
        part.write_text(text, "utf-8", "backslashreplace", newline="\n")
        if new:
            path.hardlink_to(part)  # unlike a replacement, it fails where somebody was quicker
            part.unlink()
        else:
            part.replace(path)
    except OSError as bad:
        part.unlink(missing_ok=True)
        raise OSError(bad.errno, bad.strerror, str(path)) from bad
    return path


@contextmanager
def alone(path: Path) -> Iterator[BinaryIO]:
    """Open a file, made where there is none, for one process at a time; it waits for its turn."""
    held = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
    with cast("BinaryIO", os.fdopen(held, "r+b", buffering=0)) as book:  # closing it lets the next one in
        with thread_turns.waiting():
            lock_descriptor(held, poll_interval=_AGAIN)
        yield book


def hold(path: Path) -> int | None:
    """Keep a file for this process until the descriptor that is returned is closed, as a kill does.

    None where another process keeps it. Raises OSError.
    """
    held = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
    try:
        kept = lock_descriptor(held, blocking=False)
    except OSError:
        os.close(held)
        raise
    if kept:
        return held
    os.close(held)
    return None


def fill(path: Path, text: str) -> None:
    """Write a text to what a user named, which may be a pipe, a device or a link: it is never replaced.

    Raises OSError, with the path in it, where that cannot be done.
    """
    try:
        path.write_text(text, "utf-8", "backslashreplace")
    except OSError as bad:
        raise OSError(bad.errno, bad.strerror, str(path)) from bad
