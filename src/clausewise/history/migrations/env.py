"""What Alembic runs its scripts in: the connection, and the transaction, of whoever opens the history."""

from alembic import context

from clausewise.history import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.TABLES,
    version_table=schema.REVISION,
)
with context.begin_transaction():
    context.run_migrations()
