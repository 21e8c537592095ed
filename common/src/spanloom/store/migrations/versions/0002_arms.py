"""Arms over their training seeds, and the tests between them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add arm_scores and arm_tests."""
    op.create_table(
        "arm_scores",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("label_mapping", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("seeds", sa.Integer(), nullable=False),
        sa.Column("f1", sa.Double(), nullable=False),
        sa.Column("lo", sa.Double(), nullable=False),
        sa.Column("hi", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("resamples", sa.Integer(), nullable=False),
        sa.Column("varies", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("arm_scores_run", "arm_scores", ["run_id"], unique=False)
    op.create_table(
        "arm_tests",
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("difference", sa.Double(), nullable=False),
        sa.Column("lo", sa.Double(), nullable=False),
        sa.Column("hi", sa.Double(), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("swaps", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["first"], ["arm_scores.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second"], ["arm_scores.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("first", "second"),
    )
    op.create_index("ix_arm_tests_second", "arm_tests", ["second"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("arm_tests")
    op.drop_table("arm_scores")
