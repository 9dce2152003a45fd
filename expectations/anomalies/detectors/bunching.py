"""Incomes lie just over a line and hardly any just under it: written down to the line, not counted up to it.

Programmes draw their lines where they like, so every half thousand between three quarters and 1.3 times the median is tried.
In a window of three per cent on either side the share that lies above is held against the other counties' share in the
same window: how density changes over the line by itself is the same for all. Figures exactly on the line, or on a
round hundred, are left out, for people round. At least 40 households of a county must lie in the window, and 80
elsewhere. Told once a year, of the line that is clearest. Who is lifted far over the line, or lifted everywhere at
once, cannot be seen.

Source: McCrary (2008), Manipulation of the Running Variable in the Regression Discontinuity Design, Journal of
Econometrics 142, 698-714; counts on both sides as in Cattaneo, Jansson and Ma (2020), Simple Local Polynomial Density
Estimators, J. Am. Stat. Assoc. 115, 1449-1455, section on binomial tests.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import at_least, first_of_year
from expectations.anomalies.scene import RECORD, Scene, each, figure, lists, no_tests, tests

NAME = "bunching"

DATASET, COLUMN = "monitored_households", "per_capita_income_yuan"
_STEP = 500
_WINDOW = 0.03
_LOW, _HIGH = 0.75, 1.3
"""Lines tried lie between so many times the median."""
_FEWEST, _FEWEST_ELSEWHERE = 40, 80
_LEAST_EXCESS = 0.2
_MONTHS = 12
"""The same households are looked at again every month, and told if they stand out once."""


def find(scene: Scene) -> pd.DataFrame:
    """Tests per county and period: the clearest of the lines tried, as the best of so many."""
    if DATASET not in scene.tables:
        return no_tests()
    counts = scene.query(
        f"""
        with incomes as (
            select left(region_code, 6) || '000000' as region_code, period, {COLUMN}::double as x
            from {DATASET} where period between $since and $until and {COLUMN} > 0 and {COLUMN} % 100 <> 0
        ), spans as (
            select period, {_LOW} * median(x) as low, {_HIGH} * median(x) as high from incomes group by 1
        ), near as (
            select i.region_code, i.period, i.x, round(i.x / {_STEP}) * {_STEP} as line
            from incomes i join spans s on s.period = i.period
            where round(i.x / {_STEP}) * {_STEP} between s.low and s.high
        )
        select region_code, period, line, count(*) as n, count(*) filter (x > line) as above from near
        where abs(x - line) <= {_WINDOW} * line group by 1, 2, 3 order by 1, 2, 3
        """,  # noqa: S608
        since=f"{scene.months[0][:4]}-01",
    )
    if counts.empty:
        return no_tests()
    return _with_records(scene, first_of_year(_tested(counts), ["region_code"]))


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    column = scene.contracts[DATASET].by_name[COLUMN]
    return [
        f"“{column.title}”在 {figure(row.line)} {column.unit}上下 3% 之内有 {row.n} 户，其中 {row.value:.0f} 户刚过线，"
        f"按其他县区的分布应为 {row.expected:.0f} 户。值得回访刚过线的户，看收入各部分是怎么算的。"
        for row in each(found)
    ]


def _tested(counts: pd.DataFrame) -> pd.DataFrame:
    alike = [counts["period"], counts["line"]]
    total = counts.groupby(alike)[["above", "n"]].transform("sum")
    others = total - counts[["above", "n"]]
    usual = (others["above"] + 0.5) / (others["n"] + 1)
    judged = (counts["n"] >= _FEWEST) & (others["n"] >= _FEWEST_ELSEWHERE)
    table = counts.assign(usual=usual, p=at_least(counts["above"], counts["n"], usual))[judged]
    tried = table.groupby(["region_code", "period"])["line"].transform("size")
    table = table.assign(p=np.minimum(1.0, table["p"] * tried * _MONTHS))
    table = table.sort_values("p", kind="stable").drop_duplicates(["region_code", "period"]).sort_index()
    share = table["above"] / table["n"]
    return tests(
        table.assign(
            value=table["above"].astype(float),
            expected=table["usual"] * table["n"],
            score=share - table["usual"],
            eligible=share - table["usual"] >= _LEAST_EXCESS,
        ),
        dataset=DATASET,
        subject=COLUMN,
    )


def _with_records(scene: Scene, table: pd.DataFrame) -> pd.DataFrame:
    """The tests, those that may be told with the rows just over the line."""
    rows = [
        scene.query(
            f"select list({RECORD}) as records from {DATASET} where period = $period "  # noqa: S608
            f"and left(region_code, 6) = $county and {COLUMN} > $line and {COLUMN} <= $most",
            period=one.period,
            county=one.region_code[:6],
            line=one.line,
            most=one.line * (1 + _WINDOW),
        )["records"]
        if one.eligible and one.p < 0.05
        else pd.Series([[]])
        for one in each(table)
    ]
    return table.assign(records=[lists(part).iloc[0] for part in rows])
