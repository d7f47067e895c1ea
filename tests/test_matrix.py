"""The proof of the suite: every seeded defect is caught, every tolerance is left alone."""

import json

import pytest
import runs

PARTS = [
    *[("cdp-2023", "*", f"{part}/2") for part in (1, 2)],
    ("cdp-drap-1.0.1", "*", "1/1"),
]


@pytest.mark.parametrize(("document", "defects", "shard"), PARTS)
def test_every_defect_is_caught_and_every_tolerance_left_alone(tmp_path, document, defects, shard):
    """No defect survives, nothing is red on the clean reference, no allowed deviation is flagged."""
    output, target = tmp_path / "matrix.json", runs.REFERENCE
    if document != runs.DOCUMENTS[0]:  # the other families' defects are played beside the first
        target = runs.target_at(tmp_path, "embedded", "cdp")
    given = ["--target", target, "--document", f"cdp={document}", "--defect", defects]
    done = runs.clausewise("matrix", *given, "--shard", shard, "--output", output, timeout=900)

    made = json.loads(output.read_text())
    assert done.returncode == 0, done.stdout
    assert len(made["defects"]) > 700
    assert not made["survivors"] + made["false_alarms"] + made["unclean"] + made["idle"]
    if document == "cdp-2023":
        assert sum(it["kind"] == "flow" for it in made["defects"]) > 25


def test_a_defect_that_nothing_catches_is_told(tmp_path):
    """The matrix itself can say no: a part without its catching clause shows the defects it names."""
    output = tmp_path / "matrix.json"
    done = runs.clausewise(
        "matrix", "--target", runs.REFERENCE, "--defect", "no-such-defect", "--output", output
    )

    assert done.returncode == 0
    assert json.loads(output.read_text())["defects"] == []
