"""Fleets that really run: on workers of Dask that die, hang, are of another version, or do as they should."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
import runs
from made_fleets import target, written

from clausewise import chaos, package_data
from clausewise.verdict import Exit

DEMO = package_data.ROOT / "scripts" / "fleet_demo.py"
dask = pytest.mark.skipif(
    not find_spec("distributed"),
    reason="Dask is not installed: pip install 'clausewise[fleet]'",
)


@contextmanager
def by_hand(folder, workers=2, *, kept=False, **variables):
    """Start a scheduler and workers, each a process of its own, as people do by hand; yields the URL.

    And the processes, the scheduler first, where they are `kept`.
    """
    started: list[subprocess.Popen[bytes]] = []

    def begin(*words):
        with (folder / f"{len(started)}.log").open("w") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *words],
                    stdout=log,
                    stderr=log,
                    env=runs.environment(**variables),
                    cwd=folder,
                )
            )

    file = folder / "scheduler.json"
    try:
        quiet = ("--no-dashboard", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        begin("distributed.cli.dask_scheduler", *quiet)
        until = time.monotonic() + 60
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        url = json.loads(file.read_text())["address"]
        for _ in range(workers):
            begin("distributed.cli.dask_worker", url, "--nthreads", "1", "--no-dashboard", "--no-nanny")
        yield url if not kept else (url, started)
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dask
@runs.its_turn(0, 3)
def test_eight_targets_and_a_worker_that_dies_give_the_verdicts_of_single_runs(tmp_path):
    """On a cluster of this machine: what `make fleet-demo` does, with a small plan."""
    words = ("--plan", "smoke", "--families", "account-service,int-ecm", "--rate", "200")
    done = subprocess.run(
        [sys.executable, DEMO, "--into", tmp_path / "demo", *words],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 judged once more alone, with other verdicts: none" in done.stdout
    html = (tmp_path / "demo" / "fleet.html").read_text()
    assert html.count('<tr id="t-') == 8
    assert "8 of 8 targets conformant" in html


@dask
@runs.its_turn(1, 3)
def test_the_same_with_a_scheduler_and_workers_started_by_hand(tmp_path):
    """Separate processes; the worker that is killed stays dead, and the other one does all that is left."""
    words = ("--plan", "smoke", "--families", "account-service,int-ecm", "--rate", "200")
    with by_hand(tmp_path) as url:
        done = subprocess.run(
            [sys.executable, DEMO, "--into", tmp_path / "demo", *words, "--scheduler", url],
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "resumed elsewhere: none" not in done.stdout
    assert "8 judged once more alone, with other verdicts: none" in done.stdout


@dask
def test_workers_of_another_version_are_refused(tmp_path):
    """In one sentence that names worker and versions, before anything is judged."""
    shutil.copytree(package_data.ROOT / "src", tmp_path / "src")
    version = tmp_path / "src" / "clausewise" / "_version.py"
    version.write_text('__version__ = "0.0.1"\n')
    for name in ("schemas", "suites", "targets"):
        (tmp_path / name).symlink_to(package_data.ROOT / name)
    (tmp_path / "hand").mkdir()
    file = written(tmp_path, '[[targets]]\nfiles = ["one.toml"]\n', "one")
    with by_hand(tmp_path / "hand", 1, PYTHONPATH=str(tmp_path / "src")) as url:
        done = runs.clausewise("fleet", "run", file, "--scheduler", url)

    assert done.returncode == 4, done.stderr
    assert "has clausewise 0.0.1, and this is" in done.stderr
    assert not (tmp_path / "runs").exists()


@dask
def test_a_scheduler_that_goes_on_the_way_is_told(tmp_path):
    """What was not judged is said of each target, with exit 3, and nobody waits for ever."""
    (tmp_path / "hand").mkdir()
    with (
        runs.reference("account-service") as url,
        by_hand(tmp_path / "hand", 1, kept=True) as (scheduler, hand),
    ):
        for name in ("one", "two"):
            target(tmp_path, name, url)
        text = '[hosts."127.0.0.1"]\nrate = 20\n[[targets]]\nfiles = ["one.toml", "two.toml"]\n'
        file = written(tmp_path, text)
        words = [sys.executable, "-m", "clausewise", "fleet", "run", file, "--scheduler", scheduler]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as going:
            until = time.monotonic() + 90
            while not list(tmp_path.glob("runs/*/one/exchanges.jsonl")) and time.monotonic() < until:
                time.sleep(0.1)
            hand[0].kill()
            out, err = going.communicate(timeout=120)

    assert going.returncode == 3, out + err
    assert out.count("the scheduler is gone") == 2


@dask
def test_a_target_that_hangs_holds_nobody_up(tmp_path):
    """One worker waits for it until patience ends; the other one does the rest meanwhile."""

    def act(_):
        time.sleep(60)

    with runs.reference("account-service") as url, chaos.serving(chaos.Kind("asleep", act), url) as asleep:
        path = target(tmp_path, "asleep", asleep.url)
        text = path.read_text().replace("read_timeout = 10", "read_timeout = 80")
        path.write_text(text.replace("total_timeout = 20", "total_timeout = 90"))
        for name in ("one", "two"):
            target(tmp_path, name, url)
        text = (
            'plan = "smoke"\npatience = "20s"\n[[targets]]\nfiles = ["asleep.toml", "one.toml", "two.toml"]\n'
        )
        file = written(tmp_path, text)
        done = runs.clausewise("fleet", "run", file, "--workers", "2")

    lines = [line.split(": ")[0] for line in done.stdout.splitlines() if "/3 " in line]
    assert [line.split()[1] for line in lines][-1] == "asleep", done.stdout
    assert done.returncode == 3
    assert "asleep: it hung, and was ended" in done.stdout


def test_a_run_ends_with_whoever_started_it(tmp_path):
    """A worker that is killed leaves no run behind that would go on beside its successor's."""
    reader, writer = os.pipe()
    words = ["run", "--while-read", "--target", runs.REFERENCE, "--run-dir", tmp_path / "run", "--rate", "20"]
    process = subprocess.Popen(
        [sys.executable, "-m", "clausewise", *words],
        stdin=reader,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(reader)
    until = time.monotonic() + 60
    while not (tmp_path / "run" / "exchanges.jsonl").exists() and time.monotonic() < until:
        time.sleep(0.1)
    os.close(writer)
    assert process.wait(60) == Exit.NOT_FULLY_VERIFIED
    assert runs.results(tmp_path / "run")["run"]["interrupted"]


def test_a_rate_is_never_above_the_target_files(tmp_path):
    """It lowers what the file allows, and raises nothing."""
    path = runs.target_at(tmp_path, "embedded", "int-ecm", rate=50.0)
    picked = ("--clause", "int-ecm.*live*", "--run-dir")
    for asked, bound in (("5", "rate = 5 "), ("500", "rate = 50 ")):
        said = runs.clausewise("run", "--target", path, "--rate", asked, *picked, tmp_path / asked).stderr
        assert f"{bound}allows no less" in said
    assert runs.inside("run", "--target", path, "--rate", "0").returncode == 4


@dask
@runs.its_turn(2, 3)
def test_every_command_of_the_page_does_what_it_says(tmp_path):
    """The blocks of docs/fleet.md, one after the other, but for the one that installs."""
    text = (package_data.ROOT / "docs" / "fleet.md").read_text("utf-8")
    blocks = [
        it for it in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) if "pip" not in it
    ]
    here = f"{sys.executable} -m"
    commands = {
        "clausewise ": f"{here} clausewise ",
        "dask scheduler": f"{here} distributed.cli.dask_scheduler",
    }
    commands |= {"dask worker": f"{here} distributed.cli.dask_worker", "python -": f"{sys.executable} -"}
    script = "\n".join(blocks)
    for word, ours in commands.items():
        script = re.sub(rf"(?<![-\w/]){re.escape(word)}", ours, script)
    done = subprocess.run(
        ["bash", "-c", f"set -eu; trap 'kill $(jobs -p) 2>/dev/null' EXIT\n{script}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    assert len(blocks) == 3
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("3 of 3 targets conformant") == 2
    assert "bank-cdp" in (tmp_path / "fleet.html").read_text()


@dask
def test_a_scheduler_that_is_not_there_is_told(tmp_path):
    """Exit 3, in one sentence."""
    file = written(tmp_path, '[[targets]]\nfiles = ["one.toml"]\n', "one")
    done = runs.clausewise("fleet", "run", file, "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 3
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()
