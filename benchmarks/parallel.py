"""Eight workers beside one, against a target that takes 50 ms for each answer.

    python benchmarks/parallel.py [family, ofs-ecm unless given]

Runs the gate plan twice with one seed, serially and with `-n 8`, on one family of the reference, slowed down.
Prints seconds and the ratio, and whether both runs gave every clause the same verdict.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import tomlkit

from clausewise import shipped
from clausewise.reference import process

DELAY = 0.05  # seconds
WORKERS = 8


def slowed(url: str) -> None:
    """Make every answer of the reference wait."""
    bend = {"answer": "*", "bend": [{"delay": DELAY}]}
    requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()


def target(family: str, url: str, folder: Path) -> Path:
    """Write the reference's target file with one family only, at an address."""
    told = tomlkit.parse((shipped.TARGETS / "reference.toml").read_text())
    kept = told["families"][family]
    kept["base_url"] = url
    told["families"] = {family: kept}
    path = folder / "target.toml"
    path.write_text(tomlkit.dumps(told))
    shutil.copytree(shipped.TARGETS / "reference.d", folder / "reference.d", dirs_exist_ok=True)
    return path


def run(path: Path, folder: Path, *options: str) -> tuple[float, int, dict[str, str]]:
    """Return the seconds of a run, its exchanges, and the verdict of every clause."""
    command = [sys.executable, "-m", "clausewise", "run", "--target", str(path), "--run-dir", str(folder)]
    began = time.perf_counter()
    subprocess.run([*command, "--seed", "1", *options], capture_output=True, check=False)  # noqa: S603 - our own
    seconds = time.perf_counter() - began
    results = json.loads((folder / "results.json").read_text())
    return seconds, results["run"]["exchanges"], {row["id"]: row["verdict"] for row in results["clauses"]}


def main() -> None:
    """Measure and print."""
    family = sys.argv[1] if sys.argv[1:] else "ofs-ecm"
    with TemporaryDirectory() as name, process.started({family: ""}, control=True) as url:
        slowed(url)
        path = target(family, url, Path(name))
        one, sent, alone = run(path, Path(name) / "serial")
        many, _, together = run(path, Path(name) / "parallel", "-n", str(WORKERS))
    same = "the same verdicts" if alone == together else "OTHER VERDICTS"
    sys.stdout.write(
        f"| gate on {family}, {sent} exchanges of {DELAY * 1000:.0f} ms | serial {one:.1f} s "
        f"| -n {WORKERS} {many:.1f} s | {one / many:.1f} times as fast, {same} |\n"
    )


if __name__ == "__main__":
    main()
