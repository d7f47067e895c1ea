"""Where the data that ships with clausewise lies: in the wheel, or in a checkout beside `src`."""

from __future__ import annotations

from pathlib import Path

_WHEEL = Path(__file__).parent / "_shipped"
_CHECKOUT = Path(__file__).parents[2]
ROOT = _WHEEL if _WHEEL.is_dir() else _CHECKOUT

SCHEMAS = ROOT / "schemas"
SUITES = ROOT / "suites"
TARGETS = ROOT / "targets"


def families() -> list[str]:
    """Return the ids of all families that have a contract, sorted."""
    return sorted(path.parent.name for path in SCHEMAS.glob("*/openapi.yaml"))
