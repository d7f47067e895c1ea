"""A small API and what lays overlays over it."""

import pytest
import yaml
from overlaying import API

from clausewise.contracts import overlays


@pytest.fixture
def write(tmp_path):
    """Write an overlay of some actions and return its path."""

    def written(*actions, **more):
        path = tmp_path / "mine.overlay.yaml"
        told = {
            "overlay": "1.1.0",
            "info": {"title": "Mine", "version": "1"},
            "actions": list(actions),
        } | more
        path.write_text(yaml.safe_dump(told))
        return path

    return written


@pytest.fixture
def apply(write):
    """Apply actions to the API and return what comes out."""
    return lambda *actions: overlays.read(write(*actions)).apply(API)
