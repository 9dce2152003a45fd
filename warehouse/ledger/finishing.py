"""Noting what became of submissions, and what they speak for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from warehouse.ledger.models import Coverage, Submission
from warehouse.ledger.receiving import chunks
from warehouse.ledger.values import COUNTING, Outcome


def finish(connection: Connection, outcomes: Sequence[Outcome], staged_at: datetime) -> None:
    """Note outcomes; doing it again replaces what was noted.

    Raises:
        KeyError: The ledger has no such submission.
    """
    known = _known(connection, [outcome.submission_id for outcome in outcomes])
    numbers = {name: row.received_seq for name, row in known.items()}
    table = Submission.metadata.tables["submissions"]
    change = update(table).where(table.c.received_seq == bindparam("number"))
    bests = _bests(connection, outcomes, known)
    rows = [_finished(one, known[one.submission_id], bests[one.submission_id], staged_at) for one in outcomes]
    for said in (True, False):
        if part := [row for row in rows if ("owes_slip" in row) is said]:
            connection.execute(change, part)
    for own in chunks(numbers.values()):
        connection.execute(delete(Coverage).where(Coverage.received_seq.in_(own)))
    covered = [row for outcome in outcomes for row in _covered(outcome, numbers)]
    if covered:
        connection.execute(insert(Coverage), covered)


_BEFORE = (
    Submission.submission_id,
    Submission.received_seq,
    Submission.status,
    Submission.dataset,
    Submission.rows_recorded,
    Submission.judged_by,
    Submission.best,
    Submission.period,
    Submission.regions,
)


def _known(connection: Connection, submission_ids: Sequence[str]) -> dict[str, Any]:
    """What the ledger has of submissions."""
    found: dict[str, Any] = {}
    for part in chunks(submission_ids):
        statement = select(*_BEFORE).where(Submission.submission_id.in_(part))
        for row in connection.execute(statement):
            found[row.submission_id] = row
    unknown = sorted(set(submission_ids) - set(found))
    if unknown:
        raise KeyError(f"{len(unknown)} submissions are not in the ledger: {', '.join(unknown[:10])}")
    return found


def _bests(
    connection: Connection, outcomes: Sequence[Outcome], known: Mapping[str, Any]
) -> dict[str, str | None]:
    """By submission, how it stood when most of it was recorded: before, or now."""
    found: dict[str, str | None] = {}
    less: dict[int, str] = {}
    for outcome in outcomes:
        before = known[outcome.submission_id]
        best: str | None = before.best
        if best is None and before.status in COUNTING:
            best = _standing(before.dataset, before.rows_recorded or 0, json.loads(before.judged_by or "{}"))
        if outcome.status in COUNTING and (best is None or outcome.rows_recorded >= json.loads(best)["rows"]):
            best = _standing(outcome.dataset, outcome.rows_recorded, outcome.judged_by)
        elif best is not None and outcome.status != "held":
            less[before.received_seq] = outcome.submission_id
        found[outcome.submission_id] = best
    for number, units in _spoken_for(connection, less).items():
        known_best: dict[str, Any] = json.loads(found[less[number]] or "{}")
        units |= {(region, period) for region, period in known_best.get("units", ())}
        found[less[number]] = json.dumps(known_best | {"units": sorted(units)})
    return found


def _spoken_for(connection: Connection, numbers: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    """By submission, the regions and months that it speaks for until now."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for part in chunks(numbers):
        columns = (Coverage.received_seq, Coverage.region_code, Coverage.period)
        for number, region, period in connection.execute(
            select(*columns).where(Coverage.received_seq.in_(part))
        ):
            found[number].add((region, period))
    return found


def _standing(dataset: str | None, rows: int, by: Mapping[str, str]) -> str:
    return json.dumps({"dataset": dataset or "", "rows": rows, "by": dict(by)})


def _finished(outcome: Outcome, before: Any, best: str | None, staged_at: datetime) -> dict[str, Any]:
    was_taken = outcome.status == "refused" and best is not None  # it goes on to say what it spoke for
    return {
        "number": before.received_seq,
        "status": outcome.status,
        "dataset": outcome.dataset,
        "period": outcome.period or (before.period if was_taken else None),
        "regions": before.regions if was_taken else json.dumps(list(outcome.regions)),
        "reason": outcome.reason,
        "remedy": outcome.remedy,
        "rows_in": outcome.rows_in,
        "rows_recorded": outcome.rows_recorded,
        "rows_quarantined": outcome.rows_quarantined,
        "contract_digest": outcome.contract_digest,
        "judged_by": json.dumps(dict(outcome.judged_by)),
        "best": best,
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
