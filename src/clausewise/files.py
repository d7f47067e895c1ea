"""Files of ours, which are there whole or not at all, and those that a user names."""

from __future__ import annotations

import os
from pathlib import Path


def put(path: Path, text: str, *, new: bool = False) -> Path:
    """Write a text where its reader will find it, and return the path; the old one stays until then.

    Raises OSError where that cannot be done, FileExistsError where a `new` file is there already, and leaves
    nothing half-made behind.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # of this process alone
    try:
        part.write_text(text, "utf-8", "backslashreplace")
        if new:
            path.hardlink_to(part)  # unlike a replacement, it fails where somebody was quicker
            part.unlink()
        else:
            part.replace(path)
    except OSError as bad:
        part.unlink(missing_ok=True)
        raise OSError(bad.errno, bad.strerror, str(path)) from bad
    return path


def fill(path: Path, text: str) -> None:
    """Write a text to what a user named, which may be a pipe, a device or a link: it is never replaced.

    Raises OSError, with the path in it, where that cannot be done.
    """
    try:
        path.write_text(text, "utf-8", "backslashreplace")
    except OSError as bad:
        raise OSError(bad.errno, bad.strerror, str(path)) from bad
