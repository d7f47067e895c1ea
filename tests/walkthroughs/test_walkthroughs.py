"""The walk-throughs of the docs, run word for word as their readers would: a wheel, an empty folder."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import runs

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("walkthrough-*.md"))
BLOCK = re.compile(r"^```sh(?: exit=(\d))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def borrowed(installed, place):
    """Return variables by which pip takes clausewise from its wheel, and Python the rest from here."""
    place.mkdir()
    here = [Path(name) for name in sys.path if name.endswith("site-packages")]
    for path in (path for folder in here for path in folder.iterdir()):
        if not path.name.startswith(("clausewise", "_clausewise", "pip", "__")):
            (place / path.name).symlink_to(path)
    pip = {"NO_INDEX": "1", "NO_DEPS": "1", "FIND_LINKS": str(installed), "NO_BUILD_ISOLATION": "0"}
    return {f"PIP_{name}": value for name, value in pip.items()} | {"PYTHONPATH": str(place)}


@pytest.mark.parametrize(
    "page", runs.in_turn(*PAGES, DOCS / "own-family.md", parts=2), ids=lambda path: path.stem
)
def test_every_command_does_what_the_page_says(tmp_path, tmp_path_factory, installed, page):
    """Each block ends with 0, or with the exit code that it names; only the port is another one."""
    assert not list(tmp_path.iterdir())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    blocks = BLOCK.findall(page.read_text("utf-8").replace("8080", port))
    script = ["set -u", "trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for number, (code, text) in enumerate(blocks, 1):
        wanted = code or "0"
        script += [
            text,
            f'told=$?; [ $told = {wanted} ] || {{ echo "block {number} ended with $told"; exit 99; }}',
        ]
    more = {}
    if page not in PAGES:
        more = borrowed(installed, tmp_path_factory.mktemp("borrowed") / "site")
        (tmp_path / "wheels").symlink_to(installed)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = f"{installed / 'venv' / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env={**clean, "PATH": path, **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert len(blocks) > 4
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_there_is_one_for_each_user():
    """QA, vendor and nightly."""
    assert [page.stem for page in PAGES] == ["walkthrough-nightly", "walkthrough-qa", "walkthrough-vendor"]
