"""Two environments beside one another: alike, different, or different and both lawful."""

import json

import pytest
import runs
from made_results import clause, results

from clausewise.reference import process
from clausewise.statement import comparison

NAMES = ("uat", "prod")


def record(status=200, body='{"a": 1}', **more):
    """An exchange as a run keeps it."""
    headers = [["Content-Type", more.pop("media", "application/json; charset=utf-8")], ["Server", "x"]]
    told = {"family": "toy", "operation": "op", "matched": "found"} | more
    return told | {"response": {"status": status, "headers": headers, "body": body}}


def compared(one, other, *seen):
    """Compare two runs' verdicts of clause 1, and what they saw."""
    left, right = (
        results([clause(1, verdict) | {"outcome": "found", "operation": "op"}]) for verdict in (one, other)
    )
    return comparison(left, right, seen or ([], []), NAMES)


@pytest.mark.parametrize(
    ("verdicts", "alike", "keeps", "unknown"),
    [
        (("pass", "pass"), 1, None, None),
        (("fail", "fail"), 1, None, None),
        (("pass", "fail"), 0, "uat", None),
        (("waived", "pass"), 0, "prod", None),
        (("pass", "untestable"), 0, None, "uat"),
        (("error", "fail"), 0, None, "prod"),
    ],
)
def test_a_clause_is_kept_by_both_or_by_one(verdicts, alike, keeps, unknown):
    """What one of them did not judge is told, and no difference."""
    made = compared(*verdicts)

    assert made["alike"] == alike
    assert [row["keeps"] for row in made["differs"]] == [keeps] * bool(keeps)
    assert [row["judged"] for row in made["unknown"]] == [unknown] * bool(unknown)


@pytest.mark.parametrize(
    ("other", "aspect", "only"),
    [
        (record(201), "status", [["200"], ["201"]]),
        (record(media="text/html", body="<p>"), "media type", [["application/json"], ["text/html"]]),
        (
            record(body='{"a": "1", "b": [{"c": null}]}'),
            "field",
            [["/a (number)"], ["/a (text)", "/b/*/c (null)"]],
        ),
    ],
)
def test_answers_of_another_form_are_lawful_where_both_keep_the_clauses(other, aspect, only):
    """And are told with the broken ones where one does not."""
    held = compared("pass", "pass", [record()], [other])
    assert (aspect, only) in [(row["aspect"], row["only"]) for row in held["lawful"]]
    assert not held["unlawful"]

    broken = compared("pass", "fail", [record()], [other])
    assert (aspect, only) in [(row["aspect"], row["only"]) for row in broken["unlawful"]]
    assert not broken["lawful"]


def test_what_asks_for_nothing_documented_is_not_compared():
    """Nor what no document describes."""
    strays = [record(500, stray=True), record(501, matched="")]
    assert not compared("pass", "pass", [record(), *strays], [record()])["lawful"]


def test_banks_are_compared_by_their_names(tmp_path):
    """The last run of each in reports/; both lawful is 0, a broken documented clause is 1."""
    for name, options in (("reference", ()), ("eager", ("--bank", "eager")), ("bent", ("--defect", DEFECT))):
        with process.started({"int-ecm": ""}, *options) as url:
            path = runs.target_at(tmp_path, url, "int-ecm")
            path.write_text(path.read_text().replace('name = "reference"', f'name = "{name}"'))
            runs.clausewise("run", "--target", path, "--plan", "smoke", "--seed", "1", cwd=tmp_path)

    lawful = runs.clausewise("diff", "--targets", "reference", "eager", cwd=tmp_path)
    assert lawful.returncode == 0, lawful.stdout + lawful.stderr
    assert "answers differ, and both are lawful" in lawful.stdout
    assert "differs, kept by" not in lawful.stdout

    broken = runs.clausewise("diff", "--targets", "bent", "reference.toml", "--format", "json", cwd=tmp_path)
    assert broken.returncode == 1
    assert {row["keeps"] for row in json.loads(broken.stdout)["differs"]} == {"reference"}

    nobody = runs.clausewise("diff", "--targets", "reference", "nobody", cwd=tmp_path)
    assert (nobody.returncode, "nobody is no run's folder" in nobody.stderr) == (4, True)
    assert runs.clausewise("diff", "reference", cwd=tmp_path).returncode == 4


DEFECT = "int-ecm.login.validation-error.other-code"
