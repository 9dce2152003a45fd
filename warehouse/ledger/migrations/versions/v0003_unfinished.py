"""What is not finished: attempts at submissions that failed, and slips that are owed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("retry_at", sa.DateTime(timezone=True)),
    sa.Column("failure", sa.Text()),
    sa.Column("owes_slip", sa.Boolean(), nullable=False, server_default=sa.false()),
)


def upgrade() -> None:
    """Add the columns; what was staged before was answered then."""
    for column in _COLUMNS:
        op.add_column("submissions", column)


def downgrade() -> None:
    """Drop the columns."""
    for column in _COLUMNS:
        op.drop_column("submissions", column.name)
