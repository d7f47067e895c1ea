"""A family of somebody's own: found in four ways, and used by every command as those that ship are."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import runs
from hello_family import TRAP, command, install, target
from signing_keys import keys

MISSING = "there is no family 'hello'"


WAYS = ("target", "settings", "option", "package")


def found(way, place, url):
    """Have the family found in one of the four ways; return the target file, options and environment."""
    if way == "target":
        return target(url, 'folder = "../hello"'), [], None
    if way == "settings":
        Path("clausewise.toml").write_text('families = ["../hello"]\n')
    if way == "package":
        return target(url), [], install(place / "hello", place / "site-packages")
    return target(url), ["--families", "../hello"] if way == "option" else [], None


@pytest.mark.parametrize("way", WAYS)
def test_it_is_found_and_judged(place, greeter, way):
    """In each of the four ways, with all clauses of its document; without any it is unknown."""
    path, options, environment = found(way, place, greeter)
    done = command("run", "--target", path, "--run-dir", "r", *options, env=environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert set(runs.verdicts(Path("r")).values()) == {"pass"}
    assert "hello.greet.greeting.greeting" in runs.verdicts(Path("r"))


@pytest.mark.usefixtures("place")
def test_a_family_that_nobody_names_is_unknown(greeter):
    """One sentence says which there are, and what names another."""
    done = command("run", "--target", target(greeter))

    assert done.returncode == 4
    assert MISSING in done.stderr
    assert "--families DIR" in done.stderr


@pytest.mark.parametrize("way", WAYS[1:])
def test_the_list_says_where_each_comes_from(place, greeter, way):
    """With its documents, how many clauses, and whether a reference plays it."""
    _, options, environment = found(way, place, greeter)
    done = command("families", "--format", "json", *options, env=environment)
    shown = command("families", *options, env=environment)

    rows = {row["id"]: row for row in json.loads(done.stdout)["families"]}
    own = rows.pop("hello")
    assert {row["from"] for row in rows.values()} == {"clausewise"}
    assert set(rows) == {"account-service", "cdp", "int-ecm", "ofs-ecm"}
    assert own["documents"] == ["hello-1"]
    assert own["reference"] is True
    places = {
        "package": "the installed package hello-bank",
        "option": "--families ../hello",
        "settings": "clausewise.toml: families",
    }
    assert own["from"] == places[way]
    assert own["from"]
    assert own["clauses"] == len(clauses(*options, environment=environment))
    assert re.search(rf"^hello +hello-1 +{own['clauses']} +yes", shown.stdout, re.MULTILINE)


def clauses(*options, environment=None):
    """Return the rows of the family's clauses."""
    done = command("clauses", "--family", "hello", "--format", "json", *options, env=environment)
    assert done.returncode == 0, done.stderr
    return {row["id"]: row for row in json.loads(done.stdout)["clauses"]}


@pytest.mark.usefixtures("place")
def test_its_clauses_are_in_the_catalogue():
    """With the tests that judge them."""
    rows = clauses("--families", "../hello")

    assert rows["hello.greet.greeting.greeting"]["tests"] == [
        "hello/test_greetings.py::test_whoever_is_known_is_greeted"
    ]


def test_tests_of_an_installed_package_run_only_where_a_target_claims_it(place, greeter):
    """They are code: neither a list of clauses nor the run of another family imports them."""
    trap = place / "hello" / "suites" / "hello" / "test_greetings.py"
    trap.write_text(f"from pathlib import Path\nPath({str(place / 'sprung')!r}).touch()\n")
    environment = install(place / "hello", place / "site-packages")
    told = command("clauses", "--family", "hello", env=environment)
    assert told.returncode == 0
    assert "give --target" in told.stderr
    command("clauses", "--family", "cdp", env=environment)
    command("families", env=environment)
    command("init", "all.toml", env=environment)
    assert "hello" not in Path("all.toml").read_text()
    assert not (place / "sprung").exists()

    command("clauses", "--family", "hello", "--target", target(greeter), env=environment)

    assert (place / "sprung").exists()


