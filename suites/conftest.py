"""Our fixtures by their short names: a conftest.py further up, which may use the same ones, does no harm."""

import pytest


def _own(name):
    """Return a fixture by a short name that is ours, whoever uses it, too."""

    @pytest.fixture(name=name)
    def own(request):
        return request.getfixturevalue(f"clausewise_{name}")

    return own


for _name in ("ageing", "api", "depth", "document", "judge", "target", "unique", "wait", "walk"):
    globals()[_name] = _own(_name)
