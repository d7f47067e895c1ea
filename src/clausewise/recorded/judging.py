"""Judges recorded exchanges into a run folder of their own, as a live run would have left it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clausewise import journal, statement
from clausewise.judge import Bench, Judge
from clausewise.recorded.seen import Seen
from clausewise.rulings import Rulings
from clausewise.scope import Scope
from clausewise.verdict import Policy

PLAN = "recorded"


def judged(
    seen: Iterable[Seen], scope: Scope, folder: Path, ruled: Rulings, tell: Callable[[int], None]
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
    journal.begin(folder, {**facts, "rulings": ruled.as_json(), **scope.facts()})
    pages = journal.Pages(folder)
    read = met = 0
    try:
        bench = Bench.of(scope, pages, Policy(named=ruled.red), secrets.token_bytes(16))
        for one in seen:
            read += 1
            if one.exchange:
                met += 1
                again(one, bench)
            tell(read)
    finally:
        pages.close()
    results = statement.assemble(scope, folder)
    results["run"]["recorded"] = {"read": read, "judged": met}
    statement.write(results, folder)
    return results


def again(one: Seen, bench: Bench) -> Judge:
    """Judge one recorded exchange as it would have been judged live; return its judge, which is closed."""
    judge = Judge(bench, one.test or "recorded", (), guessed=one.guess)
    if one.exchange:
        judge.settle(one.exchange, one.wanted, loose=one.loose)
    judge.end()
    return judge
