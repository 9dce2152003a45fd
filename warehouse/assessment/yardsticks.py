"""What the yardstick changes: points and places under the scheme, under equal weights, and by what units claim of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.assessment.decisions import Decision
from warehouse.assessment.groups import Region
from warehouse.assessment.model import Scheme
from warehouse.assessment.score import assess
from warehouse.assessment.scored import Standing
from warehouse.indicators.model import Indicator


@dataclass(frozen=True)
class Measured:
    """One region in one period by three yardsticks.

    Attributes:
        region: Which.
        scheme: By the scheme.
        equal: By the scheme with every objective of the same weight.
        claimed: By the scheme, with what the region claims in place of what is observed, where it claims anything.
    """

    region: Region
    scheme: Standing
    equal: Standing
    claimed: Standing


def measured(
    scheme: Scheme,
    period: str,
    observations: pa.Table,
    claims: pa.Table,
    regions: pa.Table,
    indicators: Mapping[str, Indicator],
    decisions: Sequence[Decision] = (),
) -> list[Measured]:
    """Regions by three yardsticks, in the scheme's order of places.

    Args:
        scheme: Which.
        period: A month or year that is scored.
        observations: Columns of ``warehouse.schemas.OBSERVATIONS``.
        claims: ``indicator, region_code, value`` for the period.
        regions: Columns of ``warehouse.schemas.REGIONS``.
        indicators: By id.
        decisions: What people decided.
    """
    tables = (
        (scheme, observations),
        (equally(scheme), observations),
        (scheme, claimed(observations, claims, period)),
    )
    found: list[dict[str, Standing]] = []
    for one, seen in tables:
        done = assess(one, seen, regions, indicators, decisions)
        found.append({s.region.code: s for s in done.standings if s.period == period and not s.dimension})
    by_scheme, by_equal, by_claims = found
    rows = [Measured(one.region, one, by_equal[code], by_claims[code]) for code, one in by_scheme.items()]
    return sorted(rows, key=lambda row: (row.scheme.place is None, row.scheme.place or 0, row.region.code))


def equally(scheme: Scheme) -> Scheme:
    """The scheme with every objective of a group of the same weight."""
    counts = {
        group.id: sum(bool(one.weight_in(group.id)) for one in scheme.objectives) for group in scheme.groups
    }
    objectives = tuple(
        one.model_copy(
            update={
                "weight": {
                    group: scheme.base / count if one.weight_in(group) else Fraction(0)
                    for group, count in counts.items()
                }
            }
        )
        for one in scheme.objectives
    )
    return scheme.model_copy(update={"objectives": objectives})


def claimed(observations: pa.Table, claims: pa.Table, period: str) -> pa.Table:
    """Observations with what regions claim in place of what was observed in a period; what nobody claims stays."""
    of_period = pc.equal(observations["period"], period)
    place = pc.index_in(_keys(observations), value_set=_keys(claims).combine_chunks())
    claim = pc.if_else(of_period, claims["value"].combine_chunks().take(place.combine_chunks()), None)
    at = observations.schema.get_field_index("value")
    value = pc.coalesce(claim, observations["value"])
    return observations.set_column(at, observations.schema.field(at), value)


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["indicator"], table["region_code"], "|")
