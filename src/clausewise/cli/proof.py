"""`clausewise matrix`: shows the proof of the suite while it is made, and what it came to."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress, TaskID
from rich.text import Text

from clausewise import files, matrix
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.report import proof
from clausewise.verdict import Exit


def run(given: Namespace) -> int:
    """Make the matrix, show it, write it where asked; 1 where it does not hold."""
    part = _part(given.shard, given.defect)
    with (
        TemporaryDirectory() as folder,
        Progress(console=screen.console(stderr=True), transient=True) as live,
    ):
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = live.add_task(what, total=total)
            live.update(tasks[what], completed=done)

        made = matrix.prove(Path(given.target), given.document, part, Path(folder), tell, bank=given.bank)
    if given.output:
        files.fill(Path(given.output), json.dumps(made.as_json(), indent=1))
    if given.publish:
        proof.publish(made.as_json(), Path(given.publish))
    _show(made)
    return Exit.CONFORMANT if made.holds else Exit.NOT_CONFORMANT


def _part(shard: str, globs: list[str]) -> matrix.Part:
    number, _, parts = shard.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise ConfigurationError(f"--shard {shard}: write K/N, such as 1/2.")
    return matrix.Part(tuple(globs), int(number), int(parts))


def _show(made: matrix.Matrix) -> None:
    console = screen.console(soft_wrap=True)
    caught = len(made.defects) - len(made.survivors)
    borne = len(made.freedoms) - len(made.false_alarms)
    console.print(f"{caught} of {len(made.defects)} defects caught")
    if made.open:
        console.print(
            f"{len(made.open)} more are not caught yet, and were not played: {', '.join(made.open)}"
        )
    console.print(f"{borne} of {len(made.freedoms)} freedoms left alone")
    kept = len(made.claims) - len(made.unheard) - len(made.too_loud)
    console.print(f"{kept} of {len(made.claims)} claims of a reading kept apart")
    problems = {
        "not caught": made.survivors,
        "false alarm": made.false_alarms,
        "red on the clean reference": made.unclean,
        "no defect proves": made.without_defect,
        "catches no defect": made.idle,
        "met by no test": made.unmet,
        "a guess held against a document": made.leaks,
        "a claim that lets another reading pass": made.unheard,
        "a claim that lets its own reading not pass": made.too_loud,
    }
    for what, names in problems.items():
        for name in names:
            console.print(Text(f"{what}: {name}", style="red"))
