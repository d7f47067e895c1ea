"""Exchanges that somebody else recorded, judged without sending anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from clausewise.errors import ConfigurationError
from clausewise.recorded import har, own_runs
from clausewise.recorded.exchanges import Seen
from clausewise.recorded.har_writer import write as write_har
from clausewise.recorded.judging import PLAN, again, judged
from clausewise.recorded.own_runs import read as read_own
from clausewise.scope import Scope

__all__ = ["PLAN", "Seen", "again", "judged", "read", "read_own", "write_har"]


def read(path: Path, scope: Scope, hosts: Sequence[str] = ()) -> Iterator[Seen]:
    """Yield what a HAR file, an exchanges.jsonl or a run's folder recorded of the claimed operations.

    `hosts` are others that count as the target's, too: HOST, or HOST=FAMILY. Raises
    ConfigurationError for a file that is missing, cut off, or none of these.
    """
    if path.is_dir():
        path /= own_runs.FILE
    if not path.is_file():
        raise ConfigurationError(
            f"There is no {path}; name a HAR file, an {own_runs.FILE} or a run's folder."
        )
    yield from own_runs.read(path, scope) if path.suffix == ".jsonl" else har.read(path, scope, hosts)
