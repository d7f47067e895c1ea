"""`clausewise judge`: traffic that somebody recorded, judged without sending anything."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.text import Text

from clausewise import labels, recorded, report, rulings, scope
from clausewise.cli import screen
from clausewise.errors import ConfigurationError, Unwritable
from clausewise.plugin.startup import claimed
from clausewise.report import terminal
from clausewise.untrusted import visible
from clausewise.verdict import many

_SHOWN = 12  # reasons why entries were left out


def _left(row: Mapping[str, Any]) -> str:
    """Say why some entries were not judged, and which they are."""
    named = ", ".join(map(str, row["entries"])) + (", ..." if row["many"] > len(row["entries"]) else "")
    of = f" of {row['operation']}" if row["operation"] else ""
    return f"not judged: {row['why']} ({'entry' if row['many'] == 1 else 'entries'} {named}{of})"


def run(options: Namespace) -> int:
    """Judge a recording, write its reports and show what it came to; return the exit code."""
    target = claimed(Path(options.target), options.document)
    known = scope.of(target)
    named = {name: getattr(options, name) for name in ("policy", "waivers", "frozen")}
    ruled = rulings.load(target.policy, target.path, target.name, **named)
    folder = Path(options.run_dir or f"reports/{datetime.now(UTC):%Y%m%d-%H%M%S}-{target.name}-recorded")
    told = labels.said(options.label, os.environ)
    seen = list(recorded.read(Path(options.recorded), known, options.host))
    silent = options.quiet or options.no_progress
    with Progress(console=screen.console(stderr=True), transient=True, disable=silent) as live:
        task = live.add_task("judging", total=len(seen))
        try:
            results = recorded.judged(
                seen, known, folder, ruled, lambda done: live.update(task, completed=done), labels=told
            )
        except Unwritable as full:
            raise ConfigurationError(f"{full} Make room, and judge into a new folder.") from full
    report.draw(results, folder)
    shown = screen.console()
    if options.quiet:
        shown.print(Text(visible(results["outcome"]["sentence"])), soft_wrap=True)
        return int(results["outcome"]["exit"])
    screen.show(shown, terminal.conclusion(results, folder))
    read = results["run"]["recorded"]
    shown.print(
        Text(f"{read['judged']} of {read['read']} recorded exchanges call an operation that is claimed")
    )
    for left in read["left_out"][:_SHOWN]:
        shown.print(Text(visible(_left(left)), style="yellow"), soft_wrap=True)
    if (more := len(read["left_out"]) - _SHOWN) > 0:
        shown.print(Text(f"and for {many(more, 'reason', 'reasons')} more, in results.json", style="yellow"))
    return int(results["outcome"]["exit"])
