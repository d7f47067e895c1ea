"""Whatever stands in a request's body: one thing wrong, other writings, no JSON at all, chance.

Each hold uses up a number on offer, and a target may have few: they come last in a run, so that the
operation's own tests and the laws have theirs first.
"""

import pytest

from clausewise import any_outcome, clause, late, outcome

from .steps import HOLD, OPERATIONS, good

SERVED = any_outcome("success", "rejected", "invalid")


def each(rule):
    """Return a parameter for each operation with a JSON body, for its clause of that rule."""
    return [
        pytest.param(
            name,
            id=name,
            marks=[clause(f"account-service.{name}.{rule}"), *([late()] if name == HOLD else [])],
        )
        for name in OPERATIONS
    ]


@pytest.mark.parametrize("operation", each("withstands"))
def test_one_wrong_thing_is_served_or_refused(api, target, depth, unique, operation):
    """A request that is good but for one thing gets a documented answer, and no failure."""
    depth.one_wrong(operation, lambda: _request(api, target, unique, operation), outcome("done"), SERVED)


@pytest.mark.parametrize("operation", each("same-meaning"))
def test_the_writing_of_a_body_means_nothing(api, target, depth, unique, operation):
    """Blanks, order of keys and escapes change no answer."""
    depth.same_meaning(operation, lambda: _request(api, target, unique, operation), outcome("done"))


@pytest.mark.parametrize("operation", each("no-json"))
def test_what_is_no_json_is_refused(api, target, depth, unique, operation):
    """A body near to a good one that no reader takes is refused."""
    depth.no_json(
        operation, lambda: _request(api, target, unique, operation), outcome("done"), any_outcome("invalid")
    )


@pytest.mark.parametrize("kind", ["valid", "invalid"])
@pytest.mark.parametrize("operation", each("withstands"))
def test_chance_is_served_or_refused(api, target, depth, unique, operation, kind):  # noqa: PLR0917 - fixtures
    """Random bodies get a documented answer, and no failure."""
    depth.chance(operation, lambda: _request(api, target, unique, operation), outcome("done"), SERVED, kind)


def _request(api, target, unique, operation):
    things = good(api, target, unique, operation)
    return api.request(
        operation, **{name: value for name, value in things.items() if api.takes(operation, name)}
    )
