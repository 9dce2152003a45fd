"""A township's measured amounts end in 0 or 5 far more often than elsewhere: kept on paper, or estimated.

A note and no accusation: whoever paces off a field writes half mu. It says how exact the figures are. Only with at
least 100 numbers of a township, of the column farthest off, and told in the first month of a year.

Source: Beber and Scacco (2012), as in ``digits``; heaping as in Camarda, Eilers and Gampe (2008), Modelling General
Patterns of Digit Preference, Statistical Modelling 8, 385-401.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.digits import digit_tests
from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "rounding"

_EXCESS = 0.15


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, column, township and period, from January of the first year judged."""
    table = digit_tests(scene)
    if table.empty:
        return no_tests()
    excess = table["round"] - table["usual_round"]
    first = ~table.assign(year=table["period"].str[:4], far=excess >= _EXCESS).duplicated(
        ["dataset", "subject", "region_code", "year", "far"]
    )
    return tests(
        table.assign(
            p=at_least(
                (table["round"] * table["n"]).round(), table["n"], table["usual_round"].clip(upper=0.999)
            ),
            score=excess,
            value=table["round"],
            expected=table["usual_round"],
            eligible=(excess >= _EXCESS) & table["strongest"] & first,
        )
    )


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].by_name[row.subject].title}”{row.n} 个数中末位是 0 或 5 的占 {row.value:.0%}，"
        f"其他县区为 {row.expected:.0%}：多半是取整或目测。只作说明，值得问一问是怎么量的。"
        for row in each(found)
    ]
