"""Noting what became of submissions, and what they speak for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from warehouse.ledger.models import Coverage, Submission
from warehouse.ledger.receiving import chunks
from warehouse.ledger.values import Outcome


def finish(connection: Connection, outcomes: Sequence[Outcome], staged_at: datetime) -> None:
    """Note outcomes; doing it again replaces what was noted.

    Raises:
        KeyError: The ledger has no such submission.
    """
    numbers = _numbers(connection, [outcome.submission_id for outcome in outcomes])
    table = Submission.metadata.tables["submissions"]
    change = update(table).where(table.c.received_seq == bindparam("number"))
    rows = [_finished(outcome, numbers, staged_at) for outcome in outcomes]
    for said in (True, False):
        if part := [row for row in rows if ("owes_slip" in row) is said]:
            connection.execute(change, part)
    for own in chunks(numbers.values()):
        connection.execute(delete(Coverage).where(Coverage.received_seq.in_(own)))
    covered = [row for outcome in outcomes for row in _covered(outcome, numbers)]
    if covered:
        connection.execute(insert(Coverage), covered)


def _numbers(connection: Connection, submission_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(submission_ids):
        statement = select(Submission.submission_id, Submission.received_seq).where(
            Submission.submission_id.in_(part)
        )
        found.update((row[0], row[1]) for row in connection.execute(statement))
    unknown = sorted(set(submission_ids) - set(found))
    if unknown:
        raise KeyError(f"{len(unknown)} submissions are not in the ledger: {', '.join(unknown[:10])}")
    return found


def _finished(outcome: Outcome, numbers: Mapping[str, int], staged_at: datetime) -> dict[str, Any]:
    return {
        "number": numbers[outcome.submission_id],
        "status": outcome.status,
        "dataset": outcome.dataset,
        "period": outcome.period,
        "regions": json.dumps(list(outcome.regions)),
        "reason": outcome.reason,
        "remedy": outcome.remedy,
        "rows_in": outcome.rows_in,
        "rows_recorded": outcome.rows_recorded,
        "rows_quarantined": outcome.rows_quarantined,
        "contract_digest": outcome.contract_digest,
        "shown_path": outcome.shown_path,
        "takes": outcome.takes,
        "compared": json.dumps(list(outcome.compared), ensure_ascii=False),
        "staged_at": staged_at,
        "attempts": 0,
        "retry_at": None,
        "failure": None,
    } | ({} if outcome.is_answered is None else {"owes_slip": not outcome.is_answered})


def _covered(outcome: Outcome, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "received_seq": numbers[outcome.submission_id],
            "submission_id": outcome.submission_id,
            "dataset": outcome.dataset,
            "region_code": region_code,
            "period": period,
            "rows": rows,
        }
        for (region_code, period), rows in outcome.coverage.items()
    ]
