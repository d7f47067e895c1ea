"""What a run begins with: pytest's options, and the run that it goes on with, read into values."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from clausewise import families, journal, package_data, report, rulings, scope, targets
from clausewise._version import __version__
from clausewise.client import Budget
from clausewise.errors import ConfigurationError
from clausewise.model import Kind, Verdict
from clausewise.plans import Plan
from clausewise.plugin.selection import Selection
from clausewise.plugin.shards import Shard
from clausewise.reference import process
from clausewise.rulings import Rulings
from clausewise.scope import Scope


def claimed(
    path: Path, documents: Sequence[str] = (), allowed: Sequence[str] | None = None
) -> targets.Target:
    """Load a target file; `documents` are claims as FAMILY=ID that take the place of the file's.

    `allowed` are files of secrets that need not lie beside it; None for any, where nothing is sent.
    """
    target = targets.load(path, package_data.SCHEMAS / "target.schema.json", allowed=allowed)
    claims = {}
    for text in documents:
        family, _, document = text.partition("=")
        if family not in target.families or not document:
            raise ConfigurationError(f"--document {text}: write FAMILY=ID with a family of {path}.")
        claims[family] = document
    return target.claiming(claims)


def slowed(target: targets.Target, rate: float | None) -> targets.Target:
    """Return the same target with no more requests a second than these, and than its file allows."""
    rates = [it for it in (rate, target.limits.rate) if it]
    return replace(target, limits=replace(target.limits, rate=min(rates))) if rates else target


def remembered(folder: Path) -> Scope:
    """Return what the run of a folder judged: its target file, and what it claimed then."""
    facts = journal.facts(folder)
    target = claimed(Path(facts["path"]), facts["documents"])
    base_urls = {name: told["base_url"] for name, told in facts["target"]["families"].items()}
    return scope.of(target.reached(base_urls))


@contextmanager
def embedded(target: targets.Target, *options: str) -> Iterator[targets.Target]:
    """Run the reference for the target's embedded families, if it has any, while the context lasts.

    `options` are more options of `clausewise serve`.
    """
    if not target.embedded:
        yield target
        return
    documents = {family: target.families[family].document for family in target.embedded}
    for family in documents:
        families.family(family, str(target.path)).check_plays()
    with process.started(documents, *options) as url:
        yield played(target, url)


def played(target: targets.Target, url: str) -> targets.Target:
    """Return the same target with its embedded families at a running reference."""
    return target.reached({family: families.family(family).below(url) for family in target.embedded})


def memory(config: pytest.Config, plan: Plan, beside: Path, target: str) -> Path | None:
    """Return where the target's counterexamples are kept; None where a plan leaves nothing to chance."""
    if config.getoption("--dry-run") or not plan.examples:
        return None
    given = config.getoption("--counterexamples")
    return (Path(given) if given else beside / "counterexamples") / target


def budget(
    config: pytest.Config, target: targets.Target, table: Mapping[str, Any], stack: ExitStack
) -> Budget:
    """Return what this process may spend: of its own, or of the book that all workers share."""
    book = table.get("book", "")
    if not table and getattr(config.option, "numprocesses", None):
        book = f"{stack.enter_context(TemporaryDirectory())}/budget"
    most = config.getoption("--max-requests"), config.getoption("--max-time")
    return Budget(*most, target.limits.rate, Path(book) if book else None)


def seed(config: pytest.Config) -> int:
    """Return the seed that is given, or a new one."""
    seed = config.getoption("--seed")
    return secrets.randbelow(2**32) if seed is None else int(seed)


def shard(config: pytest.Config, record: Mapping[str, Any]) -> Shard:
    """Return which part of a whole this run is: as it was begun, or as is asked for, with a seed for all.

    Raises ConfigurationError for what is no part, and where each part would have a seed of its own.
    """
    asked = record.get("shard", "") if record else config.getoption("--shard")
    if asked and not record and config.getoption("--seed") is None:
        raise ConfigurationError(
            f"--shard {asked} takes a --seed, the same one for all shards, such as the pipeline's number."
        )
    return Shard.read(asked) if asked else Shard()


def resumed(config: pytest.Config) -> Mapping[str, Any]:
    """Return what the run that shall go on told of itself; empty where a new one begins."""
    return journal.facts(Path(folder)) if (folder := config.getoption("--resume")) else {}


def check_same(folder: Path, record: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Refuse to go on with another target or another clausewise: the parts would not fit together."""
    now = {"suite": __version__, "documents": facts["documents"], "target": facts["target"]["sha256"]}
    then = {**now, **{name: record.get(name) for name in ("suite", "documents")}}
    then["target"] = record["target"]["sha256"]
    for name, own in facts["target"]["families"].items():
        now[f"family {name}"] = own.get("sha256")
        then[f"family {name}"] = record["target"]["families"].get(name, {}).get("sha256")
    for name, value in then.items():
        if value != now[name]:
            raise ConfigurationError(
                f"{folder} cannot be resumed: its {name} was {value!r}, and now is {now[name]!r}. "
                f"Begin a new run; `--since {folder}` takes what this one did not settle."
            )


def choice(config: pytest.Config, plan: Plan, record: Mapping[str, Any]) -> Selection:
    """Return what is picked by options, by an earlier run's folder, or by the run that goes on."""
    since = config.getoption("--since")
    kinds = frozenset(map(Kind, plan.kinds)) or None
    if record:
        return Selection(ids=frozenset(record["selected"]) if record["selected"] else None, kinds=kinds)
    return Selection(
        tuple(config.getoption("--clause")),
        tuple(config.getoption("--operation")),
        tuple(config.getoption("--family")),
        frozenset(_unsettled(Path(since))) if since else None,
        kinds,
    )


def ruled(config: pytest.Config, target: targets.Target) -> Rulings:
    """Return what people decided; ConfigurationError for a file that is malformed or about others."""
    given = {name: config.getoption(f"--{name}") or "" for name in ("policy", "waivers", "frozen")}
    made = rulings.load(target.policy, target.path, target.name, **given)
    if stray := [family for family, _ in made.minimum_exercised if family not in target.families]:
        raise ConfigurationError(
            f"The policy's minimum_exercised names the family {stray[0]!r}; {target.path} does not claim it."
        )
    return made


def _unsettled(folder: Path) -> Iterator[str]:
    """Yield the clauses that failed, or could not be judged, in an earlier run."""
    settled = {Verdict.PASS, Verdict.WAIVED, Verdict.NOT_APPLICABLE}
    for row in report.read(folder)["clauses"]:
        if row["verdict"] not in settled:
            yield row["id"]


def check_owner(target: targets.Target, typed: str) -> None:
    """Refuse production to whoever has not typed its name; ConfigurationError says how."""
    if target.environment == "production" and typed != target.name:
        said = f", not {typed!r}" if typed else ""
        raise ConfigurationError(
            f"{target.path} says environment = 'production': whoever answers for it adds "
            f"--i-own-this-target and its name in full, {target.name!r}{said}."
        )


def check_plan(target: targets.Target, plan: Plan) -> None:
    """Refuse plans that write on production."""
    if target.environment == "production" and not plan.only_reads:
        raise ConfigurationError(
            f"{target.path} says environment = 'production', where only plan 'safe' may run, and this one is "
            f"{plan.name!r}; give --plan safe."
        )
