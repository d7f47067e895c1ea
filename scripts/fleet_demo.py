"""A fleet on this machine: three contrarian banks and the reference as eight targets, one worker killed.

    python scripts/fleet_demo.py [--into DIR] [--plan gate] [--families cdp,account-service] [--scheduler URL]

Each server is two targets, with half of the families each. Without a scheduler a cluster of two workers is
started; the worker that is at work when the first run has sent some requests is killed, and its run goes on
elsewhere. Then every target is judged once more, by a run of its own, and each verdict has to be the same.
Ends with 0 if so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import distributed
import tomlkit

from clausewise import package_data
from clausewise.reference import process

BANKS = ("", "cautious", "terse", "eager")
FAMILIES = ("cdp", "account-service", "int-ecm", "ofs-ecm")
REGIONS = ("north", "south")
SOME = 30  # exchanges of the run whose worker is killed
SEED = "4"
_WORKERS = 2


def main(words: Sequence[str] | None = None) -> int:
    """Judge them all, kill a worker, draw the page, and compare."""
    given = _given(words)
    folder, families = Path(given.into).resolve(), given.families.split(",")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        names = [
            name
            for bank in BANKS
            for name in _targets(
                folder, bank or "reference", families, stack.enter_context(_bank(bank, families))
            )
        ]
        (folder / "fleet.toml").write_text(_fleet(given.plan, names, given.rate))
        address = given.scheduler or stack.enter_context(_cluster())
        killed = _judge(folder, address)
        told = json.loads(next((folder / "runs").glob("*/fleet.json")).read_text())
        resumed = [it["name"] for it in told["targets"] if it["resumed"]]
        _say(f"killed the worker of {killed}; resumed elsewhere: {', '.join(resumed) or 'none'}")
        again = [] if given.no_compare else names
        with ThreadPoolExecutor(_WORKERS) as pool:
            alone = dict(
                zip(again, pool.map(lambda name: _alone(folder, name, given.plan), again), strict=True)
            )
        other = [name for name in again if _verdicts(folder, name) != alone[name]]
    _say(f"{len(again)} judged once more alone, with other verdicts: {', '.join(other) or 'none'}")
    _say(f"{folder / 'fleet.html'}")
    return int(bool(other) or killed not in resumed or len(told["targets"]) != len(names))


def _given(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--into", default="fleet-demo")
    parser.add_argument("--plan", default="gate")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--scheduler", default="")
    parser.add_argument("--no-compare", action="store_true", help="judge none once more alone")
    parser.add_argument("--rate", type=float, default=0, help="requests a second, of all targets together")
    return parser.parse_args(words)


def _bank(bank: str, families: Sequence[str]) -> Any:
    documents = dict.fromkeys(families, "")
    return process.started(documents, *(["--bank", bank] if bank else []))


def _targets(folder: Path, bank: str, families: Sequence[str], url: str) -> Iterator[str]:
    """Write two target files for a server, each with some of its families; yield their names."""
    shutil.copytree(package_data.TARGETS / "reference.d", folder / "reference.d", dirs_exist_ok=True)
    for at, region in enumerate(REGIONS):
        told = tomlkit.parse((package_data.TARGETS / "reference.toml").read_text())
        for family in list(told["families"]):
            if family not in families[at::2]:
                del told["families"][family]
            else:
                told["families"][family]["base_url"] = url
        told["name"] = f"{bank}-{region}"
        (folder / f"{told['name']}.toml").write_text(tomlkit.dumps(told))
        yield str(told["name"])


def _fleet(plan: str, names: Sequence[str], rate: float) -> str:
    lines = ["version = 1", 'name = "demo"', f'plan = "{plan}"', "", '[hosts."127.0.0.1"]']
    lines += ["concurrency = 4", *([f"rate = {rate}"] if rate else []), ""]
    for name in names:
        vendor, _, region = name.partition("-")
        lines += ["[[targets]]", f'files = ["{name}.toml"]', f"seed = {SEED}"]
        lines += [f'tags = {{ vendor = "{vendor}", region = "{region}" }}', ""]
    return "\n".join(lines)


@contextmanager
def _cluster() -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=_WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


def _judge(folder: Path, address: str) -> str:
    """Run the fleet, and kill a worker meanwhile; return whose run that was."""
    command = [
        sys.executable,
        "-m",
        "clausewise",
        "fleet",
        "run",
        str(folder / "fleet.toml"),
        "--scheduler",
        address,
    ]
    killed: list[str] = []
    killer = threading.Thread(target=_kill, args=(folder, address, killed), daemon=True)
    killer.start()
    subprocess.run(command, check=False)  # noqa: S603 - our own
    killer.join(5)
    return next(iter(killed), "")


def _kill(folder: Path, address: str, killed: list[str]) -> None:
    with distributed.Client(address, set_as_default=False) as client:
        while not killed:
            time.sleep(0.05)
            begun = [
                path.parent.name for path in folder.glob("runs/*/*/exchanges.jsonl") if _lines(path) > SOME
            ]
            for worker, keys in client.processing().items():
                own = [name for name in begun for key in keys if str(key).endswith(f"-{name}")]
                own = [name for name in own if not list(folder.glob(f"runs/*/{name}/results.json"))]
                if own and not killed:
                    pid = client.run(os.getpid, workers=[worker])[worker]
                    os.kill(pid, signal.SIGKILL)
                    killed.append(own[0])


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _verdicts(folder: Path, name: str) -> dict[str, str]:
    (path,) = folder.glob(f"runs/*/{name}/results.json")
    return {row["id"]: row["verdict"] for row in json.loads(path.read_text())["clauses"]}


def _alone(folder: Path, name: str, plan: str) -> dict[str, str]:
    """Return the verdicts of a run of one target alone, with new values."""
    run = folder / "alone" / "1" / name
    command = [sys.executable, "-m", "clausewise", "run", "--target", str(folder / f"{name}.toml"), "--quiet"]
    command += ["--plan", plan, "--seed", "5", "--run-dir", str(run)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    return {row["id"]: row["verdict"] for row in json.loads((run / "results.json").read_text())["clauses"]}


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
