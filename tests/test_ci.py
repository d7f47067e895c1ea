"""The CI recipes: their YAML is YAML, their commands are ours, and what they hand over can be read."""

import re
import shlex
from pathlib import Path

import pytest
import runs
import yaml
from junitparser import JUnitXml

PAGE = (Path(__file__).parents[1] / "docs" / "ci.md").read_text("utf-8")
RECIPES = [
    yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
COMMANDS = sorted(set(re.findall(r"clausewise run --target uat\.toml --run-dir [^\n'`]*", PAGE)))


def test_the_recipes_are_read_as_their_servers_read_them():
    """A job with steps; a script with its reports."""
    actions, gitlab = RECIPES

    steps = actions["jobs"]["judge"]["steps"]
    assert any("clausewise run" in step.get("run", "") for step in steps)
    assert gitlab["conformance"]["artifacts"]["reports"]["junit"] == "runs/now/junit.xml"


@pytest.mark.parametrize("command", COMMANDS)
def test_their_commands_run(tmp_path, command):
    """Against the reference, with files of the names that the recipe gives."""
    text = runs.REFERENCE.read_text().replace("reference.d/", f"{runs.REFERENCE.parent}/reference.d/")
    head, _, rest = text.partition("[families.cdp]")
    own = "[families.account-service]" + rest.partition("[families.account-service]")[2]
    (tmp_path / "uat.toml").write_text(head + own)
    (tmp_path / "waivers.toml").write_text("")
    words = shlex.split(command.replace("$HISTORY_URL", str(tmp_path / "history.db")))[1:]
    done = runs.clausewise(*words, "--plan", "proof", cwd=tmp_path)

    assert done.returncode in {0, 2}, done.stdout + done.stderr
    assert (tmp_path / "runs/now/summary.md").is_file()
    cases = [case for suite in JUnitXml.fromfile(tmp_path / "runs/now/junit.xml") for case in suite]
    ids = [row["id"] for row in runs.results(tmp_path / "runs/now")["clauses"]]
    assert sorted(case.classname for case in cases) == sorted(ids)
