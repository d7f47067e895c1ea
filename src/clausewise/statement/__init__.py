"""What a run comes to: every claimed clause with its verdict, the ledger, the exit code."""

from __future__ import annotations

from clausewise.statement.assembly import RESULTS, assemble, write

__all__ = ["RESULTS", "assemble", "write"]
