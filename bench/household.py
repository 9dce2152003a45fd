"""A household ledger of any length as a department exports it: 20 columns, GB18030, with faults; and a home to load it into.

Every person is made up as in the demo city: resident IDs of area 460322, where nobody lives; region codes unassigned.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SEED, PERIOD = 2025, "2025-06"
CONTRACT = Path(__file__).with_name("household_ledger.yaml")
LEDGER, REGIONS = "农村住户台账.csv", "regions.csv"
TITLES = [
    "县区", "乡镇", "行政村", "村代码", "户编号", "户主", "身份证号", "联系电话", "户类型", "家庭人口", "劳动力人数",
    "住房结构", "饮水来源", "承包耕地面积（亩）", "家庭总收入（元）", "工资性收入（元）", "经营性收入（元）",
    "转移性收入（元）", "登记日期", "备注",
]  # fmt: skip
_COUNTY, _TOWNSHIPS, _VILLAGES = "990181000000", 6, 20
_REMARKS = ["", "", "", "", "正常", "外出务工", "住院，费用较大", "危房改造中，预计年底完成"]


def write(folder: Path, rows: int, seed: int = SEED) -> None:
    """Write the ledger and the regions it names; equal arguments give equal bytes."""
    rng = np.random.default_rng(seed)
    regions = _regions()
    regions.to_csv(folder / REGIONS, index=False, encoding="utf-8")
    frame = _households(rows, rng, regions)
    _spoil(frame, rng)
    frame.to_csv(folder / LEDGER, index=False, encoding="gb18030", lineterminator="\n")


def make_home(root: Path, folder: Path) -> None:
    """A new home that knows the contract and the regions, with the ledger in its inbox."""
    from pipelines.home.folders import Settings, init_home
    from pipelines.home.regions import import_regions
    from pipelines.home.site import Site

    (root / "config" / "contracts").mkdir(parents=True)
    shutil.copy(CONTRACT, root / "config" / "contracts")
    home = init_home(root, Settings(synthetic=True, first_period="2025-01", settle_seconds=0))
    import_regions(Site(home), folder / REGIONS)
    drop = home.inbox / "civil_affairs" / PERIOD
    drop.mkdir(parents=True)
    shutil.copy(folder / LEDGER, drop)


def _regions() -> pd.DataFrame:
    """One county with its townships and villages."""
    rows = [("990100000000", "示例市", "city", ""), (_COUNTY, "测山县", "county", "990100000000")]
    for t in range(_TOWNSHIPS):
        township = f"{_COUNTY[:6]}{101 + t}000"
        rows.append((township, f"{'东西南北中前'[t]}河镇", "township", _COUNTY))
        rows += [
            (f"{township[:9]}{200 + v}", f"{'甲乙丙丁戊'[v % 5]}{'岭坪湾塘'[v // 5]}村", "village", township)
            for v in range(_VILLAGES)
        ]
    return pd.DataFrame(rows, columns=["region_code", "name", "level", "parent_code"])


def _households(rows: int, rng: np.random.Generator, regions: pd.DataFrame) -> pd.DataFrame:
    from pipelines.demo.people import People

    registry = People(rng)
    persons = registry.persons(rows, dt.date(1935, 1, 1), dt.date(2004, 12, 31))
    names = regions.set_index("region_code")["name"]
    codes = regions.loc[regions["level"] == "village", "region_code"].to_numpy()
    villages = np.sort(rng.choice(codes, rows))
    people = rng.integers(1, 8, rows)
    labourers = np.minimum(rng.integers(0, 5, rows), people)
    wage = np.where(labourers > 0, rng.integers(0, 8_000_000, rows) / 100, 0)
    operating, transfer = rng.integers(0, 3_000_000, rows) / 100, rng.integers(0, 500_000, rows) / 100
    days = np.datetime64("2015-01-01") + rng.integers(0, 3_700, rows).astype("timedelta64[D]")
    columns: list[Any] = [
        np.repeat("测山县", rows), names[[code[:9] + "000" for code in villages]].to_numpy(), names[villages].to_numpy(),
        villages, [f"H{n:08d}" for n in range(1, rows + 1)], persons.name, persons.resident_id, registry.phones(rows),
        rng.choice(["一般户", "脱贫户", "监测户", "五保户"], rows, p=[0.85, 0.1, 0.03, 0.02]), people, labourers,
        rng.choice(["砖混", "砖木", "框架", "土木"], rows), rng.choice(["自来水", "井水", "山泉水"], rows),
        rng.integers(0, 3_000, rows) / 100, (wage + operating + transfer).round(2), wage, operating, transfer,
        np.datetime_as_string(days, unit="D"), rng.choice(_REMARKS, rows),
    ]  # fmt: skip
    return pd.DataFrame(dict(zip(TITLES, columns, strict=True))).astype(object)


def _spoil(frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """A few rows for every rule of the contract, one fault a row."""
    faults: list[tuple[str, Any]] = [
        ("村代码", None), ("村代码", "99018110120"), ("户编号", None), ("户编号", "无编号"), ("户主", None), ("身份证号", None),
        ("身份证号", "46032219700101"), ("联系电话", "86123456"), ("户类型", None), ("户类型", "其他"), ("家庭人口", None),
        ("家庭人口", 45), ("劳动力人数", -1), ("住房结构", "茅草"), ("饮水来源", "不详"), ("承包耕地面积（亩）", 1_200.5),
        ("家庭总收入（元）", None), ("家庭总收入（元）", 9_000_000), ("工资性收入（元）", 6_000_000), ("经营性收入（元）", -2_000_000),
        ("转移性收入（元）", -5), ("登记日期", None), ("劳动力人数", 15), ("工资性收入（元）", 900_000), ("转移性收入（元）", 900_000),
        ("经营性收入（元）", 900_000), ("家庭总收入（元）", 2_000_000), ("承包耕地面积（亩）", 150.0), ("登记日期", "1979-05-01"),
        ("备注", "长" * 60),
    ]  # fmt: skip
    each = max(3, len(frame) // 5_000)
    places = rng.permutation(len(frame))[: each * (len(faults) + 5)].reshape(-1, each)
    for at, (title, value) in zip(places, faults, strict=False):
        frame.loc[at, title] = value
    idle, twice, others, double, owners = places[len(faults) :]
    frame.loc[idle, ["劳动力人数", "工资性收入（元）", "家庭总收入（元）"]] = [0, 100.5, 90_000.0]
    frame.loc[twice, "户编号"] = frame.loc[others, "户编号"].to_numpy()
    frame.loc[double, "身份证号"] = frame.loc[owners, "身份证号"].to_numpy()


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        make_home(Path(sys.argv[2]), Path(sys.argv[3]))
