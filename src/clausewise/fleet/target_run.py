"""What a worker does: one run of `clausewise run`, in a process of its own, with what this machine knows.

The order that comes from the client names files and says options; secrets are what the worker's own
environment holds, and nothing of them goes back. A run that another worker began, and died of, goes on from
its folder.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from clausewise import files, history, input_files, journal
from clausewise._version import __version__
from clausewise.verdict import Exit

ROOT = "CLAUSEWISE_FLEET_ROOT"  # where the fleet file's folder lies on a worker, if it lies elsewhere there
_TICK = 0.25  # seconds between two looks at a run
_GRACE = 60.0  # seconds beyond its time, or after it was asked to end, until a run is killed
_LET_GO = 30.0  # seconds that another worker's run has for its end
_TAIL = 4000  # bytes of what a run said last
Order = Mapping[str, Any]
Record = dict[str, Any]


def version() -> str:
    """Return the version of clausewise that this worker has."""
    return __version__


def judge(order: Order) -> Record:
    """Make, or go on with, one run; return what it came to, and what of it the history keeps."""
    root, began = Path(os.environ.get(ROOT) or order["root"]), time.monotonic()
    record: Record = {
        "name": order["name"],
        "worker": f"{socket.gethostname()}:{os.getpid()}",
        "resumed": False,
    }
    path, folder = root / order["path"], root / order["folder"]
    if wrong := _unlike(path, order["sha256"]):
        return record | {"exit": int(Exit.USAGE), "says": wrong, "seconds": 0.0}
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not _ended(folder):
        record["resumed"] = (folder / journal.RUN).exists()
        record |= _made(order, path, folder)
    record["seconds"] = round(time.monotonic() - began, 1)
    return record | _result(folder, record)


def _unlike(path: Path, digest: str) -> str:
    """Say what is wrong with a target file on this machine; '' for nothing."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError):
        where = f"set {ROOT} to where the fleet file's folder lies there"
        return f"the worker {socket.gethostname()} has no {path}; mount it there, or {where}"
    same = sha256(text.encode()).hexdigest() == digest
    return "" if same else f"the worker {socket.gethostname()} has another {path} than the client"


def _ended(folder: Path) -> bool:
    """Tell whether a run came to its end before: its worker died with the word on its lips."""
    sealed = journal.ended(folder) if (folder / journal.RUN).exists() else None
    return bool(sealed and not sealed["interrupted"] and (folder / "results.json").exists())


def _made(order: Order, path: Path, folder: Path) -> Record:
    """Run the command and watch it; say how it ended."""
    limit = float(order["max_time"])
    if order.get("closes"):
        limit = min(limit, (datetime.fromisoformat(order["closes"]) - datetime.now(UTC)).total_seconds())
    if limit <= 0:
        return {"exit": int(Exit.NOT_FULLY_VERIFIED), "says": "its window closed before its turn came"}
    command = [sys.executable, "-m", "clausewise", "run", "--while-read", "--no-progress", "--quiet"]
    command.append(f"--max-time={limit:.0f}" if limit >= 1 else "--max-time=1")
    if (folder / journal.RUN).exists():
        _wait_for(folder)
        command += [f"--resume={folder}", *order["always"]]
    else:
        command += [f"--target={path}", f"--run-dir={folder}", *order["always"], *order["options"]]
    with TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT, cwd=folder.parent
        )
        try:
            state = _watched(process, folder, limit, float(order["patience"]))
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
        return {"code": process.returncode, "state": state, "said": _tail(said)}


def _watched(process: subprocess.Popen[bytes], folder: Path, limit: float, patience: float) -> str:
    """Wait for a run's end, or end it: where it takes too long, or comes to nothing new for too long."""
    began = moved = time.monotonic()
    size = -1
    while process.poll() is None:
        time.sleep(_TICK)
        now = time.monotonic()
        if (grown := _size(folder)) != size:
            size, moved = grown, now
        if now - moved > patience or now - began > limit + _GRACE:
            process.terminate()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
            return "it hung, and was ended" if now - moved > patience else "it took too long, and was ended"
    return ""


def _size(folder: Path) -> int:
    try:
        return sum((folder / name).stat().st_size for name in (journal.EXCHANGES, journal.TESTS))
    except OSError:
        return 0


def _wait_for(folder: Path) -> None:
    """Wait until the run of a worker that died has let go of its folder."""
    until = time.monotonic() + _LET_GO
    while time.monotonic() < until:
        held = files.hold(folder / journal.HELD)
        if held is not None:
            os.close(held)
            return
        time.sleep(_TICK)


def _tail(said: IO[bytes]) -> str:
    """Return the last line that a run said."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - _TAIL))
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def _result(folder: Path, record: Record) -> Record:
    """Return what a run came to: by its results, or by what it said where it has none."""
    if "exit" in record:
        return {}
    try:
        results = input_files.load(folder / "results.json")
    except (OSError, ValueError):
        code = record.get("code", Exit.INTERNAL)
        return {"exit": code if code in set(Exit) else int(Exit.INTERNAL), "says": record.get("said", "")}
    hung = record.get("state", "")
    outcome = results["outcome"]
    says = f"{hung}: {outcome['sentence']}" if hung else outcome["sentence"]
    code = int(Exit.TARGET_UNUSABLE) if hung and outcome["exit"] != Exit.NOT_CONFORMANT else outcome["exit"]
    return {"exit": code, "says": says, "results": history.needed(results)}
