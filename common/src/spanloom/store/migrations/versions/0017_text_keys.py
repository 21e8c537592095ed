"""Which calls ask for the same text: each is translated once a database."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key and its index; calls of before have none, and are not looked for."""
    op.add_column("prompts", sa.Column("text_key", sa.Text()))
    op.create_index("prompts_text", "prompts", ["text_key"], postgresql_where=sa.text("text_key IS NOT NULL"))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("prompts_text", table_name="prompts")
    op.drop_column("prompts", "text_key")
