"""`clausewise findings`: what a run found, for code scanning, a pull request or a tracker."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from clausewise import files, report
from clausewise.verdict import Exit

_FORMATS = {"sarif": report.findings.sarif, "github": report.findings.github, "csv": report.findings.csv}


def run(options: Namespace) -> int:
    """Write the findings of a run; that they are written is no word on the target."""
    text = _FORMATS[options.format](report.read(Path(options.folder)))
    if options.output:
        files.fill(Path(options.output), text)
    else:
        sys.stdout.write(text)
    return Exit.CONFORMANT
