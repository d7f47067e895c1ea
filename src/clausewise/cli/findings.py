"""`clausewise findings`: what a run found, for code scanning, a pull request or a tracker."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from clausewise import files, report
from clausewise.verdict import Exit

_FORMATS = {"sarif": report.handed.sarif, "github": report.handed.github, "csv": report.handed.csv}


def run(given: Namespace) -> int:
    """Write the findings of a run; that they are written is no word on the target."""
    text = _FORMATS[given.format](report.read(Path(given.folder)))
    if given.output:
        files.fill(Path(given.output), text)
    else:
        sys.stdout.write(text)
    return Exit.CONFORMANT
