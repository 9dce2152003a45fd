"""One thing counted more than once: the same person, cooperative or house again in other rows, villages or years.

Identities are compared as tokens; no number is shown. A key that belongs to a school term may come back in the next
term; a toilet's householder may not come back at all. Houses are told apart by ``near_places``.

Source: GB 11643 (one number, one person) and GB 32100 (one code, one organisation).
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.contracts.model import Contract

NAME = "duplicates"

_IDENTITIES = ("resident_id", "credit_code")


def find(scene: Scene) -> pd.DataFrame:
    """Repeats per dataset, identity, village and the period in which the later row came."""
    parts = [
        _repeats(scene, contract, subject, keys, rows)
        for contract in scene.datasets()
        for subject, keys, rows in _identities(contract)
    ]
    return pd.concat([part for part in parts if len(part)] or [no_tests()], ignore_index=True)


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    messages = []
    for row in each(found):
        contract = scene.contracts[row.dataset]
        others = f"，另在 {row.elsewhere} 等 {row.places} 个村" if row.places else ""
        years = f"，最早一条是 {row.earliest}" if row.earliest < row.period else ""
        messages.append(
            f"“{contract.title}”{row.n} 条记录中有 {row.value:.0f} 条的“{contract.by_name[row.subject].title}”重复出现"
            f"{others}{years}，应为 0 条。值得逐条核查是否重复登记。"
        )
    return messages


def _identities(contract: Contract) -> list[tuple[str, tuple[str, ...], int]]:
    """Column that names the thing, columns that must be one of a kind together, rows from which it is odd."""
    within = ("period",) if contract.keeps == "snapshot" or contract.with_role("period") else ()
    found = []
    for column in contract.columns:
        if column.kind in _IDENTITIES:
            keys = contract.key if column.key else (column.name,)
            found.append((column.name, (*keys, *within), 2))
    return found


def _repeats(
    scene: Scene, contract: Contract, subject: str, keys: tuple[str, ...], least: int
) -> pd.DataFrame:
    together = ", ".join(keys)
    named = ", ".join(sorted({*keys, subject} - {"period"}))
    rows = scene.query(
        f"""
        with seen as (
            select *, min(period) over same as first, min(region_code) over same as low, max(region_code) over same as high,
                {subject} is not null and count(*) over same >= {least}
                and (period > min(period) over same
                     or count(*) over (partition by {together}, period) >= {least}) as again
            from (select region_code, period, submission_id, sheet, row, {named} from {contract.dataset} where period <= $until)
            window same as (partition by {together})
        ), told as (
            select *, case when again and low <> region_code then low when again and high <> region_code then high end as other
            from seen
        )
        select region_code, period, count(*) as n, count(*) filter (again)::double as value,
            min(first) filter (again) as earliest, min(other) as elsewhere, count(distinct other) as places
        from told group by all having value > 0 order by all
        """  # noqa: S608
    )
    return tests(rows, dataset=contract.dataset, subject=subject, expected=0.0, score=rows["value"])
