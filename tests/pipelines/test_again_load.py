"""What comes again, through the inbox: a township left out, a few rows corrected, an old version; and what comes at midnight.

Several ledgers in one home, of which each load takes what it is sent for all of them.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from expectations.hand_ins import hand_ins
from pipelines.home.folders import Settings
from tests.pipelines.test_sheets_load import workbook
from tests.pipelines.town import PLACES, Toilet, Town, ledger, new_town

pytestmark = pytest.mark.xdist_group("again")

Line = Sequence[Any]
GRAIN = ("地块编号", "作物", "县区", "乡镇", "行政村", "播种面积（亩）", "产量（公斤）")
WATCHED = ("户编号", "县区", "乡镇", "行政村", "户主姓名", "证件号码", "家庭人口", "监测对象类型", "识别时间", "风险是否消除")  # fmt: skip
REGISTER = ("县区", "乡镇", "行政村", "总户数", "总人口")


def fields(village: str, numbers: Iterable[int], mu: float = 5) -> list[Line]:
    """Plots of grain."""
    return [(f"{village[0]}-{at}", "玉米", *PLACES[village].split(","), mu, 400 * mu) for at in numbers]


def watched(village: str, numbers: Iterable[int], people: int = 3) -> list[Line]:
    """Households that are watched."""
    place = PLACES[village].split(",")
    who = [(f"{at:04}", Toilet(village, at).resident_id) for at in numbers]
    return [(no, *place, "严测试", card, people, "突发严重困难户", "2025-03-02", "否") for no, card in who]


def grain(*rows: Line) -> bytes:
    return workbook(("地块", [("粮食种植地块台账",), GRAIN, *rows]))


def households(*rows: Line) -> bytes:
    return workbook(("监测对象", [WATCHED, *rows]))


def register(count: int) -> bytes:
    return workbook(("底册", [("农户底册",), REGISTER, (*PLACES["甲村"].split(","), count, 3 * count)]))


def toilets(village: str, numbers: Iterable[int], yuan: str = "1500") -> list[Toilet]:
    return [Toilet(village, at, "2025-04-10", yuan) for at in numbers]


GRAIN_2024, MAY, APRIL = (
    "agriculture/榆塘县2024年粮食",
    "poverty_monitoring/2025-05/监测对象",
    "toilet_reform/2025-04/改厕",
)
FIRST: dict[str, bytes] = {
    f"{GRAIN_2024}.xlsx": grain(*fields("甲村", range(12)), *fields("丙村", range(2), 90)),
    f"{MAY}.xlsx": households(*watched("乙村", range(12)), *watched("丙村", range(50, 52))),
    f"{APRIL}.csv": ledger([*toilets("甲村", range(12)), *toilets("丙村", range(60, 62))]),
    "agriculture/青崖县2024年粮食.xlsx": grain(*fields("丁村", range(10))),
    "poverty_monitoring/2025-06/沐溪镇.xlsx": households(*watched("甲村", range(10))),
    "poverty_monitoring/2025-06/石滩镇.xlsx": households(*watched("丁村", range(20, 24))),
    "toilet_reform/2025-04/石滩镇.csv": ledger(toilets("丁村", range(80, 90))),
    "civil_affairs/2024-02/农户底册.xlsx": register(120),
}
SECOND: dict[str, bytes] = {
    f"{GRAIN_2024}（最终版）.xlsx": grain(*fields("甲村", range(12), 6)),
    f"{MAY}.xlsx": households(*watched("乙村", range(12))),
    f"{APRIL} (1).csv": ledger(toilets("甲村", range(12))),
    "agriculture/青崖县2024年粮食2.xlsx": grain(*fields("丁村", (3, 8), 7)),
    "poverty_monitoring/2025-06/沐溪镇人口有误的.xlsx": households(*watched("甲村", (4,), 5)),
    "toilet_reform/2025-04/石滩镇更正.csv": ledger(toilets("丁村", (82, 85), "1800")),
    "civil_affairs/2024-02/农户底册.xlsx": register(999),
}
RECEIVED = {
    f"{GRAIN_2024}.xlsx": "2025-01-20T23:50:00+08:00",
    "agriculture/青崖县2024年粮食.xlsx": "2025-01-21T00:10:00+08:00",
    "poverty_monitoring/2025-06/沐溪镇.xlsx": "2025-07-08T23:59:00+08:00",
    "poverty_monitoring/2025-06/石滩镇.xlsx": "2025-07-09T00:00:00+08:00",
    "civil_affairs/2024-02/农户底册.xlsx": "2024-02-29T23:30:00+08:00",
}
"""When the first files were written; what is due in January, on the 8th of July and on the 5th of March."""


def drop(town: Town, files: dict[str, bytes], when: dict[str, str] | None = None) -> None:
    for path, data in files.items():
        at = town.drop(path, data)
        if when and path in when:
            moment = dt.datetime.fromisoformat(when[path]).timestamp()
            os.utime(at, (moment, moment))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Everything handed in and handed in again; only for reading."""
    settings = Settings(settle_seconds=0, first_period="2024-01", received_at="modified")
    town = new_town(tmp_path_factory.mktemp("again") / "home", settings=settings)
    drop(town, FIRST, RECEIVED)
    town.load()
    drop(town, SECOND)
    town.load()
    again = "civil_affairs/2024-02/农户底册.xlsx"
    for _ in range(2):
        drop(town, {again: FIRST[again]})
        town.load()
    return town


