"""The household register, every rate's denominator, falls where others' does not: by a step or a little each month.

Each village and township is held against itself one, three, six and eleven months before, less what its county did in
that time. How far a register moves by itself over so many months is learned from the others over the same months
(quasi-Poisson: the variance goes with the size, its dispersion is the others'), so that neither migration nor noise of
any kind needs a model. Rises are never told, so their tail shows how far honest registers stray. In a documented case
301 households were claimed where 341 were real.

A fall that a village of the same township makes good by as large a rise, or a new code takes over, is a household
that moved or a reform, and not told. Told once in twelve months, for the township where most of its villages fall.

Judged are months with at least twenty villages (eight townships), and falls of at least 4 %, eight households and five
scales. It cannot see a register that was too small from its first month on, a fall that half a county shares, or that
households really left together (a resettlement), which is why it is worth a visit and no more.

Source: McCullagh and Nelder (1989), Generalized Linear Models, 9.2, for quasi-likelihood with dispersion; Iglewicz and
Hoaglin (1993), How to Detect and Handle Outliers, for the robust scale; the case is from published notices of the
disciplinary inspection on toilet reform.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from expectations.anomalies.control import below, coarsest_first, discoveries, robust_scale
from expectations.anomalies.scene import Scene, each, no_tests, tests
from warehouse.codes import DIGITS, covering
from warehouse.periods import Month

NAME = "shrunk_denominator"

DATASET, COLUMN = "household_register", "households"
_LAGS = (1, 3, 6, 11)
_QUIET_MONTHS = 12
_FEWEST_VILLAGES, _FEWEST_TOWNS = 20, 8
_LEAST_FALL, _LEAST_HOUSEHOLDS = 0.04, 8
_FAR = 5.0
"""Families leave together and are entered in batches, so that honest registers stray further than normal ones."""
_FALLEN = 0.02
_DECILE, _ITS_SCORE = 0.9, 1.645
_TAIL, _TAIL_SCORE, _ENOUGH_FOR_TAIL = 0.98, 2.054, 100

_STATES = f"""
select region_code, period, sum({COLUMN})::double as households from {DATASET}
where period <= $until group by all having sum({COLUMN}) > 0 order by all
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Tests per township and village and month."""
    if DATASET not in scene.tables:
        return no_tests()
    states = scene.query(_STATES)
    if states.empty:
        return no_tests()
    wide = states.pivot(index="region_code", columns="period", values="households")
    compared = [pair for lag in _LAGS for pair in _pairs(wide, lag)]
    if not compared:
        return no_tests()
    table = pd.concat(compared, ignore_index=True)
    strongest = table.sort_values(["score", "lag"]).drop_duplicates(["region_code", "period"])
    found = tests(
        strongest.assign(p=np.minimum(1, len(_LAGS) * below(strongest["score"]))),
        dataset=DATASET,
        subject=COLUMN,
    )
    return _once(coarsest_first(found.sort_values(["period", "region_code"])))


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"农户底册总户数 {row.value:.0f} 户；{row.since} 为 {row.then:.0f} 户，按同期其他村的变化应有 {row.expected:.0f} 户，"
        f"少了 {1 - row.value / row.expected:.0%}（{row.n} 个村）。户数是普及率的分母，值得核查是否漏报。"
        for row in each(found)
    ]


def _pairs(wide: pd.DataFrame, lag: int) -> Iterator[pd.DataFrame]:
    """Villages and townships of each month against ``lag`` months before."""
    seen = wide.notna().cumsum(axis=1)
    for period in wide.columns:
        since = str(Month(period) - lag)
        if since not in wide.columns:
            continue
        both = pd.DataFrame({"then": wide[since], "now": wide[period]}).dropna()
        both["expected"] = _expected(both)
        if len(both) < _FEWEST_VILLAGES:
            continue
        fixed: dict[str, Any] = {"period": period, "since": since, "lag": lag}
        villages = _scored(both).assign(n=1)
        new = wide.loc[wide[period].notna() & (seen[since] == 0), period]
        yield _not_moved(villages, new).assign(**fixed)
        town = pd.Series(both.index.map(lambda code: covering(code, "township")), index=both.index)
        if town.nunique() >= _FEWEST_TOWNS:
            fell = (villages["now"] < (1 - _FALLEN) * villages["expected"]).groupby(town).mean()
            scored = _scored(both.groupby(town).sum()).assign(n=both.groupby(town).size())
            yield scored.assign(eligible=scored["eligible"] & (fell > 0.5), **fixed).reset_index(
                names="region_code"
            )


def _expected(both: pd.DataFrame) -> pd.Series:
    """A village's households, had it moved as the middle half of its county's villages did."""
    county = both.index.str[: DIGITS["county"]]
    size = both["then"].groupby(county).transform("size")
    # Migration is a county's matter; where it has too few to tell, the city's.
    common = county.to_series(index=both.index).where(size >= _FEWEST_VILLAGES, "")
    change = (both["now"] - both["then"]) / np.sqrt(both["then"])
    by = change.groupby(common)
    middle = both[change.between(by.transform("quantile", 0.25), by.transform("quantile", 0.75))]
    sums = middle.groupby(common)[["then", "now"]].sum()
    return both["then"] * common.map(sums["now"] / sums["then"])


def _scored(both: pd.DataFrame) -> pd.DataFrame:
    """How many of the others' scales a region lies away from what was expected of it."""
    expected = both["expected"]
    apart = both["now"] - expected
    # Noise that goes with the square root of the size, or with the size: the larger of both counts.
    by_root, by_size = (expected**power * _scale(apart / expected**power) for power in (0.5, 1.0))
    noise = by_root.where(by_root > by_size, by_size)
    score = apart / np.sqrt(noise**2 + 1)
    fall = (-apart >= _LEAST_FALL * expected) & (-apart >= _LEAST_HOUSEHOLDS) & (score <= -_FAR)
    return both.assign(score=score, value=both["now"], eligible=fall)


