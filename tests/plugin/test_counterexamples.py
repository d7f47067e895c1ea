"""What chance found wrong is kept, tried first the next time, and forgotten once it is mended."""

import json

import pytest
import runs

from clausewise.plugin.counterexamples import Counterexamples

TEST = "suites/x/test_depth.py::test_chance[a]"


def test_a_body_is_kept_until_its_test_passes(tmp_path):
    """The body comes back by test; a test that passes forgets it."""
    first = Counterexamples(tmp_path / "kept")
    first.found(TEST, {"name": "\ud800"})
    first.ended(TEST, failed=True)

    again = Counterexamples(tmp_path / "kept")
    assert again.tests() == {TEST}
    assert [made.body for made in again.bodies(TEST)] == [{"name": "\ud800"}]
    assert "counterexample 1 of an earlier run" in next(again.bodies(TEST)).about

    again.ended(TEST, failed=False)
    assert not Counterexamples(tmp_path / "kept").tests()


@pytest.mark.parametrize("text", ["", "[]", '{"test": 3, "bodies": 4}', "\x00"])
def test_a_file_that_cannot_be_read_counts_for_nothing(tmp_path, text):
    """The memory is a help, not a condition: a run begins without it."""
    kept = Counterexamples(tmp_path)
    kept.found(TEST, 1)
    kept.ended(TEST, failed=True)
    next(tmp_path.glob("*.json")).write_text(text)

    assert TEST not in kept.tests()
    assert list(kept.bodies(TEST)) == []


def test_without_a_folder_nothing_is_kept():
    """A plan that leaves nothing to chance has no memory."""
    kept = Counterexamples(None)
    kept.found(TEST, 1)
    kept.ended(TEST, failed=True)

    assert kept.tests() == set()
    assert kept.walks is None


def test_a_walk_that_failed_is_walked_first_the_next_time(tmp_path):
    """Under another seed too; against a mended target the memory is empty again."""
    chosen = ["--clause", "ofs-ecm.model.*", "--clause", "ofs-ecm.addNarrative.*"]
    with runs.bent("ofs-ecm", "ofs-ecm.model.two-items-at-most") as url:
        target = runs.target_at(tmp_path, url, "ofs-ecm")
        tests = [first_test(tmp_path, target, name, *chosen, "--seed", seed) for name, seed in SEEDS]
    assert "model" not in tests[0]
    assert "model" in tests[1]
    assert list((tmp_path / "counterexamples" / "reference").glob("*.json"))

    first_test(tmp_path, runs.target_at(tmp_path, "embedded", "ofs-ecm"), "mended", *chosen)
    assert not list((tmp_path / "counterexamples" / "reference").glob("*.json"))


SEEDS = [("first", "1"), ("second", "2")]


def first_test(folder, target, name, *options):
    runs.clausewise("run", "--target", target, "--run-dir", folder / name, *options)
    with (folder / name / "verdicts.jsonl").open() as lines:
        return json.loads(next(lines))["test"]
