"""Surveys told by their design: villages count by their size, and people of one village resemble each other.

A survey that says what its answers stand for (``weight``) has, wherever two villages or more were asked, the share of all
that live there and not of those who answered; the interval goes by the spread between villages. Where one village was
asked, or the size of one that was asked is not known, the plain share and its Wilson interval stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.indicators.model import Indicator
from warehouse.sampling import Share, share_of_clusters
from warehouse.schemas import OBSERVATIONS

if TYPE_CHECKING:
    from warehouse.engines import Desk

_KEY = ("indicator", "region_code", "period")

# What is asked in several months of a year is one survey of it; a village stands for what it was on average.
_ASKED = """
with asked as (
    select indicator, region_code, period, as_of,
        sum(value) filter (side = 'numerator') as hits, sum(value) filter (side = 'denominator') as answers,
        sum(value) filter (side = 'weight') as size
    from parts join complete using (indicator, as_of, region_code)
    group by indicator, region_code, period, as_of
), villages as (
    select indicator, region_code, period, max(as_of) as as_of, sum(coalesce(hits, 0))::double as hits,
        sum(answers)::double as answers, case when count(size) = count(*) then avg(size)::double end as size
    from asked where answers > 0 group by indicator, region_code, period
)
select v.indicator, t.ancestor as region_code, v.period, v.hits, v.answers, v.size
from villages v join tree t using (region_code) join weighed using (indicator)
where v.as_of >= t.since and v.as_of < t.until
order by v.indicator, t.ancestor, v.period, v.region_code
"""


def weigh(desk: Desk, observed: pa.Table, indicators: Mapping[str, Indicator]) -> pa.Table:
    """Observations just rolled up, surveys among them by their design.

    Args:
        desk: As ``roll_up`` left it.
        observed: What that gave.
        indicators: By id.
    """
    weighed = [one.id for one in indicators.values() if one.weight]
    if not weighed:
        return observed
    desk.lay("weighed", pa.table({"indicator": weighed}))
    shares = _shares(desk.ask(_ASKED))
    return _put(observed, shares, {name: indicators[name].scale for name in weighed})


def _shares(asked: pa.Table) -> dict[str, Share]:
    """By observation, what is known by design."""
    keys = _keys(asked).to_pylist()
    hits, answers, sizes = (
        asked[name].to_numpy(zero_copy_only=False) for name in ("hits", "answers", "size")
    )
    ends = [at for at in range(1, len(keys) + 1) if at == len(keys) or keys[at] != keys[at - 1]]
    found: dict[str, Share] = {}
    for start, end in zip([0, *ends], ends, strict=False):
        own = slice(start, end)
        if end - start > 1 and np.isfinite(sizes[own]).all() and (sizes[own] > 0).all():
            found[keys[start]] = share_of_clusters(hits[own], answers[own], sizes[own])
    return found


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(table[name].cast(pa.string()) for name in _KEY), "|")


def _put(observed: pa.Table, shares: Mapping[str, Share], scales: Mapping[str, float]) -> pa.Table:
    """The shares in their rows; ``numerator`` keeps to value × ``denominator``."""
    place = pc.index_in(_keys(observed), value_set=pa.array(list(shares), pa.string())).combine_chunks()
    scale = pa.array([scales[key.partition("|")[0]] for key in shares], pa.float64())
    told = {
        name: pa.array([getattr(one, name) for one in shares.values()], pa.float64())
        for name in ("value", "low", "high", "design_effect")
    }
    columns = {
        "value": pc.multiply(told["value"], scale),
        "interval_low": pc.multiply(told["low"], scale),
        "interval_high": pc.multiply(told["high"], scale),
        "design_effect": told["design_effect"],
    }  # fmt: skip
    for name, values in columns.items():
        at = observed.schema.get_field_index(name)
        observed = observed.set_column(at, name, pc.coalesce(values.take(place), observed[name]))
    at = observed.schema.get_field_index("numerator")
    weighed = pc.multiply(told["value"].take(place), observed["denominator"])
    return observed.set_column(at, "numerator", pc.coalesce(weighed, observed["numerator"])).cast(
        OBSERVATIONS
    )
