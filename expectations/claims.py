"""自评与实绩: what units claim of themselves beside what their records come to, and who gains by the difference.

Read from the table ``reconciliations`` (``claim_vs_observation/<indicator>``), with what the computed figure rests on
from ``observations``. A claim a whole unit factor away is a slip of the unit, not padding, and counts in no mean.
Whether a claim was made up does not belong here: it is told, and visited.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from expectations.unit_slips import FACTORS, NEAR
from warehouse.guard import ask
from warehouse.places import PLACES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.indicators.model import Indicator

VERDICTS: Mapping[str, str] = {
    "gains": "对自己有利",
    "unit_slip": "像是单位写错",
    "loses": "对自己不利",
    "one_sided": "没法比",
    "agrees": "相符",
}
"""What a claim is beside the records, in Chinese, what is to be looked at first."""

# A rate of 0 to 100 above the computed one is never taken for a slip: 95 claimed where 9.5 is computed may be padding.
_NEWEST = f"""
with held as (
    select split_part(r.reconciliation, '/', 2) as indicator, r.region_code, r.period, i.unit,
        r.left_value as claimed, r.right_value as computed, r.gap, r.agrees,
        case when i.direction = 'higher' then r.gap else -r.gap end as gain,
        case when r.left_value > 0 and r.right_value > 0 then abs(log10(r.left_value / r.right_value)) end as magnitude
    from reconciliations r
    join (select unnest($ids::varchar[]) as indicator, unnest($units::varchar[]) as unit,
        unnest($directions::varchar[]) as direction) i on r.reconciliation = 'claim_vs_observation/' || i.indicator
    where r.period <= $until
), judged as (
    select held.*, f.factor, case
        when claimed is null or computed is null then 'one_sided'
        when agrees then 'agrees'
        when f.factor is not null then 'unit_slip'
        when gain > 0 then 'gains' else 'loses' end as verdict
    from held left join (select unnest($factors::double[]) as factor) f
        on abs(magnitude - log10(f.factor)) <= {NEAR} and (unit <> '%' or claimed > 100 or claimed < computed)
), stretched as (
    select *, row_number() over (partition by indicator, region_code order by period)
        - row_number() over (partition by indicator, region_code, verdict order by period) as stretch
    from judged
), since as (
    select *, min(period) over alike as since, count(*) over alike as periods from stretched
    window alike as (partition by indicator, region_code, verdict, stretch)
), newest as (
    select *, right(region_code, 6) = '000000' as is_county, verdict in ('gains', 'loses', 'agrees') as compared,
        100 * gap / nullif(abs(computed), 0) as gap_percent, 100 * gain / nullif(abs(computed), 0) as gain_percent
    from since qualify row_number() over (partition by indicator, region_code order by period desc) = 1
)
"""  # noqa: S608 - fixed text

_CLAIMS = f"""
{_NEWEST}, places as ({PLACES})
select n.indicator, n.region_code, coalesce(p.place, n.region_code) as place, n.period, n.unit, n.claimed, n.computed,
    n.gap, n.gap_percent, n.gain, n.gain_percent, n.verdict, n.factor, n.since, n.periods, n.is_county,
    case when is_county and compared then rank() over (
        partition by n.indicator, is_county and compared order by n.gain desc) end as place_by_gain,
    o.evidence, o.records, o.coverage
from newest n left join places p using (region_code)
left join observations o on o.indicator = n.indicator and o.region_code = n.region_code and o.period = n.period
order by list_position($verdicts::varchar[], n.verdict), n.gain_percent desc nulls last, n.indicator, n.region_code
"""  # noqa: S608 - fixed text

_COUNTIES = f"""
{_NEWEST}, counted as (
    select left(region_code, 6) || '000000' as region_code,
        count(*) filter (is_county) as claims, count(*) filter (is_county and verdict = 'agrees') as agree,
        count(*) filter (is_county and verdict = 'gains') as gains,
        count(*) filter (is_county and verdict = 'loses') as loses,
        count(*) filter (is_county and verdict = 'unit_slip') as unit_slips,
        count(*) filter (is_county and verdict = 'one_sided') as one_sided,
        avg(gain_percent) filter (is_county and compared) as mean_gain_percent,
        count(*) filter (not is_county) as township_claims,
        count(*) filter (not is_county and verdict = 'gains') as township_gains,
        count(*) filter (not is_county and verdict = 'unit_slip') as township_unit_slips,
        avg(gain_percent) filter (not is_county and compared) as township_mean_gain_percent
    from newest group by all
), places as ({PLACES})
select case when mean_gain_percent is not null then rank() over (order by mean_gain_percent desc nulls last) end as place_by_gain,
    coalesce(p.place, counted.region_code) as place, counted.*
from counted left join places p using (region_code)
order by place_by_gain nulls last, region_code
"""  # noqa: S608 - fixed text


def claims(
    connection: DuckDBPyConnection,
    indicators: Mapping[str, Indicator],
    until: str = "9999-12",
    within: str = "",
) -> list[dict[str, Any]]:
    """The newest claim of every unit and indicator beside what the records come to.

    Args:
        connection: Has ``reconciliations``, ``observations`` and ``regions``.
        indicators: By id; claims of others are left out.
        until: Month; later claims are left out.
        within: First digits of region codes; blank for all.

    Returns:
        Rows by verdict, the largest gain first: ``indicator, title, region_code, place, period, unit, claimed, computed``;
        ``gap`` (claimed less computed, in the unit) and ``gap_percent`` (of the computed); ``gain`` and ``gain_percent``,
        the same, positive where the unit gains by it; ``verdict`` (of ``VERDICTS``); ``factor`` and ``slip`` of a slip of the unit;
        ``since`` and ``periods``, how long it has been so; ``place_by_gain`` among counties; ``evidence, records, coverage``
        of the computed figure.
    """
    given = _given(indicators, until) | {"verdicts": list(VERDICTS)}
    rows = ask(connection, _CLAIMS, given).to_pylist()
    return [
        {**row, "title": indicators[row["indicator"]].title, "slip": FACTORS.get(row["factor"])}
        for row in rows
        if row["region_code"].startswith(within)
    ]


def counties(
    connection: DuckDBPyConnection, indicators: Mapping[str, Indicator], until: str = "9999-12"
) -> list[dict[str, Any]]:
    """Counties by how much better they claim to be than their records, on the average of their own claims.

    Returns:
        ``place_by_gain, region_code, place``; of the county's own claims how many there are and of each verdict, and
        ``mean_gain_percent`` (slips of the unit left out); the same of its townships' with ``township_`` before it.
    """
    rows: list[dict[str, Any]] = ask(connection, _COUNTIES, _given(indicators, until)).to_pylist()
    return rows


def _given(indicators: Mapping[str, Indicator], until: str) -> dict[str, Any]:
    return {
        "ids": list(indicators),
        "units": [one.unit for one in indicators.values()],
        "directions": [one.direction for one in indicators.values()],
        "factors": list(FACTORS),
        "until": until,
    }
