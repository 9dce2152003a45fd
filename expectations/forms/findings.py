"""What a form's own rules found, as findings for its sender and as reconciliations for the office.

A rule that does not hold quarantines nothing: nobody can tell which of its cells is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform import Conformed
from expectations.contracts.model import Contract
from expectations.findings import finding_id
from expectations.forms.check import CHECKS
from expectations.forms.records import NAMELESS
from expectations.rules import told
from warehouse.codes import covering
from warehouse.schemas import FINDINGS, RECONCILIATIONS


def placed_checks(
    checks: pa.Table, tables: Sequence[Conformed], periods: Mapping[str, str | None]
) -> pa.Table:
    """Checks with the codes of their regions instead of the labels printed.

    A total, and a form that one office fills in for itself, stand for the county (or the one region) of the
    sheet's records; a label that no region was found for is left without a code.

    Args:
        checks: Rows of ``CHECKS``.
        tables: The records of the same submission.
        periods: The month of each sheet.
    """
    if not checks.num_rows:
        return checks
    known = {column: _codes_of(tables, column) for column in ("region_code", "handed_in_as")}
    rows = checks.to_pylist()
    for row in rows:
        key = (row["sheet"], row["region_code"] or NAMELESS)
        for column, (codes, whole) in known.items():
            row[column] = codes.get(key, whole.get(row["sheet"]) if key not in codes else None)
        row["period"] = periods.get(row["sheet"])
    return pa.Table.from_pylist(rows, schema=CHECKS)


def _codes_of(
    tables: Sequence[Conformed], column: str
) -> tuple[dict[tuple[str, str], str | None], dict[str, str | None]]:
    """Region codes by sheet and label, and by sheet the region that all its records lie in."""
    codes: dict[tuple[str, str], str | None] = {}
    whole: dict[str, str | None] = {}
    for table in tables:
        sheet = table.extract.sheet
        labels = table.extract.cells[str(table.columns["region_name"])].to_pylist()
        found = pa.Array.from_pandas(table.frame[column], type=pa.string()).to_pylist()
        codes.update({(sheet, label): code for label, code in zip(labels, found, strict=True) if label})
        whole[sheet] = _region_of_all({code for code in found if code}, is_one=not any(labels))
    return codes, whole


def _region_of_all(codes: set[str], *, is_one: bool) -> str | None:
    """The one region of a form that one office fills in for itself, else the county that all regions lie in."""
    above = codes if is_one else {covering(code, "county") for code in codes}
    return next(iter(above)) if len(above) == 1 else None


def check_findings(checks: pa.Table, contract: Contract, submission_id: str) -> pa.Table:
    """A finding at its cell for every rule, total and stated count that does not hold; rows of ``FINDINGS``."""
    rows = [_finding(row, contract, submission_id) for row in checks.filter(_is_false(checks)).to_pylist()]
    return pa.Table.from_pylist(list({row["finding_id"]: row for row in rows}.values()), schema=FINDINGS)


def _is_false(checks: pa.Table) -> pa.ChunkedArray:
    return pc.fill_null(pc.invert(checks["agrees"]), False)


def _finding(row: Mapping[str, Any], contract: Contract, submission_id: str) -> dict[str, Any]:
    said = told(row["reconciliation"].partition(":")[0], instruction=row["instruction"])
    cell = row["cell"]
    return {
        "finding_id": finding_id(submission_id, row["sheet"], cell or "", row["reconciliation"]),
        "submission_id": submission_id,
        "dataset": contract.dataset,
        "region_code": row["region_code"],
        "period": row["period"],
        "sheet": row["sheet"],
        "row": int(re.sub(r"\D", "", cell)) if cell else None,
        "column": "value",
        "cell": f"{row['sheet']}!{cell}" if cell else None,
        "rule": said.rule,
        "severity": said.severity,
        "value": None if row["left_value"] is None else f"{row['left_value']:.15g}",
        "message": said.message,
        "remedy": said.remedy,
        "status": "open",
    }  # fmt: skip


def as_reconciliations(checks: pa.Table) -> pa.Table:
    """Checks whose region is known, in the form of ``reconciliations``; what agrees carries no instruction."""
    known = checks.filter(pc.is_valid(checks["region_code"]))
    said = pc.if_else(
        pc.fill_null(known["agrees"], False), pa.scalar(None, pa.string()), known["instruction"]
    )
    at = known.schema.get_field_index("instruction")
    return known.set_column(at, RECONCILIATIONS.field("instruction"), said).select(RECONCILIATIONS.names)
