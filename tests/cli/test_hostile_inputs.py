"""Inputs that somebody made to do harm, and those that fuzzing found: each one is refused in a sentence."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import mutation
import pytest
from good_inputs import TARGET
from inputs import (
    CONTROL,
    answers,
    bounded,
    command,
    is_sentence,
    load,
    reads,
    whole,
)

from clausewise import report
from clausewise.errors import ConfigurationError

pytestmark = pytest.mark.quick

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
HEAD = "overlay: 1.0.0\ninfo: {title: t, version: v}\nactions:\n  - target: $\n    update: "
OVERLAYS = {
    "an alias bomb": (BOMB, "its aliases make it endless"),
    "an alias of itself": ("a: &a [*a]\n", "its aliases make it endless"),
    "nested 100,000 deep": ("[" * 100_000, "nested deeper than"),
    "a tag that does not fit": ("a: !!float x\n", "does not fit its tag"),
    "a tag of no meaning": ("a: !!timestamp x\n", "does not fit its tag"),
    "a tag for code": ("a: !!python/object/apply:os.system [id]\n", "no YAML that can be taken (line 1)"),
    "a date": ("a: !!timestamp 2026-01-01\n", "a date, which JSON has no word for"),
    "a list as a key": ("? [a]\n: b\n", "in line 1, it has a key that is no text"),
    "a flag as a key": ("true: b\n", "in line 1, it has a key that is no text"),
    "a number without end": (f"{HEAD}{{x-a: .inf}}\n", "a finite number"),
    "a file of this disk": (f"{HEAD}{{x-a: {{$ref: 'file:///etc/hostname'}}}}\n", "no schema of the family"),
    "a file elsewhere": (
        f"{HEAD}{{x-a: {{$ref: 'http://example.com/a.json'}}}}\n",
        "no schema of the family",
    ),
    "a schema that is none": (
        HEAD.replace("target: $", "target: $.paths.*.post")
        + "{requestBody: {content: {application/json: {schema: {pattern: '('}}}}}\n",
        "is no OpenAPI",
    ),
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_hostile_overlay_is_one_sentence(name, good, house):
    """Bombs, loops, code, files of the reader's disk, what JSON cannot hold, what is no schema."""
    text, says = OVERLAYS[name]
    (house / "input" / "own.yaml").write_text(text)
    shutil.copy(good / "secret", house / "input")
    told = json.loads(json.dumps(TARGET))
    told["families"]["account-service"]["bindings"] = {}
    (house / "input" / "target.toml").write_bytes(mutation.as_toml(told))
    with bounded(), pytest.raises(ConfigurationError) as bad:
        whole(house / "input" / "target.toml")
    is_sentence(str(bad.value), house / "input" / "own.yaml")
    assert says in str(bad.value)


def test_a_status_without_quotes_is_a_key_like_any_other(good, house):
    """YAML reads `200:` as a number, OpenAPI means a text."""
    text = HEAD.replace("target: $", "target: $.paths.*.post.responses") + "{200: {description: fine}}\n"
    (house / "input" / "own.yaml").write_text(text)
    (house / "input" / "target.toml").write_bytes((good / "target.toml").read_bytes())
    shutil.copy(good / "secret", house / "input")
    told = reads(lambda: whole(house / "input" / "target.toml"), house / "input")
    assert told is None or told.contracts


TOMLS = {
    "dotted": ("a" + ".a" * 3000 + " = 1\n", "nested deeper than 150 levels"),
    "digits": ("version = " + "9" * 5000 + "\n", "no valid TOML"),
    "number": ("version = 1234567890123456789012\n", "more than 18 digits"),
    "nan": ("[limits]\nrate = nan\n", "a finite number was expected"),
    "long": (f"{mutation.LONG} = 1\n", "has an unknown key"),
}


@pytest.mark.parametrize("name", TOMLS)
def test_a_target_file_without_end_is_one_sentence(name, house):
    """Nested by dots alone, a number of thousands of digits, one that is none, a key without end."""
    path = house / "input" / "target.toml"
    path.write_text(TOMLS[name][0])
    with bounded(), pytest.raises(ConfigurationError) as bad:
        load(path)
    is_sentence(str(bad.value), path)
    assert TOMLS[name][1] in str(bad.value)


