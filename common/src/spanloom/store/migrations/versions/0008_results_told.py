"""Which evaluations were told of on results.v1, so that the relay sends those that were not."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add evaluations.told_at. Older evaluators send by themselves: what is done has been told of."""
    op.add_column("evaluations", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE evaluations SET told_at = finished_at WHERE state = 'done'")
    op.create_index(
        "evaluations_untold",
        "evaluations",
        ["finished_at"],
        unique=False,
        postgresql_where=sa.text("state = 'done' AND told_at IS NULL"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("evaluations_untold", table_name="evaluations")
    op.drop_column("evaluations", "told_at")
