"""Some rows of a township are a unit factor (10, 15, 1000 …) from what the same things were the time before.

Rows are followed by the contract's key; a row jumps when one of its amounts lies within seven per cent of a factor by
which units differ from what it was, and farther from the township's middle than before, so that a correction is none.
How often rows jump by themselves is learned from the other townships in the same period. Amounts of one row that jump
together are one slip; the column with most rows is told, in the first period of a year. At least three rows must jump
by the same factor: one cooperative that grew tenfold did perhaps grow. Rows without a past, or without a number of
their own, are left to ``unit_scale``.

Source: Di Zio, Guarnera and Luzi (2005), Editing Systematic Unity Measure Errors through Mixture Modelling, Survey
Methodology 31, 53-63: errors told record by record, by their distance from a factor.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import RECORD, Scene, each, no_tests, tests
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract
from expectations.unit_slips import FACTORS, NEAR

NAME = "unit_of_rows"

_FEWEST_ROWS = 3
_LEAST_JUMP = 0.9
"""Tenfold, less what is near it: the smallest factor."""
_FACTORS = np.array(sorted(FACTORS))


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, column, township, period and factor, from January of the first year judged."""
    parts = [
        _tested(_jumps(places, rows, column.name), contract.dataset, column.name)
        for contract in scene.datasets("snapshot")
        if contract.key and amounts(contract)
        for places, rows in [_followed(scene, contract)]
        for column in amounts(contract)
    ]
    filled = [part for part in parts if len(part)]
    return _clearest(pd.concat(filled, ignore_index=True)) if filled else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    messages = []
    for row in each(found):
        column = scene.contracts[row.dataset].by_name[row.subject]
        times = f"{row.factor:g} 倍" if row.is_up else f"{row.factor:g} 分之一"
        messages.append(
            f"{row.n} 条上期也有的记录中，有 {row.value:.0f} 条的“{column.title}”约为上期（{row.before}）的 {times}，"
            f"其他乡镇按比例只会有 {row.expected:.1f} 条。值得核查这几行用的计量单位（应为{column.unit}）。"
        )
    return messages


def _followed(scene: Scene, contract: Contract) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By township and period the rows that were there before (``n_…``, and the middle they had), and the rows that jump."""
    names = [column.name for column in amounts(contract)]
    key = ", ".join(contract.key)
    logs = ", ".join(f"case when {name} > 0 then log10({name}) end as x_{name}" for name in names)
    lags = ", ".join(f"lag(x_{name}) over past as was_{name}" for name in names)
    jumps = " or ".join(f"abs(x_{name} - was_{name}) >= {_LEAST_JUMP}" for name in names)
    counted = ", ".join(
        f"count(x_{name} - was_{name}) as n_{name}, median(was_{name}) as middle_{name}" for name in names
    )
    base = f"""
        with states as (
            select {key}, region_code as place, period, {logs}, {RECORD} as record,
                count(*) over (partition by {key}, period) as alike
            from {contract.dataset} where period <= $until
        ), moves as (
            select *, {lags}, lag(period) over past as before
            from states where alike = 1 window past as (partition by {key} order by period)
        ), judged as (
            select left(place, 9) || '000' as region_code, * from moves where before is not null and period >= $since
        )
        """  # noqa: S608
    by_place = f"select region_code, period, max(before) as before, {counted} from judged group by 1, 2 order by 1, 2"  # noqa: S608
    by_row = f"select * from judged where {jumps} order by region_code, period, record"  # noqa: S608
    since = f"{scene.months[0][:4]}-01"
    return scene.query(base + by_place, since=since), scene.query(base + by_row, since=since)


def _jumps(places: pd.DataFrame, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Per township and period with rows that were there before: how many, and those that jumped."""
    there = places[places[f"n_{column}"] > 0].rename(
        columns={f"n_{column}": "n", f"middle_{column}": "middle"}
    )
    there = there[["region_code", "period", "before", "n", "middle"]]
    now, was = rows[f"x_{column}"], rows[f"was_{column}"]
    moved = rows.assign(jump=now - was, now=now, was=was)[
        ["region_code", "period", "record", "jump", "now", "was"]
    ]
    moved = moved[moved["jump"].abs() >= _LEAST_JUMP]
    found = there.merge(moved, on=["region_code", "period"], how="left")
    # Coming nearer to the others is a correction.
    astray = (found["now"] - found["middle"]).abs() > (found["was"] - found["middle"]).abs()
    return found.assign(jump=found["jump"].where(astray))


def _tested(jumps: pd.DataFrame, dataset: str, column: str) -> pd.DataFrame:
    """Per township and period the factor by which most rows jumped; one in which none did counts as a test."""
    if jumps.empty:
        return no_tests()
    near = np.abs(jumps["jump"].abs().to_numpy()[:, None] - np.log10(_FACTORS)[None, :])
    is_slip = jumps["jump"].notna() & (np.nan_to_num(near, nan=9.0).min(axis=1) <= NEAR)
    slips = jumps[is_slip].assign(
        factor=_FACTORS[np.nan_to_num(near, nan=9.0).argmin(axis=1)][is_slip], is_up=jumps["jump"] > 0
    )
    places = ["region_code", "period"]
    counted = slips.groupby([*places, "factor", "is_up"], as_index=False).agg(
        value=("jump", "size"), records=("record", list)
    )
    most = counted.sort_values("value", ascending=False, kind="stable").drop_duplicates(places)
    table = jumps.drop_duplicates(places)[[*places, "before", "n"]].merge(most, on=places, how="left")
    table["value"] = table["value"].fillna(0.0)
    table["records"] = table["records"].map(lambda rows: rows if isinstance(rows, list) else [])
    total = table.groupby("period")[["value", "n"]].transform("sum")
    elsewhere = (total["value"] - table["value"] + 0.5) / (total["n"] - table["n"] + 1)
    return tests(
        table.assign(
            p=at_least(table["value"], table["n"], elsewhere),
            expected=elsewhere * table["n"],
            score=table["value"] / table["n"],
            eligible=table["value"] >= _FEWEST_ROWS,
        ),
        dataset=dataset,
        subject=column,
    )


def _clearest(table: pd.DataFrame) -> pd.DataFrame:
    """Of the columns that jump in a township in a year, the one with most rows, the first time."""
    told = table[table["eligible"]].assign(year=table["period"].str[:4])
    told = told.sort_values(["period", "value"], ascending=[True, False], kind="stable")
    first = told.drop_duplicates(["dataset", "region_code", "year"]).index
    return table.assign(eligible=table.index.isin(first))
