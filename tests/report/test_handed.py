"""A run's findings for other tools: in their formats, whole, and nothing breaks out of them."""

import csv
import io
import json

import pytest
import runs
from made_results import NASTY, results
from sarif_pydantic import Sarif

from clausewise.report import findings

FORMATS = {"sarif": findings.sarif, "github": findings.github, "csv": findings.csv}


def told(name, made=None):
    return FORMATS[name](made or results())


def test_sarif_is_sarif():
    """Its models take it whole; each result has a rule, a level and a place, which code scanning needs."""
    run = Sarif.model_validate_json(told("sarif")).runs[0]

    rules = [rule.id for rule in run.tool.driver.rules]
    assert [(it.rule_id, it.level.value) for it in run.results] == [
        ("toy.op.c2", "error"),
        ("toy.op.c5", "warning"),
    ]
    assert [rules[it.rule_index] for it in run.results] == [it.rule_id for it in run.results]
    assert all(it.locations[0].physical_location.artifact_location.uri for it in run.results)
    assert "documented" in rules_of(run)["toy.op.c2"].properties["tags"]


def rules_of(run):
    return {rule.id: rule for rule in run.tool.driver.rules}


def test_the_same_finding_has_the_same_fingerprint():
    """Whatever it said this time, so that code scanning knows it again; another place has another."""
    first, other, elsewhere = results(), results(), results()
    other["findings"][0]["actual"] = "another"
    elsewhere["findings"][0]["where"] = "/b"
    marks = [
        json.loads(told("sarif", made))["runs"][0]["results"][0]["partialFingerprints"]
        for made in (first, other, elsewhere)
    ]

    assert marks[0] == marks[1] != marks[2]


def test_github_reads_a_line_for_each():
    """A command a line, its level the colour; no text ends it, nor begins another."""
    made = results()
    made["findings"][0]["actual"] = "x\n::error::forged\r\n::set-output name=a::b%0A"
    lines = told("github", made).splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["::error", "::warning"]
    assert "title=toy.op.c2 (documented)::" in lines[0]
    assert "\r" not in lines[0]
    assert "%0A" in lines[0]
    assert "b%250A" in lines[0]


def test_a_tracker_gets_a_row_for_each():
    """With heads that it knows; what a spreadsheet would compute is text."""
    made = results()
    made["clauses"][1]["statement"] = '=HYPERLINK("http://example.com")'
    rows = list(csv.DictReader(io.StringIO(told("csv", made))))

    assert [(row["Clause"], row["Priority"]) for row in rows] == [("toy.op.c2", "High"), ("toy.op.c5", "Low")]
    assert rows[0]["Description"].startswith("'=HYPERLINK")
    assert "Source: toy-1, S, T, R (line 7)" in rows[0]["Description"]
    assert all(len(row["Summary"]) <= 255 and "\n" not in row["Summary"] for row in rows)


def test_each_cause_is_told_once():
    """With the clauses that it takes along."""
    made = results()
    made["causes"] = [made["causes"][0] | {"clauses": ["toy.op.c2", "toy.op.c5"], "findings": [0, 1]}]

    assert len(json.loads(told("sarif", made))["runs"][0]["results"]) == 1
    assert len(told("github", made).splitlines()) == 1
    assert "It takes along toy.op.c5." in told("sarif", made)
    assert "Takes along: toy.op.c5" in told("csv", made)


@pytest.mark.parametrize("name", FORMATS)
def test_no_control_character_gets_through(name):
    """Not even one that turns the direction of a line."""
    assert NASTY in results()["findings"][0]["expected"]
    assert "\u202e" not in told(name)
    assert "\x07" not in told(name)


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_writes_what_a_run_found(tmp_path, name):
    """Printed, or to a file; that it is written is no word on the target."""
    (tmp_path / "results.json").write_text(json.dumps(results()))
    printed = runs.inside("findings", tmp_path, "--format", name)
    written = runs.inside("findings", tmp_path, "--format", name, "--output", tmp_path / "out")

    assert (printed.returncode, written.returncode) == (0, 0), printed.stderr
    assert printed.stdout == told(name, json.loads((tmp_path / "results.json").read_text()))
    assert (tmp_path / "out").read_text() == printed.stdout.replace("\r\n", "\n")


def test_a_folder_without_a_run_is_told(tmp_path):
    """One sentence."""
    done = runs.inside("findings", tmp_path)

    assert done.returncode == 4
    assert "name the folder of a run" in done.stderr
