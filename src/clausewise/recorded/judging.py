"""Judges recorded exchanges into a run folder of their own, as a live run would have left it."""

from __future__ import annotations

import secrets
import shlex
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clausewise import journal, masking, statement
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
    journal.begin(folder, _facts(scope, ruled, run, now))
    pages = journal.Pages(folder)
    read = met = 0
    try:
        bench = bench_of(scope, pages, Policy(named=ruled.red))
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


def bench_of(scope: Scope, pages: journal.Journal, policy: Policy) -> Bench:
    """Return what recorded exchanges are judged with: nothing is known of them but what they hold."""
    target = scope.target
    marks = {name: mark for known in scope.contracts.values() for name, mark in known.sensitive.items()}
    hidden = masking.sensitive_fields(marks, target.masked_fields, personal=not target.show_personal_data)
    masker = masking.Masker(secrets.token_bytes(16), target.secrets, hidden)
    return Bench({clause.id: clause for clause in scope.clauses()}, scope.operation, pages, masker, policy)


def again(one: Seen, bench: Bench) -> Judge:
    """Judge one recorded exchange as it would have been judged live; return its judge, which is closed."""
    judge = Judge(bench, one.test or "recorded", ())
    if one.exchange:
        judge.settle(one.exchange, one.wanted, loose=one.loose)
    judge.end()
    return judge


def _facts(scope: Scope, ruled: Rulings, run: str, now: datetime) -> dict[str, Any]:
    target = scope.target
    families = {
        name: {"document": known.document, "base_url": known.base_url, "overlays": {}}
        for name, known in target.families.items()
    }
    return {
        "id": run,
        "started": now.isoformat(timespec="milliseconds"),
        "seed": 0,
        "plan": PLAN,
        "workers": 1,
        "rulings": ruled.as_json(),
        "path": str(target.path.absolute()),
        "documents": [f"{name}={known['document']}" for name, known in families.items()],
        "command": shlex.join(["clausewise", *sys.argv[1:]]),
        "target": {
            "name": target.name,
            "environment": target.environment,
            "file": target.path.name,
            "sha256": target.sha256,
            "families": families,
        },
    }
