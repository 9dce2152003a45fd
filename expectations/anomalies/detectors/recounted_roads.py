"""Road segments of earlier years that come back as this year's work, under whatever name, code or chainage.

The same code and chainage with a later year is the plain case. For others each segment said to be built this year is linked to
the older ones of its county: length, township, class, surface and widths, chainage, code and name. As in record linkage,
an agreement weighs as much as it is rare: the expected number of older segments that agree so by accident is the number of
them times the share that has this length, and so on; class, surface and widths, which hang together, are weighed as one.
Names, codes and chainage may differ freely, for they are what is changed.

Left alone: what the ledger itself marks as repeated, and true rebuilding, where the nature is 改建 or 扩建 and the old row is
gone, or changed in its surface, width or class. At least 10 older segments in the county. Not seen: a segment whose length
and build were both made up anew; one whose length was changed by more than a tenth of a kilometre.

Source: Fellegi and Sunter (1969), A Theory for Record Linkage, JASA 64, 1183-1210; frequencies after Winkler (1989),
Frequency-based Matching in the Fellegi-Sunter Model. A route's code and chainage name one stretch; it is built once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.anomalies.control import discoveries
from expectations.anomalies.scene import RECORD, Scene, each, no_tests, tests

NAME = "recounted_roads"

DATASET = "road_segments"
_FEWEST = 10
_STRETCH = ["route_code", "start_km", "end_km"]
_BUILD = ["technical_class", "surface_type", "surface_width_m", "roadbed_width_m"]
_REBUILT = ("改建", "扩建")
_LENGTHS = (0.0025, 0.02, 0.1)
"""Kilometres by which lengths may differ; the closest that holds is weighed."""

_OTHER_TOWN, _OTHER_BUILD = 10.0, 8.0
"""What a disagreement costs: how seldom one stretch is written so differently, against how often two are."""

_ROWS = f"""
select left(region_code, 6) || '000000' as county, region_code, period, route_code, route_name, start_km, end_km, length_km,
    technical_class, surface_type, surface_width_m, roadbed_width_m, construction_nature, built_year,
    coalesce(is_repeated, false) as is_repeated, {RECORD} as record
from {DATASET} where period <= $until and built_year is not null and length_km > 0
order by period, county, route_code, start_km, record
"""  # noqa: S608


def find(scene: Scene) -> pd.DataFrame:
    """Recounted segments per county and period, in the period in which they came."""
    rows = scene.query(_ROWS) if DATASET in scene.tables else pd.DataFrame()
    if rows.empty:
        return no_tests()
    pairs = pd.concat([_moved(rows), _linked(rows)], ignore_index=True)
    if pairs.empty:
        return no_tests()
    now = rows.groupby(["county", "period"], as_index=False).agg(n=("record", "size"))
    told = pairs.groupby(["county", "period"], as_index=False).agg(
        value=("record", "nunique"),
        km=("length_km", "sum"),
        renamed=("renamed", "sum"),
        records=("both", lambda both: list(dict.fromkeys(one for pair in both for one in pair))),
    )
    table = told.merge(now, on=["county", "period"]).rename(columns={"county": "region_code"})
    value = table["value"].astype(float)
    # Of a county's hundreds of segments one is like an older one by accident sooner or later.
    by_accident = (value == 1) & (table["renamed"] == 1)
    return tests(
        table,
        dataset=DATASET,
        subject="built_year",
        expected=0.0,
        score=value,
        value=value,
        eligible=~by_accident,
    )


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"{row.n} 个路段中有 {row.value:.0f} 个（{row.km:.1f} 公里）像是往年建成的路段又报了一次：{_how(row.value, row.renamed)}，"
        "应为 0 个。值得对照往年验收资料和现场核查；确属改建的请附改建资料。"
        for row in each(found)
    ]


def _how(segments: float, renamed: int) -> str:
    parts = []
    if segments > renamed:
        parts.append(f"{segments - renamed:.0f} 个路线和桩号相同、建设年度比上期报的晚")
    if renamed:
        parts.append(f"{renamed} 个换了名称、编码或桩号，长度、等级、路面和宽度与往年的一个路段相同")
    return "，".join(parts)


def _moved(rows: pd.DataFrame) -> pd.DataFrame:
    """The same stretch with a later year than before."""
    before = rows.groupby(_STRETCH)[["built_year", "construction_nature", "record", *_BUILD]].shift()
    later = (rows["built_year"] > before["built_year"]).to_numpy()
    now, old = rows[later], before[later]
    changed = pd.concat([_differ(now[name], old[name]) for name in ["construction_nature", *_BUILD]], axis=1)
    rebuilt = now["construction_nature"].isin(_REBUILT) & changed.any(axis=1)
    kept = ~rebuilt & ~now["is_repeated"]
    return _pairs(now[kept], old.loc[kept, "record"], renamed=False)


def _linked(rows: pd.DataFrame) -> pd.DataFrame:
    """This year's segments that are older ones by another name, as far as accident does not explain it."""
    first = rows.drop_duplicates([*_STRETCH, "built_year"])
    stretch = rows.groupby(_STRETCH)["period"].transform("min")
    fresh = first[first["period"] == stretch[first.index]]
    fresh = fresh[(fresh["built_year"].astype(str) >= fresh["period"].str[:4]) & ~fresh["is_repeated"]]
    parts = []
    for (period, county), new in fresh.groupby(["period", "county"]):
        seen = rows[(rows["county"] == county) & (rows["period"] <= period)]
        seen = seen.drop_duplicates(_STRETCH, keep="last")
        old = seen[seen["built_year"] < new["built_year"].min()]
        if len(old) >= _FEWEST:
            parts.append(_best(new, old.assign(stands=old["period"] == period), seen["length_km"]))
    tested = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if tested.empty:
        return tested
    linked = discoveries(tested)
    rebuilt = linked["construction_nature"].isin(_REBUILT) & ~linked["stands"].eq(True)
    linked = linked[~rebuilt & linked["record_old"].notna()]
    return _pairs(linked, linked["record_old"], renamed=True)


