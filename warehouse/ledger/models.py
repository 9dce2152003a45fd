"""The ledger's tables as SQLAlchemy models. What is asked of them stands in ``ledger`` and ``in_force``."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from warehouse.ledger.values import Takes


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC on every database; SQLite alone would lose the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: in UTC; a time without a zone is refused.

        Raises:
            ValueError: The time has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; give a UTC time")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Holds the metadata of the ledger."""


class Counter(Base):
    """The last number given out; its row lock puts receipts in one order, which a clock cannot."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Submission(Base):
    """One thing handed in."""

    __tablename__ = "submissions"
    __table_args__ = (Index("submissions_sha256", "sha256"), Index("submissions_status", "status"))

    received_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    submission_id: Mapped[str] = mapped_column(String(40), unique=True)
    department: Mapped[str] = mapped_column(String(200))
    sender_path: Mapped[str] = mapped_column(Text)
    shown_path: Mapped[str | None] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[datetime] = mapped_column(UtcTime)
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    is_taken: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16))
    dataset: Mapped[str | None] = mapped_column(String(100))
    period: Mapped[str | None] = mapped_column(String(16))
    regions: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    rows_in: Mapped[int | None] = mapped_column(Integer)
    rows_recorded: Mapped[int | None] = mapped_column(Integer)
    rows_quarantined: Mapped[int | None] = mapped_column(Integer)
    contract_digest: Mapped[str | None] = mapped_column(String(64))
    staged_at: Mapped[datetime | None] = mapped_column(UtcTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    retry_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(Text)
    owes_slip: Mapped[bool] = mapped_column(default=False)
    takes: Mapped[Takes | None] = mapped_column(String(16))
    compared: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    told: Mapped[str | None] = mapped_column(String(64))
    judged_by: Mapped[str | None] = mapped_column(Text)
    best: Mapped[str | None] = mapped_column(Text)


class Coverage(Base):
    """One region and period that a submission speaks for, and how many records it gave there; in force or not."""

    __tablename__ = "coverage"
    __table_args__ = (Index("coverage_what", "dataset", "period", "region_code", "received_seq"),)

    received_seq: Mapped[int] = mapped_column(ForeignKey("submissions.received_seq"), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    dataset: Mapped[str] = mapped_column(String(100))
    submission_id: Mapped[str] = mapped_column(String(40))
    rows: Mapped[int | None] = mapped_column(Integer)


class Build(Base):
    """What one partition of a table was last built from."""

    __tablename__ = "builds"

    table_name: Mapped[str] = mapped_column(String(100), primary_key=True)
    partition: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    built_at: Mapped[datetime] = mapped_column(UtcTime)


class CaseDecisionRow(Base):
    """One decision about a case; none is ever changed."""

    __tablename__ = "case_decisions"
    __table_args__ = (Index("case_decisions_case", "case_id"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    case_id: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_by: Mapped[str] = mapped_column(Text)


class Region(Base):
    """One validity of a region code, as it was imported."""

    __tablename__ = "regions"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    region_code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(16))
    parent_code: Mapped[str | None] = mapped_column(String(12))
    urban_rural: Mapped[str | None] = mapped_column(String(16))
    region_group: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor: Mapped[str | None] = mapped_column(String(12))
    provisional: Mapped[bool | None]
