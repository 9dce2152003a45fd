"""What can only grow within a year is less than the last time it was handed in, or some of it is no longer there.

Counts of what was done (次, 人次) are kept from January on; a road network does not shrink by a twentieth from one
quarter to the next. Things that have a number of their own (a route) are followed one by one as well, so that one that
vanishes is told though others of the township became longer; one that came back under another number with the same
length, or in another township, is not missed. No chance is involved, so there is no p-value. It cannot see a fall by
less than a twentieth of the township's figure.

Source: arithmetic; a cumulative figure is not smaller than the one before (累计数不小于上期累计数).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from expectations.anomalies.scene import RECORD, Scene, each, figure, lists, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

NAME = "falling"

_COUNTED = ("次", "人次")
_GROWING = {"road_segments": ("length_km", "route_code")}
"""By dataset, what does not become less, and the number by which a thing is known."""
_SLACK = 0.05
_SAME = 0.01


def find(scene: Scene) -> pd.DataFrame:
    """Falls per dataset, column, township and period."""
    parts = []
    for contract in scene.datasets("snapshot"):
        column, number = _GROWING.get(contract.dataset, ("", ""))
        counted = [one.name for one in amounts(contract) if one.unit in _COUNTED]
        parts += [_falls(scene, contract, name) for name in [*counted, *([column] if column else [])]]
        if number:
            parts.append(_vanished(scene, contract, column, number))
    found = pd.concat([part for part in parts if len(part)] or [no_tests()], ignore_index=True)
    return found.drop_duplicates(["dataset", "subject", "region_code", "period"], keep="last")


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [_vanishing(scene, row) if isinstance(row.gone, str) else _fall(scene, row) for row in each(found)]


def _fall(scene: Scene, row: pd.Series) -> str:
    column = scene.contracts[row.dataset].by_name[row.subject]
    return (
        f"累计数“{column.title}”本期 {figure(row.value)} {column.unit}，上期（{row.earlier}）{figure(row.expected)} {column.unit}，"
        f"减少 {figure(row.expected - row.value)}（{row.n} 条记录）。值得核查是漏报还是上期多报。"
    )


def _vanishing(scene: Scene, row: pd.Series) -> str:
    contract = scene.contracts[row.dataset]
    column, number = contract.by_name[row.subject], contract.by_name[_GROWING[row.dataset][1]]
    return (
        f"上期（{row.earlier}）有的 {row.n} 个“{number.title}”（{row.gone}）本期不见了，合计 {figure(row.missing)} {column.unit}，"
        f"占本乡镇上期的 {row.score:.0%}；本期合计 {figure(row.now)} {column.unit}，上期 {figure(row.expected)}。"
        "值得核查是漏报、改号还是上期多报。"
    )


def _falls(scene: Scene, contract: Contract, column: str) -> pd.DataFrame:
    rows = scene.query(
        f"""
        with totals as (
            select left(region_code, 9) || '000' as region_code, period, sum({column})::double as value, count(*) as n
            from {contract.dataset} where period <= $until and {column} is not null group by all
        ), moved as (
            select *, lag(value) over past as expected, lag(period) over past as earlier from totals
            window past as (partition by region_code, left(period, 4) order by period)
        )
        select * from moved where value < (1 - {_SLACK}) * expected order by all
        """  # noqa: S608
    )
    score = 1 - rows["value"] / rows["expected"]
    return tests(rows, dataset=contract.dataset, subject=column, score=score, gone=np.nan)


def _vanished(scene: Scene, contract: Contract, column: str, number: str) -> pd.DataFrame:
    """Per township and period, the things of the period before that are nowhere, where they come to enough."""
    held = scene.query(
        f"""
        with held as (
            select left(region_code, 9) || '000' as region_code, period, {number} as thing,
                sum({column})::double as size, list({RECORD}) as records
            from {contract.dataset} where period <= $until and {column} is not null and {number} is not null
            group by 1, 2, 3
        )
        select * from held order by region_code, period, thing
        """  # noqa: S608
    )
    if held.empty:
        return no_tests()
    before = {period: past for past, period in zip(*_following(held["period"]), strict=True)}
    now = held.assign(earlier=held["period"].map(before))
    then = held.rename(columns={"period": "earlier", "size": "was"})
    places = now.drop_duplicates(["region_code", "period"])[["region_code", "period", "earlier"]].dropna()
    known = places.merge(then, on=["region_code", "earlier"])
    here = pd.MultiIndex.from_frame(now[["period", "thing"]])
    gone = known[~pd.MultiIndex.from_frame(known[["period", "thing"]]).isin(here)]
    gone = gone[~_renumbered(gone, now, known)]
    totals = now.groupby(["region_code", "period"])["size"].sum()
    was = known.groupby(["region_code", "period"])["was"].sum()
    by = gone.groupby(["region_code", "period", "earlier"], as_index=False).agg(
        missing=("was", "sum"), n=("thing", "size"), gone=("thing", lambda names: "、".join(list(names)[:5])),
        records=("records", lambda parts: [one for part in lists(parts) for one in part]),
    )  # fmt: skip
    if by.empty:
        return no_tests()
    at = pd.MultiIndex.from_frame(by[["region_code", "period"]])
    by = by.assign(now=totals.reindex(at).to_numpy(), expected=was.reindex(at).to_numpy())
    by["value"] = by["expected"] - by["missing"]
    by["score"] = by["missing"] / by["expected"]
    return tests(by[by["score"] >= _SLACK], dataset=contract.dataset, subject=column)


def _following(periods: pd.Series) -> tuple[list[str], list[str]]:
    """Each period and the next one, of the same year."""
    ordered = sorted(periods.unique())
    pairs = [(a, b) for a, b in pairwise(ordered) if a[:4] == b[:4]]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _renumbered(gone: pd.DataFrame, now: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Whether a thing of the same size came up in the township that was not there before."""
    old = pd.MultiIndex.from_frame(known[["period", "thing"]])
    fresh = now[~pd.MultiIndex.from_frame(now[["period", "thing"]]).isin(old)]
    sizes = {
        place: part["size"].to_numpy() for place, part in fresh.groupby(["region_code", "period"], sort=False)
    }
    return pd.Series(
        [
            bool(
                (
                    abs(sizes.get((row.region_code, row.period), np.empty(0)) - row.was) <= _SAME * row.was
                ).any()
            )
            for row in each(gone)
        ],
        index=gone.index,
        dtype=bool,
    )
