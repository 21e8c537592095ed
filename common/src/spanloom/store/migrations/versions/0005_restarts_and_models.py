"""Predictions of a restarted try beside those of the first, and what is known of a kept model."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add predictions.method to the key, and the columns of models."""
    op.add_column("predictions", sa.Column("method", sa.Text(), server_default="direct", nullable=False))
    op.drop_constraint("predictions_pkey", "predictions")
    op.create_primary_key("predictions_pkey", "predictions", ["job_id", "dataset_id", "method"])
    op.add_column("models", sa.Column("place", sa.Text(), nullable=True))
    op.create_unique_constraint("models_place_key", "models", ["place"])
    op.add_column("models", sa.Column("dev_f1", sa.Double(), nullable=True))
    op.add_column("models", sa.Column("facts", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("models", sa.Column("scored", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Forget restarted tries and what was known of models."""
    for column in ("scored", "facts", "dev_f1"):
        op.drop_column("models", column)
    op.drop_constraint("models_place_key", "models")
    op.drop_column("models", "place")
    op.execute("DELETE FROM predictions WHERE method <> 'direct'")
    op.drop_constraint("predictions_pkey", "predictions")
    op.create_primary_key("predictions_pkey", "predictions", ["job_id", "dataset_id"])
    op.drop_column("predictions", "method")
