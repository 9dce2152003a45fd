"""Findings about a submission as a whole (its period, a sheet that is something else, why it was refused).

Findings about rows and cells come from conforming and validation; rows of tables that nobody took are quarantined
here, so that every row handed in is somewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.errors import Refused
from expectations.contracts.model import Contract
from expectations.findings import finding_id
from expectations.privacy.masks import mask_all
from expectations.privacy.meaning import is_private_column
from expectations.privacy.shield import Shield
from expectations.rules import Told
from warehouse.schemas import FINDINGS, QUARANTINE
from warehouse.staged import UNROUTED

if TYPE_CHECKING:
    from connectors.extract import Extract


def submission_findings(
    submission_id: str,
    contract: Contract | None,
    period: str | None,
    shield: Shield,
    leftovers: Iterable[tuple[Extract, Refused]] = (),
    said: Iterable[Told] = (),
    refusal: Refused | None = None,
) -> pa.Table:
    """Findings that stand at no cell.

    Args:
        submission_id: The submission.
        contract: What it was taken for; None when it was refused.
        period: Its period; of several the last.
        shield: What may be shown of it.
        leftovers: Tables that are not part of the dataset, each with the reason.
        said: What is found of its periods.
        refusal: Why the whole was refused.
    """
    dataset = contract.dataset if contract else UNROUTED
    return pa.Table.from_pylist(
        [
            {
                "finding_id": finding_id(submission_id, sheet or "", one.rule),
                "submission_id": submission_id,
                "dataset": dataset,
                "period": period,
                "sheet": sheet,
                "column": "",
                "rule": one.rule,
                "severity": one.severity,
                "message": one.message,
                "remedy": one.remedy,
                "status": "open",
            }
            for sheet, one in _said(leftovers, said, refusal)
        ],
        schema=FINDINGS,
    )


def _said(
    leftovers: Iterable[tuple[Extract, Refused]], said: Iterable[Told], refusal: Refused | None
) -> Iterator[tuple[str | None, Told]]:
    """Sheet, and what is said of it; what is said of the whole has none."""
    if refusal is not None:
        label = Shield().label
        yield None, Told(refusal.code, label(refusal.message), label(refusal.remedy))
    for one in said:
        yield None, one
    for extract, why in leftovers:
        yield extract.sheet, Told(why.code, why.message, why.remedy)


def leftover_rows(
    extract: Extract, rule: str, contract: Contract, period: str | None, submission_id: str, shield: Shield
) -> pa.Table:
    """Quarantine for every row of a table that is not part of the submission's dataset; private cells masked."""
    shown = {}
    for column in extract.table.columns:
        title = " ".join(column.path) or str(column.index)
        cells = extract.cells[str(column.index)]
        mask = mask_all if is_private_column(title, cells) else shield.texts
        name = shield.text(title)
        shown[name if name not in shown else f"{name} {column.index}"] = mask(cells.to_pandas()).tolist()
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
