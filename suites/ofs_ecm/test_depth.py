"""Whatever stands in a request's body: one thing wrong, other writings, no JSON at all, chance."""

import pytest

from clausewise import any_outcome, clause, outcome

from .steps import ALL, LISTS, UPLOAD, good, well

BODIES = tuple(name for name in ALL if name != UPLOAD)
SERVED = any_outcome("success", "rejected", "invalid")


def each(rule):
    """Return a parameter for each operation with a JSON body, for its clause of that rule."""
    return [pytest.param(name, id=name, marks=clause(f"ofs-ecm.{name}.{rule}")) for name in BODIES]


@pytest.mark.parametrize("operation", each("withstands"))
def test_one_wrong_thing_is_served_or_refused(api, depth, unique, operation):
    """A request that is good but for one thing gets a documented answer, and no failure."""
    depth.one_wrong(operation, lambda: _request(api, unique, operation), outcome(well(operation)), SERVED)


@pytest.mark.parametrize("operation", each("same-meaning"))
def test_the_writing_of_a_body_means_nothing(api, depth, unique, operation):
    """Blanks, order of keys and escapes change no answer."""
    depth.same_meaning(operation, lambda: _request(api, unique, operation), outcome(well(operation)))


@pytest.mark.parametrize("operation", each("no-json"))
def test_what_is_no_json_is_refused(api, depth, unique, operation):
    """A body near to a good one that no reader takes is refused."""
    depth.no_json(
        operation, lambda: _request(api, unique, operation), outcome(well(operation)), any_outcome("invalid")
    )


@pytest.mark.parametrize("kind", ["valid", "invalid"])
@pytest.mark.parametrize("operation", each("withstands"))
def test_chance_is_served_or_refused(api, depth, unique, operation, kind):
    """Random bodies get a documented answer, and no failure."""
    depth.chance(operation, lambda: _request(api, unique, operation), outcome(well(operation)), SERVED, kind)


def _request(api, unique, operation):
    """Return a good call; one of a list asks for a day long past, so that there is a filter to take apart."""
    return {"body": {"fromDate": "01/01/2000"}} if operation in LISTS else good(api, unique, operation)
