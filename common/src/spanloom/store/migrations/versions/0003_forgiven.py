"""Attempts only grow: those that do not count against a row are counted beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("prompts", "completions", "jobs", "evaluations")


def upgrade() -> None:
    """Add `forgiven` to the tables of work."""
    for table in TABLES:
        op.add_column(table, sa.Column("forgiven", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Remove it."""
    for table in TABLES:
        op.drop_column(table, "forgiven")
