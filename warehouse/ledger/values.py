"""What goes into the ledger and what comes out of it, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["accepted", "partial", "refused", "repeat"]


@dataclass(frozen=True)
class Arrival:
    """A file as it arrived, its bytes already in the archive.

    Attributes:
        department: Folder under the inbox; ``""`` for a file directly in it.
        sender_path: Path below the inbox, with ``/``.
        file_name: Its last part.
        sha256: Of its bytes.
        size: In bytes.
        modified: Time of last change, UTC.
        received_at: When it counts as received, UTC; None for the time it is entered.
    """

    department: str
    sender_path: str
    file_name: str
    sha256: str
    size: int
    modified: datetime
    received_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """The ledger's answer to an arrival.

    Attributes:
        submission_id: The number under which it is kept, like ``20250603-000012-ab12cd34``.
        is_repeat: The same bytes were handed in before and nothing is to be done.
        repeats: The submission it repeats, None when it does not.
    """

    submission_id: str
    is_repeat: bool
    repeats: str | None = None


@dataclass(frozen=True)
class Entry:
    """A submission that is to be staged."""

    submission_id: str
    department: str
    sender_path: str
    file_name: str
    sha256: str
    received_at: datetime
    status: str
    dataset: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of a submission when it was staged.

    Attributes:
        submission_id: Which.
        status: ``accepted``, ``partial`` or ``refused``.
        dataset: Which contract it met, None when it met none.
        period: The period it is for; of several, the last.
        regions: Region codes it speaks for, at the contract's level of coverage.
        rows_in, rows_recorded, rows_quarantined: Counts that add up.
        reason, remedy: For a person, in Chinese.
        coverage: Pairs of region code and period it speaks for; none when refused.
        contract_digest: Of the contract (or, when refused without one, of all contracts) it was held against.
    """

    submission_id: str
    status: Status
    dataset: str | None = None
    period: str | None = None
    regions: Sequence[str] = ()
    rows_in: int = 0
    rows_recorded: int = 0
    rows_quarantined: int = 0
    reason: str | None = None
    remedy: str | None = None
    coverage: Sequence[tuple[str, str]] = ()
    contract_digest: str | None = None

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_recorded + self.rows_quarantined:
            raise ValueError(
                f"{self.submission_id}: {self.rows_in} rows in, but {self.rows_recorded} recorded "
                f"and {self.rows_quarantined} quarantined; every row must be one or the other"
            )
        if self.coverage and (self.status not in ("accepted", "partial") or self.dataset is None):
            raise ValueError(f"{self.submission_id}: only an accepted or partial submission covers anything")
