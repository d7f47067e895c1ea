"""Many targets in one go, on many machines: each is a run of its own, and Dask says which machine makes it.

Nothing is judged here. Who wants one target wants `clausewise run`.
"""

from __future__ import annotations

from clausewise.fleet.fleet_file import Fleet, Member, read
from clausewise.fleet.target_status import Standing, standings

__all__ = ["Fleet", "Member", "Standing", "read", "standings"]
