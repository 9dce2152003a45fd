"""Adding up the region tree: village, township, county, city; quotients last.

A ratio is taken over the finest regions for which *every* input has been reported, so that a township that sent
its toilets but not its register neither raises nor lowers its county's rate; ``coverage`` says how many those are.
Within them a missing numerator is a zero: the ledger was handed in and has no such row. Sums are exact decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.indicators.measure import IndicatorError
from warehouse.indicators.model import Indicator
from warehouse.region_tree import TREE
from warehouse.relations import Source
from warehouse.schemas import OBSERVATIONS

if TYPE_CHECKING:
    from warehouse.engines import Desk

_Z95 = 1.959963984540054

_DEPTHS = "select region_code, count(*) as depth from tree where until = '9999-99' group by all"
_LEAVES = """
select distinct region_code from tree
where region_code not in (select ancestor from tree where ancestor <> region_code)
"""

# What was handed in together: the region's ancestor at the dataset's level of coverage, or the region itself above it.
_UNITS = """
select distinct r.relation, r.as_of, coalesce(t.ancestor, r.region_code) as unit
from reported r left join tree t on t.region_code = r.region_code and t.level = r.coverage
    and r.as_of >= t.since and r.as_of < t.until
"""
_KNOWN = """
select u.relation, u.as_of, t.region_code from units u join tree t on t.ancestor = u.unit
where u.as_of >= t.since and u.as_of < t.until
union
select u.relation, u.as_of, t.ancestor from units u join tree t on t.region_code = u.unit
where u.as_of >= t.since and u.as_of < t.until
"""

_EVERY = """
select uses.indicator, known.as_of, known.region_code
from uses join known using (relation)
group by all having count(*) = any_value(uses.relations)
union all
select distinct indicator, as_of, region_code from parts where side = 'stated'
"""

_MONTHS = "select indicator, region_code, as_of, as_of as period, 1 as months from every"

_YEARS = """
with dated as (
    select every.*, facts.over_time, left(as_of, 4) as period from every join facts using (indicator)
    qualify over_time <> 'last' or as_of = max(as_of) over (partition by indicator, region_code, left(as_of, 4))
)
select indicator, region_code, as_of, period,
    case when over_time = 'average' then count(*) over (partition by indicator, region_code, period) else 1 end as months
from dated
"""

# A ledger kept by county says nothing of its villages: below the finest records there is no observation, not a zero.
_GRAINS = """
select uses.indicator, min(grain) as grain from uses join (
    select relation, max(depth) as grain from reported join depths using (region_code) group by all
) using (relation) group by all
"""

_SUMS = """
select p.indicator, t.ancestor as region_code, p.period,
    sum(p.share) filter (p.side = 'numerator') as numerator,
    sum(p.share) filter (p.side = 'denominator') as denominator,
    greatest(sum(p.records) filter (p.side = 'numerator'), sum(p.records) filter (p.side = 'denominator')) as records
from (
    select parts.*, period, case when months = 1 then value else (value::double / months)::decimal(38, 6) end as share
    from parts join complete using (indicator, as_of, region_code)
) p join tree t using (region_code)
where p.side <> 'stated' and p.as_of >= t.since and p.as_of < t.until
group by all
"""
_COVERED = """
select c.indicator, t.ancestor as region_code, c.period, count(*) as finest
from (select indicator, region_code, period, max(as_of) as as_of from complete group by all) c
join leaves using (region_code) join tree t using (region_code)
join facts using (indicator) where facts.kind <> 'adopted' and c.as_of >= t.since and c.as_of < t.until
group by all
"""
_BELOW = """
select t.ancestor as region_code, periods.period, count(*) as finest
from leaves join tree t using (region_code) cross join (select distinct period from complete) periods
where left(periods.period || '-12', 7) >= t.since and left(periods.period || '-12', 7) < t.until
    and (t.valid_to is null or strftime(t.valid_to, '%Y-%m') > left(periods.period || '-01', 7))
    and (t.valid_from is null or strftime(t.valid_from, '%Y-%m') <= left(periods.period || '-12', 7))
