"""`clausewise har`: a run's exchanges for browsers, proxies, and whoever reads HAR."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rich.text import Text

from clausewise import journal, recorded
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.verdict import Exit, many

_FILE = "exchanges.har"


def run(options: Namespace) -> int:
    """Write the file; ConfigurationError where the folder holds no run."""
    folder = Path(options.folder)
    if not (folder / journal.EXCHANGES).is_file():
        raise ConfigurationError(f"There is no {folder / journal.EXCHANGES}; name the folder of a run.")
    path = Path(options.output or folder / _FILE)
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        count = recorded.write_har(journal.records(folder, journal.EXCHANGES), file)
    text = f"Wrote {many(count, 'exchange', 'exchanges')}, masked as the run kept them, to {path}."
    screen.console(stderr=True, soft_wrap=True).print(Text(text))
    return Exit.CONFORMANT
