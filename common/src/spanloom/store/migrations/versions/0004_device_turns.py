"""The queue of those who want a GPU, and who has it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add device_turns."""
    op.create_table(
        "device_turns",
        sa.Column("place", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'holding')", name="device_turns_state"),
        sa.PrimaryKeyConstraint("place"),
        sa.UniqueConstraint("device", "holder"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("device_turns")
