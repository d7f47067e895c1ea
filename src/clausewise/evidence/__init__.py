"""Evidence packs: one zip that proves later, elsewhere and offline, what a run saw and said."""

from __future__ import annotations

from clausewise.evidence.checking import Check, verify
from clausewise.evidence.packing import pack

__all__ = ["Check", "pack", "verify"]
