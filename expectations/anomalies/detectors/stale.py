"""A township's figures repeat those of the period before to the digit, where others' move.

How often a village's figures stand still by themselves is learned from the other townships in the same period, so
that a quiet month in which all stand still raises nothing. Ledgers of many rows a village are judged by the rows that
repeat the figures their key had the period before: the share among at least ten rows against that of at least five
other townships, whose own differences widen what is chance. Of whole villages only snapshots with at least three
columns of amounts are judged, townships of at least three villages, and periods with at least ten villages elsewhere.
Figures that are carried on everywhere at once, copied with a digit changed, or of rows that got another key, cannot be
seen.

Source: UNECE (2019), Generic Statistical Data Editing Models, on checks against earlier periods; Wilson and Hilferty
(1931), The Distribution of Chi-Square, PNAS 17, 684-688, for the spread that a few townships show; the tests against
the other regions' rate of the period are ours.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import at_least, at_least_among_groups
from expectations.anomalies.scene import RECORD, Scene, each, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

NAME = "stale"

_FEWEST_COLUMNS = 3
_FEWEST_VILLAGES = 3
_FEWEST_ELSEWHERE = 10
_FEWEST_ROWS, _FEWEST_SAME, _FEWEST_TOWNS = 10, 5, 5
_LEAST_EXCESS = 0.15
_TRIMMED, _ENOUGH_TO_TRIM = 0.9, 10
_CLEAR = 1e-4


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, township and period."""
    villages = [
        _tested(moves, contract.dataset)
        for contract in scene.datasets("snapshot")
        if len(amounts(contract)) >= _FEWEST_COLUMNS
        for moves in [_moves(scene, contract)]
        if len(moves)
    ]
    rows = [
        _rows_tested(scene, moves, contract)
        for contract in scene.datasets("snapshot")
        if len(amounts(contract)) > 1 and _keys(contract)
        for moves in [scene.query(_row_moves(contract, _COUNTED))]
        if len(moves)
    ]
    if not villages + rows:
        return no_tests()
    found = pd.concat([*villages, *rows], ignore_index=True)
    # Where whole villages stand still, their rows do: told once.
    names = ["dataset", "region_code", "period"]
    clear = pd.MultiIndex.from_frame(found.loc[(found["p"] < _CLEAR) & (found["unit"] == "个村"), names])
    again = (found["unit"] == "行") & pd.MultiIndex.from_frame(found[names]).isin(clear)
    return found[~again]


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"{row.n} {row.unit}中有 {row.value:.0f} {row.unit}的“{scene.contracts[row.dataset].title}”各项数字与上期分毫不差，"
        f"按同期其他乡镇的情况平均只会有 {row.expected:.1f} {row.unit}。值得核查本期是否重新统计。"
        for row in each(found)
    ]


def _moves(scene: Scene, contract: Contract) -> pd.DataFrame:
    """Per township and period: villages that were there before, and how many of them stood still."""
    columns = ", ".join(f"coalesce({column.name}::varchar, '')" for column in amounts(contract))
    present = " or ".join(f"{column.name} > 0" for column in amounts(contract))
    return scene.query(
        f"""
        with states as (
            select region_code, period, string_agg(figures, ';' order by figures) as state
            from (select region_code, period, concat_ws('|', {columns}) as figures
                  from {contract.dataset} where period <= $until and ({present}))
            group by all
        ), moves as (
            select region_code, period, state = lag(state) over (partition by region_code order by period) as still
            from states
        )
        select left(region_code, 9) || '000' as region_code, period, count(*) as n,
            count(*) filter (still) as same
        from moves where still is not null group by all order by all
        """  # noqa: S608
    )


def _tested(moves: pd.DataFrame, dataset: str) -> pd.DataFrame:
    elsewhere = moves.groupby("period")[["same", "n"]].transform("sum") - moves[["same", "n"]]
    usual = (elsewhere["same"] + 0.5) / (elsewhere["n"] + 1)
    judged = (moves["n"] >= _FEWEST_VILLAGES) & (elsewhere["n"] >= _FEWEST_ELSEWHERE)
    return tests(
        moves.assign(
            p=at_least(moves["same"], moves["n"], usual),
            value=moves["same"].astype(float),
            expected=usual * moves["n"],
            score=moves["same"] / moves["n"],
        )[judged],
        dataset=dataset,
        unit="个村",
        eligible=True,
    )


