"""What is good of submissions that were understood: validated together, then divided into records and quarantine.

Validation costs half a second before its first row, so submissions of one dataset go through it as one frame. What
becomes of a submission (its status) stands in ``outcome``; writing anything down is not done here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.grid import column_letter
from expectations.conform import Conformed
from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from expectations.forms.findings import check_findings
from expectations.privacy.masks import Privacy
from expectations.privacy.shield import Shield, shield_of
from expectations.submissions.shown import shown_rows
from expectations.submissions.staging import Staged, join, join_drafts, split, stage
from expectations.submissions.understand import Understood
from expectations.submissions.whole import leftover_rows, submission_findings
from expectations.validate import validate
from warehouse.codes import covering
from warehouse.ledger.values import Says
from warehouse.schemas import QUARANTINE
from warehouse.staged import Layout


@dataclass(frozen=True)
class Judged:
    """A submission, row by row a record or in quarantine, and every problem found. Private values are tokens here.

    Attributes:
        submission_id: Which.
        contract: What it was held against.
        period: The period found for the whole of it, None where its rows say it.
        records: Schema ``record_schema(contract)``.
        quarantine: Schema ``QUARANTINE``; the rows of tables that no contract took too.
        findings: Schema ``FINDINGS``.
        checks: What a form says of itself (``expectations.forms.CHECKS``).
        coverage: By region code (at the contract's coverage level) and period, how many records were handed in for it;
            sorted. Of a nil report none, where it says that there are none.
        regions: The same regions, as they are on the map of their month; sorted.
        layout: In which column of which sheet a ledger's values stood; empty for a form.
        notes: What its sender should know, in Chinese.
        sheets: Its sender's names of sheets, by them the names shown to others.
        shown_path: Where it was handed in, as others may see it.
        says: What its sender says it is (``expectations.resubmission.intent_of``).
        months: Months that it is about, those of rows in quarantine too.
    """

    submission_id: str
    contract: Contract
    period: str | None
    records: pa.Table
    quarantine: pa.Table
    findings: pa.Table
    checks: pa.Table
    coverage: Mapping[tuple[str, str], int]
    regions: Sequence[str]
    layout: Layout
    notes: tuple[str, ...]
    sheets: Mapping[str, str]
    shown_path: str
    says: frozenset[Says] = frozenset()
    months: frozenset[str] = frozenset()


def judge(contract: Contract, understood: Sequence[Understood], privacy: Privacy) -> list[Judged]:
    """Judge submissions of one dataset, in their order.

    Raises:
        Miscounted: A row was lost or doubled on the way; ours, never the sender's.
    """
    own = [(one.submission.submission_id, table) for one in understood for table in one.conformed]
    found: dict[int, pd.DataFrame] = {}
    for version in contract.every_version:
        at = [n for n, (_, table) in enumerate(own) if contract.at(table.valid_from) is version]
        found |= zip(at, _validated(version, [own[n] for n in at]), strict=True)
    drafts = iter(found[n] for n in range(len(own)))
    return [_judged(contract, one, [next(drafts) for _ in one.conformed], privacy) for one in understood]


def _validated(version: Contract, own: Sequence[tuple[str, Conformed]]) -> list[pd.DataFrame]:
    """Drafts of validation for each table of submissions, all of one version."""
    if not own:
        return []
    tables = [table for _, table in own]
    frame, offsets = join(tables)
    ids = list(dict.fromkeys(submission_id for submission_id, _ in own))
    codes = [ids.index(submission_id) for submission_id, _ in own]
    frame["submission_id"] = pd.Categorical.from_codes(
        np.repeat(codes, [len(table.frame) for table in tables]), pd.Index(ids)
    )
    found = validate(frame, version, group="submission_id", known=join_drafts(tables, offsets))
    return split(found, offsets)


def _judged(contract: Contract, one: Understood, drafts: Sequence[pd.DataFrame], privacy: Privacy) -> Judged:
    submission_id = one.submission.submission_id
    shield = shield_of(one.conformed, contract, [extract for extract, _ in one.leftovers])
    staged = [
        stage(table, found, contract, privacy, submission_id, shield)
        for table, found in zip(one.conformed, drafts, strict=True)
    ]
    return Judged(
        submission_id=submission_id,
        contract=contract,
        period=one.period,
        records=shown_rows(_records(contract, staged), shield),
        quarantine=shown_rows(_quarantine(contract, one, staged, shield), shield),
        findings=shown_rows(_findings(contract, one, staged, shield), shield),
        checks=shown_rows(one.checks, shield),
        coverage=_coverage(one, staged),
        regions=_regions(contract, one, staged),
        layout={} if contract.form else _layout(one.conformed, shield),
        notes=tuple(map(shield.label, one.notes)),
        sheets=dict(shield.sheets),
        shown_path=shield.path(one.submission.sender_path),
        says=one.says,
        months=_months(one),
    )


def _months(one: Understood) -> frozenset[str]:
    said = {dated.period for dated in one.dates if dated.period}
    units = {period for _, period in one.nil.units} if one.nil else set()
    rows = {str(month) for table in one.conformed for month in table.frame["period"].dropna().unique()}
    return frozenset(said | units | rows)


def _records(contract: Contract, staged: Sequence[Staged]) -> pa.Table:
    return pa.concat_tables([record_schema(contract).empty_table(), *(part.records for part in staged)])


def _coverage(one: Understood, staged: Sequence[Staged]) -> dict[tuple[str, str], int]:
    counted = sum((part.coverage for part in staged), Counter[tuple[str, str]]())
    return dict(sorted((dict.fromkeys(one.nil.units if one.nil else (), 0) | counted).items()))


def _regions(contract: Contract, one: Understood, staged: Sequence[Staged]) -> list[str]:
    """Regions of its records; where no row is good, those that the rows name: they were handed in, if not taken."""
    codes = {code for part in staged for code in part.records["region_code"].unique().to_pylist()}
    if not codes:
        codes = {
            str(code) for table in one.conformed for code in table.frame["region_code"].dropna().unique()
        }
    return sorted(
        {*(covering(code, contract.coverage) for code in codes), *(one.nil.regions if one.nil else ())}
    )


def _quarantine(contract: Contract, one: Understood, staged: Sequence[Staged], shield: Shield) -> pa.Table:
    left = [
        leftover_rows(extract, why.code, contract, one.period, one.submission.submission_id, shield)
        for extract, why in one.leftovers
    ]
    return pa.concat_tables([QUARANTINE.empty_table(), *(part.quarantine for part in staged), *left])


def _findings(contract: Contract, one: Understood, staged: Sequence[Staged], shield: Shield) -> pa.Table:
    submission_id = one.submission.submission_id
    return pa.concat_tables(
        [
            submission_findings(submission_id, contract, one.period, shield, one.leftovers, one.said),
            check_findings(one.checks, contract, submission_id),
            *(part.findings for part in staged),
        ]
    )


def _layout(tables: Sequence[Conformed], shield: Shield) -> Layout:
    return {
        shield.sheets[table.extract.sheet]: {
            name: column_letter(index) for name, index in table.columns.items()
        }
        for table in tables
    }
