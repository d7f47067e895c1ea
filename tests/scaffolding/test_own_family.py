"""A family of somebody's own: found in four ways, and used by every command as those that ship are."""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import runs
from signing_keys import keys

from clausewise import package_data

HELLO = Path(__file__).parents[1] / "support" / "hello"
MISSING = "there is no family 'hello'"


class Greeter(http.server.BaseHTTPRequestHandler):
    """The tests' own server: it greets Ada, and nobody else."""

    def do_GET(self):
        known = self.path == "/greetings/Ada"
        body = json.dumps({"greeting": "Hello, Ada"} if known else {"error": "unknown"}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def greeter():
    """The URL of a server that keeps the document."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder, beside which the family lies in `hello`."""
    shutil.copytree(HELLO, tmp_path / "hello", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


IMPORTING = {
    "run",
    "clauses",
    "evidence",
    "verify",
    "matrix",
    "serve",
}  # a module of one name, once a process


def command(*words, env=None):
    """Run a command, in this process where it imports nothing of the family; return what it said."""
    return runs.clausewise(*words, env=env) if env or words[0] in IMPORTING else runs.inside(*words)


def target(url, *lines):
    """Write a target file that claims the family, with further lines of its table."""
    path = Path("hello.toml")
    head = 'version = 1\nname = "hello"\nenvironment = "sandbox"\n[families.hello]\ndocument = "hello-1"\n'
    path.write_text("\n".join([f'{head}base_url = "{url}"', *lines]))
    return path


def install(folder, site):
    """Install the family's folder as a package, as an installer leaves it; return an environment with it."""
    shutil.copytree(folder, site / "hello_bank")
    (site / "hello_bank" / "__init__.py").write_text("raise SystemExit('nobody may import this')\n")
    told = site / "hello_bank-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: hello-bank\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[clausewise.families]\nhello = hello_bank\n")
    return runs.environment(
        PYTHONPATH=os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(site)]))
    )


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


TRAP = "raise SystemExit('the tests were run')\n"


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


BAD_PLACES = {
    "a folder that is not there": ("../nowhere", "--families ../nowhere: {}/nowhere is no folder"),
    "a folder without a family": (".", "--families .: {}/work holds no family; schemas/<id>/openapi.yaml"),
    "a name that no folder has": ("a\0b", "the folder cannot be read"),
}


@pytest.mark.parametrize("case", BAD_PLACES)
def test_a_folder_that_holds_none_is_told(place, case):
    """Which folder, what was expected in it, and where that is written."""
    folder, said = BAD_PLACES[case]
    refused(said.format(place), "families", "--families", folder)


def refused(said, *words, env=None):
    """See that a command ends with 4 and one sentence that holds some words."""
    done = command(*words, env=env)
    assert done.returncode == 4, done.stdout + done.stderr
    assert said in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    ("name", "said"), [("Hello", "is no id of a family"), ("token", "is the name of a module of Python")]
)
def test_an_id_that_cannot_be_one_is_told(place, name, said):
    """It begins every clause's name, and is its tests' package."""
    (place / "hello" / "schemas" / "hello").rename(place / "hello" / "schemas" / name)
    refused(f"hello/schemas/{name} {said}", "families", "--families", "../hello")


def test_two_families_of_one_id_are_told(place):
    """With both places; the same folder twice is one."""
    shutil.copytree(place / "hello", place / "other")
    words = ["families", "--families", "../hello", "--families", "../other"]
    said = (
        f"There are two families 'hello': in {place}/hello (--families ../hello) and in {place}/other "
        f"(--families ../other); leave one of them out."
    )
    refused(said, *words)
    assert command("families", "--families", "../hello", "--families", "../hello/").returncode == 0


def test_no_family_takes_the_place_of_one_that_ships(place):
    """Whoever names it: what is judged as cdp is the shipped one, or nothing."""
    (place / "hello" / "schemas" / "hello").rename(place / "hello" / "schemas" / "cdp")
    refused("There are two families 'cdp': in ", "clauses", "--family", "cdp", "--families", "../hello")


def test_a_target_file_names_the_family_that_lies_there(place, greeter):
    """Not another one."""
    (place / "hello" / "schemas" / "hello").rename(place / "hello" / "schemas" / "good-bye")
    said = "hello.toml: [families.hello] folder names '../hello', which holds good-bye, and no hello."
    refused(said, "doctor", "--target", target(greeter, 'folder = "../hello"'))


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('families = ["../nowhere"]', "clausewise.toml: families: "),
        ('families = "../hello"', "clausewise.toml: families is a text"),
    ],
)
def test_settings_that_name_none_are_told(text, said):
    """The file and its key."""
    Path("clausewise.toml").write_text(text)
    refused(said, "families")


@pytest.mark.parametrize("value", ["no_such_package", "hello_bank:folder", "json"])
def test_an_entry_point_that_names_no_package_is_told(place, value):
    """With the package that it stands in."""
    environment = install(place / "hello", place / "site-packages")
    points = place / "site-packages" / "hello_bank-1.0.dist-info" / "entry_points.txt"
    points.write_text(f"[clausewise.families]\nhello = {value}\n")
    said = "the installed package hello-bank: "
    refused(said, "families", env=environment)


