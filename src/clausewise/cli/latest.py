"""`reports/latest`: the last run that nobody gave a folder of its own.

It is a link where the system lets us make one, else a file that names the folder.
"""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from clausewise import files

NAME = "latest"
_NAMES = ("folder", "before", "after", "resume", "since", "run")
_LONGEST = 1000  # characters of a name


def point(folder: Path) -> None:
    """Let `latest`, beside a run's folder, be that folder; where that fails nothing is said of it."""
    at = folder.parent / NAME
    if at.is_dir() and not at.is_symlink():
        return  # somebody's own
    with suppress(OSError):
        at.unlink(missing_ok=True)
        try:
            at.symlink_to(folder.name, target_is_directory=True)
        except (OSError, NotImplementedError):  # Windows lets not every user make links
            files.put(at, f"{folder.name}\n")


def resolved(options: Namespace) -> Namespace:
    """Return the words of a command line with a file `latest` followed to the folder that it names."""
    for name in _NAMES:
        value = getattr(options, name, None)
        if isinstance(value, str) and Path(value).name == NAME and "\0" not in value:
            setattr(options, name, str(_followed(Path(value))))
    return options


def _followed(at: Path) -> Path:
    if not at.is_file():
        return at
    with suppress(OSError, ValueError):
        text = at.read_text("utf-8")[:_LONGEST].strip()
        if text == Path(text).name:  # one beside it, and nowhere else
            return at.with_name(text)
    return at
