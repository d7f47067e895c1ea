"""The README, and the page of operations behind it, say what is true today."""

import re

import pytest
from shipped import COUNTS, FAMILIES, book_of

from clausewise import package_data

pytestmark = pytest.mark.quick

README = (package_data.ROOT / "README.md").read_text("utf-8")
OPERATIONS = (package_data.ROOT / "docs" / "operations.md").read_text("utf-8")
ROW = re.compile(r"^\| `([\w-]+)` \| ([\w-]+) \| .* \| (\d+) \| (\d+) \|$", re.MULTILINE)
FAMILY = re.compile(r"^\| `([\w-]+)` .* \| (\d+) \| (\d+) \|$", re.MULTILINE)
SCREENS = 90  # lines: two screens


def test_it_fits_on_two_screens():
    """What is longer stands in docs/."""
    assert len(README.splitlines()) <= SCREENS


def test_every_operation_has_a_row():
    """Forty-three operations, each named once."""
    named = [(family, operation) for family, operation, _, _ in ROW.findall(OPERATIONS)]

    assert len(named) == len(set(named)) == sum(count for _, count in COUNTS) == 43


@pytest.mark.parametrize("family", FAMILIES)
def test_each_row_counts_clauses_and_defects(family):
    """The numbers of a row are those of the catalogue."""
    book = book_of(family)
    for known, operation, clauses, defects in ROW.findall(OPERATIONS):
        if known == family:
            own = {clause.id for clause in book.clauses.values() if clause.operation == operation}
            proven = [defect for defect in book.defects.values() if defect.clause in own]
            assert (int(clauses), int(defects)) == (len(own), len(proven)), operation


def test_the_families_are_counted():
    """Each family's operations and clauses, in the README's own table."""
    told = {family: (int(operations), int(clauses)) for family, operations, clauses in FAMILY.findall(README)}
    rows = [family for family, *_ in ROW.findall(OPERATIONS)]

    assert told == {family: (rows.count(family), len(book_of(family).clauses)) for family in FAMILIES}
