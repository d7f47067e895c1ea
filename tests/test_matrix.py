"""The proof of the suite: every seeded defect is caught, every tolerance is left alone."""

import json

import pytest
import runs


@pytest.mark.parametrize("document", runs.DOCUMENTS)
@pytest.mark.parametrize("shard", ["1/2", "2/2"])
def test_every_defect_is_caught_and_every_tolerance_left_alone(tmp_path, document, shard):
    """No defect survives, nothing is red on the clean reference, no allowed deviation is flagged."""
    output = tmp_path / "matrix.json"
    given = [
        "--target",
        runs.REFERENCE,
        "--document",
        f"cdp={document}",
        "--shard",
        shard,
        "--output",
        output,
    ]
    done = runs.clausewise("matrix", *given, timeout=600)

    made = json.loads(output.read_text())
    assert done.returncode == 0, done.stdout
    assert len(made["defects"]) > 100
    assert not made["survivors"] + made["false_alarms"] + made["unclean"]


def test_a_defect_that_nothing_catches_is_told(tmp_path):
    """The matrix itself can say no: a part without its catching clause shows the defects it names."""
    output = tmp_path / "matrix.json"
    done = runs.clausewise(
        "matrix", "--target", runs.REFERENCE, "--defect", "no-such-defect", "--output", output
    )

    assert done.returncode == 0
    assert json.loads(output.read_text())["defects"] == []
