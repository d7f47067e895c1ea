"""JUnit XML: one test case per clause, so that a CI's own pages show clauses.

It keeps the schema by which Jenkins' xUnit plugin takes or refuses a file, which knows no property of a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from clausewise.report.causes import brief, causes, source
from clausewise.untrusted import printable
from clausewise.verdict import UNSELECTED

Row = Mapping[str, Any]


def xml(results: Row) -> str:
    """Return the results as JUnit XML; what was not exercised is skipped with its reason, never passed.

    The times of the clauses are their shares of their tests' and add up to the run's.
    """
    whole = JUnitXml("clausewise")
    known = {(entry["family"], entry["operation"]) for entry in results["operations"]}
    by_key: dict[tuple[str, str], list[Row]] = {}
    picked = (row for row in results["clauses"] if row["reason"] != UNSELECTED)
    for row in picked if results["promise"]["narrowed"] else results["clauses"]:
        key = (row["family"], row["operation"])
        by_key.setdefault(key if key in known else (row["family"], ""), []).append(row)
    shown = _Shown(results)
    for operation in results["operations"]:
        rows = by_key.get((operation["family"], operation["operation"]), [])
        whole.append(_suite(operation, rows, shown))
    for name in ("tests", "failures", "errors"):  # and no `skipped`, which the schema has at suites alone
        setattr(whole, name, sum(getattr(suite, name) for suite in whole))
    whole.time = round(results["run"]["seconds"], 3)
    return str(whole.tostring().decode())


class _Shown:
    """What every case is told from: the results, the cause of each clause, and how much time is whose."""

    def __init__(self, results: Row) -> None:
        self.results = results
        self.causes: dict[str, str] = {}
        for cause in causes(results):
            alone = f"cause {cause.number}: {cause.clause['statement']} ({cause.clause['id']})"
            for name in cause.row["clauses"]:
                self.causes.setdefault(name, alone)
        spent = sum(row["milliseconds"] for row in results["clauses"])
        self._share = results["run"]["seconds"] / spent if spent else 0.0

    def seconds(self, row: Row) -> float:
        """Return how much of the run's time a clause took."""
        return round(float(row["milliseconds"] * self._share), 6)

    def findings(self, row: Row) -> Sequence[Row]:
        """Return the findings of a clause."""
        return [self.results["findings"][number] for number in row["findings"]]


def _suite(operation: Row, rows: list[Row], shown: _Shown) -> TestSuite:
    results = shown.results
    suite = TestSuite(f"{operation['family']}.{operation['operation'] or 'across operations'}")
    suite.timestamp = results["run"]["started"][:19]
    run = {
        "seed": results["run"]["seed"],
        "target": results["target"]["name"],
        "word": results["outcome"]["word"],
    }
    run |= {"suite version": results["suite"]["version"]} | results["run"]["labels"] | _excuses(results)
    for name, value in run.items():
        suite.add_property(name, printable(value))
    suite.add_testcases([_case(row, shown) for row in rows])
    return suite


def _excuses(results: Row) -> dict[str, str]:
    """Return what excuses, in one property for each kind."""
    held: dict[str, list[str]] = {}
    for row in results["excuses"]:
        held.setdefault(row["kind"], []).append(row["says"])
    return {kind: "; ".join(says) for kind, says in held.items()}


def _case(row: Row, shown: _Shown) -> TestCase:
    case = TestCase(printable(row["statement"]), row["id"], shown.seconds(row))
    found = shown.findings(row)
    text = printable("\n\n".join(_lines(row, shown)))
    message = printable(brief(found[0]) if found else row["reason"] or row["statement"])
    if row["verdict"] == "fail" and row["colour"] == "red":
        case.result = [Failure(message, row["standing"])]
    elif row["verdict"] == "error":
        case.result = [Error(message, "error")]
    elif row["verdict"] != "pass":
        case.result = [Skipped(f"{'amber' if row['verdict'] == 'fail' else row['verdict']}: {message}")]
    for result in case.result:
        result.text = text
    case.system_out = printable(
        "\n".join([f"{row['kind']}, {row['standing']}", *map(source, row["sources"])])
    )
    return case


def _lines(row: Row, shown: _Shown) -> Iterator[str]:
    """Yield what there is to say on a clause that is not kept: the cause first."""
    if row["id"] in shown.causes:
        yield shown.causes[row["id"]]
    for bad in shown.findings(row):
        where = f"\nWhere: {bad['where']}" if bad["where"] not in {"", "status"} else ""
        yield f"Expected: {bad['expected']}\nActual: {bad['actual']}{where}"
    if row["reason"]:
        yield row["reason"]
