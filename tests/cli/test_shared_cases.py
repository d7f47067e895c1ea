"""The small inputs that failed once, each with what is right: they lie beside the checkout, if anywhere.

What they stand for is tested with inputs of our own in test_recorded_shapes.py and test_run.py.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import runs

from clausewise import package_data

FOLDER = Path(os.environ.get("CLAUSEWISE_CASES", package_data.ROOT.parent / "shared" / "cases"))

TRACELESS = {"PYTEST_ADDOPTS": "-p no:cacheprovider", "PYTHONDONTWRITEBYTECODE": "1"}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the cases are not at {FOLDER}")


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("01-har-bodies-left-out", "the recording has no body"),
        ("03-har-charles-http2-null", "Not fully verified"),
    ],
)
def test_a_recording_is_judged_as_its_readme_says(tmp_path, case, says):
    """A body that was left out is no verdict, and null is what was not given: 2, not 1 or 4."""
    target, traffic = FOLDER / "lib" / "cdp.toml", FOLDER / case / "traffic.har"
    done = runs.clausewise("judge", str(traffic), "--target", str(target), "--run-dir", str(tmp_path / "out"))

    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stdout


def test_an_own_test_that_fails_beside_ours_is_red(tmp_path):
    """Never better than what pytest itself says."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", str(FOLDER / "05-own-failing-test-exit-0" / "run.sh")],
        env=os.environ
        | TRACELESS
        | {"CHECKOUT": str(package_data.ROOT), "PATH": tools, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.stdout.rstrip().endswith("exit 1"), done.stdout[-3000:]
