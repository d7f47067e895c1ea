"""Runs of the real command, as a user starts them, and what they leave."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import warm

from clausewise import package_data
from clausewise.cli import main
from clausewise.reference import process

ROOT = Path(__file__).parents[2]
REFERENCE = package_data.TARGETS / "reference.toml"
DOCUMENTS = ("cdp-2023", "cdp-drap-1.0.1")
ECM = "ofs-ecm-8.1.2.8"


def turn(parts: int) -> int:
    """Return which of so many parts, from 1 on, has its turn at this commit: by its hash, so all come."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    git = shutil.which("git") and subprocess.run(asked, capture_output=True, text=True, check=False)
    return int(git.stdout[:8] or "0", 16) % parts + 1 if git else 1


def in_turn(*cases: Any, parts: int = 0) -> list[Any]:
    """Return cases as parameters; those whose turn it is not at this commit are left to `make soak`.

    They have it in so many parts, or one by one.
    """
    parts = parts or len(cases)
    now = turn(parts) - 1
    return [
        case if at % parts == now else pytest.param(case, marks=pytest.mark.soak)
        for at, case in enumerate(cases)
    ]


def its_turn(at: int, parts: int) -> pytest.MarkDecorator:
    """Mark a test that takes turns with others: at another one's commit it is left to `make soak`."""
    return pytest.mark.in_turn if turn(parts) - 1 == at else pytest.mark.soak


