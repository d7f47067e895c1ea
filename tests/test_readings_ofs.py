"""Readings of document 004: the matrix plays each and claims each; here the register is held to it.

An entry is told apart (each reading passes without a claim, a claim makes the others fail and leaves its
own), or it says why a claim of it can change no verdict.
"""

import json
import re
from functools import cache

import pytest
import runs

from clausewise import shipped
from clausewise.cli.books import book

FAMILY = "ofs-ecm"
BOOK = book(FAMILY)
ENTRIES = BOOK.discrepancies
TOLD_APART = [name for name, known in ENTRIES.items() if not known.inert]
PLAYED = [known for known in BOOK.freedoms.values() if known.reading]

# Entries of which some reading is amber under the claim of another: no line states what tells them apart.
AMBER = {
    *("ECM-06", "ECM-47", "ECM-63", "ECM-65", "ECM-79", "ECM-86", "ECM-94", "ECM-116", "ECM-128", "ECM-130"),
}

# What a claim of an entry looks like in the data and in the suite.
MARK = r'"{0}:[a-z]"|(lawful|readings\.get)\(\s*"{0}"'


@cache
def marked():
    """Return everything that may tell readings apart, as one text."""
    files = [*(shipped.SCHEMAS / FAMILY).rglob("*.*"), *(shipped.SUITES / "ofs_ecm").rglob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in files if path.suffix in {".yaml", ".json", ".py"})


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The part of the matrix that plays the readings, without a claim and under each."""
    folder = tmp_path_factory.mktemp("readings")
    target, output = runs.target_at(folder, "embedded", FAMILY, total_timeout=20), folder / "matrix.json"
    picked = [word for known in PLAYED for word in ("--defect", known.id)]
    runs.clausewise("matrix", "--target", target, *picked, "--output", output, timeout=1800)
    return json.loads(output.read_text())


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_told_apart_or_says_why_not(name):
    """Something reads its claim, and the reference plays its readings; or a reason is given, and neither."""
    known = ENTRIES[name]
    plays = {it.reading for it in PLAYED if it.discrepancy == name}

    assert len(known.accepts) > 1
    assert set(known.accepts) == set(known.readings)
    assert len(set(known.readings.values())) == len(known.readings), "one reading is stated twice"
    assert bool(re.search(MARK.format(name), marked())) is not bool(known.inert)
    assert plays <= set(known.accepts)
    assert not plays if known.inert else len(set(known.accepts) - plays) <= 1


def test_what_a_freedom_is_a_reading_of_stands_in_the_register():
    """A freedom names no entry that nobody knows."""
    assert {known.discrepancy for known in BOOK.freedoms.values()} - {""} <= set(ENTRIES)


@pytest.mark.parametrize("name", TOLD_APART)
def test_every_reading_passes_without_a_claim(name, made):
    """What the reference does by one of them is held against nothing."""
    own = {known.id for known in PLAYED if known.discrepancy == name}

    assert own
    assert own <= {it["id"] for it in made["freedoms"]}
    assert not [told for told in made["false_alarms"] if told.partition(": ")[0] in own]
    assert not own & set(made["unmet"])


@pytest.mark.parametrize("name", TOLD_APART)
def test_a_claim_turns_the_other_readings_red_and_leaves_its_own(name, made):
    """Under each claim another reading breaks a clause, a documented one unless it is a guess."""
    cases = [it for it in made["claims"] if it["clause"] == name]

    assert {it["id"].split(" ")[2] for it in cases} == set(ENTRIES[name].accepts)
    for it in cases:
        assert it["tried"], it["id"]
        assert bool(it["noticed_by"]) is (it["kind"] == "other"), it
    others = [bool(it["leaks"]) for it in cases if it["kind"] == "other"]
    assert all(others) is (name not in AMBER), cases
