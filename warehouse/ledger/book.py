"""The ledger: the one place that knows what was handed in and what of it counts.

Files and their bytes, and what stands in them, do not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from warehouse.ledger import force, receiving
from warehouse.ledger.models import Build, Coverage, Submission
from warehouse.ledger.schema import open_engine
from warehouse.ledger.values import Arrival, Entry, Outcome, Receipt
from warehouse.schemas import SUBMISSIONS

IN_FORCE = pa.schema([("submission_id", pa.string()), ("region_code", pa.string()), ("period", pa.string())])

_ENTRY = (
    Submission.submission_id,
    Submission.department,
    Submission.sender_path,
    Submission.file_name,
    Submission.sha256,
    Submission.received_at,
    Submission.status,
    Submission.dataset,
)


class Ledger:
    """A ledger in a database, brought to the newest schema when it is opened.

    Args:
        url: SQLAlchemy URL, ``sqlite:///path/to/ledger.db`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def receive(
        self,
        *,
        department: str,
        sender_path: str,
        file_name: str,
        sha256: str,
        size: int,
        modified: datetime,
        received_at: datetime | None = None,
    ) -> Receipt:
        """Enter one arrival; see ``receive_many``."""
        arrival = Arrival(department, sender_path, file_name, sha256, size, modified, received_at)
        return self.receive_many([arrival])[0]

    def receive_many(self, arrivals: Sequence[Arrival], received_at: datetime | None = None) -> list[Receipt]:
        """Enter arrivals in one transaction, in their order.

        The same bytes from the same department in the same folder and with the same dates in the name are a repeat,
        unless what they were handed in as is no longer wholly in force.

        Args:
            arrivals: Files whose bytes are in the archive.

        Returns:
            A receipt for each. Remove the files from the inbox, then say so with ``taken``.
        """
        if not arrivals:
            return []
        with self._engine.begin() as connection:
            return receiving.enter(connection, arrivals, datetime.now(UTC))

    def taken(self, submission_ids: Sequence[str]) -> None:
        """Note that the files of these submissions are out of the inbox: the same file there again is a new arrival."""
        with self._engine.begin() as connection:
            for part in receiving.chunks(submission_ids):
                changed = update(Submission).where(Submission.submission_id.in_(part)).values(is_taken=True)
                connection.execute(changed)

    def pending(self) -> list[Entry]:
        """Submissions received and not yet staged, in the order they came."""
        statement = select(*_ENTRY).where(Submission.status == "received").order_by(Submission.received_seq)
        with self._engine.connect() as connection:
            return [Entry(*row) for row in connection.execute(statement)]

    def stale(self, contract_digests: Mapping[str, str]) -> list[Entry]:
        """Submissions staged with another contract than today's, in the order they came.

        Args:
            contract_digests: By dataset; under ``""`` the digest of all contracts, for what was refused because no
                contract fitted. Datasets not named are left alone.
        """
        statement = (
            select(Submission.contract_digest, *_ENTRY)
            .where(Submission.status.in_(("accepted", "partial", "refused")))
            .order_by(Submission.received_seq)
        )
        with self._engine.connect() as connection:
            rows = [(row[0], Entry(*row[1:])) for row in connection.execute(statement)]
        return [
            entry for digest, entry in rows if contract_digests.get(entry.dataset or "", digest) != digest
        ]

    def finish(self, outcome: Outcome) -> None:
        """Note what became of one submission; see ``finish_many``."""
        self.finish_many([outcome])

    def finish_many(self, outcomes: Sequence[Outcome]) -> None:
        """Note what became of submissions, in one transaction. Doing it again replaces what was noted.

        Raises:
            KeyError: The ledger has no such submission; nothing is noted then.
        """
        if not outcomes:
            return
        staged_at = datetime.now(UTC)
        with self._engine.begin() as connection:
            numbers = _numbers(connection, [outcome.submission_id for outcome in outcomes])
            table = Submission.metadata.tables["submissions"]
            connection.execute(
                update(table).where(table.c.received_seq == bindparam("number")),
                [_finished(outcome, numbers, staged_at) for outcome in outcomes],
            )
            for part in receiving.chunks(numbers.values()):
                connection.execute(delete(Coverage).where(Coverage.received_seq.in_(part)))
            covered = [row for outcome in outcomes for row in _covered(outcome, numbers)]
            if covered:
                connection.execute(insert(Coverage), covered)

    def in_force(
        self, dataset: str, periods: Sequence[str] | None = None, as_of: datetime | None = None
    ) -> pa.Table:
        """What counts for a dataset: columns submission_id, region_code, period, sorted by period and region.

        Args:
            dataset: Its name.
            periods: Those wanted, all when None.
            as_of: Only what was received at or before this UTC time.
        """
        with self._engine.connect() as connection:
            rows = force.in_force(connection, dataset, periods, as_of)
        return pa.Table.from_pylist(
            [dict(zip(IN_FORCE.names, row, strict=True)) for row in rows], schema=IN_FORCE
        )

    def submissions(self, as_of: datetime | None = None) -> pa.Table:
        """Everything handed in, as the table ``submissions``, in the order it came; ``superseded`` is derived."""
        statement = select(Submission.__table__).order_by(Submission.received_seq)
        if as_of is not None:
            statement = statement.where(Submission.received_at <= as_of)
        with self._engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(statement).mappings()]
            overtaken = force.superseded(connection, as_of)
        for row in rows:
            row["regions"] = json.loads(row["regions"] or "[]")
            if row["received_seq"] in overtaken:
                row["status"] = "superseded"
        return pa.table({name: [row[name] for row in rows] for name in SUBMISSIONS.names}, schema=SUBMISSIONS)

    def desired(self, dataset: str, as_of: datetime | None = None) -> dict[str, str]:
        """By period, the fingerprint that a dataset's records should be built from."""
        digests = select(Submission.submission_id, Submission.contract_digest).where(
            Submission.dataset == dataset
        )
        with self._engine.connect() as connection:
            rows = force.in_force(connection, dataset, None, as_of)
            by_submission = {row[0]: row[1] for row in connection.execute(digests)}
        return force.fingerprints(rows, by_submission)

    def built(self, table: str) -> dict[str, str]:
        """By partition, the fingerprint that a table was last built from."""
        statement = select(Build.partition, Build.fingerprint).where(Build.table_name == table)
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(statement.order_by(Build.partition))}

    def mark_built(self, table: str, fingerprints: Mapping[str, str | None]) -> None:
        """Note what partitions were built from; None where nothing is desired any more and nothing is left."""
        built_at = datetime.now(UTC)
        rows = [
            {"table_name": table, "partition": partition, "fingerprint": fingerprint, "built_at": built_at}
            for partition, fingerprint in fingerprints.items()
            if fingerprint is not None
        ]
        with self._engine.begin() as connection:
            for part in receiving.chunks(fingerprints):
                old = delete(Build).where(Build.table_name == table, Build.partition.in_(part))
                connection.execute(old)
            if rows:
                connection.execute(insert(Build), rows)


def _numbers(connection: Connection, submission_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in receiving.chunks(submission_ids):
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
        "staged_at": staged_at,
    }


def _covered(outcome: Outcome, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "received_seq": numbers[outcome.submission_id],
            "submission_id": outcome.submission_id,
            "dataset": outcome.dataset,
            "region_code": region_code,
            "period": period,
        }
        for region_code, period in dict.fromkeys(outcome.coverage)
    ]
