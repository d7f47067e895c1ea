"""Who is let in: Basic credentials on every service."""

import pytest

from clausewise import Basic, Bearer, clause, outcome

from .steps import ALL, good, well


def each(rule):
    """Return a parameter for each service, for its clause of that rule."""
    return [pytest.param(service, id=service, marks=clause(f"ofs-ecm.{service}.{rule}")) for service in ALL]


@pytest.mark.parametrize("service", each("unauthorized"))
def test_a_refusal_says_so(api, judge, unique, service):
    """A call without credentials is answered 401, or 403, with whatever body."""
    judge(api.call(service, **good(api, unique, service), auth=None), outcome("unauthorized"))


@pytest.mark.parametrize("service", each("refuses-missing-credentials"))
def test_who_gives_no_credentials_is_not_let_in(api, judge, unique, service):
    """A call that is good but for its missing credentials is refused."""
    _refused(api, judge, unique, service, None)


@pytest.mark.parametrize("service", each("refuses-wrong-credentials"))
def test_a_wrong_password_is_not_let_in(api, judge, unique, service):
    """A call that is good but for its password is refused."""
    _refused(api, judge, unique, service, Basic("nobody", unique.word(16)))


@pytest.mark.parametrize("service", each("refuses-other-scheme-credentials"))
def test_another_scheme_is_not_let_in(api, judge, unique, service):
    """A call with a bearer token, which the document leaves unexplained, is refused."""
    _refused(api, judge, unique, service, Bearer(unique.word(32)))


def _refused(api, judge, unique, service, auth):
    request = good(api, unique, service)

    refused = api.call(service, **request, auth=auth)

    judge(api.call(service, **request), outcome(well(service)))
    judge(refused, outcome("unauthorized"))
