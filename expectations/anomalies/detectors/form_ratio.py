"""A township's form says more than its ledger, by more than other townships' forms do.

Ledger and form need not agree: plots may be a sample, and forms count what no ledger has. What is judged is the ratio
of the two against the other townships of the period, on a logarithmic scale and robustly; a whole county whose ratio
lies off is judged against the other counties' townships too. Told from two per cent above the others on; at least ten
townships must have both. It cannot see a form raised by as much everywhere.

Source: Hidiroglou and Berthelot (1986), Statistical Editing and Imputation for Periodic Business Surveys, Survey
Methodology 12, 73-83: ratios judged by the spread of the others' ratios.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import below, coarsest_first, robust_scales
from expectations.anomalies.scene import Scene, each, figure, no_tests, tests

NAME = "form_ratio"

DATASET, LEDGER = "rural_statistics", "grain_plots"
_FEWEST_TOWNS = 10
_FEWEST_OF_A_COUNTY = 3
_LEAST_ABOVE = 0.02
_FLOOR = 0.004

_MEASURES = {
    "area_mu": ("播种面积", "亩", "(一、)?(全年)?粮食(作物)?(合计)?/(播种)?面积"),
    "output_kg": ("产量", "公斤", "(一、)?(全年)?粮食(作物)?(合计)?/总?产量"),
}
"""By column of the ledger, what it is called, its unit, and how the form's line is named."""
_UNITS = (
    "case unit when '亩' then 1 when '万亩' then 10000 when '公顷' then 15 when '千公顷' then 15000 "
    "when '公斤' then 1 when '吨' then 1000 when '万吨' then 10000000 end"
)


def find(scene: Scene) -> pd.DataFrame:
    """Tests per measure, township and county, and period."""
    if not {DATASET, LEDGER} <= scene.tables:
        return no_tests()
    parts = [_tested(_ratios(scene, column, name), column) for column, (_, _, name) in _MEASURES.items()]
    filled = [part for part in parts if len(part)]
    return coarsest_first(pd.concat(filled, ignore_index=True)) if filled else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    messages = []
    for row in each(found):
        title, unit, _ = _MEASURES[row.subject]
        messages.append(
            f"统计报表的粮食{title} {figure(row.value)} {unit}，是地块台账的 {row.ratio:.3f} 倍；同期其他乡镇（{row.n} 个）一般是 "
            f"{row.usual:.3f} 倍，按此应为 {figure(row.expected)} {unit}。值得核查报表的数从哪里来。"
        )
    return messages


def _ratios(scene: Scene, column: str, name: str) -> pd.DataFrame:
    return scene.query(
        f"""
        with forms as (
            select region_code, period, sum(value * {_UNITS})::double as value from {DATASET}
            where period <= $until and form like '%粮食%' and basis = '本年' and right(region_code, 6) <> '000000'
                and regexp_full_match(concat_ws('/', indicator, nullif(item, '数值')), '{name}')
            group by 1, 2
        ), ledgers as (
            select left(region_code, 9) || '000' as region_code, period, sum({column})::double as ledger
            from {LEDGER} where period <= $until group by 1, 2
        )
        select f.region_code, f.period, f.value, l.ledger, ln(f.value / l.ledger) as x
        from forms f join ledgers l on f.region_code = l.region_code and f.period = l.period
        where f.value > 0 and l.ledger > 0 order by 1, 2
        """  # noqa: S608
    )


def _tested(towns: pd.DataFrame, column: str) -> pd.DataFrame:
    if towns.empty:
        return no_tests()
    scale = robust_scales(towns["x"], [towns["period"]], _FLOOR)
    middle = towns["x"].groupby(towns["period"]).transform("median")
    towns = towns.assign(usual=middle, scale=scale, n=towns.groupby("period")["x"].transform("size"))
    towns = towns[towns["n"] >= _FEWEST_TOWNS]
    by = [towns["region_code"].str[:6] + "000000", towns["period"]]
    counties = towns.groupby(by).agg(
        value=("value", "sum"), ledger=("ledger", "sum"), x=("x", "median"), usual=("usual", "first"),
        scale=("scale", "first"), n=("n", "first"), towns=("x", "size"),
    )  # fmt: skip
    counties = counties[counties["towns"] >= _FEWEST_OF_A_COUNTY].reset_index()
    counties["scale"] = np.maximum(counties["scale"] * 1.2533 / np.sqrt(counties["towns"]), _FLOOR)
    table = pd.concat([towns, counties], ignore_index=True)
    apart = table["x"] - table["usual"]
    return tests(
        table.assign(
            score=apart / table["scale"],
            p=below(-apart / table["scale"]),
            expected=table["ledger"] * np.exp(table["usual"]),
            ratio=np.exp(table["x"]),
            usual=np.exp(table["usual"]),
            eligible=apart >= np.log1p(_LEAST_ABOVE),
        ),
        dataset=DATASET,
        subject=column,
    )
