"""`clausewise family`: make a family of an OpenAPI file, or see whether one is whole and what changed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from rich.text import Text

from clausewise import families, scaffolding
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.untrusted import visible
from clausewise.verdict import Exit, many

_SHOWN = 40  # clauses of a kind of change


def run(options: Namespace) -> int:
    """Do what the first word says; 1 where a family is not whole, or lost clauses."""
    if options.what == "new":
        return _new(options)
    for name in ("source", "output"):
        if getattr(options, name):
            option = {"source": "--from"}.get(name, f"--{name}")
            raise ConfigurationError(f"{option} goes with `clausewise family new`.")
    return _check(options)


def _new(options: Namespace) -> int:
    if not options.source:
        raise ConfigurationError("`clausewise family new` makes one of an OpenAPI file: give --from FILE.")
    if options.against or options.format != "text":
        raise ConfigurationError("--against and --format go with `clausewise family check`.")
    made = scaffolding.found(
        Path(options.source), options.name, Path(options.output or options.name), allowed=options.allow_fetch
    )
    count, clauses = many(made.operations, "operation", "operations"), many(made.clauses, "clause", "clauses")
    _say([f"Wrote {made.folder}: {count}, {clauses}."])
    if made.contradictions:
        places = many(made.contradictions, "place", "places")
        text = f"{made.folder}/schemas/{options.name}/discrepancies.toml"
        _say([f"The file contradicts itself in {places}: see {text}."])
    _say([f"Left out: {it}." for it in made.left_out[:_SHOWN]])
    target = f"{made.folder}/target.toml"
    _say([f"Write your API's address into {target}, then: clausewise run --target {target}"])
    return Exit.CONFORMANT


def _check(options: Namespace) -> int:
    now = scaffolding.version(options.name)
    told = scaffolding.changes(now, scaffolding.version(options.against)) if options.against else {}
    if not options.against and now.home.id not in families.known():
        families.name(now.home.root, options.name)
    lacking = [] if options.against else list(scaffolding.lacks(now))
    bad = bool(lacking or told.get("removed"))
    if options.format == "json":
        whole = {"format": "clausewise-family", "version": 1, "lacks": lacking, **told}
        sys.stdout.write(f"{json.dumps(whole, indent=1)}\n")
        return Exit.NOT_CONFORMANT if bad else Exit.CONFORMANT
    for kind, some in told.items():
        names = [
            it["id"] + "".join(f"\n      {how}" for how in it["changes"]) if isinstance(it, dict) else it
            for it in some
        ]
        _say([f"{many(len(some), 'clause', 'clauses')} {kind}", *(f"    {it}" for it in names[:_SHOWN])])
        if len(names) > _SHOWN:
            _say([f"    and {len(names) - _SHOWN} more; --format json has them all"])
    _say(lacking or ([] if told else [f"{now.home.id} is whole: every clause has a test or a reason."]))
    return Exit.NOT_CONFORMANT if bad else Exit.CONFORMANT


def _say(lines: list[str]) -> None:
    for line in lines:
        screen.console(soft_wrap=True).print(Text(visible(line)))
