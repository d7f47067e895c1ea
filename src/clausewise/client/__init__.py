"""One verb: call an operation, get an exchange. Nothing is judged here and nothing is retried."""

from __future__ import annotations

from clausewise.client.budget import Budget
from clausewise.client.calls import Basic, Bearer, Client, Heard
from clausewise.client.caution import Ledger
from clausewise.client.settling import Settling
from clausewise.client.transport import Transport

__all__ = ["Basic", "Bearer", "Budget", "Client", "Heard", "Ledger", "Settling", "Transport"]
