"""A run's figures, for what collects figures: names as Prometheus has them, labels, values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

Row = Mapping[str, Any]


class Figure(NamedTuple):
    """One figure of a run: what it is called and says, its unit, its labels and its value."""

    name: str
    says: str
    unit: str
    labels: Mapping[str, str]
    value: float


def figures(results: Row) -> Iterator[Figure]:
    """Yield the figures of a run's results; each has the labels `target`, `environment` and `plan`."""
    run, target = results["run"], results["target"]
    common = {"target": target["name"], "environment": target["environment"], "plan": str(run["plan"])}
    for name, says, unit, labels, value in _figures(results):
        yield Figure(f"clausewise_{name}", says, unit, common | labels, float(value))


def _figures(results: Row) -> Iterator[tuple[str, str, str, dict[str, str], float]]:
    run, outcome = results["run"], results["outcome"]
    yield "exit_code", "What the run ended with; 0 is conformant.", "", {}, outcome["exit"]
    yield "conformant", "1 where the run ended with 0.", "", {}, int(outcome["exit"] == 0)
    yield "run_seconds", "How long the run took.", "s", {}, run["seconds"]
    if run["ended"]:
        ended = datetime.fromisoformat(run["ended"]).timestamp()
        yield "run_ended_timestamp_seconds", "When the run ended.", "s", {}, ended
    yield "exchanges", "Exchanges of the run.", "", {}, run["exchanges"]
    share = results["exercised"]["share"]
    yield "exercised_ratio", "The share of what can be exercised that was.", "1", {}, share
    text = "Clauses by what they came to."
    for (family, verdict), many in sorted(_verdicts(results).items()):
        yield "clauses", text, "", {"family": family, "verdict": verdict}, many
    text = "What people act on: findings that one fault explains."
    causes = Counter(cause["colour"] for cause in results["causes"])
    for colour in ("red", "amber"):
        yield "causes", text, "", {"colour": colour}, causes[colour]
    for row in results["operations"]:
        if row["operation"] and row["exchanges"]:
            place = {"family": row["family"], "operation": row["operation"]}
            yield "operation_exchanges", "Exchanges of an operation.", "", place, row["exchanges"]
            for figure in ("p50", "p95", "max"):
                took = row["milliseconds"][figure] / 1000
                text = "How long an operation's answers took."
                yield "operation_seconds", text, "s", place | {"figure": figure}, took


def _verdicts(results: Row) -> Counter[tuple[str, str]]:
    return Counter((row["family"], str(row["verdict"])) for row in results["clauses"])
