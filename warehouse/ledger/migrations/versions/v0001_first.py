"""The first tables: submissions, what they cover, and what tables were built from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(counters, [{"name": "received", "value": 0}])
    op.create_table(
        "submissions",
        sa.Column("received_seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("submission_id", sa.String(40), nullable=False, unique=True),
        sa.Column("department", sa.String(200), nullable=False),
        sa.Column("sender_path", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", _TIME, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("dataset", sa.String(100)),
        sa.Column("period", sa.String(16)),
        sa.Column("regions", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("remedy", sa.Text()),
        sa.Column("rows_in", sa.Integer()),
        sa.Column("rows_recorded", sa.Integer()),
        sa.Column("rows_quarantined", sa.Integer()),
        sa.Column("contract_digest", sa.String(64)),
        sa.Column("staged_at", _TIME),
    )
    op.create_index("submissions_sha256", "submissions", ["sha256"])
    op.create_index("submissions_status", "submissions", ["status"])
    op.create_table(
        "coverage",
        sa.Column(
            "received_seq", sa.BigInteger(), sa.ForeignKey("submissions.received_seq"), primary_key=True
        ),
        sa.Column("period", sa.String(16), primary_key=True),
        sa.Column("region_code", sa.String(12), primary_key=True),
        sa.Column("dataset", sa.String(100), nullable=False),
        sa.Column("submission_id", sa.String(40), nullable=False),
    )
    op.create_index("coverage_what", "coverage", ["dataset", "period", "region_code", "received_seq"])
    op.create_table(
        "builds",
        sa.Column("table_name", sa.String(100), primary_key=True),
        sa.Column("partition", sa.String(100), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("built_at", _TIME, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("builds", "coverage", "submissions", "counters"):
        op.drop_table(table)
