"""The CI recipes: their YAML is YAML, their commands are ours, and what they hand over can be read."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import runs
import yaml
from hypothesis.errors import FlakyFailure
from junitparser import JUnitXml

from clausewise import package_data
from clausewise.plugin import outcomes

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs"
PAGE = (PAGES / "ci.md").read_text("utf-8")
RECIPES = [
    yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
COMMANDS = sorted(set(re.findall(r"clausewise run --target uat\.toml --run-dir [^\n'`]*", PAGE)))
SHARDED = {
    server: re.findall(rf"^```\w+\n(?:#|//) {server}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[
        0
    ].splitlines()
    for server in ("GitHub Actions", "GitLab CI", "Jenkins")
}


def test_the_recipes_are_read_as_their_servers_read_them():
    """A job with steps; a script with its reports."""
    actions, gitlab, *shards = RECIPES

    steps = actions["jobs"]["judge"]["steps"]
    assert any("clausewise run" in step.get("run", "") for step in steps)
    assert gitlab["conformance"]["artifacts"]["reports"]["junit"] == "runs/now/junit.xml"
    assert all("judge" in recipe or "judge" in recipe["jobs"] for recipe in shards)
    installed = [step["run"] for step in steps if "pip install" in step.get("run", "")]
    assert installed == [gitlab["conformance"]["script"][0]] == ["pip install wheels/clausewise-*.whl"]


def test_no_page_installs_us_by_name_alone():
    """A package of that name on an index would be somebody else's; a pipeline has a wheel."""
    pages = [*PAGES.glob("*.md"), *ROOT.glob("*.md")]

    assert [
        page.name for page in pages if re.search(r"pip install clausewise\b", page.read_text("utf-8"))
    ] == []


def test_the_image_holds_what_the_wheel_asks_for():
    """The lock, with the developers' tools in it, stays in the stage before; the wheel alone is installed."""
    before, _, last = (ROOT / "Containerfile").read_text("utf-8").rpartition("\nFROM ")

    assert re.findall(r"/opt/clausewise/bin/pip install (.*)", before) == [
        "--no-cache-dir --no-index --find-links /wheels clausewise"
    ]
    assert re.findall(r"COPY .*|pip .*", last) == ["COPY --from=build /opt/clausewise /opt/clausewise"]


@pytest.mark.parametrize("server", runs.in_turn(*SHARDED))
def test_the_shards_of_a_server_make_a_whole(tmp_path, server):
    """The lines of its recipe, as its shell runs them with the variables that it sets for each job."""
    path = shutil.copy(runs.REFERENCE, tmp_path / "uat.toml")
    shutil.copytree(runs.REFERENCE.parent / "reference.d", tmp_path / "reference.d")
    runs.only(Path(path), "account-service")
    shard, merge = (
        next(line for line in SHARDED[server] if word in line) for word in ("--shard", "clausewise merge")
    )
    shard, merge = (re.findall(r"clausewise (?:run|merge) [^']*", line)[0] for line in (shard, merge))
    ours = f"{sys.executable} -m clausewise"
    for number in "1234":
        told = {"CI_NODE_INDEX": number, "CI_NODE_TOTAL": "4", "CI_PIPELINE_IID": "7", "SHARD": number}
        line = shard.replace("${{ matrix.shard }}", number).replace("${{ github.run_number }}", "7")
        line = line.replace("--run-dir shard ", f"--run-dir shards/{number} ").replace("clausewise", ours)
        made = subprocess.run(
            ["sh", "-ec", line.replace("--shard", "--plan smoke --shard")],
            cwd=tmp_path,
            env=runs.environment(**told, BUILD_NUMBER="7"),
            check=False,
        )
        assert made.returncode == 0
    whole = subprocess.run(["sh", "-ec", merge.replace("clausewise", ours)], cwd=tmp_path, check=False)
    assert whole.returncode == 0
    assert runs.results(tmp_path / "runs/now")["outcome"]["word"] == "kept all that plan smoke asks"


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


@pytest.mark.parametrize(
    ("variables", "absent"),
    [
        ({"FORCE_COLOR": "1"}, ""),
        ({"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}, ""),
        ({"COLUMNS": "80"}, "HOME"),
    ],
    ids=["colours", "C", "narrow and homeless"],
)
def test_a_log_is_a_log(tmp_path, variables, absent):
    """No live line, no wide line and no failing letter where nobody sits at a terminal."""
    surrounding = {name: value for name, value in runs.environment(**variables).items() if name != absent}
    picked = ("--family", "int-ecm", "--plan", "smoke", "--run-dir", tmp_path / "run")
    done = runs.clausewise("run", "--target", runs.REFERENCE, *picked, env=surrounding)

    assert done.returncode == 2, done.stderr
    assert not re.search(r"\r|\x1b\[(?:2K|\?25|\d*A)", done.stdout + done.stderr)
    assert ("\x1b[" in done.stdout) is ("FORCE_COLOR" in variables)
    if "COLUMNS" in variables:
        assert max(map(len, done.stdout.splitlines()[:-1])) <= 80


_CUTTER = """
import signal
import pytest

def cut(*_):
    pytest.fail("Timeout (>0.3s) from pytest-timeout.")

@pytest.hookimpl(wrapper=True)
def pytest_runtest_%s(item):
    signal.signal(signal.SIGALRM, cut)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
"""


def test_what_hypothesis_wrapped_is_seen():
    """It runs a test that was cut short once more, and calls it flaky."""
    cut = pytest.fail.Exception("Timeout (>0.3s) from pytest-timeout.")

    told = outcomes._cut(FlakyFailure("Inconsistent results", [cut]))
    assert told == "the test was cut short: Timeout (>0.3s) from pytest-timeout."
    assert outcomes._cut(FlakyFailure("Inconsistent results", [ValueError("x")])) == ""


def test_what_pytest_timeout_cuts_short_is_no_fault_of_ours(tmp_path):
    """It says so itself: the clause is an error, and the run did not break."""
    (tmp_path / "cutter.py").write_text(_CUTTER % "call")
    command = ["-m", "pytest", "-p", "cutter", str(package_data.SUITES / "int_ecm")]
    command += ["--target", str(runs.REFERENCE)]
    picked = ["--family", "int-ecm", "--clause", "int-ecm.*live*", "--run-dir", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, *command, *picked],
        env=runs.environment(PYTHONPATH=f"{tmp_path}:{package_data.ROOT / 'src'}"),
        capture_output=True,
        text=True,
        check=False,
    )

    rows = runs.results(tmp_path / "run")["clauses"]
    told = {row["reason"] for row in rows if row["verdict"] == "error"}
    assert told == {"the test was cut short: Timeout (>0.3s) from pytest-timeout."}, done.stdout
    assert done.returncode == 3


def test_a_checkout_may_be_read_only(tmp_path):
    """Plain pytest has its cache in the checkout; where that cannot be written, a run ends as ever."""
    checkout = Path(__file__).parents[2]
    mount = f"mount --bind {checkout} {checkout} && mount -o remount,ro,bind {checkout}"
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    may = shutil.which("unshare") and subprocess.run([*enter, mount], capture_output=True, check=False)
    if not may or may.returncode:
        pytest.skip("this machine lets no user make a namespace of its own (unshare --mount)")
    words = f"suites/int_ecm --target {runs.REFERENCE} --plan smoke --run-dir {tmp_path / 'run'}"
    script = f"{mount} && cd {checkout} && ! touch x 2>/dev/null && {sys.executable} -m pytest {words}"
    done = subprocess.run([*enter, script], capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == runs.results(tmp_path / "run")["outcome"]["exit"], done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
