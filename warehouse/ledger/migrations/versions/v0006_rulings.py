"""How a submission takes force, what its sender was told, and what was decided about it by a person."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("takes", sa.String(16)),
    sa.Column("compared", sa.Text()),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("told", sa.String(64)),
)


def upgrade() -> None:
    """Add the columns; what took force before replaced what it covers."""
    for column in _COLUMNS:
        op.add_column("submissions", column)


def downgrade() -> None:
    """Drop the columns."""
    for column in _COLUMNS:
        op.drop_column("submissions", column.name)
