"""The wheel alone, in a new virtual environment, judges a reference that was started from it."""

import os
import subprocess
import sys
import venv
from pathlib import Path
from shutil import copytree

import pytest
import runs

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A new virtual environment that holds the wheel; its dependencies come from the one at work."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    (wheel,) = place.glob("*.whl")
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-deps", wheel], check=True, capture_output=True
    )
    site = next((place / "venv" / "lib").glob("python*")) / "site-packages"
    others = next(path for path in sys.path if path.endswith("site-packages"))
    # Only third-party packages are borrowed: the checkout's own editable hook is not on this path.
    (site / "borrowed.pth").write_text(f"{others}\n")
    return place


def run(installed, *arguments):
    python = installed / "venv" / "bin" / "python"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [python, "-m", "clausewise", *map(str, arguments)]
    return subprocess.run(
        command, cwd=installed, env=clean, capture_output=True, text=True, timeout=240, check=False
    )


def test_the_wheel_brings_its_data_and_tests(installed):
    """What judges is the installed package, not the checkout."""
    python = installed / "venv" / "bin" / "python"
    where = "import clausewise, clausewise.shipped as s; print(clausewise.__file__, s.SUITES)"
    told = subprocess.run(
        [python, "-c", where], cwd=installed, capture_output=True, text=True, check=True
    ).stdout

    assert all(path.startswith(str(installed)) for path in told.split())


def test_the_wheel_alone_judges_a_reference_started_from_it(installed):
    """Installed by itself, with no checkout in sight, the run is conformant."""
    targets = next(installed.glob("venv/lib/python*/site-packages/clausewise/_shipped/targets"))
    told = runs.only(Path(copytree(targets, installed / "targets")) / "reference.toml", "cdp", "int-ecm")
    done = run(installed, "run", "--target", told, "--run-dir", installed / "run")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (installed / "run" / "report.html").exists()
