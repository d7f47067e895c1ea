"""What has no public name in the libraries that connections rest on is where we take it from."""

import inspect

import pytest

from clausewise.client.connections import PRIVATE

NAMES = [(owner, name) for owner, names in PRIVATE.items() for name in names]
TAKES = {"_get_conn": ["self", "timeout"], "_put_conn": ["self", "conn"]}


@pytest.mark.parametrize(("owner", "name"), NAMES, ids=[f"{owner.__name__}.{name}" for owner, name in NAMES])
def test_a_private_name_is_still_there(owner, name):
    """With the arguments that we call it with: what a new version moves is told here, and not by a hang."""
    assert list(inspect.signature(getattr(owner, name)).parameters) == TAKES.get(name, ["self"])
