"""Scores and standings as Arrow tables: what was exact becomes the nearest float."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pyarrow as pa

from warehouse.assessment.score import Assessment
from warehouse.schemas import SCORES, STANDINGS


def scores_table(assessment: Assessment) -> pa.Table:
    """Rows of ``scores``: by period, region and the scheme's order."""
    names = [
        "objective", "part", "period", "dimension", "value", "base", "target", "rule", "raw", "planned", "weight",
        "points", "evidence", "coverage", "records", "status", "reasons",
    ]  # fmt: skip
    return _table(assessment, assessment.scored, names, SCORES)


def standings_table(assessment: Assessment) -> pa.Table:
    """Rows of ``standings``: by period, the dimensions of every region, then the wholes."""
    names = [
        "period", "dimension", "points", "weight", "objective_share", "status", "place", "place_in_group", "reasons",
    ]  # fmt: skip
    return _table(assessment, assessment.standings, names, STANDINGS)


def _table(assessment: Assessment, rows: Any, names: list[str], schema: pa.Schema) -> pa.Table:
    scheme = assessment.scheme
    return pa.Table.from_pylist(
        [
            {
                "scheme": scheme.id,
                "level": scheme.level,
                "region_code": row.region.code,
                "region_group": row.region.group,
                **{name: _plain(getattr(row, name)) for name in names},
            }
            for row in rows
        ],
        schema=schema,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return float(value)
    return list(value) if isinstance(value, tuple) else value
