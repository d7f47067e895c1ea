"""Families of somebody's own that are refused, each in one sentence, and nothing of them is run."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import runs
from hello_family import HELLO, TRAP, command, install, target

from clausewise import package_data

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
