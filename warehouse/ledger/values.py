"""What goes into the ledger and what comes out of it, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Status = Literal["accepted", "partial", "refused", "repeat", "failed", "held", "withdrawn"]
COUNTING = ("accepted", "partial")
"""Statuses of submissions that can be in force."""

Says = Literal["amends", "keeps", "part", "whole"]
"""What a sender can say that a submission is."""

Takes = Literal["replaces", "adds"]
"""How a submission takes force in the regions and periods it speaks for: instead of what is there, or beside it."""


@dataclass(frozen=True)
class CaseDecision:
    """What somebody decided about a case.

    Attributes:
        case_id: Which.
        status: ``asked``, ``explained``, ``confirmed`` or ``waived``.
        reason: In the words of who decided.
        digest: Of the case's data as they were then.
        decided_at: UTC.
        decided_by: The account.
    """

    case_id: str
    status: str
    reason: str
    digest: str
    decided_at: datetime
    decided_by: str


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
        is_known: The arrival had been entered before, and its file was still there.
    """

    submission_id: str
    is_repeat: bool
    repeats: str | None = None
    is_known: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Best:
    """How a submission stood when most of it was recorded; fewer rows later are no doing of its sender's.

    Attributes:
        dataset: Which it was.
        rows: Its records then.
        by: By month, the digest of the contract's version that it was judged by.
        units: Regions and months that it spoke for; noted once less of it counts.
    """

    dataset: str
    rows: int
    by: Mapping[str, str]
    units: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Entry:
    """A submission that is to be staged or answered.

    Attributes:
        takes: How it took force when it was first staged; that is decided once.
        told: Digest of the slip that its sender has.
        seq: Its place in the order of receipt.
        judged_as: By month, the digest of the contract's version that it was last judged by, as JSON.
        was_best: How it stood when most of it was recorded, as JSON.
    """

    submission_id: str
    department: str
    sender_path: str
    file_name: str
    sha256: str
    received_at: datetime
    status: str
    dataset: str | None
    size: int
    takes: Takes | None = None
    told: str | None = None
    seq: int = 0
    judged_as: str | None = None
    was_best: str | None = None

    @property
    def judged_by(self) -> Mapping[str, str]:
        """By month, the digest of the contract's version that it was last judged by; under ``""`` of all contracts."""
        found: Mapping[str, str] = json.loads(self.judged_as or "{}")
        return found

    @property
    def best(self) -> Best | None:
        """How it stood when most of it was recorded; None where nothing of it ever counted."""
        if not self.was_best:
            return None
        known = json.loads(self.was_best)
        return Best(**known | {"units": frozenset(map(tuple, known.get("units", ())))})

    @property
    def is_staged(self) -> bool:
        """Whether it was staged before, so that its sender has heard of it."""
        return self.status not in ("received", "failed")


@dataclass(frozen=True)
class Failure:
    """An error of ours on the way of one submission. What the error says is left out: it may quote private cells.

    Attributes:
        submission_id: Which.
        step: ``understand``, ``judge``, ``keep``, ``stage`` or ``answer``.
        error: The error's class.
        frames: Where it was raised, ``file:line:function``, the innermost last.
    """

    submission_id: str
    step: str
    error: str
    frames: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """One region and period of one submission that counts, whether overtaken or not.

    Attributes:
        seq: The submission's place in the order of receipt.
        submission_id, department, sender_path, received_at: Of the submission.
        region_code, period, rows: What it speaks for, and its records there.
        takes: How it took force.
    """

    seq: int
    submission_id: str
    department: str
    sender_path: str
    received_at: datetime
    region_code: str
    period: str
    rows: int
    takes: Takes

    @property
    def unit(self) -> tuple[str, str]:
        """Region and period."""
        return self.region_code, self.period


@dataclass(frozen=True)
class Outcome:
    """What became of a submission when it was staged.

    Attributes:
        submission_id: Which.
        status: ``accepted``, ``partial``, ``refused`` or ``held`` (in force only once somebody confirms it); ``repeat``,
            ``failed`` and ``withdrawn`` only where it is to be answered.
        dataset: Which contract it met, None when it met none.
        period: The period it is for; of several, the last.
        regions: Region codes it speaks for, at the contract's level of coverage.
        rows_in, rows_recorded, rows_quarantined: Counts that add up.
        reason, remedy: For a person, in Chinese.
        coverage: By region code and period it speaks for, how many of its records; none when refused. Zero records say
            that there are none.
        takes: How it takes force there.
        compared: What it changes in what was in force, in Chinese, a sentence each.
        shown_path: Where it was handed in, as others may see it; None for what the ledger's own rule makes of the path.
        contract_digest: Of the contract (or, when refused without one, of all contracts) it was held against.
        judged_by: By month that it is about, the digest of the contract's version alone; under ``""`` of all contracts.
        is_answered: Whether its sender has the slip; else the ledger notes that it is owed. None where nothing is to be
            said: what was owed stays owed.
        says: What the sender says it is, in name or title: ``amends``, ``keeps`` (what it lacks stays),
            ``part``, ``whole``; not kept.
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
    coverage: Mapping[tuple[str, str], int] = field(default_factory=dict)
    contract_digest: str | None = None
    judged_by: Mapping[str, str] = field(default_factory=dict)
    is_answered: bool | None = False
    shown_path: str | None = None
    takes: Takes | None = None
    compared: tuple[str, ...] = ()
    says: frozenset[Says] = frozenset()

    @property
    def is_nil(self) -> bool:
        """Whether it is a nil report: it speaks for something and has no rows."""
        return bool(self.coverage) and not self.rows_in

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_recorded + self.rows_quarantined:
            raise ValueError(
                f"{self.submission_id}: {self.rows_in} rows in, but {self.rows_recorded} recorded "
                f"and {self.rows_quarantined} quarantined; every row must be one or the other"
            )
        if self.coverage and (self.status not in ("accepted", "partial", "held") or self.dataset is None):
            raise ValueError(
                f"{self.submission_id}: only an accepted, partial or held submission covers anything"
            )
        if self.coverage and sum(self.coverage.values()) != self.rows_recorded:
            raise ValueError(
                f"{self.submission_id}: {self.rows_recorded} rows recorded, but {sum(self.coverage.values())} "
                "in the regions and periods it covers; every record must lie in one"
            )
