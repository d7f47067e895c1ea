"""What the gate's requests prove: with all cases and with those it asks, by family, and by budgets.

    python benchmarks/economy.py [--families cdp,ofs-ecm] [--budgets 500,1500]

The requests of both are counted on runs against the reference. Which defects are caught is read from
docs/matrix.csv, which `make matrix` wrote with the cases that the gate asks; a budget's are those whose test
of that table comes within it, so that there may be more. Serial runs, one seed.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import measuring

from clausewise import economy, families, forecast, package_data
from clausewise.plugin import collection
from clausewise.plugin.startup import claimed
from clausewise.scope import of as scope_of

HEADS = ("what", "requests", "of all", "seeded defects caught", "caught a request")
WHOLE = """
import sys
from clausewise.cli import main
from clausewise.plugin import case_selection
case_selection.leaves_out = lambda _: False  # as if nobody had recorded anything, and nobody lent
sys.exit(main(sys.argv[1:]))
"""


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--families", default=",".join(package_data.families()))
    parser.add_argument("--budgets", default="500,1000,1500,2500")
    given = parser.parse_args(words)
    measuring.table(HEADS, _rows(given.families.split(","), [int(it) for it in given.budgets.split(",")]))


def _rows(names: Sequence[str], budgets: Sequence[int]) -> Iterator[Sequence[object]]:
    caught = _caught()
    all_before = all_after = 0
    for name in names:
        before, after = _requests(name, whole=True), _requests(name, whole=False)
        all_before, all_after = all_before + before, all_after + after
        yield from _pair(name, before, after, _of(caught, [name]))
    if len(names) > 1:
        yield from _pair("all families", all_before, all_after, _of(caught, names))
    orders = {"by worth": _by_worth(names), "as they stand": _as_they_stand(names)}
    for budget in budgets:
        for how, order in orders.items():
            sent = found = 0
            for test, cost in order:
                if sent + cost > budget:
                    break
                sent, found = sent + cost, found + caught[test]
            told = f"{budget / all_before:.1%}", found, f"{found / budget:.2f}"
            yield f"the first {budget}, tests {how}", budget, *told


def _pair(name: str, before: int, after: int, caught: int) -> Iterator[Sequence[object]]:
    """Yield the row of a gate that asks all cases, and that of the gate as it is."""
    yield f"{name}, all cases", before, "100%", caught, f"{caught / before:.2f}"
    yield f"{name}, as the gate asks", after, f"{after / before:.1%}", caught, f"{caught / after:.2f}"


def _requests(family: str, *, whole: bool) -> int:
    """Return how many requests a gate of one family sends."""
    with TemporaryDirectory() as name:
        path, folder = measuring.target(Path(name), "bank", "embedded", family), Path(name) / "run"
        words: list[str | Path] = ["run", "--target", path, "--seed", "1", "--run-dir", folder]
        done = measuring.command(sys.executable, "-c", WHOLE, *words) if whole else measuring.timed(*words)
        if done.code:
            raise SystemExit(f"the gate of {family} ended with exit {done.code}")
        return int(measuring.results(folder)["run"]["exchanges"])


def _caught() -> Mapping[str, int]:
    """Return how many defects the matrix says that each test catches."""
    with (package_data.ROOT / "docs" / "matrix.csv").open() as file:
        return Counter(row["caught by"] for row in csv.DictReader(file))


def _of(caught: Mapping[str, int], names: Sequence[str]) -> int:
    folders = {families.family(name).suite.name for name in names}
    return sum(many for test, many in caught.items() if test.partition("/")[0] in folders)


def _by_worth(names: Sequence[str]) -> list[tuple[str, int]]:
    homes = [families.family(name) for name in names]
    worth = {
        f"{home.suite.name}/{test}": told
        for home in homes
        for test, told in economy.recorded(home).worth.items()
    }
    return sorted(_as_they_stand(names), key=lambda it: -worth.get(it[0], 0.0))


def _as_they_stand(names: Sequence[str]) -> list[tuple[str, int]]:
    """Return each test and what it sends: one of each function, then the second of each, as in a run."""
    homes = [families.family(name) for name in names]
    folders = {home.suite.name for home in homes}
    scope = scope_of(claimed(measuring.REFERENCE))
    tests = [it for it in collection.tests(scope, {"plan": "gate"}) if it.partition("/")[0] in folders]
    seen: Counter[str] = Counter()
    rounds: dict[str, int] = {}
    for test in tests:
        seen[test.partition("[")[0]] += 1
        rounds[test] = seen[test.partition("[")[0]]
    cost = {test: round(sum(forecast.requests(homes, "gate", [test]).values())) for test in tests}
    return [(test, cost[test]) for test in sorted(tests, key=rounds.__getitem__)]


if __name__ == "__main__":
    main()
