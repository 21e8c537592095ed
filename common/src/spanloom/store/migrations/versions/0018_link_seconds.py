"""What word alignment took, beside what the call itself took."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the seconds; of links found before nobody knows them."""
    op.add_column("completions", sa.Column("link_seconds", sa.Float()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("completions", "link_seconds")
