"""Nil reports through whole loads: zero and not missing, held where they take rows away, replaced by what comes later."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from expectations.hand_ins import hand_ins
from tests.pipelines.town import HEADER, Town, toilets

pytestmark = pytest.mark.xdist_group("load")

JUNE = "toilet_reform/2025-06"
NOTHING = "\r\n".join(["农村改厕台账,,,,,,,,,", HEADER, "本月无新增,,,,,,,,,", ""]).encode("gb18030")
FIRST_TOWN, SECOND_TOWN, OTHER_TOWN = "990121100000", "990121200000", "990122100000"


def new_toilets(town: Town, period: str = "2025-06") -> dict[str, tuple[float, str]]:
    """By township, value and evidence."""
    sql = (
        "select region_code, value, evidence from observations where indicator = 'new_toilets' and period = ?"
    )
    rows = town.ask(sql, [period])
    return {
        code: (value, evidence)
        for code, value, evidence in rows
        if code.endswith("000") and code[6:] > "000000"
    }


def states(town: Town) -> dict[str, str]:
    """Of the ledger of toilets in June, by county."""
    contracts = {"toilet_ledger": town.site.contracts["toilet_ledger"]}
    with town.site.connect() as connection:
        found = hand_ins(connection, contracts, ["2025-06"], dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    return {one.county: one.state for one in found}


def test_nothing_is_reported_held_confirmed_and_replaced(town: Town) -> None:
    town.drop(f"{JUNE}/沐溪镇.csv", toilets(*["甲村"] * 20))
    town.drop(f"{JUNE}/汀坪乡.csv", NOTHING)
    town.load()
    assert town.statuses()[f"{JUNE}/汀坪乡.csv"] == "accepted"
    assert new_toilets(town) == {FIRST_TOWN: (20, "B"), SECOND_TOWN: (0, "B")}  # 石滩镇 is missing
    assert states(town)["990122"] == "missing"
    assert "结果　　：已接收：零报告已记下" in town.slip("汀坪乡")
    assert "零报告：汀坪乡2025年6月《农村改厕台账》没有数据（0）" in town.slip("汀坪乡")
    traced = json.loads(town.shiji("trace", "new_toilets", SECOND_TOWN, "2025-06", "--json").out)
    assert [one["file_name"] for one in traced["nil_reports"]] == ["汀坪乡.csv"]
    assert (traced["records"], traced["observation"]["value"]) == (0, 0)
    assert town.load().is_idle

    town.drop(f"{JUNE}/石滩镇.csv", NOTHING)  # the same bytes: another township's
    town.drop(f"{JUNE}/沐溪镇零报告.csv", NOTHING)
    town.drop(f"{JUNE}/汀坪乡（补）.csv", toilets("丙村", first=50))
    town.load()
    assert town.statuses() == {
        f"{JUNE}/沐溪镇.csv": "accepted",
        f"{JUNE}/汀坪乡.csv": "superseded",
        f"{JUNE}/石滩镇.csv": "accepted",
        f"{JUNE}/沐溪镇零报告.csv": "held",
        f"{JUNE}/汀坪乡（补）.csv": "accepted",
    }
    assert new_toilets(town) == {FIRST_TOWN: (20, "B"), SECOND_TOWN: (1, "B"), OTHER_TOWN: (0, "B")}
    assert states(town)["990122"] != "missing"
    held = town.slip("沐溪镇零报告")
    assert "少了 20 行" in held
    assert "整份替换" in held

    town.drop(f"{JUNE}/沐溪镇零报告（整份替换）.csv", NOTHING)
    town.load()
    assert new_toilets(town) == {FIRST_TOWN: (0, "B"), SECOND_TOWN: (1, "B"), OTHER_TOWN: (0, "B")}
    assert town.ask("select region_code[:9] as town, count(*) from toilet_ledger group by all") == [
        ("990121200", 1)
    ]
    assert "少了、不再计入的行" in town.slip("整份替换")