def _best(new: pd.DataFrame, old: pd.DataFrame, lengths: pd.Series) -> pd.DataFrame:
    """Each new segment with the older one that agrees least by accident, and the chance of such an accident."""
    band = _LENGTHS[-1]
    near = [old.assign(band=(old["length_km"] // band).astype(int) + step) for step in (-1, 0, 1)]
    block = new.assign(band=(new["length_km"] // band).astype(int))
    pairs = block.merge(pd.concat(near), on="band", suffixes=("", "_old"))
    pairs = pairs[~pairs["is_repeated_old"]]
    pairs = pairs.assign(p=-np.expm1(-_accidents(pairs, old, np.sort(lengths.to_numpy(dtype=float)))))
    best = pairs.sort_values("p", kind="stable").drop_duplicates("record").drop_duplicates("record_old")
    columns = ["record", "record_old", "stands", "p"]
    linked = new.merge(best[columns], on="record", how="left")
    return linked.assign(p=linked["p"].fillna(1.0))


def _accidents(
    pairs: pd.DataFrame, old: pd.DataFrame, lengths: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How many older segments would agree by accident as this one does."""
    count = len(old)
    length = pairs["length_km"].to_numpy(dtype=float)
    gap = np.abs(length - pairs["length_km_old"].to_numpy(dtype=float))
    within = np.select([gap <= most for most in _LENGTHS[:-1]], _LENGTHS[:-1], _LENGTHS[-1])
    around = _within(lengths, length, _LENGTHS[-1]) * within / _LENGTHS[-1]
    expected: npt.NDArray[np.float64] = np.maximum(_within(lengths, length, within), around)
    expected *= count / len(lengths)
    expected *= np.where(gap <= _LENGTHS[-1], 1, np.inf)
    town = pairs["region_code"] == pairs["region_code_old"]
    expected *= np.where(town, _share(old, pairs, ["region_code"]), _OTHER_TOWN)
    expected *= _built_alike(pairs, old)
    for name in ("route_code", "start_km", "route_name"):
        same = (pairs[name] == pairs[f"{name}_old"]).to_numpy()
        expected *= np.where(same, np.sqrt(_share(old, pairs, [name])), 1)
    return expected


def _within(
    lengths: npt.NDArray[np.float64], length: npt.NDArray[np.float64], gap: npt.NDArray[np.float64] | float
) -> npt.NDArray[np.float64]:
    """How many other segments are as long, without the two that are compared; half a one where there is none."""
    alike = np.searchsorted(lengths, length + gap, "right") - np.searchsorted(lengths, length - gap, "left")
    return np.asarray(np.maximum(alike - 2, 0.5))


def _built_alike(pairs: pd.DataFrame, old: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Share of older segments of this class, surface and widths; where one of them differs, of the other three."""
    differ = pd.concat([_differ(pairs[name], pairs[f"{name}_old"]) for name in _BUILD], axis=1).to_numpy()
    weight: npt.NDArray[np.float64] = np.where(differ.any(axis=1), np.inf, _share(old, pairs, _BUILD))
    for place, name in enumerate(_BUILD):
        alone = differ[:, place] & (differ.sum(axis=1) == 1)
        if alone.any():
            rest = [one for one in _BUILD if one != name]
            weight[alone] = _OTHER_BUILD * _share(old, pairs[alone], rest)
    return weight


def _share(old: pd.DataFrame, pairs: pd.DataFrame, names: list[str]) -> npt.NDArray[np.float64]:
    counts = old.groupby(names, dropna=False).size().rename("alike").reset_index()
    alike = pairs[names].merge(counts, on=names, how="left")["alike"].to_numpy(dtype=float)
    return np.asarray(np.maximum(np.nan_to_num(alike) - 1, 0.5) / len(old))


def _differ(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one != other) & ~(one.isna() & other.isna())


def _pairs(now: pd.DataFrame, old: pd.Series, renamed: bool) -> pd.DataFrame:
    both = [list(pair) for pair in zip(now["record"], old, strict=True)]
    table = now[["county", "period", "record", "length_km"]].reset_index(drop=True)
    return table.assign(both=pd.Series(both, dtype=object), renamed=renamed)
