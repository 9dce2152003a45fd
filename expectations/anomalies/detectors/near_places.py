"""Several rows lie within some metres: one house registered as the houses of several people.

Places are put on grids of sixteen metres, four of them shifted by half a cell, so that what lies within eight metres
falls into one cell of some grid. How many rows share a cell by themselves is what the village's own density gives
(Poisson over its cells); a settlement that is dense throughout, or built in rows, tells nobody. At least four rows
must share a cell, or three each of two, in villages of at least eight rows with places. Father and son on one
farmstead are two, with a neighbour three, and not told. Places that were made up at random cannot be seen.

Source: quadrat counts as in Greig-Smith (1952), The Use of Random and Contiguous Quadrats, Annals of Botany 16, 293-316.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.scene import RECORD, Scene, each, lists, no_tests, tests
from expectations.contracts.model import Contract

NAME = "near_places"

COLUMN = "coordinates"
_CELL = 0.00016
"""Of a degree: sixteen metres from south to north, a little less from west to east."""
_FEWEST_TOGETHER = 3
_FEWEST_ROWS = 8
_DENSE = 0.3
"""Share of a village's rows in such cells from which it is simply dense."""


def find(scene: Scene) -> pd.DataFrame:
    """Tests per dataset, village and period in which the third row came to a cell; villages without one count as well."""
    parts = [
        _tested(_cells(scene, contract), contract.dataset)
        for contract in scene.datasets()
        if COLUMN in contract.by_name
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"“{scene.contracts[row.dataset].title}”{row.n} 条记录中有 {row.value:.0f} 条的坐标三条以上挤在十几米之内（共 {row.spots} 处），"
        f"按本村的疏密平均只会有 {row.expected:.1f} 条。值得实地看是不是同一处房屋。"
        for row in each(found)
    ]


def _cells(scene: Scene, contract: Contract) -> pd.DataFrame:
    """Of every village the cells that at least three rows share; a village without one once.

    How many cells a village has room for follows from how far its places lie from their middle: where they are strewn
    evenly, a quarter of the width on average.
    """
    shifted = " union all ".join(
        f"select *, floor(x / {_CELL} + {dx}) as cx, floor(y / {_CELL} + {dy}) as cy, {grid} as grid from places"  # noqa: S608
        for grid, (dx, dy) in enumerate([(0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)])
    )
    return scene.query(
        f"""
        with places as (
            select region_code, period, {RECORD} as record,
                try_cast(split_part({COLUMN}, ',', 1) as double) as x, try_cast(split_part({COLUMN}, ',', 2) as double) as y
            from {contract.dataset} where period <= $until and {COLUMN} is not null
        ), middles as (
            select region_code, median(x) as mx, median(y) as my from places
            where x is not null and y is not null group by 1
        ), villages as (
            select p.region_code, count(*) as rows_there, max(p.period) as latest,
                greatest(1, 4 * avg(abs(p.x - m.mx)) / {_CELL}) * greatest(1, 4 * avg(abs(p.y - m.my)) / {_CELL}) as room
            from places p join middles m on m.region_code = p.region_code
            where p.x is not null and p.y is not null group by 1 having count(*) >= {_FEWEST_ROWS}
        ), ordered as (
            select region_code, grid, cx, cy, period, record,
                row_number() over (partition by region_code, grid, cx, cy order by period, record) as place
            from ({shifted}) where x is not null and y is not null
        ), crowded as (
            select region_code, grid, cx, cy, period from ordered where place = {_FEWEST_TOGETHER}
        ), together as (
            select c.region_code, c.grid, c.cx, c.cy, c.period, count(*) as sharing, list(o.record) as records
            from crowded c join ordered o on o.region_code = c.region_code and o.grid = c.grid and o.cx = c.cx
                and o.cy = c.cy and o.period <= c.period
            group by 1, 2, 3, 4, 5
        )
        select v.region_code, coalesce(t.period, v.latest) as period, v.rows_there as n, v.room, t.sharing, t.records
        from villages v left join together t on t.region_code = v.region_code
        order by 1, 2, 5
        """  # noqa: S608
    )


def _tested(cells: pd.DataFrame, dataset: str) -> pd.DataFrame:
    from scipy.special import gammainc  # type: ignore[import-untyped]

    if cells.empty:
        return no_tests()
    density = cells["n"] / cells["room"]
    sharing = cells["sharing"].fillna(0.0).astype(float)
    chance = np.where(sharing > 0, gammainc(np.maximum(sharing, 1), density), 1.0)
    cells = cells.assign(
        p=np.minimum(1.0, 4 * cells["room"] * chance),
        records=lists(cells["records"]),
        density=density,
        by_chance=cells["room"] * density**_FEWEST_TOGETHER / 2,
    )
    rows = []
    for (region, period), part in cells.groupby(["region_code", "period"], sort=True):
        there = sorted({one for some in part["records"] for one in some})
        first = part.iloc[0]
        rows.append(
            {
                "region_code": region, "period": period, "n": int(first["n"]), "p": part["p"].min(),
                "value": float(len(there)), "expected": float(first["by_chance"]), "records": there,
                "spots": _spots(part["records"]), "score": len(there) / first["n"],
                "eligible": _FEWEST_TOGETHER < len(there) < _DENSE * first["n"],
            }
        )  # fmt: skip
    return tests(pd.DataFrame(rows), dataset=dataset, subject=COLUMN)


def _spots(cells: pd.Series) -> int:
    """Groups of rows, where cells of shifted grids name the same rows again."""
    groups: list[set[str]] = []
    for rows in sorted((set(rows) for rows in cells if rows), key=len, reverse=True):
        if not any(rows & group for group in groups):
            groups.append(rows)
    return len(groups)
