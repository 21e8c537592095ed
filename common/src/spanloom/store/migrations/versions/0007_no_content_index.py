"""No index on samples' content: nothing looks a sample up by it, and at millions of rows it halved the pipe's pace."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop it."""
    op.drop_index("samples_content", table_name="samples")


def downgrade() -> None:
    """Make it again."""
    op.create_index("samples_content", "samples", ["dataset_id", "content"], unique=False)
