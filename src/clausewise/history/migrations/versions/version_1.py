"""Runs, a row for each verdict of each, and a row for each operation."""

from alembic import op
from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, String

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the tables that a history began with."""
    op.create_table("clausewise_format", Column("version", Integer, primary_key=True))
    op.create_table(
        "clausewise_runs",
        Column("id", String(160), primary_key=True),
        Column("started", String(40), nullable=False, index=True),
        Column("target", String(64), nullable=False, index=True),
        Column("environment", String(16), nullable=False),
        Column("documents", JSON, nullable=False),
        Column("suite", String(32), nullable=False),
        Column("plan", String(16), nullable=False),
        Column("exit", Integer, nullable=False),
        Column("word", String(64), nullable=False),
        Column("counts", JSON, nullable=False),
        Column("share", Float, nullable=False),
        Column("seconds", Float, nullable=False),
        Column("exchanges", Integer, nullable=False),
    )
    op.create_table(
        "clausewise_verdicts",
        Column("run", String(160), ForeignKey("clausewise_runs.id"), primary_key=True),
        Column("clause", String(300), primary_key=True, index=True),
        Column("verdict", String(16), nullable=False),
    )
    op.create_table(
        "clausewise_operations",
        Column("run", String(160), ForeignKey("clausewise_runs.id"), primary_key=True),
        Column("family", String(64), primary_key=True),
        Column("operation", String(128), primary_key=True),
        Column("exchanges", Integer, nullable=False),
        Column("p50", Float, nullable=False),
        Column("p95", Float, nullable=False),
        Column("max", Float, nullable=False),
    )
