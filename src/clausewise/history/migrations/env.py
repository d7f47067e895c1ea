"""What Alembic runs its scripts in: the connection, and the transaction, of whoever opens the history."""

from alembic import context

from clausewise.history import schema

if hasattr(context, "config"):  # it is there while Alembic runs this, and not where somebody imports it
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=schema.TABLES,
        version_table=schema.REVISION,
    )
    with context.begin_transaction():
        context.run_migrations()
