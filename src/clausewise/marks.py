"""The one mark that a suite's test wears."""

from __future__ import annotations

import pytest


def clause(*ids: str) -> pytest.MarkDecorator:
    """Say which clauses a test judges; the first is the one its own expectations speak for."""
    return pytest.mark.clause(*ids)
