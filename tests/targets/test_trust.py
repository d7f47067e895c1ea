"""A target file that somebody else wrote is not trusted with this machine."""

import os
import pty
import subprocess
import sys

import pytest
import runs
from locking import gateway

from clausewise import package_data

ROBOTS = ("CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE")


@pytest.fixture
def host():
    """A host that refuses everything, and the calls that reached it."""
    with runs.reference("cdp") as behind, gateway(behind, {}) as (url, kept):
        yield url, kept.calls


@pytest.mark.parametrize("linked", [False, True], ids=["named", "linked"])
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_no_file_from_elsewhere_is_sent(tmp_path, host, command, linked):
    """A secret's file lies beside the target file, whatever link leads to it; the sentence quotes nothing."""
    url, calls = host
    (tmp_path / "here").mkdir()
    other = tmp_path / "shadow"
    other.write_text("s3cr3tW0rd")
    (tmp_path / "here" / "link").symlink_to(other)
    named = "link" if linked else "../shadow"
    target = runs.foreign(tmp_path / "here", url, f'{{ file = "{named}" }}')
    folder = ["--run-dir", tmp_path / "run"] if command == "run" else []

    done = runs.clausewise(command, "--target", target, *folder)

    assert done.returncode == 4
    assert "does not lie beside the target file, links resolved" in done.stderr
    assert "s3cr3tW0rd" not in done.stdout + done.stderr
    assert calls == []


@pytest.mark.parametrize("allowed", ["shadow", "."], ids=["the file", "its folder"])
def test_a_file_may_be_allowed(tmp_path, host, allowed):
    """Whoever runs it says which, itself or a folder of its."""
    url, calls = host
    (tmp_path / "here").mkdir()
    (tmp_path / "shadow").write_text("sandbox-password-93be")
    target = runs.foreign(tmp_path / "here", url, '{ file = "../shadow" }')

    done = runs.clausewise("doctor", "--target", target, "--allow-file", tmp_path / allowed)

    assert done.returncode == 0, done.stdout + done.stderr
    assert calls


def test_what_is_sent_where_is_said(tmp_path, host):
    """Where nobody sits at a terminal the names are told, and the run goes on."""
    url, calls = host
    target = runs.foreign(tmp_path, url, '{ env = "SOME_VARIABLE" }')
    more = runs.environment(SOME_VARIABLE="sandbox-password-93be", XDG_STATE_HOME=str(tmp_path / "state"))

    done = runs.clausewise("doctor", "--target", target, env=more)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"sends to {url} (family cdp): " in done.stderr
    assert "the variable SOME_VARIABLE" in done.stderr
    assert "the file reference.d/client-secret" in done.stderr
    assert "sandbox-password-93be" not in done.stderr
    assert calls
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_whoever_sits_at_a_terminal_is_asked_once(tmp_path, host, command):
    """A no sends nothing, a yes is remembered, and another host is asked about anew."""
    url, calls = host
    target = runs.target_at(tmp_path, url, "cdp")
    options = ["--clause", "cdp.getToken.token"] if command == "run" else []

    code, told = typed(tmp_path, "n\n", command, target, *options)
    assert (code, calls) == (4, [])
    assert "Is that as you want it? [y/N]" in told
    assert "nothing was sent" in told

    code, told = typed(tmp_path, "y\n", command, target, *options)
    assert code == (2 if command == "run" else 0), told
    assert calls

    _, told = typed(tmp_path, "", command, target, *options)
    assert "Is that as you want it?" not in told

    target.write_text(target.read_text().replace("127.0.0.1", "localhost"))
    calls.clear()
    code, told = typed(tmp_path, "n\n", command, target, *options)
    assert (code, calls) == (4, [])


def test_plain_pytest_asks_as_well(tmp_path, host):
    """Whoever starts the suite without our command is asked by the plugin itself, before any call."""
    url, calls = host
    target = runs.target_at(tmp_path, url, "cdp")
    options = [
        "-c",
        package_data.SUITES / "pytest.ini",
        package_data.SUITES / "cdp",
        "--clause",
        "cdp.getToken.token",
    ]
    options += ["--run-dir", tmp_path / "run"]

    code, told = typed(tmp_path, "n\n", "pytest", target, *options)

    assert (code, calls) == (4, []), told
    assert f"sends to {url} (family cdp): " in told
    assert "Is that as you want it? [y/N]" in told
    code, told = typed(tmp_path, "y\n", "pytest", target, *options)
    assert calls
    assert code == 2, told


@pytest.mark.parametrize("robot", ["CI", "TF_BUILD"])
def test_no_machine_is_asked(tmp_path, robot):
    """A job of a CI has a terminal at times, and nobody at it."""
    target = runs.target_at(tmp_path, "http://127.0.0.1:9", "cdp")

    code, told = typed(tmp_path, "", "doctor", target, **{robot: "true"})

    assert code == 3, told
    assert "Is that as you want it?" not in told


def typed(folder, answer, command, target, *options, **more):
    """Run a command on a terminal where somebody types an answer; return its exit code and what it said."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ROBOTS}
    told = kept | {"XDG_STATE_HOME": str(folder / "state")} | more
    program = ["pytest"] if command == "pytest" else ["clausewise", command]
    words = [sys.executable, "-m", *program, "--target", str(target), *map(str, options)]
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=told, cwd=folder) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            said += piece
        code = process.wait(60)
    os.close(ours)
    return code, " ".join(said.decode().split())
