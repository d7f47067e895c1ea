"""Readings that count: a claim of one turns what follows another red, or the register says why it cannot.

The freedoms that name a `reading` make the reference follow that one wholly; the matrix plays each without a
claim and under every claim of its entry (test_matrix.py). Here the registers are held to it.
"""

import re
from dataclasses import replace
from functools import cache

import pytest
import runs

from clausewise import contracts, package_data, scope
from clausewise.cli.catalogues import book
from clausewise.errors import ConfigurationError
from clausewise.plugin.startup import claimed

pytestmark = pytest.mark.quick

ENTRIES = {
    name: known for family in package_data.families() for name, known in book(family).discrepancies.items()
}

# What a claim in the data or the suites looks like, by the id of its entry.
MARK = r'"{0}:[a-z]"|(lawful|readings\.get)\(\s*"{0}"'


def played(name):
    """Return the readings of an entry that freedoms make the reference follow."""
    freedoms = book(ENTRIES[name].family).freedoms.values()
    return {it.reading for it in freedoms if it.discrepancy == name and it.reading}


@cache
def marked(family):
    """Return everything that may tell a family's readings apart, as one text."""
    places = package_data.SCHEMAS / family, package_data.SUITES / family.replace("-", "_")
    files = (path for place in places for path in place.rglob("*.*"))
    return "\n".join(path.read_text("utf-8") for path in files if path.suffix in {".yaml", ".json", ".py"})


def claiming(target, family, readings):
    """Return a target that claims these readings of a family."""
    known = replace(target.families[family], readings=readings)
    return replace(target, families={**target.families, family: known})


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_told_apart_or_says_why_not(name):
    """Something reads its claim, and the reference plays its readings; or a reason is given, and neither."""
    known = ENTRIES[name]

    assert known.accepts
    assert set(known.accepts) <= set(known.readings)
    assert len(set(known.readings.values())) == len(known.readings), "one reading is stated twice"
    assert bool(re.search(MARK.format(name), marked(known.family))) is not bool(known.inert)
    if known.inert:
        assert not played(name)
    else:
        assert len(known.accepts) > 1
        assert played(name) <= set(known.accepts)
        assert len(set(known.accepts) - played(name)) <= 1, "which one does the reference follow?"


@pytest.mark.parametrize("family", package_data.families())
def test_what_a_freedom_is_a_reading_of_stands_in_the_register(family):
    """A freedom names no entry that nobody knows."""
    assert {known.discrepancy for known in book(family).freedoms.values()} - {""} <= set(ENTRIES)


@pytest.mark.parametrize("family", package_data.families())
def test_a_claim_takes_no_clause_away(family):
    """What is judged stays the same under every claim, however many are made; only what keeps it changes."""
    path = package_data.SCHEMAS / family / "openapi.yaml"
    document = contracts.documents(path)[0]
    whole = [clause.id for clause in contracts.load(path, document).clauses]
    told = {name: known.accepts for name, known in book(family).discrepancies.items() if not known.inert}

    for place in range(max(map(len, told.values()))):
        claims = {name: accepts[min(place, len(accepts) - 1)] for name, accepts in told.items()}
        held = contracts.load(path, document, claims)
        assert [clause.id for clause in held.clauses] == whole
        assert all(outcome.forms for it in held.operations.values() for outcome in it.outcomes)


def test_a_reading_that_no_document_carries_cannot_be_claimed(tmp_path):
    """What the register does not accept is refused, with the ruling."""
    target = claimed(runs.target_at(tmp_path, "embedded", "cdp"))

    with pytest.raises(ConfigurationError, match=r"CDP-02 = 'b' is a reading that the documents do not"):
        scope.of(claiming(target, "cdp", {"CDP-02": "b"}))


def test_the_reason_is_shown_to_who_asks():
    """`clausewise clauses --discrepancies` tells of each entry whether a claim counts."""
    done = runs.inside("clauses", "--discrepancies", "--family", "int-ecm")

    assert done.stdout.count("a claim changes no verdict: ") == sum(
        bool(known.inert) for known in ENTRIES.values() if known.family == "int-ecm"
    )
