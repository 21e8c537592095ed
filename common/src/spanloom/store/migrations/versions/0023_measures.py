"""Intervals and tests of arms by boundary F1 and span accuracy, beside those by typed F1."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; arms that were scored before have none until `spanloom intervals RUN` draws them."""
    op.add_column("arm_scores", sa.Column("measures", JSONB()))
    op.add_column("arm_tests", sa.Column("measures", JSONB()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("arm_tests", "measures")
    op.drop_column("arm_scores", "measures")
