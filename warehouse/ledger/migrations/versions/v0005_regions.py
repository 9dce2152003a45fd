"""The region codes a city works with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "regions",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("parent_code", sa.String(12)),
        sa.Column("urban_rural", sa.String(16)),
        sa.Column("region_group", sa.Text()),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("successor", sa.String(12)),
        sa.Column("provisional", sa.Boolean()),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("regions")
