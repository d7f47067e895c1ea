"""`clausewise open`: a run's report in the browser."""

from __future__ import annotations

import webbrowser
from argparse import Namespace
from pathlib import Path

from rich.text import Text

from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.verdict import Exit


def run(options: Namespace) -> int:
    """Open the page; where there is no browser, say where it lies."""
    page = Path(options.folder) / "report.html"
    if not page.is_file():
        raise ConfigurationError(
            f"There is no {page}; name the folder of a run, or draw it: clausewise report."
        )
    opened = webbrowser.open(page.absolute().as_uri())
    text = f"Opened {page}" if opened else f"There is no browser to open {page} with"
    screen.console(soft_wrap=True).print(Text(f"{text}."))
    return Exit.CONFORMANT