def clausewise(*arguments: str | Path, timeout: float = 240, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `clausewise` in a process of its own and return what it said and its exit code.

    It is forked from one that has imported all (tests/support/warm.py), where what is asked allows that.
    """
    if more.keys() <= {"cwd", "env"} and warm.fits(more.get("env")):
        done = warm.run([*map(str, arguments)], timeout=timeout, **more)
        told = [it.decode().replace("\r\n", "\n") for it in (done.stdout, done.stderr)]
        return subprocess.CompletedProcess(done.args, done.returncode, *told)
    command = [sys.executable, "-m", "clausewise", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, **more)


def inside(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `clausewise` in this process, which has imported all that it needs; return what it said."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    told = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(arguments, code, *told)


def apart(
    namespace: str, before: str, *arguments: str | Path, after: str = "true"
) -> subprocess.CompletedProcess[str]:
    """Run `clausewise` in a namespace of its own (`--net`, `--mount`), between two shell commands.

    Skips the test where this machine lets no user make one.
    """
    enter = ["unshare", "--map-root-user", namespace, "sh", "-c"]
    may = shutil.which("unshare") and subprocess.run([*enter, before], capture_output=True, check=False)
    if not may or may.returncode:
        pytest.skip(f"this machine lets no user make a namespace of its own (unshare {namespace})")
    command = [sys.executable, "-m", "clausewise", *map(str, arguments)]
    script = f'{before} && "$@"; code=$?; {after}; exit $code'
    return subprocess.run(
        [*enter, script, "sh", *command], capture_output=True, text=True, timeout=240, check=False
    )


def begun(
    target: Path, folder: Path, *more: str, before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Begin a run in a process of its own, a context that waits for its end; `before` is done in it first."""
    command = [sys.executable, "-m", "clausewise", "run", "--target", str(target), "--run-dir", str(folder)]
    told: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    command += more
    return subprocess.Popen(command, preexec_fn=before or hear, text=True, **told)  # noqa: PLW1509 - no threads here


def hear() -> None:
    """Hear SIGHUP and SIGINT again: `nohup`, and a shell's `&`, have them ignored by all that they start."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def results(folder: Path) -> dict[str, Any]:
    """Return the results.json of a run folder."""
    told: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return told


def verdicts(folder: Path) -> dict[str, str]:
    """Return the verdict of every clause of a run, by id."""
    return {row["id"]: row["verdict"] for row in results(folder)["clauses"]}


def target_at(folder: Path, base_url: str, *families: str, **limits: float) -> Path:
    """Write a copy of the reference's target file that points to another address, of some families or all.

    Its limits are wide: a machine with much else to do may let a call wait for seconds.
    """
    text = REFERENCE.read_text().replace('base_url = "embedded"', f'base_url = "{base_url}"')
    shutil.copytree(REFERENCE.parent / "reference.d", folder / "reference.d", dirs_exist_ok=True)
    wide = {"connect_timeout": 10, "read_timeout": 10, "total_timeout": 20, "breaker": 3} | limits
    lines = [f"{key} = {value}" for key, value in wide.items()]
    path = folder / "target.toml"
    path.write_text("\n".join([*text.split("[limits]")[0].splitlines(), "[limits]", *lines, _rest(text)]))
    return only(path, *families) if families else path


def only(path: Path, *families: str) -> Path:
    """Leave of a target file's families those named, so that a run of it is whole and soon done."""
    told = tomlkit.parse(path.read_text())
    for family in set(told["families"]) - set(families):
        del told["families"][family]
    path.write_text(tomlkit.dumps(told))
    return path


def without(path: Path, family: str, *roles: str) -> Path:
    """Take fixtures, credentials and fault hooks (`fault.<name>`) of a family out of a target file."""
    told = tomlkit.parse(path.read_text())
    for role in roles:
        kind, _, name = role.partition(".")
        tables = {"credentials": ("credentials", name), "fault": ("faults", name)}
        table, key = tables.get(kind, ("fixtures", role))
        del told["families"][family][table][key]
    path.write_text(tomlkit.dumps(told))
    return path


def given(path: Path, **more: str) -> Path:
    """Add lines to the table of a target file's first family."""
    told = tomlkit.parse(path.read_text())
    told["families"][next(iter(told["families"]))].update(more)
    path.write_text(tomlkit.dumps(told))
    return path


def foreign(folder: Path, url: str, reference: str) -> Path:
    """Write a target file whose password comes from a place of its author's choice."""
    target = target_at(folder, url, "cdp")
    text = target.read_text()
    assert 'password = {file = "reference.d/password"}' in text.replace("{ ", "{").replace(" }", "}")
    own = text.replace('{ file = "reference.d/password" }', reference)
    target.write_text(own)
    return target


def _rest(text: str) -> str:
    """Return a target file's tables behind [limits]."""
    behind = text.split("[limits]", 1)[1]
    return behind[behind.index("\n[") :]


@contextmanager
def reference(*families: str, control: bool = False) -> Iterator[str]:
    """Serve the reference of some families, or of all, while the context lasts; yields its URL."""
    documents = {"cdp": DOCUMENTS[0], "ofs-ecm": ECM, "int-ecm": "", "account-service": ""}
    wanted = {name: documents[name] for name in families or documents}
    with process.started(wanted, *(["--control"] if control else [])) as url:
        yield url


@contextmanager
def bent(family: str, *defects: str, port: int = 0) -> Iterator[str]:
    """Serve the reference of a family, or of all, with seeded defects meanwhile; yields its URL."""
    documents = {family: ""} if family else dict.fromkeys(package_data.families(), "")
    options = [word for name in defects for word in ("--defect", name)]
    with process.started(documents, *options, "--port", str(port)) as url:
        yield url


@contextmanager
def free(family: str, *freedoms: str) -> Iterator[str]:
    """Serve the reference of a family that takes some freedoms while the context lasts; yields its URL."""
    options = [word for name in freedoms for word in ("--freedom", f"{family}.{name}")]
    with process.started({family: ECM if family == "ofs-ecm" else ""}, *options) as url:
        yield url


def untestable(folder: Path) -> dict[str, str]:
    """Return the reason of every clause of a run that could not be exercised, by id."""
    return {row["id"]: row["reason"] for row in results(folder)["clauses"] if row["verdict"] == "untestable"}


def environment(**more: str) -> Mapping[str, str]:
    """Return this process's environment with some variables more."""
    return os.environ | more
