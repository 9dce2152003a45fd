"""One interviewer's questionnaires give one answer throughout, far more often than others' in the county.

A county where people are content has many of them, with every interviewer: the share is held against the other
interviewers' of the county, and against how far interviewers differ from each other anyway (beta-binomial).

At least 8 questionnaires of an interviewer and 40 of others in a period. Not seen: a county where every interviewer does
it, which looks like a county that is content.

Source: Krosnick (1991), Response Strategies for Coping with the Cognitive Demands of Attitude Measures in Surveys,
Applied Cognitive Psychology 5, 213-236; dispersion by moments after Williams (1982), Extra-binomial Variation in
Logistic Linear Models, Applied Statistics 31, 144-148.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.anomalies.surveys import rounds, straight

NAME = "straight_lining"

_FEWEST = 8
_FEWEST_OTHERS = 40
_LEAST_SHARE = 0.4
_TIMES = 2.5


def find(scene: Scene) -> pd.DataFrame:
    """Tests per survey, interviewer and period; the region is the county interviewed in."""
    parts = [
        tests(
            _round(rows.assign(straight=straight(answers))),
            dataset=contract.dataset,
            questions=answers.shape[1],
        )
        for contract, rows, answers in rounds(scene)
    ]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"一名访问员的 {row.n} 份问卷中有 {row.value:.0f} 份 {row.questions} 道题全选同一个答案，"
        f"照本县其他访问员应为 {row.expected:.1f} 份左右。值得电话回访这些受访者。"
        for row in each(found)
    ]


def _round(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per interviewer with enough questionnaires."""
    told = rows["record"].where(rows["straight"])
    keys = ["region_code", "period", "interviewer"]
    table: pd.DataFrame = (
        rows.assign(told=told)
        .groupby(keys, as_index=False)
        .agg(
            n=("straight", "size"),
            value=("straight", "sum"),
            records=("told", lambda of: of.dropna().tolist()),
        )
    )
    county = table.groupby(["region_code", "period"])[["n", "value"]].transform("sum")
    everyone = table[["n", "value"]].sum()
    few = county["n"] - table["n"] < _FEWEST_OTHERS
    others = np.where(few, everyone["n"], county["n"]) - table["n"]
    alike = np.where(few, everyone["value"], county["value"]) - table["value"]
    usual = (alike + 1) / (others + 2)
    n = table["n"].to_numpy(dtype=float)
    spread = _spread(table["value"].to_numpy(dtype=float), n, usual)
    effective = n / (1 + (n - 1) * spread)
    table = table.rename(columns={"interviewer": "subject"}).assign(
        p=at_least(table["value"] * effective / n, effective, usual),
        expected=usual * n,
        score=table["value"] / n,
        eligible=(table["value"] >= _LEAST_SHARE * n) & (table["value"] >= _TIMES * usual * n),
        value=table["value"].astype(float),
    )
    judged: pd.DataFrame = table[(table["n"] >= _FEWEST) & (others >= _FEWEST_OTHERS)]
    return judged


def _spread(
    count: npt.NDArray[np.float64], n: npt.NDArray[np.float64], share: npt.NDArray[np.float64]
) -> float:
    """How alike one interviewer's questionnaires are anyway (correlation within); a tenth of the furthest are left out."""
    if len(n) < _FEWEST:
        return 0.05
    squares = (count - n * share) ** 2 / (n * share * (1 - share))
    kept = squares <= np.quantile(squares, 0.9)
    excess = squares[kept].mean() / 0.62 - 1
    return float(np.clip(excess / max(n[kept].mean() - 1, 1), 0, 0.5))
