"""The links of a translation to its sentence, made where it was translated."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the links and what made them."""
    op.add_column("completions", sa.Column("links", sa.Text()))
    op.add_column("completions", sa.Column("linked_by", sa.Text()))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("completions", "linked_by")
    op.drop_column("completions", "links")