RESULTS = {
    "a finding that is not there": (lambda told: told["clauses"][0].update(findings=[999]), "there is none"),
    "a finding of no clause": (lambda told: told["findings"][0].update(clause="a.b"), "there is none"),
    "a time that is a text": (lambda told: told["clauses"][0].update(milliseconds="x"), "milliseconds"),
    "version 0": (lambda told: told.update(version=0), "clausewise-results version 0"),
    "version 99": (lambda told: told.update(version=99), "clausewise-results version 99"),
    "no version": (lambda told: told.pop("version"), "version None"),
    "another format": (lambda told: told.update(format="\x1b[2J" * 999), "version 2 was expected"),
    "counts that are a list": (lambda told: told.update(counts=[1]), "counts"),
    "operations that are a number": (lambda told: told.update(operations=7), "operations"),
    "clauses that are nothing": (lambda told: told.update(clauses=None), "clauses"),
    "a verdict that does not exist": (lambda told: told["clauses"][0].update(verdict="splendid"), "splendid"),
    "a number that is none": (lambda told: told["run"].update(seconds=float("nan")), "finite number"),
    "a level too many": (lambda told: told.update(more=mutation.nested(200, lists=True)), "nested deeper"),
    "a text of 100,000 letters": (lambda told: told["run"].update(seed=mutation.LONG), "run.seed"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_that_nobody_can_read_are_one_sentence(name, good, house):
    """Of another version, of other types, of verdicts that do not exist."""
    told = json.loads((good / "results.json").read_text())
    RESULTS[name][0](told)
    (house / "input" / "results.json").write_bytes(mutation.as_json(told))
    with bounded():
        code, _, err = command("diff", house / "input", good / "run")
    assert code == 4
    is_sentence(err, house / "input")
    assert RESULTS[name][1] in err


def test_a_finding_whose_exchange_is_lost_is_drawn_without_it(good, house):
    """The report shows what there is."""
    told = json.loads((good / "results.json").read_text())
    told["evidence"].clear()
    (house / "input" / "results.json").write_bytes(mutation.as_json(told))
    assert answers("report", house / "input", name=house) in {0, 1, 2}
    assert "Copy as curl" in (house / "input" / "report.html").read_text()


def test_no_text_of_a_results_file_moves_the_cursor_or_breaks_the_stream(good, house):
    """Escape sequences, marks that turn the direction of letters, halves of a character."""
    told = json.loads((good / "results.json").read_text())
    told["clauses"][0] |= {"id": "a\x1b[2K\r\u202ebc\ud800", "verdict": "fail"}
    told["clauses"][0] |= {"family": "cdp", "findings": []}
    (house / "input" / "results.json").write_bytes(mutation.as_json(told))
    for arguments_ in (
        ["diff", good / "run", house / "input"],
        ["history", "h", "--append", house / "input"],
    ):
        code, out, err = command(*arguments_)
        assert code in {1, 4}, out + err
        assert not CONTROL.search(out + err)
        if code == 1:
            assert "a\\u001b[2K\\u202ebc\\ud800" in out
    Path("h").unlink()


def test_half_a_character_in_an_answer_spoils_no_record(good, house):
    """A target may send one as an escape: what was seen of it is judged again, and added up."""
    folder = shutil.copytree(good / "run", house / "input" / "run")
    for name in ("verdicts.jsonl", "exchanges.jsonl"):
        rows = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]
        for row in rows:
            row["test"] = "half \ud800"
            if "response" in row:
                row["response"]["body"] = '{"cif": "\ud800"}'
        (folder / name).write_bytes(mutation.as_lines(rows))
    judged = ["judge", folder, "--target", good / "target.toml", "--run-dir", house / "input" / "again"]
    assert answers(*judged) in {1, 2}
    (folder / "results.json").unlink()
    assert answers("report", folder) in {1, 2}


HISTORIES = {
    "an option that is no number": "sqlite:///h?timeout=long",
    "a port that is a word": "postgresql+psycopg://example.com:port/x",
    "a driver that nobody has": "sqlite+none:///h",
    "a URL of another kind": "sqlite://host/h",
    "a folder": ".",
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_that_cannot_be_opened_is_one_sentence(name, house):
    """Its URL asks for what is not there."""
    assert answers("history", HISTORIES[name]) == 4
    assert not list((house / "here").iterdir())


@pytest.mark.parametrize(
    ("column", "value"), [("share", "[1]"), ("counts", "{}"), ("counts", "[1]"), ("started", b"x")]
)
def test_a_history_that_somebody_wrote_into_is_one_sentence(good, house, column, value):
    """SQLite takes any value in any column."""
    shutil.copy(good / "history.sqlite", house / "input" / "h")
    with closing(sqlite3.connect(house / "input" / "h")) as made, made:
        made.execute(f"update clausewise_runs set {column} = ?", [value])
    assert answers("history", house / "input" / "h", name=f"whose {column} is") == 4


def test_what_a_user_names_is_filled_and_never_replaced(house):
    """`--page /dev/stdout` is a link to a device: replaced, as our own files are, it would be gone."""
    page, link = house / "input" / "page.html", house / "input" / "link"
    link.symlink_to(page)
    assert answers("history", "sqlite://", "--page", link) == 0
    assert link.is_symlink()
    assert "The last 0 runs" in page.read_text()


def test_a_history_without_runs_makes_a_page(house):
    """It says that there are none."""
    assert answers("history", "sqlite://", "--page", house / "input" / "page.html") == 0
    assert "The last 0 runs" in (house / "input" / "page.html").read_text()


@pytest.mark.usefixtures("house")
def test_a_history_that_another_program_locks_is_one_sentence(good):
    """After the time that it waits."""
    shutil.copy(good / "history.sqlite", "h")
    with closing(sqlite3.connect("h")) as made:
        made.execute("begin exclusive")
        code, _, err = command("history", "h", "--append", good / "run")
    assert code == 4
    assert "database is locked" in err
    Path("h").unlink()


WRONG = {
    "no command": (["--"], "required: COMMAND"),
    "no target": (["run"], "one of the arguments --target --resume is required"),
    "a target that is not set": (["run", "--target", ""], "--target is given without a value; is a variable"),
    "a history that is not set": (["run", "--target=t", "--history="], "--history is given without a value"),
    "a seed that is a word": (["run", "--target", "t", "--seed", "x"], "invalid int value"),
    "fewer than no requests": (["run", "--target", "t", "--max-requests", "-1"], "no whole number above 0"),
    "a time that is none": (["run", "--target", "t", "--max-time", "nan"], "no time above 0"),
    "a time in a unit that nobody knows": (
        ["run", "--target", "t", "--max-time", "1y"],
        "write 90, 45s, 10m",
    ),
    "a misspelt option": (["run", "--taget", "t"], "no option --taget, did you mean --target?"),
    "a misspelt command": (["rum", "--target", "t"], "There is no command 'rum', did you mean run?"),
    "a number of processes that is none": (
        ["run", "--target", "t", "--processes", "many"],
        "write one, or auto",
    ),
    "a number of calls that is none": (
        ["run", "--target", "t", "-n", "many"],
        "write one up to 128, or auto",
    ),
    "a glob like an option": (["run", "--target", "t", "--clause=-x"], "There is no target file t"),
    "a target like an option": (["run", "--target=@x"], "There is no target file @x"),
    "a port that is none": (["serve", "--port", "65536"], "is no port: 0 for a free one, up to 65535"),
    "no runs": (["history", "h", "--last", "0"], "no whole number above 0"),
    "a file where a folder is asked for": (["init", "no/such/folder"], "No such file or directory"),
    "a document of no family": (
        ["serve", "--family", "cdp", "--document", "x"],
        "--document x: write FAMILY=ID",
    ),
    "a family that is a path": (["clauses", "--family", "../schemas/cdp"], "There is no family"),
    "a plan that nobody knows": (["run", "--target", "t", "--plan", "x"], "invalid choice"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.usefixtures("house")
def test_a_wrong_argument_ends_with_4_and_one_sentence(name):
    """Exit code 2, which argparse would end with, says that the evidence is thin."""
    given_, says = WRONG[name]
    code, _, err = command(*given_)
    assert code == 4
    assert says in err
    is_sentence(err)


def test_a_report_that_cannot_be_written_is_one_sentence(good, house):
    """A folder stands where a file should."""
    shutil.copytree(good / "run", house / "input" / "run")
    (house / "input" / "run" / "junit.xml").unlink()
    (house / "input" / "run" / "junit.xml").mkdir()
    assert answers("report", house / "input" / "run", name=house / "input" / "run" / "junit.xml") == 4


def test_a_mistake_of_our_own_ends_with_5_and_no_traceback(monkeypatch):
    """Exit code 1, which Python would end with, says that the target is broken."""
    monkeypatch.setattr(report, "read", lambda _: dict[str, Any]()["nothing"])
    code, _, err = command("diff", "a", "b")
    assert code == 5
    assert err.startswith("clausewise: internal error (KeyError in test_hostile_inputs.py, line ")
    assert len(err.splitlines()) == 1
