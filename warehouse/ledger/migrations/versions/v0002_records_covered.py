"""How many records a submission gave for each region and period it covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the count; what was staged before has none until it is staged again."""
    op.add_column("coverage", sa.Column("rows", sa.Integer()))


def downgrade() -> None:
    """Drop the count."""
    op.drop_column("coverage", "rows")
