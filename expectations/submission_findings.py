"""Findings about a submission as a whole (its period, a sheet that is something else, why it was refused).

Findings about rows and cells come from conforming and validation; rows of tables that nobody took are quarantined
here, so that every row handed in is somewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.errors import Refused
from expectations.contract import Contract
from expectations.dating import Dated
from expectations.privacy import mask_all, scrub
from expectations.safe_cells import is_private_title
from warehouse.schemas import FINDINGS, QUARANTINE

if TYPE_CHECKING:
    from connectors.extract import Extract

UNROUTED = "unrouted"
"""Stands in the tables for the dataset of what no contract took."""


def submission_findings(
    submission_id: str,
    contract: Contract | None,
    dated: Dated,
    leftovers: Iterable[tuple[Extract, Refused]] = (),
    refusal: Refused | None = None,
) -> pa.Table:
    """Findings that stand at no cell.

    Args:
        submission_id: The submission.
        contract: What it was taken for; None when it was refused.
        dated: Its period and what speaks against it.
        leftovers: Tables that are not part of the dataset, each with the reason.
        refusal: Why the whole was refused.
    """
    rows = list(_rows(dated, leftovers, refusal))
    dataset = contract.dataset if contract else UNROUTED
    return pa.Table.from_pylist(
        [
            {
                "finding_id": _identity(submission_id, row["sheet"], row["rule"]),
                "submission_id": submission_id,
                "dataset": dataset,
                "period": dated.period,
                "column": "",
                "status": "open",
                **row,
            }
            for row in rows
        ],
        schema=FINDINGS,
    )


def _rows(
    dated: Dated, leftovers: Iterable[tuple[Extract, Refused]], refusal: Refused | None
) -> Iterator[dict[str, str | None]]:
    if refusal is not None:
        yield {
            "sheet": None,
            "rule": refusal.code,
            "severity": "error",
            "message": refusal.message,
            "remedy": refusal.remedy,
        }
    if dated.conflicts:
        others = "；".join(f"{where}写的是“{text}”" for where, text in dated.conflicts)
        yield {
            "sheet": None,
            "rule": "period_conflict",
            "severity": "warning",
            "value": dated.text,
            "message": f"所属期按{dated.where}“{dated.text}”认定为 {dated.period}，但{others}。",
            "remedy": "请核对所属期；认定有误的，请改正标题后重报。",
        }
    for extract, why in leftovers:
        yield {
            "sheet": extract.sheet,
            "rule": why.code,
            "severity": "error",
            "message": why.message,
            "remedy": why.remedy,
        }


def leftover_rows(
    extract: Extract, rule: str, contract: Contract, period: str | None, submission_id: str
) -> pa.Table:
    """Quarantine for every row of a table that is not part of the submission's dataset; private cells masked."""
    shown = {}
    for column in extract.table.columns:
        title = " ".join(column.path) or str(column.index)
        mask = mask_all if is_private_title(title) else scrub
        name = title if title not in shown else f"{title} {column.index}"
        shown[name] = mask(extract.cells[str(column.index)].to_pandas()).tolist()
    cells = [
        json.dumps({k: v for k, v in zip(shown, row, strict=True) if isinstance(v, str)}, ensure_ascii=False)
        for row in zip(*shown.values(), strict=True)
    ]
    return pa.table(
        {
            "dataset": pa.repeat(contract.dataset, len(cells)),
            "period": pa.array([period] * len(cells), pa.string()),
            "submission_id": pa.repeat(submission_id, len(cells)),
            "sheet": pa.repeat(extract.sheet, len(cells)),
            "row": extract.rows,
            "cells": cells,
            "rules": pa.array([[rule]] * len(cells), pa.list_(pa.string())),
        },
        schema=QUARANTINE,
    )


def _identity(submission_id: str, sheet: str | None, rule: str | None) -> str:
    return sha256("\x1f".join((submission_id, sheet or "", rule or "")).encode()).hexdigest()[:20]
