"""Change since a year before: indicators that are told of the observations of another one, after these are known.

What it is told of is measured and added up like any other (``measure``, ``rollup``); nothing is read from records here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from warehouse.indicators.model import Indicator
from warehouse.periods import a_year_before
from warehouse.schemas import OBSERVATIONS
from warehouse.scratch import scratch


def changing(indicators: Mapping[str, Indicator]) -> set[str]:
    """Indicators that the change of is told."""
    return {one.of for one in indicators.values() if one.of}


def base_periods(periods: Iterable[str]) -> list[str]:
    """Periods a year before those given that are not among them, sorted."""
    given = set(periods)
    return sorted({a_year_before(period) for period in given} - given)


def changes(now: pa.Table, before: pa.Table, indicators: Mapping[str, Indicator]) -> pa.Table:
    """Observations of every indicator of kind ``change``, in the periods of ``now``.

    There is a row where a region has a value in both years: ``numerator`` is the difference, ``denominator`` the value
    of the year before (of ``percent`` alone), ``evidence`` the weaker grade, ``coverage`` the smaller one. A percentage of
    nought, or of less, has no value. Regions are told apart by their code: one that was merged has no year before.

    Args:
        now: Columns of ``warehouse.schemas.OBSERVATIONS``: what was computed.
        before: The same, of further periods that may be what is compared with.
        indicators: By id.

    Returns:
        Columns of ``warehouse.schemas.OBSERVATIONS``, sorted by indicator, region and period.
    """
    told = [one for one in indicators.values() if one.kind == "change"]
    if not told:
        return OBSERVATIONS.empty_table()
    with scratch() as work:
        work.register("now", now)
        work.register("before", before)
        work.register(
            "told",
            pa.table(
                {
                    "indicator": [one.id for one in told],
                    "of": [one.of for one in told],
                    "unit": [one.unit for one in told],
                    "is_percent": [one.form == "percent" for one in told],
                    "told_since": [one.since or "" for one in told],
                }
            ),
        )
        return work.sql(_CHANGES).to_arrow_table().cast(OBSERVATIONS)


_CHANGES = """
with known as (from now union all from before)
select told.indicator, this.region_code, this.period,
    this.value - base.value as numerator,
    if(is_percent, base.value, null) as denominator,
    case when not is_percent then this.value - base.value
        when base.value > 0 then 100 * (this.value - base.value) / base.value end as value,
    told.unit, greatest(this.evidence, base.evidence) as evidence, this.records,
    least(this.coverage, base.coverage) as coverage, null::double as interval_low, null::double as interval_high,
    null::varchar[] as evidence_reasons, null::double as design_effect
from told join now this on this.indicator = told.of
join known base on base.indicator = told.of and base.region_code = this.region_code
    and base.period = (left(this.period, 4)::int - 1)::varchar || this.period[5:]
where this.value is not null and base.value is not null and left(this.period || '-12', 7) >= told_since
order by all
"""
