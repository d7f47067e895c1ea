"""Labels of runs, and how many of their causes are red."""

from alembic import op
from sqlalchemy import JSON, Column, Integer, inspect

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add what is lacking: for some hours version 2 had labels only."""
    known = {column["name"] for column in inspect(op.get_bind()).get_columns("clausewise_runs")}
    for column in (Column("labels", JSON), Column("causes", Integer)):
        if column.name not in known:
            op.add_column("clausewise_runs", column)
