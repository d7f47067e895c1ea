"""What the fixtures give to tests that share a target."""

import random
from itertools import pairwise

import pytest

from clausewise.plugin.shared_resources import SharedResources
from clausewise.plugin.unique import Unique

pytestmark = pytest.mark.quick

NUMBERS = [f"88{number:04}" for number in range(40)]


@pytest.fixture
def workers(tmp_path):
    """The makers of unique values of two workers that share a book."""
    return [Unique(random.Random(7), (at, 2), SharedResources(at, tmp_path / "shares")) for at in range(2)]


def picks(unique, count, **how):
    """Return what a worker picks, many times over."""
    return {tuple(unique.neighbours(NUMBERS, count, **how)) for _ in range(200)}


@pytest.mark.parametrize("count", [1, 2])
def test_no_two_workers_pick_the_same(workers, count):
    """Whatever stands on offer for all, a worker takes of its own share, and not always the same."""
    first, second = ({number for pick in picks(one, count) for number in pick} for one in workers)

    assert not first & second
    assert min(len(first), len(second)) > 5


def test_neighbours_stand_side_by_side(workers):
    """Two of them follow one another where they are offered."""
    assert picks(workers[0], 2) <= set(pairwise(NUMBERS))


def test_another_share_is_taken_as_a_leftover_only(workers):
    """A worker waits for no share that nobody comes for, and takes nothing that somebody took."""
    one, other = workers
    number = next(it for it in NUMBERS if one.neighbours([it]))

    assert not any(other.neighbours([number], leftover=leftover) for leftover in (False, True))
    [free] = next(pick for it in NUMBERS if it != number and (pick := one.neighbours([it], leftover=True)))
    assert (free != number, one.neighbours([number])) == (True, [number])


def test_leftovers_are_taken_once(workers):
    """Two workers that take whatever is left never have the same, whoever comes first."""
    turns = [(at, workers[at].neighbours(NUMBERS[:12], leftover=True)) for _ in range(40) for at in range(2)]

    first, second = ({number for at, pick in turns for number in pick if at == who} for who in range(2))
    assert first | second == set(NUMBERS[:12])
    assert not first & second


def test_alone_everything_is_ones_own():
    """Without other workers there is nothing to share."""
    assert {tuple(Unique(random.Random(7)).neighbours(["1", "2"], 2)) for _ in range(9)} == {("1", "2")}
    assert not Unique(random.Random(7)).neighbours(["1"], 2)
