"""Which suites a run collects, and which of their tests it makes, in which order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from clausewise.errors import Unwritable
from clausewise.plugin import case_selection, complaints, selection
from clausewise.plugin.session import Session


def is_unclaimed(session: Session, path: Path) -> bool:
    """Tell whether the suites of a family lie there that the target does not claim."""
    return Path(os.path.realpath(path)) in session.run.unclaimed


def lies_above(session: Session, path: Path) -> bool:
    """Tell whether tests of a family that somebody brought along lie below a folder."""
    homes = session.run.scope.homes.values()
    return any(path in home.suite.parents for home in homes if not home.ships)


def check(session: Session, path: Path, report: pytest.CollectReport) -> None:
    """Say which file of a family's tests cannot be imported, and why: a run without it is another run."""
    own = session.run.scope.homes.values() if report.failed else ()
    if any(path.is_relative_to(home.suite) for home in own):
        why = str(report.longrepr).strip().splitlines()[-1].removeprefix("E ").strip()
        raise complaints.complaint(f"{path} cannot be imported: {why}")


def choose(session: Session, config: pytest.Config, items: list[pytest.Item]) -> Sequence[pytest.Item]:
    """Leave in `items` those that this target and this selection call for, in order; return the others."""
    run = session.run
    with complaints.as_usage_errors():
        kept, dropped = selection.split(run.scope, items, run.choice, run.shard, run.done)
    failed = session.shared.counterexamples.tests()
    items[:] = selection.ordered(kept, failed, alone=not session.is_worker)
    if session.budget.most["requests"] is not None:
        items[:] = case_selection.by_worth(session, items, failed)
    session.left_out = {item.nodeid for item in kept if selection.ids(item)} | set(_ignored(session, config))
    return dropped


def _ignored(session: Session, config: pytest.Config) -> Iterator[str]:
    """Yield what pytest's own options have it not look for among the suites: files, folders, globs."""
    own = [home.suite for home in session.run.scope.homes.values()]
    for name in config.getoption("ignore") or ():
        path = Path(os.path.realpath(name))
        if any(path.is_relative_to(suite) or suite.is_relative_to(path) for suite in own):
            yield f"--ignore={name}"
    yield from (f"--ignore-glob={name}" for name in config.getoption("ignore_glob") or ())


def take_down(session: Session, items: Sequence[pytest.Item]) -> None:
    """Write down which tests are to be made, once nobody leaves any out any more."""
    try:
        session.collected({item.nodeid: named for item in items if (named := selection.ids(item))})
    except Unwritable as bad:
        session.lose(bad, None)
        raise pytest.UsageError(session.lost) from bad
