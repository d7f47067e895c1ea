"""Starts `clausewise` in a process of its own that imports nothing: forked from one that has imported it all.

A second of processor time for each start is spared. Where the start is the point, or something is said to
Python itself, tests begin an interpreter of their own.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NoReturn

from clausewise import cli, families, package_data, scope

_MOST = 150_000  # bytes of a request; what a packet may have
_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_", "COVERAGE_")  # names of what only a start heeds
_MODULES = (
    *("clausewise.cli.run", "clausewise.cli.output", "clausewise.cli.doctor", "clausewise.cli.clauses"),
    *(
        "clausewise.plugin",
        "clausewise.report",
        "clausewise.doctor",
        "clausewise.generic_tests",
        "clausewise.evidence",
    ),
    *("clausewise.history", "clausewise.journal", "clausewise.reference.process", "clausewise.recorded"),
    *("hypothesis.stateful", "_pytest.runner", "_pytest.terminal", "xdist.plugin", "xdist.dsession"),
)


def fits(env: Mapping[str, str] | None) -> bool:
    """Tell whether a process with that environment may be forked: nothing in it is for Python's own start."""
    if not hasattr(os, "fork") or any(name.startswith("COVERAGE_") for name in os.environ):
        return False
    wanted = os.environ if env is None else env
    names = {name for name in {*os.environ, *wanted} if name.startswith(_READ_AT_START)}
    return all(os.environ.get(name) == wanted.get(name) for name in names)


def run(
    arguments: Sequence[str], *, timeout: float, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `clausewise`, and return what it said and its exit code.

    Raises TimeoutExpired where it takes more than `timeout` seconds; it is killed then.
    """
    asked = {
        "argv": list(arguments),
        "cwd": str(cwd or Path.cwd()),
        "env": dict(os.environ if env is None else env),
    }
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, TemporaryFile() as out, TemporaryFile() as err:
        with theirs:
            fds = [0, out.fileno(), err.fileno(), theirs.fileno()]
            socket.send_fds(_nest(os.getpid()), [json.dumps(asked).encode()], fds)
        pid = int(ours.recv(64))
        ours.settimeout(timeout)
        try:
            status = int(ours.recv(64))
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired([*arguments], timeout) from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, status, out.read(), err.read())


@functools.cache
def _nest(_: int) -> socket.socket:
    """Start the process that is forked, one for each that asks; it ends with who asked."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _MOST)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait(20)

    atexit.register(end)
    return ours


def _serve(place: socket.socket) -> NoReturn:
    """Fork for each that asks, until nobody can ask any more."""
    for name in _MODULES:
        import_module(name)
    for name in package_data.families():
        scope.book(families.family(name))
    gc.collect()
    gc.freeze()
    while True:
        asked, fds, _, _ = socket.recv_fds(place, _MOST, 4)
        if not asked:
            os._exit(0)
        if not os.fork():
            place.close()
            _attend(json.loads(asked), fds)
        for fd in fds:
            os.close(fd)
        _reap()


def _reap() -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return


def _attend(asked: Mapping[str, Any], fds: Sequence[int]) -> NoReturn:
    """Start the command, say its process id, and, once it has ended, how."""
    *streams, answer = fds
    pid = os.fork()
    if not pid:
        os.close(answer)
        _become(asked, streams)
    with socket.socket(fileno=answer) as told:
        told.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        told.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: Mapping[str, Any], streams: Sequence[int]) -> NoReturn:
    """Be `python -m clausewise` with what was asked, as if it had begun here."""
    code = 1
    try:
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
            os.close(fd)
        os.chdir(str(asked["cwd"]))
        os.environ.clear()
        os.environ.update(asked["env"])
        time.tzset()
        random.seed()
        sys.path[0] = str(asked["cwd"])
        sys.argv = [str(Path(cli.__file__).parents[1] / "__main__.py"), *asked["argv"]]
        code = _ended()
    finally:
        os._exit(code)


def _ended() -> int:
    """Run it, and all that Python does at an end."""
    try:
        code = cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as an interpreter does
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return 120
    return code


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
