"""One bundle of submissions from archived bytes to staged rows and slips: prepare, validate together, write, answer.

It runs in worker processes and never touches the ledger; what became of each submission is handed back. Which
submissions there are, and which are in force, is not decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.errors import Refused
from connectors.extract import read_tables
from expectations.conform import RegionIndex
from expectations.contract import Contract
from expectations.forms.findings import check_findings
from expectations.slips import Slip, write_slip
from expectations.staging import Staged, join, join_drafts, split, stage
from expectations.submission_findings import leftover_rows, submission_findings
from expectations.validate import validate
from pipelines.home import Home
from pipelines.layout import with_layout
from pipelines.prepare import Handed, Prepared, Reader, prepare
from pipelines.site import Site
from warehouse.ledger import Entry, Outcome


@dataclass(frozen=True)
class Answer:
    """What became of a submission, for the ledger and for its sender."""

    outcome: Outcome
    findings: pa.Table
    notes: tuple[str, ...] = ()


def stage_bundle(root: Path, entries: Sequence[Entry], read: Reader = read_tables) -> list[Outcome]:
    """Stage submissions of one department and answer each with a slip.

    Doing it again writes the same: a crash before the ledger hears of it costs only the work.

    Args:
        root: The home's folder.
        entries: Submissions, in the order they came.
        read: Reads the tables of a file.
    """
    site = Site(Home(root))
    index = RegionIndex(site.regions)
    prepared = [prepare(_handed(site, entry), site.contracts, index, read) for entry in entries]
    answers = {answer.outcome.submission_id: answer for answer in _answers(site, prepared)}
    for entry in entries:
        _answer(site, entry, answers[entry.submission_id])
    return [answers[entry.submission_id].outcome for entry in entries]


def refuse(root: Path, entry: Entry, refusal: Refused) -> Outcome:
    """Refuse a submission that could not even be prepared, and answer it with a slip."""
    site = Site(Home(root))
    answer = _refused(site, Prepared(_handed(site, entry)), refusal)
    _answer(site, entry, answer)
    return answer.outcome


def reading_failed(name: str) -> Refused:
    """The refusal of a file whose process ended before it was read."""
    return Refused(
        "reading_failed",
        f"“{name}”没有读完：内容异常，读取时程序中断、超时或内存不足。",
        "请用 Excel 或 WPS 打开，把表格复制到新建的工作簿，另存为 .xlsx 后重新报送。",
    )


def _handed(site: Site, entry: Entry) -> Handed:
    path = site.archive.path(entry.sha256)
    return Handed(entry.submission_id, entry.department, entry.sender_path, entry.file_name, path)


def _answers(site: Site, prepared: Sequence[Prepared]) -> Iterator[Answer]:
    by_dataset: dict[str, list[Prepared]] = defaultdict(list)
    for one in prepared:
        if one.refusal is not None:
            yield _refused(site, one, one.refusal)
        elif one.contract is not None:
            by_dataset[one.contract.dataset].append(one)
    for dataset, ones in by_dataset.items():
        yield from _staged_dataset(site, site.contracts[dataset], ones)


def _staged_dataset(site: Site, contract: Contract, prepared: Sequence[Prepared]) -> Iterator[Answer]:
    tables = [table for one in prepared for table in one.conformed]
    frame, offsets = join(tables)
    rows = [sum(len(table.frame) for table in one.conformed) for one in prepared]
    frame["submission_id"] = pd.Categorical.from_codes(
        np.repeat(np.arange(len(prepared)), rows), pd.Index([one.handed.submission_id for one in prepared])
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
            check_findings(one.checks, contract, submission),
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
    records = pa.concat_tables([part.records for part in staged])
    _write(
        site,
        contract.dataset,
        submission,
        "records",
        with_layout(records, () if contract.form else one.conformed),
    )
    _write(site, contract.dataset, submission, "findings", findings)
    _write(site, contract.dataset, submission, "quarantine", quarantine)
    _write(site, contract.dataset, submission, "checks", one.checks)
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
    contract = site.contracts.get(outcome.dataset or "")
    slip = Slip(
        department=entry.department,
        sender_path=entry.sender_path,
        original=site.archive.path(entry.sha256),
        submission_id=entry.submission_id,
        received_at=entry.received_at,
        status=outcome.status,
        title=title_of(site, outcome.dataset),
        period=outcome.period or "",
        rows_in=outcome.rows_in,
        rows_recorded=outcome.rows_recorded,
        rows_quarantined=outcome.rows_quarantined,
        counted="格" if contract and contract.form else "行",
        reason=outcome.reason or "",
        remedy=outcome.remedy or "",
        findings=answer.findings,
        notes=answer.notes,
    )
    write_slip(site.home.outbox, slip)


def title_of(site: Site, dataset: str | None) -> str:
    """Chinese name of a dataset, blank where there is none."""
    contract = site.contracts.get(dataset or "")
    return contract.title if contract else ""
