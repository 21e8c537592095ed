"""Alembic's environment: the connection is handed over by `spanloom.store.migrate`."""

from alembic import context

from spanloom.store.models import Run

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Run.metadata,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
