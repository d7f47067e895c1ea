"""`clausewise family`: make a family of an OpenAPI file, or see whether one is whole and what changed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from rich.text import Text

from clausewise import families, founding
from clausewise.cli import screen
from clausewise.errors import ConfigurationError
from clausewise.foreign import visible
from clausewise.verdict import Exit, many

_SHOWN = 40  # clauses of a kind of change


def run(given: Namespace) -> int:
    """Do what the first word says; 1 where a family is not whole, or lost clauses."""
    if given.what == "new":
        return _new(given)
    for name in ("source", "output"):
        if getattr(given, name):
            option = {"source": "--from"}.get(name, f"--{name}")
            raise ConfigurationError(f"{option} goes with `clausewise family new`.")
    return _check(given)


def _new(given: Namespace) -> int:
    if not given.source:
        raise ConfigurationError("`clausewise family new` makes one of an OpenAPI file: give --from FILE.")
    if given.against or given.format != "text":
        raise ConfigurationError("--against and --format go with `clausewise family check`.")
    made = founding.found(
        Path(given.source), given.name, Path(given.output or given.name), allowed=given.allow_fetch
    )
    count, clauses = many(made.operations, "operation", "operations"), many(made.clauses, "clause", "clauses")
    _say([f"Wrote {made.folder}: {count}, {clauses}."])
    if made.contradictions:
        places = many(made.contradictions, "place", "places")
        told = f"{made.folder}/schemas/{given.name}/discrepancies.toml"
        _say([f"The file contradicts itself in {places}: see {told}."])
    _say([f"Left out: {it}." for it in made.left_out[:_SHOWN]])
    target = f"{made.folder}/target.toml"
    _say([f"Write your API's address into {target}, then: clausewise run --target {target}"])
    return Exit.CONFORMANT


def _check(given: Namespace) -> int:
    now = founding.version(given.name)
    told = founding.changes(now, founding.version(given.against)) if given.against else {}
    if not given.against and now.home.id not in families.known():
        families.name(now.home.root, given.name)
    lacking = [] if given.against else list(founding.lacks(now))
    bad = bool(lacking or told.get("removed"))
    if given.format == "json":
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