BOMB = "".join(f"x-{n}: &n{n} [{', '.join([f'*n{n - 1}'] * 10 if n else ['0'] * 10)}]\n" for n in range(9))
BAD_FILES = {
    "no YAML": ("openapi.yaml", lambda _: "a: [", "openapi.yaml cannot be read"),
    "a list": ("openapi.yaml", lambda _: "[1]", "openapi.yaml cannot be read: it is no mapping"),
    "a key twice": ("openapi.yaml", lambda text: text + "paths: {}\n", "a key comes for the second time"),
    "a bomb of aliases": ("openapi.yaml", lambda text: text + BOMB, "its aliases make it endless"),
    "no x-family": (
        "openapi.yaml",
        lambda text: text.replace("x-family: hello\n", ""),
        "'x-family' is missing",
    ),
    "another x-family": (
        "openapi.yaml",
        lambda text: text.replace("x-family: hello", "x-family: bye"),
        "x-family is 'bye', and the folder says 'hello'",
    ),
    "no x-documents": (
        "openapi.yaml",
        lambda text: text.replace("x-documents:", "x-papers:"),
        "'x-documents' is missing",
    ),
    "an answer without a role": (
        "openapi.yaml",
        lambda text: text.replace("x-role: rejected", "x-role: dismissed"),
        "'dismissed' is not a valid Role",
    ),
    "no JSON Schema": (
        "openapi.yaml",
        lambda text: text.replace("type: object", "type: thing", 1),
        "'thing' is not valid",
    ),
    "a reference to the network": (
        "openapi.yaml",
        lambda text: text.replace("{ type: string }", '{ $ref: "http://example.com/a.json" }'),
        "http://example.com/a.json",
    ),
    "clauses that are no TOML": ("clauses.toml", lambda _: "[[clause", "clauses.toml cannot be read"),
    "a clause without an id": ("clauses.toml", lambda _: "[[clause]]\n", "[[clause]] 1: the key 'sources'"),
    "a defect of no clause": (
        "defects.toml",
        lambda text: text.replace("hello.greet.unknown", "hello.greet.unknwon"),
        "no clause has the id 'hello.greet.unknwon'",
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_data_that_are_none_are_told(place, greeter, case):
    """Which file, and what is wrong in it, by each command that reads them."""
    name, spoil, said = BAD_FILES[case]
    path = place / "hello" / "schemas" / "hello" / name
    path.write_text(spoil(path.read_text() if path.exists() else ""))
    target_ = str(target(greeter))
    told: dict[str, Any] = {}
    for words in (["families"], ["doctor", "--target", target_], ["run", "--target", target_]):
        done = runs.inside(*words, "--families", "../hello")
        told |= {words[0]: done.stderr} if done.returncode == 4 else {}

    assert all(said in text for text in told.values()), told
    assert all(len(text.strip().splitlines()) == 1 for text in told.values()), told
    assert "families" in told or "run" in told
    assert "run" in told or name == "defects.toml"  # which a run does not play


BAD_REFERENCES = {
    'reference = "greeter"': "family.toml: reference is 'greeter'",
    'referense = "greeter:app"': "did you mean 'reference'?",
    "reference": "family.toml is no valid TOML",
    'reference = "no_such_module:app"': "the reference no_such_module:app cannot be imported",
    'reference = "greeter:nothing"': "the reference greeter:nothing cannot be imported",
    'reference = "greeter:json"': "the reference greeter:json is no ASGI app, but a module",
}


@pytest.mark.parametrize("text", BAD_REFERENCES)
def test_a_reference_that_is_none_is_told(place, text):
    """The file, and what is written there."""
    (place / "hello" / "schemas" / "hello" / "family.toml").write_text(text)
    said = BAD_REFERENCES[text]
    refused(said, "serve", "--family", "hello", "--families", "../hello", "--port", "0")


def test_tests_that_python_would_mistake_are_told(place, greeter):
    """A package of their own keeps them apart, and `suites` is ours."""
    words = ["run", "--target", target(greeter), "--families", "../hello"]
    mark = place / "hello" / "suites" / "hello" / "__init__.py"
    mark.unlink()
    refused(f"{mark.parent} has no __init__.py", *words)
    mark.touch()
    (place / "hello" / "suites" / "__init__.py").touch()
    refused("makes a package `suites` of the folder", *words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module\n", "No module named 'no_such_module'"),
        ("raise ValueError('at once')\n", "ValueError: at once"),
    ],
)
def test_a_file_of_tests_that_cannot_be_imported_is_told(place, greeter, text, said):
    """A run without it would be another run."""
    (place / "hello" / "suites" / "hello" / "test_more.py").write_text(text)
    words = ["--target", target(greeter), "--families", "../hello"]
    done = command("run", *words)

    assert done.returncode == 4, done.stdout
    assert f"{place}/hello/suites/hello/test_more.py cannot be imported: " in done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_nothing_that_lies_further_up_is_run(place, greeter):
    """A conftest.py above the folder that is named was named by nobody."""
    (place / "conftest.py").write_text(TRAP)
    done = command("run", "--target", target(greeter), "--families", "../hello", "--run-dir", "r")

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_shows_this_family():
    """Whoever copies its files has the family that is tested here."""
    page = (package_data.ROOT / "docs" / "own-family.md").read_text("utf-8")

    for name in ("schemas/hello/openapi.yaml", "suites/hello/test_greetings.py"):
        assert (HELLO / name).read_text() in page
    assert (HELLO / "schemas" / "hello" / "family.toml").read_text().strip() in page


def test_a_target_file_that_brings_tests_is_told(place, greeter):
    """They are programs, whoever wrote the file; a folder that the user typed is no news."""
    done = command("doctor", "--target", target(greeter, 'folder = "../hello"'))
    typed = command("doctor", "--target", target(greeter), "--families", "../hello")

    assert f"names the family hello in {place}/hello, whose tests are programs" in done.stderr
    assert "programs" not in typed.stderr
