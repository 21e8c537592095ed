"""Failed calls are found by their run without reading all completions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("completions_failed", "completions", ["run_id"], postgresql_where=sa.text("error IS NOT NULL"))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("completions_failed", table_name="completions")
