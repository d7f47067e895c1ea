"""The gate plan beside `st run` with default phases: same operations, same seeded defects, one machine.

    python benchmarks/against_schemathesis.py [--defects 12] [--families cdp ofs-ecm] [--tiny]

Both judge the families whose schemas print their bodies (`cdp`, `ofs-ecm`) on the reference, over real HTTP:
first clean, then bent by defects that are taken evenly from the catalogues, a third of them ones that only
a sequence of calls shows; there `st run` gets the schema of the bent family only. A defect is caught where
the command ends with another exit code than on the clean reference. Prints a table as Markdown: nothing is
asserted, since times are the machine's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import measuring
import requests

from clausewise import catalogue, contracts, package_data
from clausewise.model import Kind
from clausewise.reference import process

DOCUMENTS = {"cdp": "cdp-2023", "ofs-ecm": "ofs-ecm-8.1.2.8"}
SECRETS = package_data.TARGETS / "reference.d"


@dataclass
class Run:
    """One run of one tool: its exit code, requests, seconds, and seconds to its first red line."""

    code: int
    requests: int
    seconds: float
    first: float

    def __add__(self, more: Run) -> Run:
        return Run(
            self.code or more.code,
            self.requests + more.requests,
            self.seconds + more.seconds,
            self.first or (self.seconds + more.first if more.first else 0.0),
        )


def run(command: list[str], url: str, folder: Path, environment: Mapping[str, str], journal: str = "") -> Run:
    """Run a command to its end; its first failure stands on its output, or in the `journal` it writes."""
    before, began, first = _count(url), time.perf_counter(), 0.0
    with subprocess.Popen(  # noqa: S603 - our own commands
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        read = 0
        while journal and process.poll() is None and not first:
            told, read = _more(folder / journal, read)
            first = time.perf_counter() - began if b'"findings":[{' in told else 0.0
            time.sleep(0.1)
        for line in process.stdout or ():
            if not first and not journal and "❌" in line:
                first = time.perf_counter() - began
        code = process.wait()
    return Run(code, _count(url) - before, time.perf_counter() - began, first)


def _more(path: Path, read: int) -> tuple[bytes, int]:
    """Return what a file has got since it was read up to there."""
    if not path.exists():
        return b"", read
    with path.open("rb") as file:
        file.seek(read)
        told = file.read()
    return told, read + len(told)


def _count(url: str) -> int:
    return int(requests.get(f"{url}/__control__/count", timeout=5).json()["answered"])


@dataclass
class Ours:
    """The gate plan of clausewise."""

    tiny: bool = False

    def judge(self, url: str, families: Sequence[str]) -> Run:
        """Run it on some families."""
        with TemporaryDirectory() as name:
            folder = Path(name)
            measuring.target(folder, "target", url, *families)
            command = [
                sys.executable,
                "-m",
                "clausewise",
                "run",
                "--target",
                "target.toml",
                "--run-dir",
                "run",
            ]
            command += ["--strict", *(["--plan", "smoke"] if self.tiny else [])]
            return run(command, url, folder, os.environ, "run/verdicts.jsonl")


@dataclass
class Theirs:
    """Schemathesis with default phases and one worker."""

    tiny: bool = False

    def judge(self, url: str, families: Sequence[str]) -> Run:
        """Run it on each family's own schema and settings."""
        told = {"CDP_CLIENT_ID": "clausewise-sandbox", "CDP_USERNAME": "sandbox-partner"}
        told |= {"CDP_CLIENT_SECRET": _secret("client-secret"), "CDP_PASSWORD": _secret("password")}
        told |= {"ECM_USERNAME": "sandbox-analyst", "ECM_PASSWORD": _secret("ecm-password")}
        command = [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            "openapi.yaml",
            "--url",
            url,
            "--seed",
            "1",
        ]
        command += ["--phases", "examples", "--max-examples", "1"] if self.tiny else []
        runs = [run(command, url, package_data.SCHEMAS / family, os.environ | told) for family in families]
        return sum(runs[1:], runs[0])


def _secret(name: str) -> str:
    return (SECRETS / name).read_text().strip()


def sample(families: Mapping[str, str], count: int) -> list[Any]:
    """Return defects from all over the catalogues, a third of them on flows."""
    flows, rest = list[Any](), list[Any]()
    for family, document in families.items():
        folder = package_data.SCHEMAS / family
        stated = contracts.load(folder / "openapi.yaml", document).clauses
        book = catalogue.load(folder, family, stated, document)
        for defect in book.defects.values():
            (flows if book.clauses[defect.clause].kind is Kind.FLOW else rest).append(defect)
    return [*_spread(flows, count // 3), *_spread(rest, count - count // 3)]


def _spread(items: list[Any], count: int) -> list[Any]:
    return [items[at * len(items) // count] for at in range(count)]


def say(text: str) -> None:
    """Write one line of the table."""
    sys.stdout.write(f"{text}\n")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--defects", type=int, default=12)
    parser.add_argument("--families", nargs="*", default=list(DOCUMENTS))
    parser.add_argument(
        "--tiny", action="store_true", help="both tools send next to nothing: does it run at all?"
    )
    given = parser.parse_args(words)
    count, tiny = given.defects, given.tiny
    tools: dict[str, Ours | Theirs] = {"clausewise gate": Ours(tiny=tiny), "st run": Theirs(tiny=tiny)}
    families = {name: DOCUMENTS[name] for name in given.families}
    with process.started(families, "--control") as url:
        clean = {name: [tool.judge(url, [family]) for family in families] for name, tool in tools.items()}
        whole = {name: sum(runs[1:], runs[0]) for name, runs in clean.items()}
        caught: dict[str, list[str]] = {name: [] for name in tools}
        first: dict[str, list[float]] = {name: [] for name in tools}
        defects = sample(families, count)
        for number, defect in enumerate(defects, 1):
            at = [defect.clause.startswith(f"{family}.") for family in families].index(True)
            for name, tool in tools.items():
                requests.put(f"{url}/__control__/bend", json=dict(defect.bend), timeout=5)
                made = tool.judge(url, [list(families)[at]])
                if made.code != clean[name][at].code:
                    caught[name].append(defect.id)
                    first[name].append(made.first or made.seconds)
            sys.stderr.write(f"{number} of {len(defects)} defects\n")
            requests.put(f"{url}/__control__/bend", json={}, timeout=5)
    say("| | " + " | ".join(tools) + " |")
    say("| --- |" + " --- |" * len(tools))
    mine, other = whole.values()
    rows = {
        "exit code on the clean reference": [str(whole[name].code) for name in tools],
        f"defects caught of {count}": [str(len(caught[name])) for name in tools],
        "requests, clean": [str(whole[name].requests) for name in tools],
        "seconds, clean": [f"{whole[name].seconds:.1f}" for name in tools],
        "requests per second, clean": [f"{whole[name].requests / whole[name].seconds:.0f}" for name in tools],
        "times the rate of `st run`": [
            f"{mine.requests / mine.seconds * other.seconds / other.requests:.1f}",
            "1.0",
        ],
        "seconds to the first red line (median)": [_median(first[name]) for name in tools],
    }
    for what, cells in rows.items():
        say(f"| {what} | " + " | ".join(cells) + " |")
    for name in tools:
        missed = [defect.id for defect in defects if defect.id not in caught[name]]
        say(f"\nMissed by {name}: {', '.join(missed) or 'none'}")


def _median(values: list[float]) -> str:
    return f"{sorted(values)[len(values) // 2]:.1f}" if values else "-"


if __name__ == "__main__":
    main()
