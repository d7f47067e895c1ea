"""A family's folder made of an OpenAPI file that somebody else wrote, and what has become of one since."""

from __future__ import annotations

from clausewise.founding.checking import changes, lacks, version
from clausewise.founding.writing import found

__all__ = ["changes", "found", "lacks", "version"]
