"""Our schemas and our check under the Schemathesis command line, without our runner."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
import requests
import runs

from clausewise import package_data

SECRETS = {"CDP_CLIENT_SECRET": "client-secret", "CDP_PASSWORD": "password", "ECM_PASSWORD": "ecm-password"}
NAMES = {
    "CDP_CLIENT_ID": "clausewise-sandbox",
    "CDP_USERNAME": "sandbox-partner",
    "ECM_USERNAME": "sandbox-analyst",
    "INT_ECM_TOKEN": "none",
}


def st(folder, family, url, *, hook, phases="examples,coverage"):
    """Run the command line in a copy of a family's folder, as a user would in the folder itself."""
    place = copytree(package_data.SCHEMAS / family, folder / family, dirs_exist_ok=True)
    told = {
        key: (package_data.TARGETS / "reference.d" / name).read_text().strip()
        for key, name in SECRETS.items()
    }
    more = {"SCHEMATHESIS_HOOKS": "clausewise.hooks"} if hook else {}
    command = [Path(sys.executable).parent / "st", "run", "openapi.yaml", "--url", url, "--seed", "1"]
    return subprocess.run(
        [*command, "--phases", phases],
        cwd=place,
        env=runs.environment(**NAMES, **told, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


LONG = pytest.param("ofs-ecm", marks=pytest.mark.soak)


@pytest.mark.parametrize("family", ["cdp", LONG, "int-ecm", "account-service"])
def test_the_command_line_finds_nothing_on_the_reference(tmp_path, family):
    """Each family's schema and settings work as they lie in the folder, and our check agrees."""
    with runs.reference(family) as url:
        done = st(tmp_path, family, url, hook=True)

    assert done.returncode == 0, done.stdout[-3000:]
    assert f"Configuration:    {tmp_path / family / 'schemathesis.toml'}" in done.stdout


def test_our_check_says_there_what_the_schema_alone_cannot(tmp_path):
    """A class name in an answer keeps the schema; our check names the clause that it breaks."""
    bend = {"answer": "validateCustomer.*", "bend": [{"set": "/trace", "to": "org.hibernate.Session"}]}
    with runs.reference("cdp", control=True) as url:
        requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
        plain = st(tmp_path, "cdp", url, hook=False, phases="examples")
        judged = st(tmp_path, "cdp", url, hook=True, phases="examples")

    assert plain.returncode == 0, plain.stdout[-3000:]
    assert judged.returncode == 1
    assert "cdp.validateCustomer.no-leak" in judged.stdout
