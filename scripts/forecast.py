"""Counts what each test sends, plan by plan, on the reference: schemas/<family>/requests.json, for forecasts.

    python scripts/forecast.py [plan ...]

Without plans all that a run offers are counted; nightly takes many minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import mode
from tempfile import TemporaryDirectory

from clausewise import families, forecast, journal, package_data
from clausewise.plans import OFFERED, PLANS

REFERENCE = package_data.TARGETS / "reference.toml"
Counts = Mapping[str, int]
WHOLE = """
import sys
from clausewise.cli import main
from clausewise.plugin import case_selection
case_selection.leaves_out = lambda _: False
sys.exit(main(sys.argv[1:]))
"""


def counted(plan: str) -> dict[str, Counts]:
    """Return how many requests each test sends, by the suite's folder; of a plan in full with all cases."""
    name, full, _ = plan.partition(forecast.IN_FULL)
    start, workers = (["-c", WHOLE], "0") if full else (["-m", "clausewise"], "2")
    with TemporaryDirectory() as made:
        folder = Path(made) / "run"
        command = [sys.executable, *start, "run", "--target", str(REFERENCE), "--plan", name]
        command += ["--seed", "1", "-n", workers, "--quiet", "--run-dir", str(folder)]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603 - our own
        sent = Counter(record["test"] for record in journal.records(folder, journal.EXCHANGES))
        tests = {
            name for told in journal.records(folder, journal.TESTS) for name in told.get("collected", ())
        }
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for test in tests:
        home, _, rest = test.partition("/")
        held[home][rest] = sent[test]
    return {home: dict(sorted(shortened(own).items())) for home, own in held.items()}


def shortened(sent: Counts) -> dict[str, int]:
    """Return what the tests of a function send most often by its name, and only others by theirs."""
    functions: dict[str, list[int]] = defaultdict(list)
    for test, many in sent.items():
        functions[test.partition("[")[0]].append(many)
    usual = {name: mode(numbers) for name, numbers in functions.items()}
    return usual | {test: many for test, many in sent.items() if many != usual[test.partition("[")[0]]}


def main() -> None:
    """Count and write."""
    homes = {home.suite.name: home for home in map(families.family, package_data.families())}
    for plan in sys.argv[1:] or (
        *OFFERED,
        *(it + forecast.IN_FULL for it in OFFERED if PLANS[it].selects_cases),
    ):
        for name, counts in counted(plan).items():
            path = homes[name].folder / forecast.FILE
            told = json.loads(path.read_text()) if path.exists() else {"plans": {}}
            told["plans"][plan] = counts
            path.write_text(f"{json.dumps(told, separators=(',', ':'), sort_keys=True)}\n")


if __name__ == "__main__":
    main()
