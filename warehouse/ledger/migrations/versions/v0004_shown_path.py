"""A submission's path as others may see it, beside the one its sender gave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; submissions staged anew fill it."""
    op.add_column("submissions", sa.Column("shown_path", sa.Text()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("submissions", "shown_path")
