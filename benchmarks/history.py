"""A history of many targets over many nights: bytes, seconds to write a night, and to read what people ask.

    python benchmarks/history.py [--targets 200] [--nights 90] [--changes 4] [--clauses 4000] [--url URL]

Each night each target is judged on all clauses of the four families, some of which are of another verdict
than the night before. Without a URL the history is a file of SQLite. Seconds are of one process.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import measuring

from clausewise import families, scope
from clausewise.fleet import read, standings
from clausewise.fleet.target_status import shared
from clausewise.history import History
from clausewise.report import fleet as page
from clausewise.report import pages

HEADS = ("targets x nights x clauses", "what", "figure")
LAST = datetime(2031, 3, 10, 2, tzinfo=UTC)
VERDICTS = ("fail", "unstable", "untestable", "pass", "pass", "pass")
OPERATIONS = 44


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--changes", type=int, default=4, help="clauses a night and target")
    parser.add_argument("--clauses", type=int, default=4000, help="at most")
    parser.add_argument("--url", default="")
    given = parser.parse_args(words)
    with TemporaryDirectory() as name:
        measuring.table(HEADS, _rows(Path(name), given))


def _rows(folder: Path, given: argparse.Namespace) -> Iterator[Sequence[object]]:
    books = [scope.book(family) for family in families.known().values()]
    ids = [it.id for book in books for it in book.clauses.values()]
    clauses = [ids[at % len(ids)] + ".more" * (at // len(ids)) for at in range(given.clauses)]
    names = [f"bank-{at:03}" for at in range(given.targets)]
    where = given.url or str(folder / "fleet.db")
    size = f"{len(names)} x {given.nights} x {len(clauses)}"
    with History.at(where) as history:
        took = list(_written(history, names, clauses, given))
    if not given.url:
        yield size, "bytes", f"{(folder / 'fleet.db').stat().st_size:,}"
    yield size, "seconds to write the first night, and the last", f"{took[0]:.2f}, {took[-1]:.2f}"
    told = _fleet(folder, names)
    began = time.perf_counter()
    with History.at(where) as history:
        stand = standings(told, history, LAST)
    html = page.html(told.name, "", stand, shared(stand), page.weeks(stand), outcomes={}, links={})
    yield (
        size,
        f"seconds to draw the fleet's page ({len(html):,} bytes)",
        f"{time.perf_counter() - began:.2f}",
    )
    with History.at(where) as history:
        began = time.perf_counter()
        rows = history.runs(names[0])
        ids = [row["id"] for row in rows]
        pages.history(rows, history.broken(ids), history.times(ids), {})
        yield size, "seconds for the page of a target's last 30 runs", f"{time.perf_counter() - began:.2f}"
        began = time.perf_counter()
        count = len(history.clause(clauses[0]))
        yield size, f"seconds for a clause in all {count} runs", f"{time.perf_counter() - began:.2f}"


def _written(
    history: History, names: Sequence[str], clauses: Sequence[str], given: argparse.Namespace
) -> Iterator[float]:
    """Write night after night; yield what each took, without the making of its results."""
    dice = random.Random(1)  # noqa: S311 - made-up nights
    now = {name: dict.fromkeys(clauses, "pass") for name in names}
    for told in now.values():
        told.update(dict.fromkeys(dice.sample(clauses, min(20, len(clauses))), "fail"))
    for night in range(given.nights):
        began = LAST - timedelta(days=given.nights - 1 - night)
        seconds = 0.0
        for name in names:
            for clause in dice.sample(clauses, given.changes):
                now[name][clause] = dice.choice(VERDICTS)
            results = _results(name, began, now[name], dice)
            start = time.perf_counter()
            history.append(results)
            seconds += time.perf_counter() - start
        yield seconds


def _results(name: str, began: datetime, verdicts: dict[str, str], dice: random.Random) -> dict[str, Any]:
    fails = sum(told == "fail" for told in verdicts.values())
    times = [
        {"p50": dice.randrange(80, 200) / 10, "p95": dice.randrange(200, 400) / 10} for _ in range(OPERATIONS)
    ]
    return {
        "run": {
            "id": f"{began:%Y%m%d-%H%M%S}-{name}",
            "started": began.isoformat(timespec="milliseconds"),
            "plan": "gate",
            "seconds": 60.5,
            "exchanges": 9200,
            "labels": {"fleet": "vendors", "vendor": name[:6], "stage": "uat"},
        },
        "target": {"name": name, "environment": "test", "families": {}},
        "outcome": {"exit": int(fails > 0), "word": "not conformant" if fails else "conformant"},
        "suite": {"version": "1"},
        "counts": {"pass": len(verdicts) - fails, "fail": fails},
        "exercised": {"share": 1.0},
        "clauses": [{"id": clause, "verdict": told} for clause, told in verdicts.items()],
        "causes": [{"colour": "red"}] * fails,
        "operations": [
            {"family": "cdp", "operation": f"operation{at}", "exchanges": 90 + at}
            | {"milliseconds": {**took, "max": took["p95"] * 2}}
            for at, took in enumerate(times)
        ],
    }


def _fleet(folder: Path, names: Sequence[str]) -> Any:
    first = measuring.target(folder, names[0], "http://127.0.0.1:9", *families.known()).read_text()
    for name in names[1:]:
        (folder / f"{name}.toml").write_text(first.replace(names[0], name))
    tables = [
        f'[[targets]]\nfiles = ["{name}.toml"]\ntags = {{ vendor = "v{at // 4}" }}\n'
        for at, name in enumerate(names)
    ]
    (folder / "fleet.toml").write_text(f'version = 1\nname = "vendors"\n{"".join(tables)}')
    return read(folder / "fleet.toml")


if __name__ == "__main__":
    main()
