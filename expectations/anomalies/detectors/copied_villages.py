"""Two villages' ledgers share rows to the digit far more often than other villages' do: a block was copied.

A row is all its figures together. Rows whose figures many villages have say nothing; of the others, the matches of a
pair are held against what other pairs of the township (across townships: of the city) have by chance, for as many rows.
So a clerk who rounds, whose villages all share rows, raises nothing, nor do father and son on plots of one size. Told
once per pair and year, under one of the villages with the other as the subject; which copied from which it cannot say.

Judged are ledgers with at least two figures a row, and pairs with at least five different rows in common that are a
fifth of the smaller village's. Ledgers of one row a village, and copies in which every row was edited, it cannot see.

Source: Elmagarmid, Ipeirotis and Verykios (2007), Duplicate Record Detection: A Survey, IEEE TKDE 19, 1-16, for blocking
on rare agreements; the Poisson test against the other pairs' rate is ours.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.control import first_of_year
from expectations.anomalies.scene import RECORD, Scene, each, no_tests, tests
from expectations.contracts.model import Contract
from warehouse.codes import DIGITS

NAME = "copied_villages"

_FEWEST_ROWS = 5
_LEAST_SHARE = 0.2
_MOST_VILLAGES = 5
"""Figures that more villages have are common ones: of no weight, and their pairs are too many to count."""


def find(scene: Scene) -> pd.DataFrame:
    """Tests per ledger, period and pair of villages that share a row."""
    parts = [
        _tested(scene, contract, matches)
        for contract in scene.datasets("snapshot")
        if len(_figures(contract)) > 1
        for matches in [_matches(scene, contract)]
        if len(matches)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].title}”与村 {row.subject} 有 {row.value:.0f} 行各项数字分毫不差（较小的村共 {row.n} 行），"
        f"按其他村之间的情况平均只会有 {row.expected:.1f} 行。值得核查是否照抄。"
        for row in each(found)
    ]


def _figures(contract: Contract) -> list[str]:
    return [
        column.name
        for column in contract.columns
        if column.type in ("integer", "number") and column.unit and not column.kind
    ]


def _rows(contract: Contract) -> str:
    names = _figures(contract)
    joined = ", ".join(f"coalesce({name}::varchar, '')" for name in names)
    filled = " + ".join(f"(case when {name} > 0 then 1 else 0 end)" for name in names)
    return (
        f"select region_code, period, {RECORD} as record, concat_ws('|', {joined}) as figures "  # noqa: S608
        f"from {contract.dataset} where period <= $until and right(region_code, 3) <> '000' and {filled} > 1"
    )


def _matches(scene: Scene, contract: Contract) -> pd.DataFrame:
    """Pairs of villages per period: different rows in common, and rows of each."""
    villages = scene.query(
        f"""
        with kinds as (
            select region_code, period, figures from ({_rows(contract)}) group by all
        ), common as (
            select *, count(*) over (partition by period, figures) as villages,
                count(*) over (partition by period, region_code) as n
            from kinds
        )
        select region_code, period, figures, n from common
        where villages between 2 and {_MOST_VILLAGES} order by all
        """  # noqa: S608
    )
    both = villages.merge(villages, on=["period", "figures"], suffixes=("", "_other"))
    both = both[both["region_code"] < both["region_code_other"]]
    return both.groupby(["period", "region_code", "region_code_other", "n", "n_other"], as_index=False).size()


def _tested(scene: Scene, contract: Contract, matches: pd.DataFrame) -> pd.DataFrame:
    from scipy.special import gammainc  # type: ignore[import-untyped]

    table = matches.rename(columns={"region_code_other": "subject", "size": "value"})
    sizes = scene.query(
        f"select region_code, period, count(distinct figures) as n from ({_rows(contract)}) group by all order by all"  # noqa: S608
    )
    digits = DIGITS["township"]
    here = table["region_code"].str[:digits]
    table["town"] = here.where(here == table["subject"].str[:digits], "")
    table = table.join(_chances(sizes, ""), on=["period"]).join(
        _chances(sizes, "town").add_suffix("_town"), on=["period", "town"]
    )
    inside = table["town"] != ""
    product = table["n"] * table["n_other"]
    # A pair is no part of what it is held against; half a match stands for what no pair has had yet.
    alike = table.groupby(["period", "town"])["value"].transform("sum") - table["value"] + 0.5
    among = table.groupby("period")["value"].transform("sum") - table["value"] + 0.5
    rate = among / (table["products"] - product).clip(lower=1)
    near = alike / (table["products_town"] - product).clip(lower=1)
    usual = product * np.where(inside & (near > rate), near, rate)
    pairs = table["pairs_town"].where(inside, table["pairs"])
    smaller = np.minimum(table["n"], table["n_other"])
    value = table["value"].astype(float)
    found = tests(
        table.assign(
            value=value,
            expected=usual,
            n=smaller,
            score=value / smaller,
            p=np.minimum(1, pairs * gammainc(value, usual)),
            eligible=(value >= _FEWEST_ROWS) & (value >= _LEAST_SHARE * smaller),
        ),
        dataset=contract.dataset,
    )
    return _with_records(scene, contract, first_of_year(found, ["region_code", "subject"]))


def _chances(sizes: pd.DataFrame, inside: str) -> pd.DataFrame:
    """Per period (and township): pairs of villages, and pairs of rows in different villages."""
    town = sizes["region_code"].str[: DIGITS["township"]]
    by = sizes.assign(town=town, square=sizes["n"] ** 2).groupby(["period", inside] if inside else ["period"])
    sums = by.agg(villages=("n", "size"), n=("n", "sum"), square=("square", "sum"))
    return pd.DataFrame(
        {
            "pairs": sums["villages"] * (sums["villages"] - 1) / 2,
            "products": (sums["n"] ** 2 - sums["square"]) / 2,
        }
    )


def _with_records(scene: Scene, contract: Contract, found: pd.DataFrame) -> pd.DataFrame:
    """The tests, those that may be told with the rows that both villages have."""
    clear = found[found["eligible"]]
    if clear.empty:
        return found
    codes = sorted({*clear["region_code"], *clear["subject"]})
    rows = scene.query(
        f"select * from ({_rows(contract)}) where list_contains($codes, region_code) order by all",  # noqa: S608
        codes=codes,
    )
    by = dict(iter(rows.groupby(["period", "region_code"])))
    told: dict[tuple[str, str, str], list[str]] = {}
    for row in each(clear):
        one, other = by[row.period, row.region_code], by[row.period, row.subject]
        both = pd.concat([one, other])
        shared = both["figures"].isin(one["figures"]) & both["figures"].isin(other["figures"])
        told[row.period, row.region_code, row.subject] = both.loc[shared, "record"].tolist()
    keys = zip(found["period"], found["region_code"], found["subject"], strict=True)
    return found.assign(
        records=pd.Series([told.get(key, []) for key in keys], index=found.index, dtype=object)
    )
