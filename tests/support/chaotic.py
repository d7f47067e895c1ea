"""Measured runs of the real command against each kind of chaos; as a script, the table in docs/chaos.md.

    python tests/support/chaotic.py [kind ...]

Prints a line for each kind, and writes its row into docs/chaos.md; without kinds it tries them all.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import runs
import tomlkit

from clausewise import chaos, package_data
from clausewise.untrusted import visible

STRUCK = ("POST", "/caas/api/v2/customer/validate")
JUDGED = "cdp.validateCustomer.not-subscribed"  # of the operation that is struck
UNHARMED = "cdp.getCustomer.not-subscribed"  # of another one
TRUSTED = {
    "tls-client-wanted",
    "tls-expired",
    "tls-wrong-host",
    "tls-1.0",
}  # shown with their certificate as the bundle
LIMITS = {"read_timeout": 1, "total_timeout": 2, "max_wait": 5, "breaker": 3}


@dataclass
class Measured:
    """One run: its exit code, what it printed, seconds, MB at most, and its results."""

    exit: int
    said: str
    seconds: float
    megabytes: float
    results: dict[str, Any] = field(default_factory=dict)
    strayed: int = 0
    spoiled: int = 0

    def clause(self, name: str) -> dict[str, Any]:
        """Return the row of a clause."""
        return next(row for row in self.results["clauses"] if row["id"] == name)

    @property
    def sentence(self) -> str:
        """What the run says of the chaos: why it is unusable, or why the judged clause has its verdict."""
        outcome, row = self.results["outcome"], self.clause(JUDGED)
        if outcome["word"] == "target unusable":
            return str(outcome["reasons"][0])
        found = [bad for bad in self.results["findings"] if bad["colour"] == "red"] or self.results[
            "findings"
        ]
        own = [bad for bad in found if bad["id"] in row["findings"]] or found
        return str(row["reason"] or (own[0]["actual"] if own else ""))


def measured(kind: str, upstream: str, folder: Path, *options: str, limits: Any = None) -> Measured:
    """Judge the good target behind one kind of chaos, on one operation unless it spoils the host itself."""
    strikes_one = not (chaos.KINDS[kind].whole or kind.startswith(("token-", "log-in-", "clock-")))
    struck = chaos.calls_to([STRUCK] if strikes_one else [])
    with chaos.serving(kind, upstream, struck=struck) as served:
        target = runs.target_at(folder, served.url, "cdp", **(LIMITS | (limits or {})))
        if kind in TRUSTED:
            told = tomlkit.parse(target.read_text())
            told["tls"] = {"ca_bundle": str(served.certificate)}
            target.write_text(tomlkit.dumps(told))
        command = [sys.executable, "-c", _MEASURING, "run", "--target", str(target)]
        seed = str(zlib.crc32(kind.encode()))  # its own people, whom no kind before it has made known
        made = _run([*command, "--run-dir", str(folder / "run"), "--seed", seed, *options], folder / "peak")
        made.strayed, made.spoiled = len(served.strayed), served.calls.total()
    if (folder / "run" / "results.json").exists():
        made.results = runs.results(folder / "run")
    return made


# What a child's rusage says of its memory begins with its parent's; its own peak stands in /proc only.
_MEASURING = """
import os, sys
from pathlib import Path
from clausewise.cli import main
code = main()
told = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
Path(os.environ["PEAK"]).write_text(told)
sys.exit(code)
"""


def _run(command: Sequence[str], peak: Path) -> Measured:
    """Run a command to its end and look at what it used; its own children are not counted."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=runs.environment(PEAK=str(peak)),
        timeout=300,
        check=False,
    )
    megabytes = int(peak.read_text()) / 1024 if peak.exists() else float("nan")
    return Measured(done.returncode, done.stdout, time.monotonic() - began, megabytes)


def brief() -> list[str]:
    """Return the options of a run that judges two clauses only."""
    return ["--clause", JUDGED, "--clause", UNHARMED]


def _rows(kinds: Sequence[str], options: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    with runs.reference("cdp") as upstream:
        for kind in kinds:
            with tempfile.TemporaryDirectory() as folder:
                yield kind, measured(kind, upstream, Path(folder), *options)


def line(kind: str, made: Measured) -> str:
    """Return a run on one line."""
    if not made.results:
        return f"{kind:22} exit {made.exit}: {made.said[-300:]}"
    verdicts = [made.clause(name)["verdict"] for name in (JUDGED, UNHARMED)]
    used = f"{made.seconds:5.1f} s {made.megabytes:4.0f} MB"
    trouble = " TRACEBACK" if "Traceback" in made.said else ""
    told = f"{made.spoiled:3}  {made.sentence[:400]}{trouble}"
    return f"{kind:22} {made.exit} {'/'.join(verdicts):12} {used} {told}"


PAGE = package_data.SCHEMAS.parent / "docs" / "chaos.md"
_COLUMNS = """\
| kind | what it does | exit | spoiled | other | seconds | peak MB | what the run says |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def page(rows: Sequence[tuple[str, Measured]]) -> str:
    """Return the page with its prose as it is, and its table with these rows anew."""
    prose, _, rest = PAGE.read_text("utf-8").partition(_COLUMNS)
    table, _, after = rest.partition("\n\n")
    known = {line.split("`")[1]: line for line in table.splitlines()}
    known |= {kind: f"| {' | '.join(_cells(kind, made))} |" for kind, made in rows}
    told = "".join(f"{known[kind]}\n" for kind in chaos.KINDS if kind in known)
    return f"{prose}{_COLUMNS}{told}\n{after}"


def _cells(kind: str, made: Measured) -> Iterator[str]:
    yield f"`{kind}`"
    yield chaos.KINDS[kind].says
    yield str(made.exit)
    yield from (made.clause(name)["verdict"] for name in (JUDGED, UNHARMED))
    yield f"{made.seconds:.1f}"
    yield f"{made.megabytes:.0f}"
    told = re.sub(r"(https?://127.0.0.1):\d+", r"\1:PORT", made.sentence.partition("; ")[0])
    yield visible(told).replace("|", "\\|").replace("<", "&lt;")[:300]


def _show(rows: Iterator[tuple[str, Measured]]) -> Iterator[tuple[str, Measured]]:
    for kind, made in rows:
        sys.stdout.write(f"{line(kind, made)}\n")
        sys.stdout.flush()
        yield kind, made


if __name__ == "__main__":
    shown = list(_show(_rows(sys.argv[1:] or list(chaos.KINDS), brief())))
    PAGE.write_text(page(shown), "utf-8")
