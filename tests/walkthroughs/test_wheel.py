"""The wheel alone, in a new virtual environment, judges a reference that was started from it."""

import os
import subprocess
from pathlib import Path
from shutil import copytree

import runs


def run(installed, *arguments):
    python = installed / "venv" / "bin" / "python"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [python, *map(str, arguments)]
    return subprocess.run(
        command, cwd=installed, env=clean, capture_output=True, text=True, timeout=240, check=False
    )


def test_the_wheel_brings_its_data_and_tests(installed):
    """What judges is the installed package, not the checkout."""
    where = "import clausewise, clausewise.package_data as s; print(clausewise.__file__, s.SUITES)"
    told = run(installed, "-c", where).stdout.split()

    assert len(told) == 2
    assert all(path.startswith(str(installed)) for path in told)


def test_the_wheel_alone_judges_a_reference_started_from_it(installed):
    """Installed by itself, with no checkout in sight, the run is conformant."""
    targets = next(installed.glob("venv/lib/python*/site-packages/clausewise/_shipped/targets"))
    told = runs.only(Path(copytree(targets, installed / "targets")) / "reference.toml", "cdp", "int-ecm")
    done = run(installed, "-m", "clausewise", "run", "--target", told, "--run-dir", installed / "run")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (installed / "run" / "report.html").exists()
