"""Deliberately hostile and broken HTTP servers, in front of a good target: what a client must survive."""

from __future__ import annotations

from clausewise.chaos.kinds import KINDS, Act, Kind, raw
from clausewise.chaos.server import HOST, Chaos, calls_to, serving

__all__ = ["HOST", "KINDS", "Act", "Chaos", "Kind", "calls_to", "raw", "serving"]
