"""Functions from an exchange and its contract to what they have to say on clauses.

No room here reads files, the clock or the network, or knows which target it looks at.
"""

from __future__ import annotations

from clausewise.checks.answers import Reading, misplaced, moved, nearest, read, unlike
from clausewise.checks.expectations import (
    Expectation,
    OutcomeNames,
    OutcomeRoles,
    any_outcome,
    differs,
    has,
    holds,
    lacks,
    matches,
    outcome,
    status,
)
from clausewise.checks.requests import documented, taken, untaken
from clausewise.checks.universal import universal

__all__ = [
    "Expectation",
    "OutcomeNames",
    "OutcomeRoles",
    "Reading",
    "any_outcome",
    "differs",
    "documented",
    "has",
    "holds",
    "lacks",
    "matches",
    "misplaced",
    "moved",
    "nearest",
    "outcome",
    "read",
    "status",
    "taken",
    "universal",
    "unlike",
    "untaken",
]
