"""`clausewise merge`: puts the shards of a run together."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rich.text import Text

from clausewise import journal, merging
from clausewise.cli import history, latest, screen
from clausewise.errors import ConfigurationError
from clausewise.report import terminal
from clausewise.untrusted import visible


def run(options: Namespace) -> int:
    """Merge run folders into one and show what the whole comes to; its exit code is the decision."""
    if options.history:
        history.usable(options.history)
    named = [Path(name) for name in options.runs]
    folders = [folder for folder in named if (folder / journal.RUN).exists()]
    for folder in [folder for folder in named if folder not in folders]:
        screen.console(stderr=True, soft_wrap=True).print(
            Text(f"clausewise: {folder} holds no run; is it lost?")
        )
    if not folders:
        raise ConfigurationError("None of these folders holds a run; name those of `run --shard K/N`.")
    results, folder = merging.merge(folders, lambda run: Path(options.run_dir or f"reports/{run}"))
    if not options.run_dir:
        latest.point(folder)
    kept = history.remember(options.history, results, folder) if options.history else 0
    out = screen.console()
    if options.quiet:
        out.print(Text(visible(results["outcome"]["sentence"])), soft_wrap=True)
    else:
        screen.show(out, terminal.conclusion(results, folder))
    return int(kept or results["outcome"]["exit"])
