"""The two kinds of database that a history lies in."""

import os
import shutil
import subprocess
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest

NUMBERS = count()


@pytest.fixture
def sqlite(tmp_path):
    """A path: SQLite."""
    return str(tmp_path / "nightly.db")


@pytest.fixture(scope="module")
def server():
    """The folder of a PostgreSQL that was started for these tests."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'clausewise[postgresql]'")
    if not shutil.which("initdb"):
        pytest.skip("PostgreSQL is not installed")
    folder = Path(mkdtemp(prefix="pg-"))  # not pytest's: each session of it shuts the folders above again
    own = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []  # it refuses to run as root
    if own:
        shutil.chown(folder, "postgres")
    made = subprocess.run(
        [*own, "initdb", "-D", folder / "data", "-A", "trust", "-U", "tester"],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"PostgreSQL does not start here: {made.stderr.decode().strip().splitlines()[0]}")
    options = f"-c listen_addresses='' -k {folder}"
    subprocess.run(
        [*own, "pg_ctl", "-D", folder / "data", "-o", options, "-w", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    yield folder
    subprocess.run(
        [*own, "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(folder)


@pytest.fixture
def postgresql(server):
    """The URL of a database of that server, which is empty."""
    import psycopg  # noqa: PLC0415 - not everywhere

    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(f"host={server} user=tester dbname=postgres", autocommit=True) as made:
        made.execute(f"create database {name}")
    return f"postgresql+psycopg://tester@/{name}?host={server}"
