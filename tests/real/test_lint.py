"""The contracts pass a linter that knows nothing of us, where one is installed."""

import json
import shutil
import subprocess

import pytest

from clausewise import package_data

REDOCLY = shutil.which("redocly")


@pytest.mark.skipif(not REDOCLY, reason="Redocly is not installed: npm install --global @redocly/cli")
@pytest.mark.parametrize("family", ["cdp", "ofs-ecm", "int-ecm", "account-service"])
def test_redocly_has_nothing_to_say(family):
    """No error and no warning, but for the rules that redocly.yaml turns off with a reason."""
    command = [str(REDOCLY), "lint", "--config", "redocly.yaml", "--format", "json", f"{family}/openapi.yaml"]
    done = subprocess.run(
        command, cwd=package_data.SCHEMAS, capture_output=True, text=True, timeout=60, check=False
    )

    problems = json.loads(done.stdout)["problems"]
    assert not [f"{it['ruleId']}: {it['message']}" for it in problems]


@pytest.mark.parametrize(
    "file", sorted(package_data.SCHEMAS.rglob("*.yaml")), ids=lambda it: f"{it.parent.name}-{it.name}"
)
def test_a_contract_is_readable(file):
    """No line holds a long list or object: scripts/format_schemas.py puts them below one another."""
    long = [line for line in file.read_text().splitlines() if len(line) > 200]
    assert not [
        line for line in long if line.lstrip("- ").startswith(("{", "[")) or ": {" in line or ": [" in line
    ]
