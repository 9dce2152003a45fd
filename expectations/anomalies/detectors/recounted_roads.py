"""Road segments of earlier years that come back as this year's work.

The same stretch of the same route is held against the year it was first said to be built in. Documented: old
segments counted again in the next year's achievements. No chance is involved, so there is no p-value.

Source: a route's code and chainage name one stretch (rural road numbering); it is built once.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "recounted_roads"

DATASET = "road_segments"
_RECOUNTED = f"""
with seen as (
    select left(region_code, 6) || '000000' as region_code, period, built_year, length_km,
        lag(built_year) over (partition by route_code, start_km, end_km order by period) as year_before
    from {DATASET} where period <= $until and built_year is not null
)
select region_code, period, count(*) as n,
    count(*) filter (built_year > year_before)::double as value,
    sum(length_km) filter (built_year > year_before) as km
from seen group by all having value > 0 order by all
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Recounted segments per county and period, in the period the year moved."""
    if DATASET not in scene.tables:
        return no_tests()
    rows = scene.query(_RECOUNTED)
    return tests(rows, dataset=DATASET, subject="built_year", expected=0.0, score=rows["value"])


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"{row.n} 个路段中有 {row.value:.0f} 个（{row.km:.1f} 公里）的建设年度比上期报的晚，路线和桩号相同，应为 0 个。"
        "值得核查是否把往年路段再报一次；确属改建的请附改建资料。"
        for row in each(found)
    ]
