"""A run talks to its target and to nobody else, and what is installed is what was locked."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import runs
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from signing_keys import keys

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# Python reads it before anything else; every process that the run starts, too.
GUARD = """
import json, os, sys
FILE = os.open({file!r}, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
ASKED = {{"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0,
         "socket.gethostbyname": 0, "socket.gethostbyaddr": 0, "socket.getnameinfo": 0}}

def note(event, given):
    if event in ASKED:
        at = ASKED[event]
        told = given[at:at + 2] if event == "socket.getaddrinfo" else given[at]
        os.write(FILE, (json.dumps([event, told], default=repr) + "\\n").encode())

sys.addaudithook(note)
"""


def commands(folder, target):
    """Every command that might talk to somebody, in the order of a day."""
    given = ["--target", target]
    several = ("--processes", "2")
    return [
        ["doctor", *given],
        [
            "run",
            *given,
            "--run-dir",
            folder / "run",
            "--plan",
            "proof",
            *several,
            "--history",
            folder / "h",
        ],
        ["report", folder / "run"],
        ["evidence", folder / "run", "--key", keys(folder)[0], "--output", folder / "evidence.zip"],
        ["judge", folder / "run", *given, "--run-dir", folder / "again"],
        ["har", folder / "run"],
        ["findings", folder / "run"],
        ["clauses", "--format", "reqif", "--run", folder / "run", "--output", folder / "clauses.reqif"],
    ]


def test_no_socket_is_opened_but_to_the_target(tmp_path):
    """An audit hook notes every address that any process connects to, sends to or asks a name server for."""
    noted, guard = tmp_path / "noted", tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD.format(file=str(noted)))
    path = f"{guard}:{runs.environment().get('PYTHONPATH', '')}"
    with runs.reference("int-ecm") as url:
        target = runs.target_at(tmp_path, url, "int-ecm")
        for words in commands(tmp_path, target):
            done = runs.clausewise(*words, env=runs.environment(PYTHONPATH=path), cwd=tmp_path)
            assert done.returncode in {0, 2}, (words, done.stdout, done.stderr)

    port = int(url.rpartition(":")[2])
    seen = [json.loads(line) for line in noted.read_text().splitlines()]
    assert ["socket.connect", ["127.0.0.1", port]] in seen
    others = [told for told in seen if told[1] != ["127.0.0.1", port]]
    assert others == []


def test_the_guard_sees_what_it_is_there_for(tmp_path):
    """A connection, a datagram and a name that somebody asks for are noted."""
    (tmp_path / "sitecustomize.py").write_text(GUARD.format(file=str(tmp_path / "noted")))
    asks = (
        "import socket, contextlib\n"
        "with contextlib.suppress(OSError): socket.create_connection(('127.0.0.1', 9), 1)\n"
        "with contextlib.suppress(OSError): socket.gethostbyname('localhost')\n"
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))\n"
    )
    subprocess.run([sys.executable, "-c", asks], env=runs.environment(PYTHONPATH=str(tmp_path)), check=True)

    events = {json.loads(line)[0] for line in (tmp_path / "noted").read_text().splitlines()}
    assert events == {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}


def test_a_run_needs_no_network(tmp_path):
    """In a network namespace with nothing but a loopback of its own, everything works as ever."""
    target = runs.target_at(tmp_path, "embedded", "account-service")
    words = ("run", "--target", target, "--run-dir", tmp_path / "run", "--plan", "smoke")
    done = runs.apart("--net", "ip link set lo up", *words)

    assert done.returncode in {0, 2}, done.stdout + done.stderr
    assert runs.results(tmp_path / "run")["counts"]["pass"] > 100


def test_every_locked_package_has_its_hashes():
    """Nothing is installed whose bytes are not known beforehand."""
    entries = re.split(r"\n(?=[a-z0-9])", LOCK, flags=re.IGNORECASE)[1:]
    entries = [entry for entry in entries if not entry.startswith("#")]

    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+ \\\n\s+--hash=sha256:[0-9a-f]{64}", entry), entry


def test_what_is_needed_at_run_time_is_locked():
    """Each dependency of the wheel stands in the lock, in a version that it allows."""
    locked = {
        canonicalize_name(name): version for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)", LOCK)
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for wanted in map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["dev"]]):
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), wanted
