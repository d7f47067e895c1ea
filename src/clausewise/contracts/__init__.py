"""OpenAPI documents with our annotations, turned into operations, outcomes and clauses."""

from __future__ import annotations

from clausewise.contracts.loading import documents, every_clause, load

__all__ = ["documents", "every_clause", "load"]
