"""The ledger: the one place that knows what was handed in and what of it counts.

Files and their bytes, and what stands in them, do not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
from sqlalchemy import delete, func, insert, select, update

from warehouse.ledger import (
    cases,
    filing,
    finishing,
    force,
    receiving,
    regions,
    repeats,
    rulings,
    unfinished,
    versions,
)
from warehouse.ledger.digests import Digests, digest_at
from warehouse.ledger.models import Build, Coverage, Submission
from warehouse.ledger.schema import open_engine
from warehouse.ledger.values import Arrival, CaseDecision, Entry, Failure, Outcome, Receipt, Standing
from warehouse.ledger.versions import Version
from warehouse.schemas import SUBMISSIONS


class Ledger:
    """A ledger in a database, brought to the newest schema when it is opened.

    Args:
        url: SQLAlchemy URL, ``sqlite:///path/to/ledger.db`` or ``postgresql+psycopg://…``.
        shown: What a sender's path is shown as to others, before its submission has been read.
    """

    def __init__(self, url: str, shown: Callable[[str], str] = str) -> None:
        self._engine = open_engine(url)
        self._shown = shown
        self._made: tuple[str, pa.Table] | None = None

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def receive_many(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
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

    def pending(self, *, every: bool = False) -> list[Entry]:
        """Submissions received and not yet staged, in the order they came.

        Args:
            every: Also those that failed and whose time to be tried again has not come.
        """
        due = unfinished.is_due(None if every else datetime.now(UTC))
        statement = select(*unfinished.ENTRY).where(Submission.status.in_(("received", "failed")), due)
        statement = statement.order_by(Submission.received_seq)
        with self._engine.connect() as connection:
            return [Entry(*row) for row in connection.execute(statement)]

    def entries(self, submission_ids: Iterable[str]) -> list[Entry]:
        """These submissions with the sender's own paths, in the order they came; unknown ones are left out."""
        found: list[Entry] = []
        with self._engine.connect() as connection:
            for part in receiving.chunks(submission_ids):
                statement = select(*unfinished.ENTRY).where(Submission.submission_id.in_(part))
                found += [
                    Entry(*row) for row in connection.execute(statement.order_by(Submission.received_seq))
                ]
        return found

    def stale(self, contract_digests: Mapping[str, Digests], *, every: bool = False) -> list[Entry]:
        """Submissions staged with another contract than today's, in the order they came.

        Args:
            contract_digests: By dataset, where it has versions by the month since which each holds; under ``""`` the
                digest of all contracts, for what was refused because no contract fitted. Datasets not named are left
                alone, and so is what is about months whose versions did not change.
            every: As ``pending``.
        """
        due = unfinished.is_due(None if every else datetime.now(UTC))
        statement = (
            select(Submission.contract_digest, *unfinished.ENTRY)
            .where(Submission.status.in_(("accepted", "partial", "refused", "held")), due)
            .order_by(Submission.received_seq)
        )
        with self._engine.connect() as connection:
            found: Sequence[Sequence[Any]] = connection.execute(statement).all()
        rows = [(row[0], Entry(*row[1:])) for row in found]
        return [
            entry
            for digest, entry in rows
            if (known := contract_digests.get(entry.dataset or "")) is not None
            and digest_at(known, entry.judged_by) != digest
        ]

    def finish_many(self, outcomes: Sequence[Outcome]) -> None:
        """Note what became of submissions, in one transaction. Doing it again replaces what was noted.

        Raises:
            KeyError: The ledger has no such submission; nothing is noted then.
        """
        if outcomes:
            with self._engine.begin() as connection:
                finishing.finish(connection, outcomes, datetime.now(UTC))

    def reopen_repeats(self) -> list[str]:
        """Make received submissions of repeats whose first file was held or overtaken before they came: their numbers."""
        with self._engine.begin() as connection:
            return repeats.reopen(connection)

    def fail_many(self, failures: Sequence[Failure]) -> None:
        """Note attempts that failed by our own fault: what was received stays to be done, after a while that grows.

        What was staged before, and what it covers, stays as it was.
        """
        with self._engine.begin() as connection:
            unfinished.fail(connection, failures, datetime.now(UTC))

    def failed(self) -> list[dict[str, Any]]:
        """Submissions whose last attempt failed: an entry's columns, attempts, retry_at and failure."""
        with self._engine.connect() as connection:
            rows = unfinished.failed(connection)
        return [row | {"sender_path": self._shown(row["sender_path"])} for row in rows]

    def owed(self) -> list[tuple[Entry, Outcome]]:
        """Submissions whose sender waits for a slip, in the order they came, and what it has to say."""
        with self._engine.connect() as connection:
            return unfinished.owed(connection)

    def answered(self, told: Mapping[str, str]) -> None:
        """Note that the senders of these submissions have their slips, and the digest of what each says."""
        with self._engine.begin() as connection:
            unfinished.answered(connection, told)

    def standing(self, dataset: str, periods: Iterable[str]) -> list[Standing]:
        """Everything that counts for periods of a dataset, in the order it came, overtaken or not."""
        with self._engine.connect() as connection:
            return force.standing(connection, dataset, periods)

    def held(self, dataset: str) -> list[Standing]:
        """Everything of a dataset that waits for a person's word, in the order it came."""
        with self._engine.connect() as connection:
            return force.held(connection, dataset)

    def versions(self, dataset: str, periods: Iterable[str]) -> list[Version]:
        """Everything that ever spoke for months of a dataset, whatever became of it, in the order it came.

        What was refused is there whatever it spoke for: of the dataset, or of none.
        """
        with self._engine.connect() as connection:
            return versions.versions(connection, dataset, periods, self._shown)

    def covered(self, submission_id: str) -> dict[tuple[str, str], int | None]:
        """By region and period that a submission speaks for, in force or not: its records there, null where not noted."""
        columns = (Coverage.region_code, Coverage.period, Coverage.rows)
        statement = select(*columns).where(Coverage.submission_id == submission_id)
        with self._engine.connect() as connection:
            return {(region, period): rows for region, period, rows in connection.execute(statement)}

    def compared(self, submission_id: str) -> list[str] | None:
        """What a submission changed in what was in force when it came, in Chinese, a sentence each; None before that is known."""
        statement = select(Submission.compared).where(Submission.submission_id == submission_id)
        with self._engine.connect() as connection:
            noted = connection.scalar(statement)
        return None if noted is None else list(json.loads(noted))

    def confirm(self, submission_id: str) -> None:
        """Let a held submission take force, from now on.

        Raises:
            KeyError: There is no such submission.
            ValueError: It is not held.
        """
        with self._engine.begin() as connection:
            rulings.confirm(connection, submission_id, datetime.now(UTC))

    def withdraw(self, submission_id: str, reason: str) -> None:
        """Let a submission not count any more, from now on; what it had replaced is in force again.

        Raises:
            KeyError: There is no such submission.
            ValueError: It does not count, and is not held either.
        """
        with self._engine.begin() as connection:
            rulings.withdraw(connection, submission_id, reason, datetime.now(UTC))

    def in_force(
        self, dataset: str, periods: Sequence[str] | None = None, as_of: datetime | None = None
    ) -> pa.Table:
        """What counts for a dataset: columns of ``force.IN_FORCE``, sorted by period, region and order of receipt.

        ``rows`` says how many records the submission gave there; null where it was staged before that was noted.
        ``takes`` says whether it stands instead of earlier ones or adds to them: a record of it then stands for those
        of the same key that came before.

        Args:
            dataset: Its name.
            periods: Those wanted, all when None.
            as_of: Only what was received at or before this UTC time.
        """
        with self._engine.connect() as connection:
            rows = force.in_force(connection, dataset, periods, as_of)
        return force.as_in_force(rows)

    def submissions(self, as_of: datetime | None = None) -> pa.Table:
        """Everything handed in, as the table ``submissions``, in the order it came; ``superseded`` is derived.

        Paths are as others may see them; an ``Entry`` has the sender's own. While nothing changes, the table of today
        is made once.
        """
        if as_of is not None:
            return self._submissions(as_of)
        state = self.state()
        if self._made is None or self._made[0] != state:
            self._made = state, self._submissions(None)
        return self._made[1]

    def _submissions(self, as_of: datetime | None) -> pa.Table:
        statement = select(Submission.__table__).order_by(Submission.received_seq)
        if as_of is not None:
            statement = statement.where(Submission.received_at <= as_of)
        with self._engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(statement).mappings()]
            overtaken = set(connection.scalars(force.superseded(as_of)))
        for row in rows:
            row["regions"] = json.loads(row["regions"] or "[]")
            row["sender_path"] = row["shown_path"] or self._shown(row["sender_path"])
            row["file_name"] = PurePosixPath(row["sender_path"]).name
            was_taken = row["status"] == "refused" and row["best"]
            row["taken_as"] = json.loads(row["best"])["dataset"] if was_taken else None
            if row["received_seq"] in overtaken:
                row["status"] = "superseded"
        return pa.table({name: [row[name] for row in rows] for name in SUBMISSIONS.names}, schema=SUBMISSIONS)

    def sizes(self) -> dict[str, int]:
        """By SHA-256, how many bytes were received."""
        with self._engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(select(Submission.sha256, Submission.size))}

    def problems(self) -> list[str]:
        """What the database finds wrong with its own file; nothing where it keeps watch itself."""
        if self._engine.dialect.name != "sqlite":
            return []
        with self._engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [line for line in found if line != "ok"]

    def desired(self, dataset: str, as_of: datetime | None = None) -> dict[str, str]:
        """By period, the fingerprint that a dataset's records should be built from."""
        digests = select(Submission.submission_id, Submission.contract_digest).where(
            Submission.dataset == dataset
        )
        with self._engine.connect() as connection:
            rows = force.in_force(connection, dataset, None, as_of)
            by_submission = {row[0]: row[1] for row in connection.execute(digests)}
        return force.fingerprints(rows, by_submission)

    def state(self) -> str:
        """Something that changes whenever a submission comes, is staged or becomes something else."""
        counted = select(
            Submission.status,
            func.count(),
            func.max(Submission.received_seq),
            func.max(Submission.staged_at),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(counted.group_by(Submission.status).order_by(Submission.status))
            return json.dumps([list(row) for row in rows], default=str)

    def filings(self) -> dict[tuple[str, str], str]:
        """By dataset (blank where there is none) and month, a fingerprint of the submissions filed there."""
        with self._engine.connect() as connection:
            return filing.filings(connection)

    def filed(self, dataset: str, months: Sequence[str]) -> list[tuple[str, str, bool]]:
        """Submissions filed under a dataset's months, in the order they came: id, month, whether superseded."""
        with self._engine.connect() as connection:
            return filing.filed(connection, dataset, months)

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

    def decide_case(self, decision: CaseDecision) -> None:
        """Add what somebody decided about a case."""
        with self._engine.begin() as connection:
            cases.decide(connection, decision)

    def case_decisions(self) -> dict[str, list[CaseDecision]]:
        """By case, what was decided about it, in order."""
        with self._engine.connect() as connection:
            return cases.decisions(connection)

    def regions(self) -> pa.Table:
        """The region codes the city works with, in the schema of the table ``regions``."""
        with self._engine.connect() as connection:
            return regions.kept(connection)

    def keep_regions(self, table: pa.Table) -> None:
        """Replace the region codes by these, in one transaction."""
        with self._engine.begin() as connection:
            regions.keep(connection, table)