@pytest.fixture
def beside(place):
    """The working folder; beside the family lies another one, whose tests end whoever imports them."""
    shutil.copytree(place / "hello" / "schemas" / "hello", place / "hello" / "schemas" / "good-bye")
    for path in (place / "hello" / "schemas" / "good-bye").iterdir():
        path.write_text(path.read_text().replace("hello", "good-bye"))
    suite = place / "hello" / "suites" / "good_bye"
    suite.mkdir()
    for name in ("__init__.py", "test_greetings.py"):
        (suite / name).write_text(TRAP)
    return place


@pytest.mark.usefixtures("beside")
def test_a_run_takes_the_tests_of_what_the_target_claims(greeter):
    """Another family in the same folder is known, and none of its tests is made, nor imported."""
    path = target(greeter)
    done = command("run", "--target", path, "--families", "../hello", "--run-dir", "r", "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {name.partition(".")[0] for name in runs.verdicts(Path("r"))} == {"hello"}
    assert clauses("--families", "../hello")

    done = pytest_on("../hello/suites", "--target", path, "--families", "../hello")

    assert done.returncode == 0, done.stdout + done.stderr


def pytest_on(*words):
    """Run pytest itself in a process of its own, and return what it said."""
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("place")
def test_pytest_itself_runs_its_suites(greeter):
    """As it does those that ship."""
    done = pytest_on(
        "../hello/suites", "--target", target(greeter), "--families", "../hello", "--run-dir", "r"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Conformant (exit 0)" in done.stdout


@pytest.mark.parametrize(("plan", "code"), [("smoke", 0), ("safe", 0), ("certify", 0), ("nightly", 0)])
@pytest.mark.usefixtures("place")
def test_every_plan_takes_it(greeter, plan, code):
    """Each with its own promise."""
    done = command(
        "run", "--target", target(greeter), "--families", "../hello", "--run-dir", "r", "--plan", plan
    )

    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.usefixtures("place")
def test_a_target_file_is_written_for_it_and_tried(greeter):
    """The file says where the family lies, so that it works without a word more."""
    assert command("init", "own.toml", "--family", "hello", "--families", "../hello").returncode == 0
    text = Path("own.toml").read_text()
    assert 'folder = "../hello"' in text
    Path("own.toml").write_text(text.replace("https://api.example.com", greeter))

    done = command("doctor", "--target", "own.toml")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ok      [families.hello] base_url {greeter}" in done.stdout


@pytest.fixture
def ran(place, greeter):
    """The working folder, in which a run of the family lies."""
    done = command("run", "--target", target(greeter), "--families", "../hello", "--run-dir", "r")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.mark.usefixtures("ran")
def test_recorded_traffic_of_it_is_judged():
    """A HAR of its own run, by the same documents."""
    assert command("har", "r", "--output", "r.har").returncode == 0
    done = command("judge", "r.har", "--target", "hello.toml", "--families", "../hello", "--run-dir", "j")

    assert done.returncode in {0, 2}, done.stdout + done.stderr
    assert runs.verdicts(Path("j"))["hello.greet.greeting.greeting"] == "pass"


@pytest.mark.usefixtures("ran")
def test_its_runs_have_a_history_and_differences():
    """As any other's."""
    for name in ("r", "r"):
        done = command("history", "h.db", "--append", name)
    assert done.returncode == 0, done.stderr
    shown = command("history", "h.db", "--clause", "hello.greet.greeting")
    assert "pass" in shown.stdout, shown.stdout + shown.stderr
    assert command("diff", "r", "r").returncode == 0


def test_evidence_of_it_holds_where_the_same_family_is_named(place, greeter):
    """Its data and tests are pinned; a pack names no folder of its reader's, and another family breaks it."""
    path = target(greeter, f'folder = "{place}/hello"')
    assert command("run", "--target", path, "--run-dir", "r").returncode == 0
    key, _ = keys(place)
    packed = command("evidence", "r", "--key", key, "--output", "e.zip")
    assert packed.returncode == 0, packed.stderr
    unnamed = command("verify", "e.zip")
    assert MISSING in unnamed.stdout
    assert unnamed.returncode == 1
    held = command("verify", "e.zip", "--families", "../hello")
    assert "BROKEN" not in held.stdout
    assert held.returncode == 2, held.stdout  # nobody gave the key

    suite = place / "hello" / "suites" / "hello" / "test_greetings.py"
    suite.write_text(f"{suite.read_text()}\n# another one\n")
    changed = command("verify", "e.zip", "--families", "../hello")

    assert changed.returncode == 1
    assert "is not the one that was judged by" in changed.stdout
    assert "suites/hello/test_greetings.py" in changed.stdout


def test_a_run_goes_on_only_with_the_family_it_began_with(ran):
    """Its data and tests are those of then, or it says so."""
    assert command("run", "--resume", "r", "--families", "../hello").returncode == 0
    defects = ran / "hello" / "schemas" / "hello" / "defects.toml"
    defects.write_text(f"{defects.read_text()}\n# another one\n")

    done = command("run", "--resume", "r", "--families", "../hello")

    assert done.returncode == 4
    assert "its family hello was" in done.stderr


def test_a_package_that_clausewise_lists_is_not_imported(place):
    """Its data are read as files."""
    environment = install(place / "hello", place / "site-packages")
    done = command("families", env=environment)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("place")
def test_its_own_reference_is_a_sandbox():
    """A run on it is conformant, by the target file that the family brings, wherever `init` puts it."""
    words = ["--reference", "own", "--family", "hello", "--families", "../hello"]
    assert command("init", *words).returncode == 0
    done = command("run", "--target", "own/reference.toml", "--run-dir", "r")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("defect", "broken"),
    [
        ("retype:hello.greet.greeting.greeting", "hello.greet.greeting.greeting"),
        ("hello.greet.stranger", "hello.greet.unknown"),
    ],
)
@pytest.mark.usefixtures("place")
def test_a_defect_of_its_reference_is_found(defect, broken):
    """One bends what it answers, the other one what it does."""
    with served("--family", "hello", "--families", "../hello", "--defect", defect) as said:
        assert "serving hello (below /hello)" in said
        url = said.rpartition(" at ")[2].strip()
        done = command("run", "--target", target(f"{url}/hello"), "--families", "../hello", "--run-dir", "r")

    assert done.returncode == 1, done.stdout + done.stderr
    assert runs.verdicts(Path("r"))[broken] == "fail"


@contextmanager
def served(*words):
    """Serve the reference while the context lasts; yields what it says first."""
    command = [sys.executable, "-m", "clausewise", "serve", "--port", "0", "--while-read", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline()
        finally:
            process.terminate()


@pytest.mark.usefixtures("place")
def test_the_matrix_proves_its_suite():
    """Every clause has a defect, and each is caught, on its own reference."""
    done = command("matrix", "--target", "../hello/targets/reference.toml", "--output", "m.json")

    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(Path("m.json").read_text())
    proven = {row["clause"] for row in made["defects"] if row["noticed_by"]}
    assert proven == set(clauses("--families", "../hello"))


@pytest.mark.usefixtures("place")
def test_a_dry_run_counts_on_its_reference(greeter):
    """What would be sent, without sending it."""
    done = command("run", "--target", target(greeter), "--families", "../hello", "--dry-run")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "greet" in done.stdout


NONE = "The family hello brings no reference, so that it has no sandbox, no dry run and no matrix"


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--family", "hello"),
        ("matrix", "--target", "hello.toml"),
        ("run", "--target", "hello.toml"),
        ("run", "--target", "hello.toml", "--dry-run"),
    ],
    ids=" ".join,
)
def test_without_a_reference_it_is_said_so(place, words):
    """In one sentence, by all that would need one."""
    (place / "hello" / "schemas" / "hello" / "family.toml").unlink()
    target("embedded")
    done = command(*words, "--families", "../hello")

    assert done.returncode == 4
    assert done.stderr.strip().startswith((f"clausewise: {NONE}", f"ERROR: {NONE}")), done.stderr


def test_what_a_family_does_not_need_may_be_missing(place, greeter):
    """A contract alone is a family: its clauses are listed, and a run says that nothing judged them."""
    for path in (place / "hello").rglob("*"):
        if path.is_file() and path.name != "openapi.yaml":
            path.unlink()
    shutil.rmtree(place / "hello" / "suites")
    assert clauses("--families", "../hello")
    done = command("run", "--target", target(greeter), "--families", "../hello", "--run-dir", "r")

    assert done.returncode == 2, done.stdout + done.stderr
    assert runs.verdicts(Path("r"))["hello.greet.greeting"] == "untestable"
