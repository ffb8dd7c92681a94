"""What alembic runs: the caller's own connection and transaction, never a URL of its own."""

from alembic import context

from monitord.store.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
