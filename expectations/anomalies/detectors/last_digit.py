"""A township's measured amounts end in digits as people make them up, not as scales and tapes give them.

Who invents numbers shuns 0 and 5, repeats a few favourites and leaves the others out. A clerk who rounds does the
opposite and is told by ``rounding``, as a note. Of the columns of a dataset the one farthest off is judged, as the best of so many. Only
with at least 100 numbers of a township, and others elsewhere to compare with; a tenth of made-up numbers among honest
ones cannot be seen.

Source: Beber and Scacco (2012), as in ``digits``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.digits import digit_tests
from expectations.anomalies.scene import Scene, each, no_tests, tests

NAME = "last_digit"

_LEAST_EFFECT = 0.25
"""Cohen's w: the root of χ² per number."""
_ROUNDER = 0.05


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, column, township and period, from January of the first year judged."""
    table = digit_tests(scene)
    if table.empty:
        return no_tests()
    from scipy.special import chdtrc  # type: ignore[import-untyped]

    columns = table.groupby(["dataset", "region_code", "period"])["subject"].transform("size")
    table, columns = table[table["strongest"]], columns[table["strongest"]]
    effect = np.sqrt(table["distance"] / table["n"])
    is_rounder = table["round"] > table["usual_round"] + _ROUNDER
    return tests(
        table.assign(
            p=np.minimum(1.0, columns * chdtrc(9, table["distance"])),
            score=effect,
            value=table["round"],
            expected=table["usual_round"],
            eligible=~is_rounder & (effect >= _LEAST_EFFECT),
        )
    )


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].by_name[row.subject].title}”{row.n} 个数的末位数字分布与其他县区明显不同，"
        f"末位是 0 或 5 的占 {row.value:.0%}（其他县区 {row.expected:.0%}），像是想出来的数。值得核查有没有实测记录。"
        for row in each(found)
    ]
