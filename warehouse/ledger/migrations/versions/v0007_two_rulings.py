"""A submission that was confirmed and withdrawn later keeps both times."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Tell the time of confirmation from that of withdrawal; of one withdrawn only the latter was kept."""
    op.add_column("submissions", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("submissions", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.execute("update submissions set withdrawn_at = decided_at where status = 'withdrawn'")
    op.execute("update submissions set confirmed_at = decided_at where status <> 'withdrawn'")
    op.drop_column("submissions", "decided_at")


def downgrade() -> None:
    """Keep the last of the two times."""
    op.add_column("submissions", sa.Column("decided_at", sa.DateTime(timezone=True)))
    op.execute("update submissions set decided_at = coalesce(withdrawn_at, confirmed_at)")
    op.drop_column("submissions", "withdrawn_at")
    op.drop_column("submissions", "confirmed_at")
