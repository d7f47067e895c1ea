"""OpenAPI documents with our annotations, turned into operations, outcomes and clauses."""

from __future__ import annotations

from clausewise.contracts.loading import load

__all__ = ["load"]
