"""`clausewise serve` plays all that it is asked to play, and says so."""

import socket
import subprocess
import sys

import pytest
import requests
import runs

from clausewise.reference import process

CODE = "cdp.lookup.not-found-code-as-text"
OTHER = "retype:cdp.validateCustomer.found.data.first_name"


def test_two_defects_are_played_together(tmp_path):
    """Both clauses are broken in one run, and what is served says their names."""
    with process.started({"cdp": ""}, "--defect", CODE, "--defect", OTHER) as url:
        target = runs.target_at(tmp_path, url, "cdp")
        picked = ("--clause", "cdp.validateCustomer.*found*", "--run-dir", tmp_path / "run")
        done = runs.clausewise("run", "--target", target, *picked)

    broken = {name for name, verdict in runs.verdicts(tmp_path / "run").items() if verdict == "fail"}
    assert done.returncode == 1, done.stderr
    assert {"cdp.validateCustomer.not-found.errorCode", OTHER.partition(":")[2]} <= broken


def test_what_is_served_names_its_defects():
    """On the line that says where."""
    words = ["serve", "--port", "0", "--while-read", "--family", "cdp", "--defect", CODE, "--defect", OTHER]
    command = [sys.executable, "-m", "clausewise", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout
        line = served.stdout.readline()
        served.terminate()

    assert line.startswith(f"serving cdp bent by {CODE} and {OTHER} at http://127.0.0.1:")


def test_the_sandbox_may_listen_on_ipv6():
    """Its URL has the address in brackets, as every URL has."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with process.started({"int-ecm": ""}, "--host", "::1") as url:
        answer = requests.get(f"{url}/nothing", timeout=5)

    assert url.startswith("http://[::1]:")
    assert answer.status_code == 404


def test_a_misspelt_defect_is_named():
    """With the nearest that there is."""
    done = runs.clausewise("serve", "--defect", "bad:ofs-ecm.saveEvents.generic-shape-77")
    assert done.returncode == 4
    assert "did you mean bad:ofs-ecm.saveEvents.generic-shape-7?" in done.stderr
