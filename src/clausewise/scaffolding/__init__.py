"""A family's folder made of an OpenAPI file that somebody else wrote, and what has become of one since."""

from __future__ import annotations

from clausewise.scaffolding.checking import changes, lacks, version
from clausewise.scaffolding.writing import found

__all__ = ["changes", "found", "lacks", "version"]