LEFT_OUT = {
    "a final version of a yearly ledger": ("grain_plots", "2024", "sum(area_mu)", 72, "最终版"),
    "the same name again": ("monitored_households", "2025-05", "count(*)", 12, "2025-05/监测对象"),
    "a copy of the browser's": ("toilet_ledger", "2025-04", "count(*)", 12, "改厕 (1)"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_township_that_a_new_version_leaves_out_goes_and_its_sender_is_told(town: Town, name: str) -> None:
    dataset, month, counted, left, slip = LEFT_OUT[name]
    sql = f"select region_code[:9], {counted} from {dataset} where period like ? and region_code like '990121%' group by all"
    assert town.ask(sql, [f"{month}%"]) == [("990121100", left)]
    said = town.slip(slip)
    assert "少了 2 行" in said
    assert "丙村" in said


CORRECTED = {
    "two plots by their numbers": ("grain_plots", "2024", "sum(area_mu)", (10, 54), "粮食2", "其余 8 行保留不动"),
    "one household": (
        "monitored_households", "2025-06", "sum(household_size)", (10, 32), "人口有误的", "其余 9 行保留不动",
    ),
    "two toilets, and its name says so": (
        "toilet_ledger", "2025-04", "sum(subsidy_yuan)", (10, 15600), "石滩镇更正", "其余 8 行保留不动",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CORRECTED)
def test_a_few_corrected_rows_leave_the_others(town: Town, name: str) -> None:
    dataset, month, counted, stands, slip, told = CORRECTED[name]
    township = "990121100" if dataset == "monitored_households" else "990122100"
    sql = f"select count(*), {counted} from {dataset} where period like ? and region_code like ?"
    assert town.ask(sql, [f"{month}%", f"{township}%"]) == [stands]
    assert told in town.slip(slip)


def test_an_old_version_sent_again_is_in_force_again_and_once_more_a_repeat(town: Town) -> None:
    assert town.ask("select households from household_register where period = '2024-02'") == [(120,)]
    numbered = town.site.ledger.submissions().to_pylist()
    own = [row["status"] for row in numbered if row["department"] == "civil_affairs"]
    assert own == ["superseded", "superseded", "accepted", "repeat"]


def test_what_comes_about_midnight_bears_the_day_of_the_clock_on_the_wall(town: Town) -> None:
    numbers = town.ask("select sender_path, submission_id[:8] from submissions order by received_at")
    first = {path: day for path, day in reversed(numbers) if path in RECEIVED}
    assert first == {path: moment[:10].replace("-", "") for path, moment in RECEIVED.items()}


@pytest.mark.parametrize(
    ("dataset", "month", "states"),
    [
        ("grain_plots", "2024-12", {"990121": ("on_time", 0), "990122": ("late", 1)}),
        ("monitored_households", "2025-06", {"990121": ("on_time", 0), "990122": ("late", 1)}),
        ("household_register", "2024-02", {"990121": ("on_time", 0), "990122": ("missing", 0)}),
    ],
)
def test_a_day_is_late_from_midnight_in_shanghai(
    town: Town, dataset: str, month: str, states: dict[str, tuple[str, int]]
) -> None:
    contract = town.site.contracts[dataset]
    months = [f"{month[:4]}-{at:02}" for at in range(1, 13)]
    with town.site.connect() as connection:
        found = hand_ins(connection, {dataset: contract}, months, dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    assert {one.county: (one.state, one.days_late) for one in found if one.month == month} == states


@pytest.mark.parametrize(
    ("day", "count"),
    [("2024-02-28", 0), ("2024-02-29", 1), ("2025-01-20", 2), ("2025-01-21", 3), ("2025-07-08", 4), ("2025-07-09", 5)],
)  # fmt: skip
def test_as_of_a_day_is_to_its_end_in_shanghai(town: Town, tmp_path: Path, day: str, count: int) -> None:
    from pipelines.cli.common import moment

    assert len(town.site.ledger.submissions(as_of=moment(day))) == count
