"""Staging what was received: prepared submissions are validated together by dataset, written down, and answered.

Validation costs half a second before its first row, so the submissions of one dataset go through it as one frame.
Which submissions are in force, and what the tables hold, is not decided here.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Thread

import pandas as pd
import pyarrow as pa

from connectors.errors import Refused
from expectations.conform import RegionIndex
from expectations.contract import Contract
from expectations.slips import Slip, write_slip
from expectations.staging import Staged, join, join_drafts, split, stage
from expectations.submission_findings import leftover_rows, submission_findings
from expectations.validate import import_engine, validate
from pipelines.prepare import Handed, Prepared, prepare
from pipelines.progress import Progress
from pipelines.site import Site
from warehouse.ledger import Entry, Outcome

log = logging.getLogger(__name__)

_BATCH_BYTES = 400_000_000
"""Bytes of files that are prepared before they are validated and written, so that memory stays flat over a backlog."""

_WORKER_BYTES = 20_000_000
"""A larger file is prepared here: handing its columns from process to process would cost more than it saves."""


@dataclass(frozen=True)
class Answer:
    """What became of a submission, for the ledger and for its sender."""

    outcome: Outcome
    findings: pa.Table
    notes: tuple[str, ...] = ()


def stage_pending(site: Site, progress: Progress) -> list[Outcome]:
    """Stage everything that is received and not staged, or was staged by another contract than today's."""
    digests = site.staging_digests
    entries = {entry.submission_id: entry for entry in (*site.ledger.stale(digests), *site.ledger.pending())}
    outcomes: list[Outcome] = []
    for batch in _batches(site, list(entries.values())):
        prepared = list(_prepared(site, batch, progress))
        answers = _staged(site, prepared, progress)
        # The ledger hears of a batch when everything it will point at has been written.
        site.ledger.finish_many([answer.outcome for answer in answers])
        for answer in progress.over(answers, "Answering"):
            _answer(site, entries[answer.outcome.submission_id], answer)
        outcomes += [answer.outcome for answer in answers]
    return outcomes


def answer_repeats(site: Site, submission_ids: Sequence[str]) -> None:
    """Slips for files that were handed in before."""
    wanted = set(submission_ids)
    for row in site.ledger.submissions().to_pylist() if wanted else ():
        if row["submission_id"] in wanted:
            slip = Slip(
                department=row["department"],
                sender_path=row["sender_path"],
                original=site.archive.path(row["sha256"]),
                submission_id=row["submission_id"],
                received_at=row["received_at"],
                status="repeat",
                title=_title(site, row["dataset"]),
                period=row["period"] or "",
                reason=row["reason"] or "",
                remedy=row["remedy"] or "",
            )
            write_slip(site.home.outbox, slip)


def _batches(site: Site, entries: list[Entry]) -> Iterator[list[tuple[Handed, int]]]:
    batch: list[tuple[Handed, int]] = []
    for entry in entries:
        path = site.archive.path(entry.sha256)
        handed = Handed(entry.submission_id, entry.department, entry.sender_path, entry.file_name, path)
        batch.append((handed, path.stat().st_size))
        if sum(size for _, size in batch) >= _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


# Preparing, on every core -------------------------------------------------------------------------------------------

_worker: dict[str, object] = {}


def _prepared(site: Site, batch: Sequence[tuple[Handed, int]], progress: Progress) -> Iterator[Prepared]:
    index = RegionIndex(site.regions)
    small = [handed for handed, size in batch if size <= _WORKER_BYTES]
    large = [handed for handed, size in batch if size > _WORKER_BYTES]
    if len(small) < 16 or (os.cpu_count() or 1) < 2:
        small, large = [], [*small, *large]
    total = len(batch)
    yield from progress.over((prepare(one, site.contracts, index) for one in large), "Reading", len(large))
    if small:
        Thread(target=import_engine, daemon=True).start()
        # Not forked: a fork of a process with threads (progress bars, Arrow's pool) may hang.
        with ProcessPoolExecutor(
            os.cpu_count(),
            get_context("spawn"),
            initializer=_begin,
            initargs=(dict(site.contracts), site.regions),
        ) as pool:
            yield from progress.over(
                pool.map(_prepare_one, small, chunksize=8), "Reading", total - len(large)
            )


def _begin(contracts: dict[str, Contract], regions: pa.Table) -> None:
    _worker["contracts"] = contracts
    _worker["index"] = RegionIndex(regions)


def _prepare_one(handed: Handed) -> Prepared:
    return prepare(handed, _worker["contracts"], _worker["index"])  # type: ignore[arg-type]


