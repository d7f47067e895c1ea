"""The marks that a suite's test wears."""

from __future__ import annotations

import pytest


def clause(*ids: str) -> pytest.MarkDecorator:
    """Say which clauses a test judges; the first is the one its own expectations speak for."""
    return pytest.mark.clause(*ids)


def late() -> pytest.MarkDecorator:
    """Say that a test comes last in a run, such as one that uses up what the target has few of."""
    return pytest.mark.late()