def _scale(apart: pd.Series) -> float:
    """The others' scale: more than half of them may stand still, and few stray far."""
    scales = [
        robust_scale(apart, 0.0),
        float(apart.abs().quantile(_DECILE, interpolation="lower")) / _ITS_SCORE,
    ]
    if len(apart) >= _ENOUGH_FOR_TAIL:
        scales.append(float(apart.quantile(_TAIL, interpolation="lower")) / _TAIL_SCORE)
    return max(scales)


def _not_moved(villages: pd.DataFrame, new: pd.Series) -> pd.DataFrame:
    """The villages, where a fall that its township's other villages took over may not be told."""
    town = villages.index.str[: DIGITS["township"]]
    apart = villages["now"] - villages["expected"]
    rises = apart.where((villages["score"] > 3) & (apart > 0), 0.0).groupby(town).sum()
    gained = rises.add(new.groupby(new.index.str[: DIGITS["township"]]).sum(), fill_value=0)
    moved = gained.reindex(town).fillna(0).to_numpy() >= 0.5 * -apart.to_numpy()
    return villages.assign(eligible=villages["eligible"] & ~moved).reset_index(names="region_code")


def _once(found: pd.DataFrame) -> pd.DataFrame:
    """The tests, where what was told of a village or its township in the months before is no longer to be told."""
    told: dict[str, Month] = {}
    kept = []
    for row in each(discoveries(found).sort_values(["period", "region_code"])):
        month, town = Month(row.period), covering(row.region_code, "township")
        last = [told[code] for code in (row.region_code, town) if code in told]
        if all(month - _QUIET_MONTHS >= before for before in last):
            told[row.region_code] = month
            kept.append((row.period, row.region_code))
    keys = pd.MultiIndex.from_frame(found[["period", "region_code"]])
    return found.assign(eligible=found["eligible"] & keys.isin(kept) if kept else False)
