"""By which version of a contract a submission was judged, month by month, and when most of it was recorded."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("judged_by", sa.Text()),
    sa.Column("best", sa.Text()),
)


def upgrade() -> None:
    """Add the columns; they are filled as submissions are staged anew."""
    for column in _COLUMNS:
        op.add_column("submissions", column)


def downgrade() -> None:
    """Drop the columns."""
    for column in _COLUMNS:
        op.drop_column("submissions", column.name)
