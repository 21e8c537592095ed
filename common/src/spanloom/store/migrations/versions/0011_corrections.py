"""What people correct in samples: a row each, with who, when, before and after."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger(), autoincrement=True, primary_key=True),
        sa.Column("dataset_id", sa.Text(), sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("call_index", sa.Integer(), nullable=False),
        sa.Column("candidate_index", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("applied_to", sa.Text(), nullable=True),
        sa.CheckConstraint("action IN ('accept', 'change', 'reject')", name="corrections_action"),
    )
    op.create_index("corrections_sample", "corrections", ["dataset_id", "call_index", "candidate_index", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("corrections")
