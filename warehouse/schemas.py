"""The fixed tables, as Arrow schemas. Every write goes through one of these; a dataset's own comes from its contract.

All times are UTC. ``period`` is a month ``2025-06`` (or a year ``2025`` in observations; or a quarter ``2025Q2`` in scores).
"""

from __future__ import annotations

import pyarrow as pa

_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(pa.string())


def _schema(**fields: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in fields.items()])


S, I, F, B = pa.string(), pa.int64(), pa.float64(), pa.bool_()  # noqa: E741

SUBMISSIONS = _schema(
    submission_id=S, department=S, dataset=S, file_name=S, sha256=S, received_at=_TIME, sender_path=S,
    period=S, regions=_STRINGS, status=S, reason=S, remedy=S, rows_in=I, rows_recorded=I, rows_quarantined=I,
    taken_as=S,
)  # fmt: skip

QUARANTINE = _schema(dataset=S, period=S, submission_id=S, sheet=S, row=I, cells=S, rules=_STRINGS)

FINDINGS = _schema(
    finding_id=S, submission_id=S, dataset=S, region_code=S, period=S, sheet=S, row=I, column=S, cell=S,
    rule=S, severity=S, value=S, message=S, remedy=S, status=S,
)  # fmt: skip

HAND_INS = _schema(
    dataset=S, department=S, region_code=S, period=S, state=S, due_on=pa.date32(), submission_id=S,
    received_at=_TIME, days_late=I, corrections=I,
)  # fmt: skip

OBSERVATIONS = _schema(
    indicator=S, region_code=S, period=S, numerator=F, denominator=F, value=F, unit=S, evidence=S,
    records=I, coverage=F, interval_low=F, interval_high=F, evidence_reasons=_STRINGS,
    design_effect=F,
)  # fmt: skip

RECONCILIATIONS = _schema(
    reconciliation=S, region_code=S, period=S, left_value=F, operator=S, right_value=F, gap=F, agrees=B,
    instruction=S, importance=S,
)  # fmt: skip

ANOMALIES = _schema(
    anomaly_id=S, detector=S, dataset=S, indicator=S, region_code=S, period=S, score=F, n=I, value=F,
    expected=F, message=S, subject=S, records=_STRINGS,
    p=F,
)  # fmt: skip

CASES = _schema(
    case_id=S, kind=S, title=S, dataset=S, indicator=S, region_code=S, regions=_STRINGS, period_from=S, period_to=S,
    certainty=F, importance=F, is_high=B, stake=S, stake_points=F, stake_yuan=F, crosses_target=B, action=S,
    question=S, asked_of=S, speaks_for=_STRINGS, speaks_against=_STRINGS, evidence=_STRINGS, records_count=I,
    records=_STRINGS, since=_TIME, status=S, reason=S, digest=S,
)  # fmt: skip

SCORES = _schema(
    scheme=S, region_code=S, level=S, region_group=S, dimension=S, objective=S, part=S, period=S, value=F, base=F,
    target=F, rule=S, raw=F, planned=F, weight=F, points=F, evidence=S, coverage=F, records=I, status=S,
    reasons=_STRINGS,
)  # fmt: skip

SAMPLES = _schema(
    sample=S, drawn_at=_TIME, dataset=S, period=S, seed=S, weighed_by=S, stratum=S, stratum_size=I, number=I,
    probability=F, region_code=S, submission_id=S, sheet=S, row=I, result=S, check_number=S,
)  # fmt: skip

VERIFICATIONS = _schema(
    sample=S, dataset=S, period=S, region_code=S, drawn=I, visited=I, held=I, held_partly=I, untrue=I, not_found=I,
    value=F, interval_low=F, interval_high=F, effective_n=F, design_effect=F,
)  # fmt: skip

SCHEMES = _schema(scheme=S, title=S, year=I, level=S, text=S)

STANDINGS = _schema(
    scheme=S, region_code=S, level=S, region_group=S, period=S, dimension=S, points=F, weight=F, objective_share=F,
    status=S, place=I, place_in_group=I, place_low=I, place_high=I, leads=F, tied_with=_STRINGS, reasons=_STRINGS,
)  # fmt: skip

REGIONS = _schema(
    region_code=S, name=S, level=S, parent_code=S, urban_rural=S, region_group=S, valid_from=pa.date32(),
    valid_to=pa.date32(), successor=S, provisional=B,
)  # fmt: skip

RELEASES = _schema(release=S, created_at=_TIME, tables=S, note=S)

RECEIVED_MONTH = pa.field("received_month", S)
FILED_UNDER = pa.field("filed_under", S)
PARTITIONS_ONLY = (RECEIVED_MONTH.name, FILED_UNDER.name)
"""Columns that say where rows lie; who reads the tables does not see them."""

RECORD_FIELDS = (
    pa.field("region_code", S),
    pa.field("period", S),
    pa.field("submission_id", S),
    pa.field("sheet", S),
    pa.field("row", I),
    pa.field("handed_in_as", S),
)
"""Columns every record has after those of its contract."""
