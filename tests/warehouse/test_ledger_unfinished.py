"""What is not finished is in the ledger: failed attempts and owed slips."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from tests.warehouse.test_ledger import JUNE, accepted, file, handed_in, ledger, one, statuses, url
from warehouse.ledger import Failure, Ledger
from warehouse.ledger.unfinished import wait

__all__ = ["ledger", "url"]


def failed(ledger: Ledger, submission_id: str, times: int = 1) -> None:
    for _ in range(times):
        ledger.fail_many([Failure(submission_id, "judge", "RuleError")])


def test_attempts_are_made_further_and_further_apart_up_to_a_day() -> None:
    minutes = [wait(attempts) / timedelta(minutes=1) for attempts in (1, 2, 3, 4, 11, 12, 1000)]
    assert minutes == [1, 2, 4, 8, 1024, 1440, 1440]


def test_what_failed_is_not_pending_until_its_time_has_come_or_all_are_asked_for(ledger: Ledger) -> None:
    submission = handed_in(ledger, "a")
    failed(ledger, submission, times=3)

    assert ledger.pending() == []
    assert [entry.submission_id for entry in ledger.pending(every=True)] == [submission]
    (row,) = ledger.failed()
    assert (row["attempts"], row["failure"], row["status"]) == (3, "judge: RuleError", "failed")
    assert timedelta(minutes=3) < row["retry_at"] - datetime.now(UTC) <= timedelta(minutes=4)


def test_a_submission_whose_time_has_come_is_pending_again(ledger: Ledger, url: str) -> None:
    submission = handed_in(ledger, "a")
    failed(ledger, submission)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE submissions SET retry_at = '2020-01-01 00:00:00+00:00'"))
    engine.dispose()

    assert [entry.submission_id for entry in ledger.pending()] == [submission]


def test_staging_at_last_forgets_the_failures(ledger: Ledger) -> None:
    submission = handed_in(ledger, "a")
    failed(ledger, submission)
    ledger.finish_many([accepted(submission)])

    assert ledger.failed() == []
    assert statuses(ledger) == {submission: "accepted"}


def test_what_was_in_force_stays_so_when_reading_it_anew_fails(ledger: Ledger) -> None:
    submission = handed_in(ledger, "a")
    ledger.finish_many([accepted(submission, digest="old")])
    failed(ledger, submission)

    assert statuses(ledger) == {submission: "accepted"}
    assert ledger.in_force("toilet_ledger")["region_code"].to_pylist() == [JUNE[0][0]]
    assert ledger.stale({"toilet_ledger": "new"}) == []
    assert len(ledger.stale({"toilet_ledger": "new"}, every=True)) == 1


def test_a_slip_is_owed_until_it_is_said_to_be_written(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    ledger.finish_many([accepted(first)])
    again = one(ledger, file("a", modified=5))
    ledger.taken([again.submission_id])

    owed = {entry.submission_id: outcome for entry, outcome in ledger.owed()}

    assert {key: outcome.status for key, outcome in owed.items()} == {first: "accepted", again.submission_id: "repeat"}  # fmt: skip
    assert owed[first].rows_recorded == accepted(first).rows_recorded
    assert first in (owed[again.submission_id].reason or "")
    ledger.answered({first: "said"})
    assert [entry.submission_id for entry, _ in ledger.owed()] == [again.submission_id]


def test_the_sender_of_a_failed_submission_is_told_once(ledger: Ledger) -> None:
    submission = handed_in(ledger, "a")
    failed(ledger, submission)
    assert [outcome.status for _, outcome in ledger.owed()] == ["failed"]
    ledger.answered({submission: "said"})
    failed(ledger, submission)
    assert ledger.owed() == []


@pytest.mark.parametrize("status", ["received", "accepted"])
def test_a_ledger_of_an_earlier_schema_owes_nothing_and_has_no_failures(
    ledger: Ledger, url: str, status: str
) -> None:
    submission = handed_in(ledger, "a")
    ledger.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        newer = (
            "attempts",
            "retry_at",
            "failure",
            "owes_slip",
            "shown_path",
            "takes",
            "compared",
            "confirmed_at",
            "withdrawn_at",
            "told",
            "judged_by",
            "best",
        )
        for column in newer:
            connection.execute(text(f"ALTER TABLE submissions DROP COLUMN {column}"))
        connection.execute(text("DROP TABLE regions"))
        connection.execute(text("DROP TABLE case_decisions"))
        connection.execute(text(f"UPDATE submissions SET status = '{status}'"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    engine.dispose()

    opened = Ledger(url)

    assert opened.owed() == []
    assert opened.failed() == []
    assert len(opened.pending()) == (status == "received")
    assert statuses(opened) == {submission: status}
    opened.close()
