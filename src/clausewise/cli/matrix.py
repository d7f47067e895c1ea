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

from clausewise import combined_defects, files, matrix, mutation_testing, recorded_matrix
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.matrix_session import Tell
from clausewise.plugin.shards import Shard
from clausewise.report import matrix as matrix_page
from clausewise.verdict import Exit

_GROUPS = 80  # 60 pairs and 20 sextets
_OF_PLAYS = ("recorded", "named", "wanted")
_OF_GROUPS = ("told_apart", "shown", "first", "beside", "alike")


def run(options: Namespace) -> int:
    """Make the matrix, show it, write it where asked; 1 where it does not hold."""
    if options.mutants:
        return _mutants(options)
    if options.recorded:
        return _recorded(options)
    if options.sample:
        raise ConfigurationError(
            "--sample takes some of the --mutants, or of what is --recorded; give one, too."
        )
    part = replace(_part(options.shard, options.defect), quick=options.quick, seed=options.seed)
    whole = part.whole and not options.bank
    part = replace(part, groups=_GROUPS * whole if options.causes is None else options.causes)
    with _live() as (folder, tell):
        made = matrix.prove(Path(options.target), options.document, part, folder, tell, bank=options.bank)
    _show(made)
    return _left(options, made, matrix_page.publish)


def _mutants(options: Namespace) -> int:
    """Play the mutants, show what became of them, write it where asked; 1 where one survives unexplained."""
    if options.bank:
        raise ConfigurationError("--mutants are played on the plain reference; leave out --bank.")
    part = _part(options.shard, options.defect)
    pick = mutation_testing.Pick(part.globs, part.number, part.parts, options.sample, options.seed)
    with _live() as (folder, tell):
        made = mutation_testing.prove(Path(options.target), options.document, pick, folder, tell)
    _show_kills(made)
    return _left(options, made, matrix_page.publish_mutants)


def _recorded(options: Namespace) -> int:
    """Judge what is recorded of all that is played, and show where it differs; 1 where it does."""
    if options.publish:
        raise ConfigurationError("--publish has no page for what is --recorded; take --output.")
    part = _part(options.shard, options.defect)
    pick = recorded_matrix.Pick(part.globs, part.number, part.parts, options.sample, options.seed)
    with _live() as (folder, tell):
        made = recorded_matrix.prove(
            Path(options.target), options.document, pick, folder, tell, bank=options.bank
        )
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
    return _left(options, made, matrix_page.publish)


def _left(
    options: Namespace,
    made: matrix.Matrix | mutation_testing.MutationResults | recorded_matrix.RecordedMatrix,
    publish: Callable[..., object],
) -> int:
    """Leave a proof where it was asked for, and return the exit code."""
    if options.output:
        files.fill(Path(options.output), json.dumps(made.as_json(), indent=1))
    if options.publish:
        publish(made.as_json(), Path(options.publish))
    return Exit.CONFORMANT if made.holds else Exit.NOT_CONFORMANT


@contextmanager
def _live() -> Iterator[tuple[Path, Tell]]:
    """Yield a folder for the run, and what shows how far it is."""
    with (
        TemporaryDirectory() as folder,
        Progress(console=screen.console(stderr=True), transient=True) as live,
    ):
        tasks: dict[str, TaskID] = {}

        def tell(what: str, finished: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = live.add_task(what, total=total)
            live.update(tasks[what], completed=finished)

        yield Path(folder), tell


def _part(shard: str, globs: list[str]) -> matrix.Part:
    part = Shard.read(shard)
    return matrix.Part(tuple(globs), part.number, part.parts)


def _show(results: matrix.Matrix) -> None:
    console = screen.console(soft_wrap=True)
    caught = len(results.defects) - len(results.survivors)
    borne = len(results.freedoms) - len(results.false_alarms)
    console.print(f"{caught} of {len(results.defects)} defects caught")
    if results.open:
        console.print(
            f"{len(results.open)} more are not caught yet, and were not played: {', '.join(results.open)}"
        )
    for told in results.again:
        console.print(f"right only when played again: {told}")
    console.print(f"{borne} of {len(results.freedoms)} freedoms left alone")
    kept = len(results.claims) - len(results.unheard) - len(results.too_loud)
    console.print(f"{kept} of {len(results.claims)} claims of a reading kept apart")
    for size in sorted({len(it.defects) for it in results.groups}):
        held = [it for it in results.groups if len(it.defects) == size]
        apart, shown, first, beside, alike = (sum(getattr(it, name) for it in held) for name in _OF_GROUPS)
        console.print(
            f"{apart} of {len(held)} groups of {size} defects make as many causes as show; {shown} show, "
            f"for {first} of them their own clause is a cause's first, for {beside} one that says the same, "
            f"and for {alike} nobody can tell which field"
        )
    problems = {
        "not caught": results.survivors,
        "false alarm": results.false_alarms,
        "red on the clean reference": results.unclean,
        "no defect proves": results.without_defect,
        "catches no defect": results.idle,
        "met by no test": results.unmet,
        "a guess held against a document": results.leaks,
        "a claim that lets another reading pass": results.unheard,
        "a claim that lets its own reading not pass": results.too_loud,
        f"less than {combined_defects.ENOUGH:.0%} of all defects at once are told apart": results.muddled,
    }
    _tell(problems)


def _show_kills(results: mutation_testing.MutationResults) -> None:
    console = screen.console(soft_wrap=True)
    shares = {name: matrix_page.percent(share) for name, share in results.shares().items()}
    for family, counts in results.tally().items():
        text = ", ".join(f"{count} {what}" for what, count in counts.items())
        console.print(f"{family}: {text}; {shares[family]} survive")
    console.print(f"in all: {shares['all']} survive, of those that are no equivalents")
    if results.thinned:
        console.print(
            f"{results.thinned} more left out: each kind at each field stays, the answers by the seed"
        )
    problems = {
        "survives without a reason": results.unexplained,
        "a reason that no survivor needs": results.unneeded,
        "a test of ours broke": results.broken,
        "red on the clean reference": results.unclean,
    }
    _tell(problems)


def _tell(problems: Mapping[str, Sequence[str]]) -> None:
    console = screen.console(soft_wrap=True)
    for what, names in problems.items():
        for name in names:
            console.print(Text(f"{what}: {name}", style="red"))
