"""What the ledger tells of a call: what was left out of it, and samples that it drafted while it reasoned."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the notes, one a line, and the number of drafts; of calls judged before none were counted."""
    op.add_column("completions", sa.Column("notes", sa.Text()))
    op.add_column("completions", sa.Column("drafts", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("completions", "drafts")
    op.drop_column("completions", "notes")
