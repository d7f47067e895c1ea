"""The README says what is true today."""

import re

import pytest
from test_families import COUNTS, FAMILIES, book_of

from clausewise import shipped

README = (shipped.ROOT / "README.md").read_text("utf-8")
ROW = re.compile(r"^\| `([\w-]+)` \| ([\w-]+) \| .* \| (\d+) \| (\d+) \|$", re.MULTILINE)


def test_every_operation_has_a_row():
    """Forty-three operations, each named once."""
    named = [(family, operation) for family, operation, _, _ in ROW.findall(README)]

    assert len(named) == len(set(named)) == sum(count for _, count in COUNTS) == 43


@pytest.mark.parametrize("family", FAMILIES)
def test_each_row_counts_clauses_and_defects(family):
    """The numbers of a row are those of the catalogue."""
    book = book_of(family)
    for known, operation, clauses, defects in ROW.findall(README):
        if known == family:
            own = {clause.id for clause in book.clauses.values() if clause.operation == operation}
            proven = [defect for defect in book.defects.values() if defect.clause in own]
            assert (int(clauses), int(defects)) == (len(own), len(proven)), operation