_COUNTED = """
select left(region_code, 9) || '000' as region_code, period, count(*) as n, count(*) filter (figures = before) as same
from moves where before is not null group by all order by all
"""
_REPEATED = """
select left(region_code, 9) || '000' as region_code, period, record
from moves where figures = before and list_contains($codes, left(region_code, 9) || '000') order by all
"""


def _keys(contract: Contract) -> list[str]:
    return [
        c.name for c in contract.columns if c.key and c.role not in ("period", "region_code", "village_name")
    ]


def _row_moves(contract: Contract, ending: str) -> str:
    """SQL over each row's figures and those that its key had in its village the period before."""
    figures = ", ".join(f"coalesce({column.name}::varchar, '')" for column in amounts(contract))
    filled = " + ".join(f"(case when {column.name} > 0 then 1 else 0 end)" for column in amounts(contract))
    keys = ", ".join(_keys(contract))
    present = " and ".join(f"{name} is not null" for name in _keys(contract))
    return f"""
        with states as (
            select region_code, period, {keys}, {RECORD} as record, concat_ws('|', {figures}) as figures
            from {contract.dataset} where period <= $until and {filled} > 1 and {present}
        ), moves as (
            select *, lag(figures) over (partition by region_code, {keys} order by period) as before from states
        )
        {ending}
        """  # noqa: S608


def _rows_tested(scene: Scene, moves: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    table = moves[moves["n"] >= _FEWEST_ROWS].reset_index(drop=True)
    parts = [_against_others(some) for _, some in table.groupby("period") if len(some) > _FEWEST_TOWNS]
    if not parts:
        return no_tests().assign(unit="", eligible=False)
    found = tests(pd.concat(parts), dataset=contract.dataset, subject="rows", unit="行")
    clear = found[found["eligible"] & (found["p"] < _CLEAR)]
    if clear.empty:
        return found
    rows = scene.query(_row_moves(contract, _REPEATED), codes=sorted(set(clear["region_code"])))
    records = rows.groupby(["region_code", "period"])["record"].agg(list).to_dict()
    named = set(zip(clear["region_code"], clear["period"], strict=True))
    keys = zip(found["region_code"], found["period"], strict=True)
    lists = [records[key] if key in named else [] for key in keys]
    return found.assign(records=pd.Series(lists, index=found.index, dtype=object))


def _against_others(towns: pd.DataFrame) -> pd.DataFrame:
    """A period's townships, each against the share of the others and how far it differs between them."""
    share = towns["same"] / towns["n"]
    usual, likeness = [], []
    for at in towns.index:
        others = towns.drop(at)
        if len(others) >= _ENOUGH_TO_TRIM:
            # The highest tenth is left out, so that two that are stale do not excuse each other.
            others = others[share.drop(at) <= share.drop(at).quantile(_TRIMMED)]
        mean = (others["same"].sum() + 0.5) / (others["n"].sum() + 1)
        spread = ((others["same"] / others["n"] - mean) ** 2).mean() / (mean * (1 - mean))
        size = float(1 / (1 / others["n"]).mean())
        usual.append(mean)
        # Few townships show too little of how they differ: the ninth decile of what the spread may be.
        free = len(others) - 1
        may_be = spread / (1 - 2 / (9 * free) - 1.28 * np.sqrt(2 / (9 * free))) ** 3
        likeness.append(np.clip((may_be - 1 / size) / (1 - 1 / size), 0.005, 0.9))
    return towns.assign(
        p=at_least_among_groups(towns["same"], towns["n"], usual, likeness),
        value=towns["same"].astype(float),
        expected=np.array(usual) * towns["n"],
        score=share,
        eligible=(share - usual >= _LEAST_EXCESS) & (towns["same"] >= _FEWEST_SAME),
    )
