"""A township's figures repeat those of the period before to the digit, where others' move.

How often a village's figures stand still by themselves is learned from the other townships in the same period, so
that a quiet month in which all stand still raises nothing. Only snapshots with at least three columns of amounts are
judged, townships of at least three villages, and periods with at least ten villages elsewhere. Figures that are
carried on everywhere at once, or copied with a digit changed, cannot be seen.

Source: UNECE (2019), Generic Statistical Data Editing Models, on checks against earlier periods; the binomial test
against the other regions' rate of the period is ours.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract

NAME = "stale"

_FEWEST_COLUMNS = 3
_FEWEST_VILLAGES = 3
_FEWEST_ELSEWHERE = 10


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, township and period."""
    parts = [
        _tested(moves, contract.dataset)
        for contract in scene.datasets("snapshot")
        if len(amounts(contract)) >= _FEWEST_COLUMNS
        for moves in [_moves(scene, contract)]
        if len(moves)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"{row.n} 个村中有 {row.value:.0f} 个村的“{scene.contracts[row.dataset].title}”各项数字与上期分毫不差，"
        f"按同期其他乡镇的情况平均只会有 {row.expected:.1f} 个。值得核查本期是否重新统计。"
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
    )
