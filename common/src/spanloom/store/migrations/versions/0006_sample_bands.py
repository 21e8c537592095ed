"""MinHash bands of samples, where a dataset's rules look for near-duplicates."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add sample_bands."""
    op.create_table(
        "sample_bands",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("call_index", sa.Integer(), nullable=False),
        sa.Column("candidate_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id", "call_index", "candidate_index"],
            ["samples.dataset_id", "samples.call_index", "samples.candidate_index"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "key", "call_index", "candidate_index"),
    )
    op.create_index(
        "sample_bands_sample", "sample_bands", ["dataset_id", "call_index", "candidate_index"], unique=False
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("sample_bands")
