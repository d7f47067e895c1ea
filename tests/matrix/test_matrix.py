"""The proof of the suite: every seeded defect is caught, every freedom is left alone.

`make test` plays one part of twenty, by the commit's hash; `make soak` and `make matrix` play all parts.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
import runs

from clausewise import package_data
from clausewise.cli.catalogues import book

CDP, ECM, OTHERS = ["cdp"], ["ofs-ecm"], ["cdp", "int-ecm", "account-service"]
OLDER = runs.DOCUMENTS[1]  # most of its clauses are those of the newer document, and judged by the same tests
NOW = f"{runs.turn(10)}/10"
PARTS = [
    ("cdp-2023", ECM, NOW, 370),
    ("cdp-2023", OTHERS, NOW, 160),
    pytest.param("cdp-2023", ECM, "1/1", 4000, marks=pytest.mark.soak),
    pytest.param("cdp-2023", OTHERS, "1/1", 1900, marks=pytest.mark.soak),
    *[pytest.param(OLDER, CDP, f"{part}/4", 180, marks=pytest.mark.soak) for part in (1, 2, 3, 4)],
]

# Entries of which some reading is only amber under another's claim: no line states what tells them apart.
AMBER = {
    *("ECM-06", "ECM-47", "ECM-63", "ECM-65", "ECM-79", "ECM-94", "ECM-128", "ECM-130"),
    *("ACC-08", "CDP-26", "DRAP-03"),
}


def told_apart(claims):
    """Assert that claims of a reading hold against every other, and not their own; return the entries."""
    for it in claims:
        assert it["tried"], it
        assert bool(it["noticed_by"]) is (it["kind"] == "other"), it
    names = {it["clause"] for it in claims}
    for name in names:
        others = [bool(it["leaks"]) for it in claims if it["kind"] == "other" and it["clause"] == name]
        assert others
        assert all(others) is (name not in AMBER), name
    return names


@pytest.mark.parametrize(("document", "families", "shard", "least"), PARTS)
def test_every_defect_is_caught_and_every_freedom_left_alone(tmp_path, document, families, shard, least):
    """No defect survives, nothing is red on the clean reference, no allowed deviation is flagged.

    Guesses and freedoms meet one test of each kind here; `make matrix` plays them on all that they touch.
    """
    output, target = tmp_path / "matrix.json", runs.target_at(tmp_path, "embedded", *families)
    claimed = ["--document", f"cdp={document}"] if "cdp" in families else []
    given = ["--target", target, *claimed, "--defect", "*", "--shard", shard, "--quick"]
    done = runs.clausewise("matrix", *given, "--output", output, timeout=2400)

    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(output.read_text())
    assert len(made["defects"]) > least
    assert not made["survivors"] + made["false_alarms"] + made["unclean"] + made["idle"] + made["leaks"]
    assert not made["unheard"] + made["too_loud"]
    entries = told_apart(made["claims"])
    assert entries
    assert made["freedoms"]
    if shard == "1/1":
        known = {name: it for family in families for name, it in book(family).discrepancies.items()}
        assert entries == {name for name, it in known.items() if not it.inert} - {"DRAP-03"}
        assert sum(it["kind"] == "flow" for it in made["defects"]) > 25


def test_readings_of_the_older_document_alone_are_told_apart(tmp_path):
    """An answer that only the older document has is judged under its claims, too."""
    target, output = runs.target_at(tmp_path, "embedded", "cdp"), tmp_path / "matrix.json"
    asked = ["--document", f"cdp={OLDER}", "--defect", "cdp.tolerates.update-failure-at-http-200"]
    runs.clausewise("matrix", "--target", target, *asked, "--output", output)

    assert told_apart(json.loads(output.read_text())["claims"]) == {"DRAP-03"}


def test_a_defect_that_nothing_catches_is_told(tmp_path):
    """The matrix itself can say no: a part without its catching clause shows the defects it names."""
    output = tmp_path / "matrix.json"
    done = runs.clausewise(
        "matrix", "--target", runs.REFERENCE, "--defect", "no-such-defect", "--output", output
    )

    assert done.returncode == 0
    assert json.loads(output.read_text())["defects"] == []


def test_a_freedom_that_no_test_meets_is_told(tmp_path):
    """Without the hook that provokes the answer nothing could have turned red, and nothing is proven."""
    target = runs.target_at(tmp_path, "embedded", "int-ecm")
    hook = '[families.int-ecm.faults."*"]'
    text = target.read_text()
    assert hook in text
    target.write_text(text[: text.index(hook)])

    done = runs.clausewise("matrix", "--target", target, "--defect", "int-ecm.500-with-code")

    assert done.returncode == 1
    assert "met by no test: int-ecm.500-with-code" in done.stdout


LEAKY = """
import sys
from clausewise.cli import main
from clausewise.judge import Judge
Judge.rests_on_inference = property(lambda judge: False)  # a guess is held against whatever it wants
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("program", "code"),
    [("from clausewise.cli import main; import sys; sys.exit(main(sys.argv[1:]))", 0), (LEAKY, 1)],
)
def test_a_guess_that_blames_a_document_is_told(tmp_path, program, code):
    """The proof breaks a guess, and says which documented clauses would pay for it if the judge let it."""
    target, output = runs.target_at(tmp_path, "embedded", "cdp"), tmp_path / "matrix.json"
    guess = "cdp.lookup.takes-missing-idtype"
    asked = ["matrix", "--target", target, "--defect", guess, "--output", output]
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, asked)], capture_output=True, text=True, check=False
    )

    assert done.returncode == code, done.stdout
    assert bool(json.loads(output.read_text())["leaks"]) is bool(code)
    assert ("a guess held against a document" in done.stdout) is bool(code)


@pytest.mark.parametrize("bank", runs.in_turn("cautious", "terse", "eager"))
def test_no_documented_clause_is_red_on_a_contrarian_bank(tmp_path, bank):
    """Each takes its freedoms all at once, and some defects of documented clauses are caught on it, too."""
    output = tmp_path / "matrix.json"
    given = ["--target", runs.REFERENCE, "--bank", bank, "--defect", "bad:*", "--shard", "1/20"]
    done = runs.clausewise("matrix", *given, "--output", output, timeout=1200)

    assert done.returncode == 0, done.stdout
    assert json.loads(output.read_text())["unclean"] == []


def test_a_defect_that_is_open_is_told_and_not_played(tmp_path):
    """What nothing catches yet, here in a copy of the house, stands by its name, uncounted."""
    output, name = tmp_path / "matrix.json", "bad:ofs-ecm.saveEventsAndPromoteToCase.type-is-mapped"
    for room in ("src", "schemas", "suites", "targets"):
        shutil.copytree(
            package_data.ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    data = tmp_path / "schemas" / "ofs-ecm" / "defects.toml"
    data.write_text(f'open = ["{name}"]\n{data.read_text("utf-8")}', "utf-8")
    copy = os.environ | {"PYTHONPATH": str(tmp_path / "src")}
    asked = ("matrix", "--target", tmp_path / "targets" / "reference.toml", "--defect", name)

    done = runs.clausewise(*asked, "--output", output, env=copy, cwd=tmp_path)

    made = json.loads(output.read_text())
    assert (made["open"], made["defects"]) == ([name], [])
    assert f"1 more are not caught yet, and were not played: {name}" in done.stdout
