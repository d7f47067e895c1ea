"""The walk-throughs of the docs, run word for word as their readers would."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from clausewise import shipped

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("walkthrough-*.md"))
BLOCK = re.compile(r"^```sh(?: exit=(\d))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_command_does_what_the_page_says(tmp_path, page):
    """Each block ends with 0, or with the exit code that it names; only the port is another one."""
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
    (tmp_path / "targets").symlink_to(shipped.TARGETS)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
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
