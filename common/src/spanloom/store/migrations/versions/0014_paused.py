"""Datasets whose calls are held back, because none of the first ones gave anything."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add `paused`, the reason, to datasets."""
    op.add_column("datasets", sa.Column("paused", sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("datasets", "paused")
