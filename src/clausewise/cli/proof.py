"""`clausewise matrix`: shows the proof of the suite while it is made, and what it came to."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress, TaskID
from rich.text import Text

from clausewise import files, kills, matrix, retold, together
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.plugin.shards import Shard
from clausewise.report import proof
from clausewise.stage import Tell
from clausewise.verdict import Exit

_GROUPS = 80  # 60 pairs and 20 sextets
_OF_PLAYS = ("recorded", "named", "wanted")
_OF_GROUPS = ("told_apart", "shown", "first", "beside", "alike")


def run(given: Namespace) -> int:
    """Make the matrix, show it, write it where asked; 1 where it does not hold."""
    if given.mutants:
        return _mutants(given)
    if given.recorded:
        return _recorded(given)
    if given.sample:
        raise ConfigurationError(
            "--sample takes some of the --mutants, or of what is --recorded; give one, too."
        )
    part = replace(_part(given.shard, given.defect), quick=given.quick, seed=given.seed)
    whole = part.whole and not given.bank
    part = replace(part, groups=_GROUPS * whole if given.causes is None else given.causes)
    with _live() as (folder, tell):
        made = matrix.prove(Path(given.target), given.document, part, folder, tell, bank=given.bank)
    _show(made)
    return _left(given, made, proof.publish)


def _mutants(given: Namespace) -> int:
    """Play the mutants, show what became of them, write it where asked; 1 where one survives unexplained."""
    if given.bank:
        raise ConfigurationError("--mutants are played on the plain reference; leave out --bank.")
    part = _part(given.shard, given.defect)
    pick = kills.Pick(part.globs, part.number, part.parts, given.sample, given.seed)
    with _live() as (folder, tell):
        made = kills.prove(Path(given.target), given.document, pick, folder, tell)
    _show_kills(made)
    return _left(given, made, proof.publish_mutants)


def _recorded(given: Namespace) -> int:
    """Judge what is recorded of all that is played, and show where it differs; 1 where it does."""
    if given.publish:
        raise ConfigurationError("--publish has no page for what is --recorded; take --output.")
    part = _part(given.shard, given.defect)
    pick = retold.Pick(part.globs, part.number, part.parts, given.sample, given.seed)
    with _live() as (folder, tell):
        made = retold.prove(Path(given.target), given.document, pick, folder, tell, bank=given.bank)
    shown = [it for it in made.plays if it.live]
    recorded, named, wanted = (sum(bool(getattr(it, key)) for it in shown) for key in _OF_PLAYS)
    console = screen.console(soft_wrap=True)
    console.print(
        f"{len(made.plays)} played and recorded, {sum(it.exchanges for it in made.plays)} exchanges: of "
        f"{len(shown)} that were found broken live {recorded} are broken in the recording, {named} named as "
        f"like no documented answer, and of {wanted} an answer is well, and not the wanted one"
    )
    problems = {
        "not found in the recording": [f"{it.id}: {told}" for it in made.plays for told in it.missing],
        "wrong, and nothing was said": [f"{it.id}: {told}" for it in made.plays for told in it.silent],
        "false alarm": [f"{it.id}: {told}" for it in made.plays for told in it.alarms],
        "too many are like no documented answer": made.blind,
    }
    _tell(problems)
    return _left(given, made, proof.publish)


def _left(
    given: Namespace, made: matrix.Matrix | kills.Kills | retold.Retold, publish: Callable[..., object]
) -> int:
    """Leave a proof where it was asked for, and return the exit code."""
    if given.output:
        files.fill(Path(given.output), json.dumps(made.as_json(), indent=1))
    if given.publish:
        publish(made.as_json(), Path(given.publish))
    return Exit.CONFORMANT if made.holds else Exit.NOT_CONFORMANT


@contextmanager
def _live() -> Iterator[tuple[Path, Tell]]:
    """Yield a folder for the run, and what shows how far it is."""
    with (
        TemporaryDirectory() as folder,
        Progress(console=screen.console(stderr=True), transient=True) as live,
    ):
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = live.add_task(what, total=total)
            live.update(tasks[what], completed=done)

        yield Path(folder), tell


def _part(shard: str, globs: list[str]) -> matrix.Part:
    part = Shard.read(shard)
    return matrix.Part(tuple(globs), part.number, part.parts)


def _show(made: matrix.Matrix) -> None:
    console = screen.console(soft_wrap=True)
    caught = len(made.defects) - len(made.survivors)
    borne = len(made.freedoms) - len(made.false_alarms)
    console.print(f"{caught} of {len(made.defects)} defects caught")
    if made.open:
        console.print(
            f"{len(made.open)} more are not caught yet, and were not played: {', '.join(made.open)}"
        )
    for told in made.again:
        console.print(f"right only when played again: {told}")
    console.print(f"{borne} of {len(made.freedoms)} freedoms left alone")
    kept = len(made.claims) - len(made.unheard) - len(made.too_loud)
    console.print(f"{kept} of {len(made.claims)} claims of a reading kept apart")
    for size in sorted({len(it.defects) for it in made.groups}):
        held = [it for it in made.groups if len(it.defects) == size]
        apart, shown, first, beside, alike = (sum(getattr(it, name) for it in held) for name in _OF_GROUPS)
        console.print(
            f"{apart} of {len(held)} groups of {size} defects make as many causes as show; {shown} show, "
            f"for {first} of them their own clause is a cause's first, for {beside} one that says the same, "
            f"and for {alike} nobody can tell which field"
        )
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
        f"less than {together.ENOUGH:.0%} of all defects at once are told apart, not these": made.muddled,
    }
    _tell(problems)


def _show_kills(made: kills.Kills) -> None:
    console = screen.console(soft_wrap=True)
    shares = {name: proof.percent(share) for name, share in made.shares().items()}
    for family, counts in made.tally().items():
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        console.print(f"{family}: {told}; {shares[family]} survive")
    console.print(f"in all: {shares['all']} survive, of those that are no equivalents")
    if made.thinned:
        console.print(f"{made.thinned} more left out: each kind at each field stays, the answers by the seed")
    problems = {
        "survives without a reason": made.unexplained,
        "a reason that no survivor needs": made.unneeded,
        "a test of ours broke": made.broken,
        "red on the clean reference": made.unclean,
    }
    _tell(problems)


def _tell(problems: Mapping[str, Sequence[str]]) -> None:
    console = screen.console(soft_wrap=True)
    for what, names in problems.items():
        for name in names:
            console.print(Text(f"{what}: {name}", style="red"))
