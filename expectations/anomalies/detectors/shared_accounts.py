"""One bank card or telephone stands behind several households.

Cards and telephones are compared as tokens; no number is shown. Told are at least three different households of one
village on one card or number; a number that stands behind more than thirty is the village office's, written where
people have none, and says nothing. Brothers, and father and son, are two. A card used under two numbers, or another
card of the same person, cannot be seen. No chance is involved.

Source: payments to rural households go to the householder's own account (惠民惠农财政补贴资金“一卡通”管理, 财办〔2020〕37号).
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.scene import RECORD, Scene, each, lists, no_tests, tests
from expectations.contracts.model import Contract

NAME = "shared_accounts"

_KINDS = ("bank_card", "phone")
_FEWEST_HOUSEHOLDS = 3
_MOST_HOUSEHOLDS = 30


def find(scene: Scene) -> pd.DataFrame:
    """Cards and numbers with too many households, per dataset, column, village and the period in which the third came."""
    parts = [
        _shared(scene, contract, column.name, household)
        for contract in scene.datasets()
        for household in [_household(contract)]
        if household
        for column in contract.columns
        if column.kind in _KINDS
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return no_tests()
    return pd.concat(filled, ignore_index=True)


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].title}”中有 {row.accounts} 个“{scene.contracts[row.dataset].by_name[row.subject].title}”"
        f"各对应本村三户以上，共涉及 {row.value:.0f} 户，应为一户一个。值得逐户核对钱打到了谁的账上、电话是谁的。"
        for row in each(found)
    ]


def _household(contract: Contract) -> str:
    """The column by which households are told apart, blank where people are not householders."""
    if "household_number" in contract.by_name:
        return "household_number"
    return "resident_id" if "householder" in contract.by_name and "resident_id" in contract.by_name else ""


def _shared(scene: Scene, contract: Contract, column: str, household: str) -> pd.DataFrame:
    rows = scene.query(
        f"""
        with households as (
            select region_code, {column} as account, {household} as household, min(period) as came, list({RECORD}) as records
            from {contract.dataset} where period <= $until and {column} is not null and {household} is not null
            group by 1, 2, 3
        ), ordered as (
            select *, row_number() over (partition by region_code, account order by came, household) as place,
                count(*) over (partition by account) as everywhere
            from households
        ), shared as (
            select region_code, account, came as period from ordered
            where place = {_FEWEST_HOUSEHOLDS} and everywhere <= {_MOST_HOUSEHOLDS}
        )
        select s.region_code, s.period, count(distinct s.account) as accounts, count(*) as n,
            count(*)::double as value, flatten(list(o.records)) as records
        from shared s join ordered o on o.region_code = s.region_code and o.account = s.account and o.came <= s.period
        group by 1, 2 order by 1, 2
        """  # noqa: S608
    )
    if rows.empty:
        return no_tests()
    return tests(
        rows.assign(records=lists(rows["records"])),
        dataset=contract.dataset,
        subject=column,
        expected=0.0,
        score=rows["value"],
    )
