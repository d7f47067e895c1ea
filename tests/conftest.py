"""How the tests are shared out among workers, and what several files of them begin with.

pytest-xdist 3.8 loses its groups with pytest 9.2, so they are made here: one worker takes all tests of a file
whose tests share a run, and the longest tests begin first.
"""

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

import good_inputs
import pytest
from xdist.scheduler import LoadScopeScheduling

from clausewise import history

ROOT = Path(__file__).parents[1]
collect_ignore = ["support"]  # a family of its own lies there, whose suite is run on a target
os.environ.pop("COLUMNS", None)  # readline, which pytest imports, says 80 to all that is started from here
os.unsetenv("COLUMNS")

SHARING = {
    *("test_browser.py", "test_canary.py", "test_clean_run.py", "test_families.py"),
    *("test_nothing_lost.py", "test_other_bank.py", "test_readings.py"),
    *("test_walkthroughs.py", "test_wheel.py"),
}
LONG = (
    *("test_nothing_lost.py", "test_matrix.py", "test_walkthroughs.py", "test_clean_run.py"),
    *("test_canary.py", "test_causes.py", "test_benchmarks.py", "test_cancel.py", "test_shards.py"),
    *("test_other_bank.py", "test_wheel.py"),
)


class ByFile(LoadScopeScheduling):  # type: ignore[misc] # xdist is untyped
    """Keeps the tests of a file that share a run together."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path.rpartition("/")[2] in SHARING else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share out by file where that is asked for."""
    config.option.loadscopereorder = False
    return ByFile(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, so that none of them is a tail."""
    items.sort(key=lambda item: _rank(item.path.name, LONG))


def pytest_terminal_summary(terminalreporter):
    """Show what a test counted: how many examples, how many seconds."""
    for told in terminalreporter.getreports("passed"):
        for name, value in told.user_properties:
            terminalreporter.write_line(f"{told.nodeid}: {value} {name}")


def _rank(name: str, names: Sequence[str]) -> int:
    return names.index(name) if name in names else len(names)


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """A folder with a good file of every kind that a user hands in."""
    folder = tmp_path_factory.mktemp("good")
    good_inputs.fill(folder)
    return folder


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A working folder, a folder for temporary files and one for input, with nothing beside them."""
    for name in ("here", "temporary", "input"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(history, "_WAIT", 0.1)
    return tmp_path


@pytest.fixture(scope="session")
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
    others = [path for path in sys.path if path.endswith("site-packages")]
    # Only third-party packages are borrowed: the checkout's own editable hook is not on this path.
    (site / "borrowed.pth").write_text("\n".join(others))
    return place
