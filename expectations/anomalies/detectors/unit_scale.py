"""A county's or township's figures lie a whole unit factor (10, 1000, 亩 and 公顷 …) from its peers or its own past.

Medians of logarithms are compared, robustly, with the other regions of the month and with the region's month before;
what stands out is told only where the distance is near a factor by which units differ.

Source: Di Zio, Guarnera and Luzi (2005), Editing Systematic Unity Measure Errors through Mixture Modelling, Survey
Methodology 31, 53-63.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import coarsest_first, robust_scales, two_sided
from expectations.anomalies.scene import Scene, each, figure, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract
from expectations.unit_slips import FACTORS

NAME = "unit_scale"

_FACTORS = np.array(list(FACTORS))
_NEAR = 0.12
_FLOOR = 0.05
_FEWEST_PEERS = 5
_FEWEST_VALUES = 5


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, column, region and month."""
    parts = [
        _tested(medians, contract.dataset)
        for contract in scene.datasets()
        for digits in (6, 9)
        for medians in [_medians(scene, contract, digits)]
        if len(medians)
    ]
    return coarsest_first(pd.concat(parts, ignore_index=True)) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    messages = []
    for row in each(found):
        column = scene.contracts[row.dataset].by_name[row.subject]
        than = "上期" if row.by_history else "同期其他地区"
        times = f"{row.factor:g} 倍" if row.score > 0 else f"{row.factor:g} 分之一"
        messages.append(
            f"“{column.title}”中位数 {figure(row.value)} {column.unit}，{than}约 {figure(row.expected)} {column.unit}，"
            f"接近 {times}（{row.n} 个数）。值得核查填报时用的计量单位。"
        )
    return messages


def _medians(scene: Scene, contract: Contract, digits: int) -> pd.DataFrame:
    """Long: region, period, column, median logarithm, number of positive values."""
    columns = amounts(contract)
    if not columns:
        return pd.DataFrame()
    measures = ", ".join(
        f"median(log10({c.name})) filter ({c.name} > 0) as x_{c.name}, "
        f"count(*) filter ({c.name} > 0) as n_{c.name}"
        for c in columns
    )
    wide = scene.query(
        f"select rpad(left(region_code, {digits}), 12, '0') as region_code, period, {measures} "  # noqa: S608
        f"from {contract.dataset} where period <= $until group by all order by all"
    )
    table = pd.concat(
        [
            wide[["region_code", "period"]].assign(
                subject=c.name, x=wide[f"x_{c.name}"], n=wide[f"n_{c.name}"]
            )
            for c in columns
        ]
    )
    return table[table["n"] >= _FEWEST_VALUES]


def _tested(medians: pd.DataFrame, dataset: str) -> pd.DataFrame:
    table = medians.sort_values(["subject", "region_code", "period"]).reset_index(drop=True)
    table["before"] = table.groupby(["subject", "region_code"])["x"].shift()
    alike = [table["subject"], table["period"]]
    peers = table["x"].groupby(alike)
    table["peers"] = peers.transform("median")
    beside = (table["x"] - table["peers"]) / robust_scales(table["x"], alike, _FLOOR)
    change = table["x"] - table["before"]
    usual = change.groupby(alike).transform("median")
    past = (change - usual) / robust_scales(change, alike, _FLOOR)
    table["by_history"] = past.abs().fillna(0) > beside.abs()
    table["score"] = past.where(table["by_history"], beside)
    base = table["before"].where(table["by_history"], table["peers"])
    gap = (table["x"] - base).abs().to_numpy()
    near = np.abs(gap[:, None] - np.log10(_FACTORS)[None, :])
    table["factor"] = _FACTORS[near.argmin(axis=1)]
    # Coming back to where the others are is a correction, not a slip.
    astray = (table["x"] - table["peers"]) * np.sign(table["x"] - base) >= gap / 2
    enough = peers.transform("size") >= _FEWEST_PEERS
    p = np.minimum(1, 2 * two_sided(table["score"]))
    found = table.assign(
        value=10 ** table["x"], expected=10**base, p=p, eligible=astray & (near.min(axis=1) <= _NEAR)
    )
    return tests(found[enough], dataset=dataset)
