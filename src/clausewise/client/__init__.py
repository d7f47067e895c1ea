"""One verb: call an operation, get an exchange. Nothing is judged here and nothing is retried."""

from __future__ import annotations

from clausewise.client.budget import Budget
from clausewise.client.calls import Basic, Bearer, Client, Heard
from clausewise.client.eventual_consistency import EventualConsistency
from clausewise.client.lockouts import Ledger
from clausewise.client.transport import Transport

__all__ = ["Basic", "Bearer", "Budget", "Client", "EventualConsistency", "Heard", "Ledger", "Transport"]
