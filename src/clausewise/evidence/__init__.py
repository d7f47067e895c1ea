"""Evidence packs: one zip that proves later, elsewhere and offline, what a run saw and said."""

from __future__ import annotations

from clausewise.evidence.checking import Verified, countersign, stamp, stamp_request, verify
from clausewise.evidence.contents import Check, Contents
from clausewise.evidence.packing import pack

__all__ = ["Check", "Contents", "Verified", "countersign", "pack", "stamp", "stamp_request", "verify"]
