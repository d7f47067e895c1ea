"""What the fixtures give to tests that share a target."""

import random
from itertools import pairwise

import pytest

from clausewise.plugin.fixtures import Unique

NUMBERS = [f"88{number:04}" for number in range(40)]


def picks(worker, count):
    """Return what one of two workers picks, many times over."""
    unique = Unique(random.Random(7), (worker, 2))
    return {tuple(unique.neighbours(NUMBERS, count)) for _ in range(500)}


@pytest.mark.parametrize("count", [1, 2])
def test_no_two_workers_pick_the_same(count):
    """Whatever stands on offer for all, a worker takes of its own share, and not always the same."""
    first, second = ({number for pick in picks(worker, count) for number in pick} for worker in range(2))

    assert not first & second
    assert min(len(first), len(second)) > 5


def test_neighbours_stand_side_by_side():
    """Two of them follow one another where they are offered."""
    assert picks(0, 2) <= set(pairwise(NUMBERS))


def test_where_none_is_ones_own_any_will_do():
    """Two numbers for two workers may fall to one of them."""
    unique = [Unique(random.Random(7), (worker, 2)) for worker in range(2)]

    assert {tuple(one.neighbours(["1", "2"], 2)) for one in unique} == {("1", "2")}
