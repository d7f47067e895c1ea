"""Judges recorded exchanges into a run folder of their own, as a live run would have left it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clausewise import journal, snapshots, statement
from clausewise._version import __version__
from clausewise.judge import Judge, JudgeContext, masker
from clausewise.recorded.exchanges import Seen
from clausewise.rulings import Rulings
from clausewise.scope import Scope
from clausewise.verdict import Policy

PLAN = "recorded"
_NAMED = 5  # of the entries that are left out for one reason


def judged(
    exchanges: Iterable[Seen],
    scope: Scope,
    folder: Path,
    ruled: Rulings,
    tell: Callable[[int], None],
    *,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Judge every exchange, write and return the results; `tell` hears how many were read."""
    now = datetime.now(UTC)
    run = f"{now:%Y%m%d-%H%M%S}-{scope.target.name}-recorded"
    facts = {
        "id": run,
        "started": now.isoformat(timespec="milliseconds"),
        "seed": 0,
        "plan": PLAN,
        "workers": 1,
    }
    key = secrets.token_bytes(16)
    hides = masker(scope, key)
    known = {
        "suite": __version__,
        "environment": statement.environment(),
        "rulings": ruled.as_json(),
        "labels": {name: hides.text(value) for name, value in labels.items()},
    }
    mark = {"masks": [hides.masked(secret) for secret in sorted(scope.target.secrets)]}
    journal.begin(folder, facts | known | scope.facts(), snapshots.of(scope, hides), mark)
    pages = journal.JournalFiles(folder)
    read = met = 0
    left: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    try:
        bench = JudgeContext.of(scope, pages, Policy(named=ruled.red), key)
        for one in exchanges:
            read += 1
            if one.exchange:
                met += 1
                again(one, bench)
            else:
                left[hides.text(one.why), *one.operation].append(read)
            tell(read)
    finally:
        pages.close()
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    record = {"read": read, "judged": met, "left_out": [_left(key, entries) for key, entries in left.items()]}
    journal.end(folder, at, interrupted=False, recorded=record)
    results = statement.assemble(scope, folder)
    statement.write(results, folder)
    return results


def _left(key: tuple[str, str, str], entries: list[int]) -> dict[str, Any]:
    """Return why some entries were left out, of which operation, and which they are, counted from 1."""
    why, family, operation = key
    place = {"family": family, "operation": operation}
    return {"why": why, **place, "many": len(entries), "entries": entries[:_NAMED]}


def again(one: Seen, bench: JudgeContext) -> Judge:
    """Judge one recorded exchange as it would have been judged live; return its judge, which is closed."""
    judge = Judge(bench, one.test or "recorded", ())
    if one.exchange:
        judge.settle(one.exchange, one.terms)
    judge.end()
    return judge
