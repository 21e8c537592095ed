"""Samples that were repaired or marked, few of many, are found without reading the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "samples_flagged",
        "samples",
        ["dataset_id", "call_index", "candidate_index"],
        postgresql_where=sa.text("repairs <> '{}' OR marks <> '{}'"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("samples_flagged", table_name="samples")
