"""What is good of submissions that were understood: validated together, then divided into records and quarantine.

Validation costs half a second before its first row, so submissions of one dataset go through it as one frame. What
becomes of a submission (its status) stands in ``outcome``; writing anything down is not done here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.grid import column_letter
from expectations.conform import HEADER, Conformed
from expectations.conform.joined import Joined
from expectations.contracts.model import Contract
from expectations.findings import no_drafts
from expectations.forms.findings import check_findings
from expectations.privacy.columns import as_arrow
from expectations.privacy.masks import Privacy
from expectations.privacy.people import shield_of
from expectations.privacy.shield import Shield
from expectations.submissions.shown import shown_rows
from expectations.submissions.staging import Own, Staged, nothing_staged, stage
from expectations.submissions.understand import Understood
from expectations.submissions.whole import leftover_rows, submission_findings
from expectations.validate import validate
from warehouse.codes import covering
from warehouse.ledger.values import Says
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
    own = [
        Own(
            one.submission.submission_id,
            one.conformed,
            shield_of(one.conformed, contract, [extract for extract, _ in one.leftovers]),
        )
        for one in understood
    ]
    parts = zip(understood, own, _staged(own, contract, privacy), strict=True)
    return [_judged(contract, one, part.shield, staged) for one, part, staged in parts]


def _staged(own: Sequence[Own], contract: Contract, privacy: Privacy) -> list[Staged]:
    """The tables of submissions validated and divided; a nil report has none."""
    if not any(one.tables for one in own):
        return [nothing_staged(contract) for _ in own]
    joined = Joined.of([table for one in own for table in one.tables])
    return stage(own, joined, _validated(contract, own, joined), contract, privacy)


def _validated(contract: Contract, own: Sequence[Own], joined: Joined) -> pd.DataFrame:
    """Drafts of validation at joint positions; each table is held against its version."""
    ids = pd.Categorical.from_codes(
        np.repeat(np.arange(len(own)), [sum(len(table.frame) for table in one.tables) for one in own]),
        pd.Index([one.submission_id for one in own]),
    )
    found = [no_drafts()]
    for version in contract.every_version:
        at = [n for n, one in enumerate(joined.tables) if contract.at(one.valid_from) is version]
        if at:
            part = joined if len(at) == len(joined.tables) else Joined.of([joined.tables[n] for n in at])
            rows = joined.rows(at)
            known = part.drafts.loc[part.drafts["position"] != HEADER].drop(columns="table")
            drafts = validate(
                part.frame.assign(submission_id=ids[rows]), version, group="submission_id", known=known
            )
            of_rows = drafts.loc[drafts["position"] != HEADER]
            found.append(of_rows.assign(position=rows[of_rows["position"].to_numpy()]))
    return pd.concat([some for some in found if len(some)] or found, ignore_index=True)


def _judged(contract: Contract, one: Understood, shield: Shield, staged: Staged) -> Judged:
    return Judged(
        submission_id=one.submission.submission_id,
        contract=contract,
        period=one.period,
        records=shown_rows(staged.records, shield),
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
    rows = {month for table in one.conformed for month in _distinct(table.frame["period"])}
    return frozenset(said | units | rows)


def _coverage(one: Understood, staged: Staged) -> dict[tuple[str, str], int]:
    return dict(sorted((dict.fromkeys(one.nil.units if one.nil else (), 0) | staged.coverage).items()))


def _regions(contract: Contract, one: Understood, staged: Staged) -> list[str]:
    """Regions of its records; where no row is good, those that the rows name: they were handed in, if not taken."""
    codes = set(staged.records["region_code"].unique().to_pylist())
    if not codes:
        codes = {code for table in one.conformed for code in _distinct(table.frame["region_code"])}
    return sorted(
        {*(covering(code, contract.coverage) for code in codes), *(one.nil.regions if one.nil else ())}
    )


def _distinct(values: pd.Series) -> list[str]:
    """The texts of a column, each once."""
    distinct: list[str] = as_arrow(values).unique().drop_null().to_pylist()
    return distinct


def _quarantine(contract: Contract, one: Understood, staged: Staged, shield: Shield) -> pa.Table:
    left = [
        leftover_rows(extract, why.code, contract, one.period, one.submission.submission_id, shield)
        for extract, why in one.leftovers
    ]
    return pa.concat_tables([staged.quarantine, *left])


def _findings(contract: Contract, one: Understood, staged: Staged, shield: Shield) -> pa.Table:
    submission_id = one.submission.submission_id
    return pa.concat_tables(
        [
            submission_findings(submission_id, contract, one.period, shield, one.leftovers, one.said),
            check_findings(one.checks, contract, submission_id),
            staged.findings,
        ]
    )


def _layout(tables: Sequence[Conformed], shield: Shield) -> Layout:
    return {
        shield.sheets[table.extract.sheet]: {
            name: column_letter(index) for name, index in table.columns.items()
        }
        for table in tables
    }
