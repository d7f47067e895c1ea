"""Failures inside the service, which only its fault hooks provoke: rows 2 and 6 of the error tables."""

import pytest

from clausewise import clause, outcome, provoked

from .steps import credentials, good


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        pytest.param(operation, name, id=f"{operation}-{name}", marks=clause(f"int-ecm.{operation}.{name}"))
        for operation, name in provoked("int-ecm")
    ],
)
def test_a_failure_inside_is_told(api, judge, target, unique, operation, name):  # noqa: PLR0917 - fixtures
    """A good call that fails inside is answered as the table says."""
    things = credentials(target) if operation == "login" else good(api, unique, operation)

    judge(api.ask(operation, fault=f"{operation}.{name}", **things), outcome(name))
