"""The plugin with somebody's own tests: their order, and what becomes of those that cannot begin."""

import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import requests
import runs

from clausewise import package_data
from clausewise.plugin.expiry import Expiry
from clausewise.plugin.selection import ordered


def item(name, *fixtures, marks=()):
    return SimpleNamespace(
        nodeid=f"test_it.py::{name}",
        fixturenames=("api", *fixtures),
        get_closest_marker=lambda mark: mark in marks,
    )


ITEMS = [
    item("test_late", "ageing", "wait"),
    item("test_long", "depth"),
    item("test_quick[a]"),
    item("test_quick[b]"),
    item("test_other[a]"),
    item("test_young", "ageing"),
    item("test_again[a]"),
]


def _names(items):
    return [known.nodeid.partition("::")[2] for known in items]


def test_alone_the_quick_begin_one_of_each_function():
    """What failed last time, what must age, quick ones in rounds, long ones, and what waits."""
    told = _names(ordered(ITEMS, {"test_it.py::test_again[a]"}, alone=True))

    assert told == [
        *("test_again[a]", "test_young", "test_quick[a]", "test_other[a]", "test_quick[b]"),
        *("test_long", "test_late"),
    ]


def test_what_is_marked_so_comes_last():
    """A test that uses up what others need leaves them the first of it."""
    greedy = item("test_greedy", "depth", marks=["late"])

    assert _names(ordered([greedy, *ITEMS], (), alone=True))[-2:] == ["test_greedy", "test_late"]


def test_beside_other_workers_the_long_begin():
    """The longest test is no tail when it starts first."""
    assert _names(ordered(ITEMS, (), alone=False))[:2] == ["test_young", "test_long"]


def test_what_ages_is_made_once_or_where_it_is_needed():
    """A late test takes up what an early one began; alone it makes its own."""
    ageing, made = Expiry(), []

    def make():
        made.append("token")
        return len(made)

    assert ageing.taken("cdp", make).thing == 1
    assert ageing.begin("cdp", make) is ageing.taken("cdp", make)
    ageing.forget()
    assert ageing.taken("cdp", make).thing == len(made) == 3
    assert 0 <= ageing.taken("cdp", make).age < 60


def test_a_test_that_cannot_be_set_up_is_an_error_and_not_silence(tmp_path):
    """A fixture that nobody has: the clause is in error, with the reason, and the run ends with 5."""
    suite = tmp_path / "test_own.py"
    suite.write_text(
        "from clausewise import clause\n\n"
        '@clause("cdp.getToken.token")\n'
        "def test_mine(api, judge, no_such_fixture):\n    pass\n"
    )
    with runs.reference("cdp") as url:
        target = runs.target_at(tmp_path, url, "cdp")
        folder = tmp_path / "run"
        command = [sys.executable, "-m", "pytest", "--target", target, "--run-dir", folder, suite]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    row = next(row for row in runs.results(folder)["clauses"] if row["id"] == "cdp.getToken.token")
    assert (row["verdict"], done.returncode) == ("error", 5), done.stdout
    assert "could not be set up: fixture 'no_such_fixture' not found" in row["reason"], row


def test_a_test_that_breaks_on_an_undocumented_answer_is_no_fault_of_ours(tmp_path):
    """What no document describes is held against the clause that met it; on a lawful answer it is ours."""
    suite = tmp_path / "test_own.py"
    suite.write_text(
        "from clausewise import clause\n\n"
        '@clause("cdp.validateCustomer.not-found")\n'
        "def test_mine(api, judge, unique):\n"
        '    asked = {"idNumber": unique.digits(15), "idType": "4"}\n'
        '    api.call("validateCustomer", asked).json["data"]["ecrn"]\n'
    )
    ends = {}
    with runs.reference("cdp", control=True) as url:
        target = runs.target_at(tmp_path, url, "cdp")
        for raw in ("", "[]"):
            bend = {"answer": "validateCustomer.not-found", "bend": [{"raw": raw}]} if raw else {}
            requests.put(f"{url}/__control__/bend", json=bend, timeout=5).raise_for_status()
            folder = tmp_path / f"run{raw}"
            command = [sys.executable, "-m", "pytest", "--target", target, "--run-dir", folder, suite]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            ends[raw] = (runs.verdicts(folder)["cdp.validateCustomer.not-found"], done.returncode)

    assert ends == {"": ("error", 5), "[]": ("fail", 1)}


OWN = """
import pytest

def test_good():
    assert True

def test_bad():
    assert not {failing}
"""


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(("failing", "code"), [(True, 1), (False, 2)])
def test_a_test_beside_ours_that_fails_is_no_better_than_for_pytest(tmp_path, failing, code, workers):
    """A partial run ends with 2; where somebody's own test failed in it, pytest's own 1 stands."""
    own = tmp_path / "test_own.py"
    own.write_text(OWN.format(failing=failing))
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    given = ["--target", target, "--run-dir", tmp_path / "run", "--clause", "int-ecm.login.token"]
    command = [sys.executable, "-m", "pytest", own, package_data.SUITES, *given, "-n", workers, "-q"]
    done = subprocess.run([*map(str, command)], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == code, done.stdout
    assert ("1 test beside them failed" in done.stdout) is failing


SHORT = ("ageing", "api", "depth", "judge", "target", "unique", "wait", "walk")


def test_fixtures_of_the_same_name_do_no_harm(tmp_path):
    """A user's conftest.py above the suites has its own `api`: their tests get theirs, ours get ours."""
    shutil.copytree(package_data.SUITES, tmp_path / "suites")
    theirs = [f"@pytest.fixture\ndef {name}():\n    return 'their {name}'\n" for name in SHORT]
    (tmp_path / "conftest.py").write_text("\n".join(["import pytest", *theirs]))
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p no:schemathesis'\n")
    (tmp_path / "test_own.py").write_text("def test_own(api):\n    assert api == 'their api'\n")
    picked = ["test_own.py", "suites/cdp/test_lookup.py", "suites/cdp/test_token.py", "--plan", "smoke"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *picked,
            "--target",
            runs.REFERENCE,
            "--family",
            "cdp",
            "--run-dir",
            "run",
        ],
        cwd=tmp_path,
        env=runs.environment(PYTHONPATH=str(package_data.ROOT / "src")),
        capture_output=True,
        text=True,
        check=False,
    )

    assert " failed" not in done.stdout, done.stdout
    assert runs.results(tmp_path / "run")["counts"]["pass"] > 100
