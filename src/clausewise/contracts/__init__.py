"""OpenAPI documents with our annotations, turned into operations, outcomes and clauses."""

from __future__ import annotations

from clausewise.contracts.loading import ASSUMED, documents, every_clause, load

__all__ = ["ASSUMED", "documents", "every_clause", "load"]
