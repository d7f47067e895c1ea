"""What changed between two runs: each kind of change, and which of them are red."""

import json

import pytest
import runs
from made_results import cause, clause, results

from clausewise.statement import difference

pytestmark = pytest.mark.quick

CHANGES = {
    ("pass", "fail"): ("newly broken", True),
    ("untestable", "fail"): ("newly broken", True),
    ("pass", "unstable"): ("newly unstable", True),
    ("fail", "unstable"): (None, False),
    ("fail", "pass"): ("fixed", False),
    ("waived", "pass"): ("fixed", False),
    ("fail", "waived"): ("newly waived", False),
    ("waived", "fail"): ("no longer waived", True),
    ("pass", "waived"): ("newly waived", False),
    ("untestable", "pass"): ("newly exercised", False),
    ("pass", "untestable"): ("no longer exercised", True),
    ("fail", "untestable"): ("no longer exercised", True),
    ("pass", "pass"): (None, False),
    ("untestable", "untestable"): (None, False),
}


@pytest.mark.parametrize(("verdicts", "told"), CHANGES.items())
def test_each_change_has_a_name_and_a_colour(verdicts, told):
    """Lost coverage is as red as a clause that broke."""
    made = difference(*(results([clause(1, verdict)]) for verdict in verdicts))

    assert [row["change"] for row in made["changes"]] == [told[0]] * bool(told[0])
    assert made["red"] is told[1]


@pytest.mark.parametrize(
    ("scored", "told", "red"), [(False, "no longer scored", True), (True, "newly scored", False)]
)
def test_what_a_frozen_set_leaves_out_is_told(scored, told, red):
    """A clause that counts no more is lost coverage, whatever its verdict."""
    made = difference(results([clause(1, scored=not scored)]), results([clause(1, scored=scored)]))

    assert [row["change"] for row in made["changes"]] == [told]
    assert made["red"] is red


def test_causes_that_come_and_go_are_told():
    """A cause is known by the clause that it is about; one that stays is counted."""
    before, after = results(), results()
    before["causes"] = [cause(1, "toy.op.c2", "toy.op.c5"), cause(2, "toy.op.c4")]
    after["causes"] = [cause(1, "toy.op.c2"), cause(2, "toy.op.c3")]
    made = difference(before, after)["causes"]

    assert [it["clauses"][0] for it in made["came"]] == ["toy.op.c3"]
    assert [it["clauses"][0] for it in made["went"]] == ["toy.op.c4"]
    assert made["stayed"] == 1


def test_clauses_that_come_and_go_are_told():
    """A clause that is no longer claimed is lost coverage; a new one is not."""
    made = difference(results([clause(1), clause(2)]), results([clause(2), clause(3)]))

    assert {row["clause"]: row["change"] for row in made["changes"]} == {
        "toy.op.c1": "no longer claimed",
        "toy.op.c3": "newly claimed",
    }
    assert made["red"]


def test_slower_operations_and_new_drift_are_told():
    """Half as long again and 20 ms more at the 95th percentile; nothing below that."""
    before, after = results(), results()
    after["operations"][0]["milliseconds"] = {"p50": 1.0, "p95": 90.0, "max": 90.0}
    after["drift"] = [*after["drift"], {**after["drift"][0], "where": "/more"}]
    made = difference(before, after)

    assert made["slower"] == [{"operation": "toy op", "before": 2.0, "after": 90.0}]
    assert made["drift"] == ["op.a/more"]
    assert not made["red"]


def test_the_command_says_it_and_ends_with_1_where_something_broke(tmp_path):
    """Both ways round, as text and as JSON."""
    for name, verdict in (("good", "pass"), ("bad", "fail")):
        (tmp_path / name).mkdir()
        made = results([clause(1, verdict)]) | {"causes": [], "findings": [], "evidence": {}}
        (tmp_path / name / "results.json").write_text(json.dumps(made))

    broke = runs.inside("diff", tmp_path / "good", tmp_path / "bad")
    mended = runs.inside("diff", tmp_path / "bad", tmp_path / "good", "--format", "json")

    assert broke.returncode == 1
    assert "newly broken: 1" in broke.stdout
    assert "toy.op.c1: pass -> fail" in broke.stdout
    assert mended.returncode == 0
    assert json.loads(mended.stdout)["changes"][0]["change"] == "fixed"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "clausewise-results", "version": 1}'])
def test_a_folder_that_holds_no_results_is_one_sentence(tmp_path, text):
    """Which file, and what was expected."""
    if text:
        (tmp_path / "results.json").write_text(text)
    done = runs.inside("diff", tmp_path, tmp_path)

    assert done.returncode == 4
    assert "results.json" in done.stderr
    assert "Traceback" not in done.stderr