group by all
"""

_OBSERVATIONS = """
with rolled as (
    select indicator, region_code, period, records,
        coalesce(numerator, 0)::double as numerator,
        case when kind = 'sum' then null else coalesce(denominator, 0)::double end as denominator,
        least(1, coalesce(covered.finest / below.finest, 0))::double as coverage
    from covered full join sums using (indicator, region_code, period)
    join facts using (indicator) left join below using (region_code, period)
    join depths using (region_code) join grains using (indicator) where depth <= grain
), divided as (
    select rolled.*, facts.* exclude (indicator),
        case when kind = 'sum' then scale * numerator else scale * (numerator / nullif(denominator, 0)) end as value,
        case when kind = 'survey' then numerator / nullif(denominator, 0) end as p
    from rolled join facts on facts.indicator = rolled.indicator
    where left(rolled.period || '-12', 7) >= told_since
), stated as (
    select p.indicator, p.region_code, c.period,
        case when min(p.low) = max(p.value) then scale * min(p.low)::double end as value, sum(p.records) as records
    from parts p join complete c using (indicator, as_of, region_code) join facts using (indicator)
    where p.side = 'stated' group by p.indicator, p.region_code, c.period, facts.scale
), wilson as (
    select *, $z * $z / denominator as q,
        $z * sqrt(greatest(p * (1 - p), 0) / denominator + $z * $z / (4 * denominator * denominator)) as half
    from divided
)
select indicator, region_code, period, numerator, denominator, value, unit, evidence,
    coalesce(records, 0)::bigint as records, coverage,
    scale * (p + q / 2 - half) / (1 + q) as interval_low, scale * (p + q / 2 + half) / (1 + q) as interval_high,
    null::varchar[] as evidence_reasons, null::double as design_effect
from wilson
union all
select indicator, region_code, period, null, null, value, unit, evidence, records::bigint, null, null, null, null, null
from stated join facts using (indicator)
where left(period || '-12', 7) >= told_since
order by indicator, region_code, period
"""


def lay_tree(
    desk: Desk, indicators: Mapping[str, Indicator], regions: pa.Table, sources: Mapping[str, Source]
) -> None:
    """Put on a desk what months and years are rolled up by: the region tree, and what the indicators say of themselves."""
    desk.lay("regions", regions)
    desk.lay("facts", _facts(indicators, sources))
    desk.lay("uses", _uses(indicators))
    desk.make("tree", TREE)
    desk.make("depths", _DEPTHS)
    desk.make("leaves", _LEAVES)


def roll_up(desk: Desk, months: Sequence[str], *, yearly: bool = False) -> pa.Table:
    """Observations of months measured, or of their years.

    A row exists for each region with at least one finest region for which every input is there. ``records`` is the
    larger of both sides' counts: where one is part of the other (toilets in use among toilets) that is the whole.
    ``value`` is null where the denominator is zero. Survey indicators carry the Wilson 95 % interval.

    Args:
        desk: With what ``measure`` and ``lay_tree`` put there.
        months: Those that count.
        yearly: Whether years are meant.

    Raises:
        IndicatorError: Records of a region that is not in ``regions``.
    """
    chosen = ", ".join(f"'{month}'" for month in months) or "''"
    desk.make("parts", f"select * from measured where as_of in ({chosen})")  # noqa: S608 - months
    desk.make("reported", f"select * from told where as_of in ({chosen})")  # noqa: S608 - the same
    _check_regions(desk)
    steps = {
        "units": _UNITS,
        "known": _KNOWN,
        "every": _EVERY,
        "complete": _YEARS if yearly else _MONTHS,
        "grains": _GRAINS,
        "sums": _SUMS,
        "covered": _COVERED,
        "below": _BELOW,
    }
    for name, sql in steps.items():
        desk.make(name, sql)
    return desk.ask(_OBSERVATIONS, {"z": _Z95}).cast(OBSERVATIONS)


def _facts(indicators: Mapping[str, Indicator], sources: Mapping[str, Source]) -> pa.Table:
    rows = [
        {
            "indicator": indicator.id,
            "kind": indicator.kind,
            "scale": float(indicator.scale),
            "unit": indicator.unit,
            "over_time": indicator.over_time,
            "told_since": indicator.since or "",
            "evidence": max((sources[dataset].evidence for dataset in indicator.inputs), default="D"),
        }
        for indicator in indicators.values()
    ]
    names = ("indicator", "kind", "unit", "over_time", "told_since", "evidence")
    schema = pa.schema([*((name, pa.string()) for name in names), ("scale", pa.float64())])
    return pa.Table.from_pylist(rows, schema=schema)


def _uses(indicators: Mapping[str, Indicator]) -> pa.Table:
    rows = [
        {"indicator": indicator.id, "relation": f"{dataset}_{window}", "relations": len(indicator.needed)}
        for indicator in indicators.values()
        if indicator.kind != "adopted"
        for dataset, window in sorted(indicator.needed)
    ]
    schema = pa.schema([("indicator", pa.string()), ("relation", pa.string()), ("relations", pa.int64())])
    return pa.Table.from_pylist(rows, schema=schema)


def _check_regions(desk: Desk) -> None:
    lost = desk.ask(
        "select distinct region_code from (select region_code from parts union select region_code from reported) "
        "where region_code is null or region_code not in (select region_code from tree) order by all"
    )
    if lost.num_rows:
        codes = ", ".join(str(code) for code in lost["region_code"].to_pylist()[:10])
        raise IndicatorError(
            f"records of {lost.num_rows} regions that are not in the region table: {codes}. Import these regions first."
        )
