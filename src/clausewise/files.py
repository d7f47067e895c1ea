"""Files that are there whole, or not at all."""

from __future__ import annotations

from pathlib import Path


def put(path: Path, text: str) -> Path:
    """Write a text where its reader will find it, and return the path; the old one stays until then.

    Raises OSError where that cannot be done, and leaves nothing half-made behind.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, "utf-8", "backslashreplace")
        part.replace(path)
    except OSError as bad:
        part.unlink(missing_ok=True)
        raise OSError(bad.errno, bad.strerror, str(path)) from bad
    return path
