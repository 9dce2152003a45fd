"""A township's figures repeat those of the period before to the digit, where others' move.

Rows are followed by the contract's key (a plot, a household, a village), and a row stands still when all its amounts
do. How many rows stand still by themselves, and how much that scatters from township to township, is learned from the
other townships in the same period, so that a quiet month in which all stand still raises nothing. Only snapshots with
at least two columns of amounts that are there in a row are judged, townships of at least three such rows, and periods
with at least ten rows elsewhere. What goes on standing still is told once a year, when it is first seen. Figures that
are carried on everywhere at once, or copied with a digit changed in every row, cannot be seen.

Source: UNECE (2019), Generic Statistical Data Editing Models, on checks against earlier periods; the beta-binomial
test against the other regions' share of the period: Skellam (1948), as ``counts`` has it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import first_of_year
from expectations.anomalies.counts import at_least_among, usual_share
from expectations.anomalies.scene import RECORD, Scene, each, lists, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract
from warehouse.frequency import MONTHS

NAME = "stale"

_FEWEST_COLUMNS = 3
_FEWEST_FILLED = 2
_FEWEST_ROWS = 3
_FEWEST_ELSEWHERE = 10
_LEAST_EXCESS = 0.25


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, township and period, from January of the first year judged."""
    parts = [
        _with_records(scene, contract, _tested(moves, contract))
        for contract in scene.datasets("snapshot")
        if len(amounts(contract)) >= _FEWEST_COLUMNS
        for moves in [_moves(scene, contract)]
        if len(moves)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].title}”{row.n} 条上期也有的记录中，有 {row.value:.0f} 条各项数字与上期"
        f"（{row.before}）分毫不差，按同期其他乡镇的情况平均只会有 {row.expected:.1f} 条。值得核查本期是否重新统计。"
        for row in each(found)
    ]


def _moves(scene: Scene, contract: Contract) -> pd.DataFrame:
    """Per township and period: rows that were there before, and how many of them stood still."""
    return scene.query(
        f"""
        select left(place, 9) || '000' as region_code, period, max(before) as before, count(*) as n,
            count(*) filter (still) as same
        from ({_followed(contract)}) group by 1, 2 order by 1, 2
        """,  # noqa: S608
        since=f"{scene.months[0][:4]}-01",
    )


def _followed(contract: Contract) -> str:
    """SQL of the rows that were there before: whether they stood still, and since when."""
    names = [column.name for column in amounts(contract)]
    figures = ", ".join(f"coalesce({name}::varchar, '')" for name in names)
    filled = " + ".join(f"case when {name} > 0 then 1 else 0 end" for name in names)
    key = ", ".join(dict.fromkeys((*contract.key, "region_code") if contract.key else ("region_code",)))
    return f"""
        with states as (
            select {key}, region_code as place, period, concat_ws('|', {figures}) as state, {filled} as filled,
                {RECORD} as record, count(*) over (partition by {key}, period) as alike
            from {contract.dataset} where period <= $until
        ), moves as (
            select place, period, record, state = lag(state) over past as still, lag(period) over past as before
            from states where alike = 1 and filled >= {_FEWEST_FILLED}
            window past as (partition by {key} order by period)
        )
        select * from moves where still is not null and period >= $since
        """  # noqa: S608


def _with_records(scene: Scene, contract: Contract, table: pd.DataFrame) -> pd.DataFrame:
    """The tests, those that may be told with the rows that stood still."""
    told = table[table["eligible"]]
    if told.empty:
        return table
    rows = scene.query(
        f"""
        select left(place, 9) || '000' as region_code, period, list(record) as records
        from ({_followed(contract)})
        where still and list_contains($towns, left(place, 9) || '000') group by 1, 2
        """,  # noqa: S608
        since=f"{scene.months[0][:4]}-01",
        towns=sorted(set(told["region_code"])),
    )
    known = dict(
        zip(zip(rows["region_code"], rows["period"], strict=True), lists(rows["records"]), strict=True)
    )
    records = [
        known.get(key, []) if is_told else []
        for key, is_told in zip(
            zip(table["region_code"], table["period"], strict=True), table["eligible"], strict=True
        )
    ]
    return table.assign(records=records)


def _tested(moves: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    usual = usual_share(moves["same"], moves["n"], moves["period"])
    elsewhere = moves.groupby("period")["n"].transform("sum") - moves["n"]
    judged = (moves["n"] >= _FEWEST_ROWS) & (elsewhere >= _FEWEST_ELSEWHERE)
    share = moves["same"] / moves["n"]
    # What is handed in every month is looked at twelve times a year, and told if it stands out once.
    looks = 12 / MONTHS[contract.frequency]
    table = moves.assign(
        p=np.minimum(1.0, looks * at_least_among(moves["same"], moves["n"], usual["share"], usual["rho"])),
        value=moves["same"].astype(float),
        expected=usual["share"] * moves["n"],
        score=share,
        eligible=share - usual["share"] >= _LEAST_EXCESS,
    )
    return first_of_year(tests(table[judged], dataset=contract.dataset), ["region_code"])
