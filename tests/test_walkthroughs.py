"""The walk-throughs of the docs, run word for word as their readers would: a wheel, an empty folder."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("walkthrough-*.md"))
BLOCK = re.compile(r"^```sh(?: exit=(\d))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_command_does_what_the_page_says(tmp_path, installed, page):
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
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = f"{installed / 'venv' / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env={**clean, "PATH": path},
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
