"""Each operation by itself: it is there, it serves a good request, it refuses what it cannot read."""

import pytest

from clausewise import Untestable, clause, holds, outcome

from .steps import OPERATIONS, good, served

_ABSENT, _OTHER_METHOD = 404, 405
_METHODS = ("", "POST", "GET")  # the operation's own first, as the overlays give it


def each(rule):
    """Return a parameter for each operation, for its clause of that rule."""
    return [
        pytest.param(name, id=name, marks=clause(f"account-service.{name}.{rule}")) for name in OPERATIONS
    ]


@pytest.mark.parametrize("operation", each("there"))
def test_the_path_is_there(api, judge, unique, operation):
    """By one method or another the path is answered as no unknown path is; a 405 proves it, too."""
    asked = []
    for method in _METHODS:
        here = api.stray(operation, method=method)
        there = api.stray(operation, method=method, path=_nowhere(unique))
        asked.append((here, there))
        if not _alike(here, there) and _found(here, there):
            break  # what the other methods are answered makes no difference

    answers = [here for here, _ in asked]
    if all(_alike(here, there) and here.response.status != _ABSENT for here, there in asked):
        text = f"HTTP {answers[0].response.status}"
        raise Untestable(f"The target answers a path that nobody knows as it answers this one ({text}).")
    found = any(_found(here, there) for here, there in asked)
    _judge(judge, answers[0], found, "an answer other than 404 to its own method, POST or GET", answers)


@pytest.mark.parametrize("operation", each("method"))
def test_it_is_called_by_its_method(api, judge, operation):
    """The method that the overlays give, POST unless they do, is not answered 405."""
    answer = api.stray(operation)

    fits = answer.response.status != _OTHER_METHOD
    _judge(judge, answer, fits, f"{answer.request.method} taken", [answer])


@pytest.mark.parametrize("operation", each("done"))
def test_a_good_request_succeeds(api, judge, target, unique, operation):
    """The printed request, about somebody who exists, is answered with success."""
    _, answer = served(api, operation, lambda: good(api, target, unique, operation))

    judge(answer, outcome("done"))


@pytest.mark.parametrize("operation", each("refused"))
def test_what_cannot_be_read_is_refused(api, judge, target, unique, operation):
    """Half a JSON text, or a query without its parameters, is answered 4xx."""
    _, accepted = served(api, operation, lambda: good(api, target, unique, operation))

    if accepted.request.body:
        refused = api.call(operation, raw=accepted.request.body[: len(accepted.request.body) // 2])
    elif api.required(operation):
        refused = api.call(operation)
    else:
        raise Untestable(f"No request of {operation} is wrong: it has no body and no required parameter.")

    judge(accepted, outcome("done"))
    judge(refused, outcome("refused"))


def _nowhere(unique):
    return f"/accountService/v1/{unique.word(24).lower()}"


def _found(here, there):
    return here.response.status != _ABSENT or _business(here, there)


def _alike(here, there):
    return here.response.status == there.response.status and here.response.body == there.response.body


def _business(here, there):
    """Tell whether a 404 speaks of a customer, not of the path: its body is of another form."""
    return here.response.status == _ABSENT and _form(here) != _form(there)


def _form(answer):
    return sorted(answer.json) if isinstance(answer.json, dict) else type(answer.json).__name__


def _judge(judge, answer, fits, expected, answers):
    actual = ", ".join(f"{it.request.method} {it.response.status}" for it in answers)
    judge(answer, holds(fits, expected=expected, actual=actual, where="status"))
