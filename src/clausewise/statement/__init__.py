"""What a run comes to: every claimed clause, its verdict, the ledger, the exit code; what changed since."""

from __future__ import annotations

from clausewise.statement.assembly import RESULTS, assemble, environment, text, write
from clausewise.statement.behaviour import comparison
from clausewise.statement.difference import difference
from clausewise.statement.tally import add_up

__all__ = ["RESULTS", "add_up", "assemble", "comparison", "difference", "environment", "text", "write"]
