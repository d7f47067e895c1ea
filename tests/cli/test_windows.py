"""Nothing that a POSIX system alone has is needed to start, to look at a target, or to judge one."""

import subprocess
import sys

import pytest
import runs

from clausewise import files

# Windows has none of these. Its own lock stands where filelock would take fcntl's.
WITHOUT = """
import os, signal, sys
for name in ("fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "syslog"):
    sys.modules[name] = None
for name in ("SIGHUP", "SIGKILL", "SIGALRM", "SIGUSR1"):
    delattr(signal, name)
for name in ("pread", "pwrite", "mkfifo", "killpg", "setsid"):
    delattr(os, name)
"""
EVERYTHING = """
import pkgutil, clausewise
for known in pkgutil.walk_packages(clausewise.__path__, "clausewise."):
    if known.name != "clausewise.__main__" and "_shipped" not in known.name:
        __import__(known.name)
"""
A_COMMAND = """
import filelock._descriptor
filelock._descriptor._lock_fd_nonblocking = lambda descriptor: True
from clausewise import journal
journal._IN_TURN = True
from clausewise.cli import main
sys.exit(main(sys.argv[1:]))
"""


def there(script, *arguments):
    """Run a script in a Python without what Windows lacks."""
    command = [sys.executable, "-c", WITHOUT + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_every_module_can_be_imported():
    """The command line is never stopped by an import."""
    done = there(EVERYTHING)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words",
    [["--version"], ["--help"], ["serve", "--chaos", "list"], ["init", "{here}/new.toml"]],
    ids=" ".join,
)
def test_a_command_starts(tmp_path, words):
    """Those that need no target."""
    done = there(A_COMMAND, *(word.format(here=tmp_path) for word in words))

    assert done.returncode == 0, done.stderr


def test_a_target_is_judged(tmp_path):
    """A run writes its folder, keeps it for itself, and ends as it does elsewhere."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    picked = ("--clause", "int-ecm.login.*", "--run-dir", tmp_path / "run", "--max-requests", "400")
    done = there(A_COMMAND, "run", "--target", target, *picked)

    assert done.returncode == 2, done.stderr
    assert runs.results(tmp_path / "run")["counts"]["pass"] > 20
    assert (tmp_path / "run" / ".turn").exists()


def test_a_file_is_for_one_process_at_a_time(tmp_path):
    """Who holds it is waited for; who asks without waiting is told so."""
    other = f"""
import sys; from pathlib import Path; from clausewise import files
print(files.hold(Path({str(tmp_path / "book")!r})) is None)
"""
    with files.alone(tmp_path / "book") as book:
        book.write(b"1")
        while_held = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=True)
    after = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=True)

    assert (while_held.stdout, after.stdout) == ("True\n", "False\n")
