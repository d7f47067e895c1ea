"""What a run writes down of itself before its first call: in run.json, and of each part when it goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from clausewise import journal, snapshots, statement
from clausewise._version import __version__
from clausewise.plugin import startup
from clausewise.plugin.session import Session


def begin(session: Session, now: datetime, workers: int, record: Mapping[str, Any]) -> None:
    """Write down what the run is, or that the run of a `record` goes on; hold its folder from now on.

    Raises ConfigurationError where the folder is another run's, or what is judged has changed since.
    """
    run, hides = session.run, session.run.new_masker()
    masks = sorted(hides.masked(secret) for secret in run.scope.target.secrets)
    mark = {"base_urls": run.base_urls, "masks": masks}
    part = {"started": now.isoformat(timespec="milliseconds"), "workers": workers}
    if not record:
        journal.begin(run.folder, facts(session, part), snapshots.of(run.scope, hides), mark)
    session.stack.callback(os.close, journal.hold(run.folder))
    if record:
        _go_on(session, part, record, mark)


def facts(session: Session, part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new run is, as run.json has it."""
    run = session.run
    return {
        "id": run.id,
        "suite": __version__,
        "started": part["started"],
        "seed": run.seed,
        "plan": run.plan.name,
        "workers": part["workers"],
        "strict": run.policy.strict,
        "confirm": run.confirming,
        "rulings": run.rulings.as_json(),
        "selected": run.choice.picked(run.scope),
        "environment": statement.environment(),
        "most": session.budget.most,
        "labels": run.shown_labels,
        **({} if run.shard.is_whole else {"shard": str(run.shard)}),
        **run.scope.facts(),
    }


def _go_on(
    session: Session, part: Mapping[str, Any], record: Mapping[str, Any], mark: Mapping[str, Any]
) -> None:
    """Write down that a run goes on, with what is left of it."""
    run, told = session.run, session.run.scope.facts()
    startup.check_same(run.folder, record, told)
    session.run = replace(run, done=journal.settled(run.folder, confirmed=run.confirming))
    before = {"before": journal.seconds(run.folder), "command": told["command"], "most": session.budget.most}
    journal.resume(run.folder, {**record, "target": told["target"]}, {**part, **before}, mark)
