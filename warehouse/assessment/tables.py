"""Scores and standings as Arrow tables: what was exact becomes the nearest float."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pyarrow as pa

from warehouse.assessment.model import Scheme
from warehouse.assessment.score import Assessment
from warehouse.assessment.scored import Scored, Standing
from warehouse.assessment.sensitivity import Robustness
from warehouse.schemas import SCHEMES, SCORES, STANDINGS

_SCORED = (
    "objective", "part", "period", "dimension", "value", "base", "target", "rule", "raw", "planned", "weight",
    "points", "evidence", "coverage", "records", "status", "reasons",
)  # fmt: skip
_STANDING = (
    "period", "dimension", "points", "weight", "objective_share", "status", "place", "place_in_group", "reasons",
)  # fmt: skip


def scheme_table(scheme: Scheme) -> pa.Table:
    """The row of ``schemes``."""
    row = {"scheme": scheme.id, "title": scheme.title, "year": scheme.year, "level": scheme.level}
    return pa.Table.from_pylist([{**row, "text": scheme.model_dump_json()}], schema=SCHEMES)


def scores_table(assessment: Assessment) -> pa.Table:
    """Rows of ``scores``: by period, region and the scheme's order."""
    rows = [_of(assessment, one, _SCORED) for one in assessment.scored]
    return pa.Table.from_pylist(rows, schema=SCORES)


def standings_table(assessment: Assessment, sure: Mapping[str, Sequence[Robustness]]) -> pa.Table:
    """Rows of ``standings``: by period, the dimensions of every region, then the wholes.

    Args:
        assessment: What came of the scheme.
        sure: By period, how sure the places are; blank for the others.
    """
    intervals = {(one.region.code, period): one for period, own in sure.items() for one in own}
    rows = [
        {
            **_of(assessment, one, _STANDING),
            **({} if one.dimension else _interval(intervals.get((one.region.code, one.period)))),
        }
        for one in assessment.standings
    ]
    return pa.Table.from_pylist(rows, schema=STANDINGS)


def _interval(sure: Robustness | None) -> dict[str, Any]:
    if sure is None:
        return {}
    return {
        "place_low": sure.low,
        "place_high": sure.high,
        "leads": sure.leads,
        "tied_with": list(sure.tied_with),
    }


def _of(assessment: Assessment, row: Scored | Standing, names: Sequence[str]) -> dict[str, Any]:
    return {
        "scheme": assessment.scheme.id,
        "level": assessment.scheme.level,
        "region_code": row.region.code,
        "region_group": row.region.group,
        **{name: _plain(getattr(row, name)) for name in names},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return float(value)
    return list(value) if isinstance(value, tuple) else value
