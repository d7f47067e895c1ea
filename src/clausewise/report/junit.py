"""JUnit XML: one test case per clause, so that a CI's own pages show clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from clausewise.foreign import printable
from clausewise.verdict import UNSELECTED

Row = Mapping[str, Any]


def xml(results: Row) -> str:
    """Return the results as JUnit XML; what was not exercised is skipped with its reason, never passed."""
    whole = JUnitXml("clausewise")
    known = {(entry["family"], entry["operation"]) for entry in results["operations"]}
    by_key: dict[tuple[str, str], list[Row]] = {}
    picked = (row for row in results["clauses"] if row["reason"] != UNSELECTED)
    for row in picked if results["promise"]["narrowed"] else results["clauses"]:
        key = (row["family"], row["operation"])
        by_key.setdefault(key if key in known else (row["family"], ""), []).append(row)
    for operation in results["operations"]:
        rows = by_key.get((operation["family"], operation["operation"]), [])
        whole.append(_suite(operation, rows, results))
    whole.update_statistics()
    return str(whole.tostring().decode())


def _suite(operation: Row, rows: list[Row], results: Row) -> TestSuite:
    suite = TestSuite(f"{operation['family']}.{operation['operation'] or 'across operations'}")
    run = {
        "seed": results["run"]["seed"],
        "target": results["target"]["name"],
        "word": results["outcome"]["word"],
    }
    for name, value in {**run, "suite version": results["suite"]["version"]}.items():
        suite.add_property(name, str(value))
    for key, value in results["run"]["labels"].items():
        suite.add_property(key, printable(value))
    for row in results["excuses"]:
        suite.add_property(row["kind"], printable(row["says"]))
    suite.add_testcases([_case(row, suite.name, results) for row in rows])
    return suite


def _case(row: Row, classname: str, results: Row) -> TestCase:
    case = TestCase(row["id"], classname, row["milliseconds"] / 1000)
    for name, value in _properties(row):
        case.append(_property(name, value))
    text = printable(_told(row, results))
    if row["verdict"] == "fail" and row["colour"] == "red":
        case.result = [Failure(text, row["standing"])]
    elif row["verdict"] == "error":
        case.result = [Error(text, "error")]
    elif row["verdict"] != "pass":
        case.result = [Skipped(f"amber: {text}" if row["verdict"] == "fail" else f"{row['verdict']}: {text}")]
    return case


def _properties(row: Row) -> Iterator[tuple[str, str]]:
    yield from ((key, str(row[key])) for key in ("id", "standing", "observability", "kind", "verdict"))
    for source in row["sources"]:
        yield from (
            (key, str(source[key])) for key in ("document", "section", "table", "row", "line") if source[key]
        )


def _property(name: str, value: str) -> Any:
    from junitparser.junitparser import Property  # noqa: PLC0415 - not among the package's public names

    return Property(name, printable(value))


def _told(row: Row, results: Row) -> str:
    found = [results["findings"][number] for number in row["findings"]]
    lines = [f"Expected: {bad['expected']}\nActual: {bad['actual']}\nWhere: {bad['where']}" for bad in found]
    return "\n\n".join([row["statement"], *lines]) if lines else row["reason"] or row["statement"]
