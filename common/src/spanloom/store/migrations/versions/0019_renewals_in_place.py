"""Renewals touch no index.

One index over `publish_after` held waiting and claimed rows alike, so that every renewal of a lease made a new entry in
each index of its table, which an open snapshot keeps from being removed. Waiting rows and held ones have an index each
now, and neither covers what a renewal changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("prompts", "completions", "jobs", "evaluations")


def upgrade() -> None:
    """Part the index."""
    for table in TABLES:
        op.drop_index(f"{table}_waiting", table_name=table)
        op.create_index(f"{table}_waiting", table, ["publish_after"], postgresql_where=sa.text("state = 'queued'"))
        op.create_index(f"{table}_held", table, ["holder"], postgresql_where=sa.text("state = 'claimed'"))


def downgrade() -> None:
    """Have one index of both again."""
    for table in TABLES:
        op.drop_index(f"{table}_held", table_name=table)
        op.drop_index(f"{table}_waiting", table_name=table)
        op.create_index(
            f"{table}_waiting", table, ["publish_after"], postgresql_where=sa.text("state IN ('queued', 'claimed')")
        )
