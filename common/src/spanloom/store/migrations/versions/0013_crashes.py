"""Work that was begun, and how often its holders ended or stalled at it without a word."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("prompts", "completions", "jobs", "evaluations")


def upgrade() -> None:
    """Add `crashes` and `begun` to the tables of work. What an older release holds may have begun: so it counts."""
    for table in TABLES:
        op.add_column(table, sa.Column("crashes", sa.Integer(), server_default="0", nullable=False))
        op.add_column(table, sa.Column("begun", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_column(table, "begun")
        op.drop_column(table, "crashes")
