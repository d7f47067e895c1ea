"""Whatever stands in a request's body: one thing wrong, other writings, no JSON at all, chance."""

import pytest

from clausewise import any_outcome, clause, outcome

from .steps import LET_IN, harmless

BODIES = ("validateCustomer", "onboardCustomer")
SERVED = any_outcome("success", "rejected", "invalid")


def each(rule):
    """Return a parameter for each operation with a JSON body, for its clause of that rule."""
    return [pytest.param(name, id=name, marks=clause(f"cdp.{name}.{rule}")) for name in BODIES]


@pytest.mark.parametrize("operation", each("withstands"))
def test_one_wrong_thing_is_served_or_refused(depth, unique, operation):
    """A request that is good but for one thing gets a documented answer, and no failure."""
    depth.one_wrong(operation, lambda: harmless(operation, unique), outcome(LET_IN[operation]), SERVED)


@pytest.mark.parametrize("operation", each("same-meaning"))
def test_the_writing_of_a_body_means_nothing(depth, unique, operation):
    """Blanks, order of keys and escapes change no answer."""
    depth.same_meaning(operation, lambda: harmless(operation, unique), outcome(LET_IN[operation]))


@pytest.mark.parametrize("operation", each("no-json"))
def test_what_is_no_json_is_refused(depth, unique, operation):
    """A body near to a good one that no reader takes is refused."""
    depth.no_json(
        operation, lambda: harmless(operation, unique), outcome(LET_IN[operation]), any_outcome("invalid")
    )


@pytest.mark.parametrize("kind", ["valid", "invalid"])
@pytest.mark.parametrize("operation", each("withstands"))
def test_chance_is_served_or_refused(depth, unique, operation, kind):
    """Random bodies get a documented answer, and no failure."""
    depth.chance(operation, lambda: harmless(operation, unique), outcome(LET_IN[operation]), SERVED, kind)