# Validating and writing ---------------------------------------------------------------------------------------------


def _staged(site: Site, prepared: Sequence[Prepared], progress: Progress) -> list[Answer]:
    answers = [_refused(site, one, one.refusal) for one in prepared if one.refusal is not None]
    by_dataset: dict[str, list[Prepared]] = defaultdict(list)
    for one in prepared:
        if one.contract is not None:
            by_dataset[one.contract.dataset].append(one)
    for dataset in progress.over(sorted(by_dataset), "Validating", len(by_dataset)):
        answers += _staged_dataset(site, site.contracts[dataset], by_dataset[dataset])
    return answers


def _staged_dataset(site: Site, contract: Contract, prepared: Sequence[Prepared]) -> Iterator[Answer]:
    tables = [table for one in prepared for table in one.conformed]
    frame, offsets = join(tables)
    frame["submission_id"] = pd.Categorical(
        [
            one.handed.submission_id
            for one in prepared
            for table in one.conformed
            for _ in range(len(table.frame))
        ]
    )
    found = validate(frame, contract, group="submission_id", known=join_drafts(tables, offsets))
    drafts = iter(split(found, offsets))
    for one in prepared:
        staged = [
            stage(table, next(drafts), contract, site.privacy, one.handed.submission_id)
            for table in one.conformed
        ]
        yield _recorded(site, contract, one, staged)


def _recorded(site: Site, contract: Contract, one: Prepared, staged: Sequence[Staged]) -> Answer:
    submission = one.handed.submission_id
    left = [
        leftover_rows(extract, why.code, contract, one.dated.period, submission)
        for extract, why in one.leftovers
    ]
    findings = pa.concat_tables(
        [
            submission_findings(submission, contract, one.dated, one.leftovers),
            *(part.findings for part in staged),
        ]
    )
    quarantine = pa.concat_tables([*(part.quarantine for part in staged), *left])
    recorded = sum(part.rows_recorded for part in staged)
    coverage = sorted({pair for part in staged for pair in part.coverage})
    none_good = "没有一行合格，整份退回，没有入库。" if not recorded else None
    outcome = Outcome(
        submission_id=submission,
        status="refused" if none_good else "partial" if quarantine.num_rows else "accepted",
        dataset=contract.dataset,
        period=max((period for _, period in coverage), default=one.dated.period),
        regions=sorted({region for region, _ in coverage}),
        rows_in=recorded + quarantine.num_rows,
        rows_recorded=recorded,
        rows_quarantined=quarantine.num_rows,
        reason=none_good,
        remedy="请按回执逐格改正后重报。" if none_good else None,
        coverage=coverage,
        contract_digest=site.staging_digests[contract.dataset],
    )
    _write(site, contract.dataset, submission, "records", pa.concat_tables([part.records for part in staged]))
    _write(site, contract.dataset, submission, "findings", findings)
    _write(site, contract.dataset, submission, "quarantine", quarantine)
    return Answer(outcome, findings, one.notes)


def _refused(site: Site, one: Prepared, refusal: Refused) -> Answer:
    submission = one.handed.submission_id
    findings = submission_findings(submission, None, one.dated, (), refusal)
    _write(site, "", submission, "findings", findings)
    outcome = Outcome(
        submission_id=submission,
        status="refused",
        reason=refusal.message,
        remedy=refusal.remedy,
        contract_digest=site.staging_digests[""],
    )
    return Answer(outcome, findings)


def _write(site: Site, dataset: str, submission_id: str, what: str, table: pa.Table) -> None:
    import pyarrow.parquet as pq

    path = site.staged(dataset, submission_id, what)
    if not table.num_rows and what != "records":
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    temporary.replace(path)


def _answer(site: Site, entry: Entry, answer: Answer) -> None:
    outcome = answer.outcome
    slip = Slip(
        department=entry.department,
        sender_path=entry.sender_path,
        original=site.archive.path(entry.sha256),
        submission_id=entry.submission_id,
        received_at=entry.received_at,
        status=outcome.status,
        title=_title(site, outcome.dataset),
        period=outcome.period or "",
        rows_in=outcome.rows_in,
        rows_recorded=outcome.rows_recorded,
        rows_quarantined=outcome.rows_quarantined,
        reason=outcome.reason or "",
        remedy=outcome.remedy or "",
        findings=answer.findings,
        notes=answer.notes,
    )
    write_slip(site.home.outbox, slip)


def _title(site: Site, dataset: str | None) -> str:
    contract = site.contracts.get(dataset or "")
    return contract.title if contract else ""
