"""Who was to hand in what, and when it came, through whole loads: the table ``hand_ins`` and the indicators of it."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from pipelines.home.folders import Settings
from tests.pipelines.town import Town, new_town, toilets
from warehouse.clock import SHANGHAI

pytestmark = pytest.mark.xdist_group("load")

YU, QING = "990121000000", "990122000000"


@pytest.fixture
def past(tmp_path: Path) -> Town:
    """A town whose files came when they were written."""
    settings = Settings(settle_seconds=0, first_period="2025-01", received_at="modified")
    return new_town(tmp_path / "past", settings=settings)


def drop(town: Town, path: str, received: dt.date, *villages: str, first: int = 1) -> None:
    file = town.drop(f"toilet_reform/{path}", toilets(*villages, first=first, completed=f"{path[:7]}-02"))
    at = dt.datetime(received.year, received.month, received.day, 10, tzinfo=SHANGHAI).timestamp()
    os.utime(file, (at, at))


def hand_ins(town: Town, month: str) -> list[tuple[str, str, int, int]]:
    sql = "select region_code, state, days_late, corrections from hand_ins where period = ? order by 1"
    return [(str(code), str(state), days, again) for code, state, days, again in town.ask(sql, [month])]


def value(town: Town, indicator: str, region: str, period: str) -> float | None:
    sql = "select value from observations where indicator = ? and region_code = ? and period = ?"
    found = town.ask(sql, [indicator, region, period])
    return found[0][0] if found else None


def test_what_came_in_time_late_or_again_is_noted_and_rated(past: Town) -> None:
    drop(past, "2025-06/榆塘县.csv", dt.date(2025, 7, 2), "甲村", "丙村")
    drop(past, "2025-06/青崖县.csv", dt.date(2025, 7, 9), "丁村", first=9)
    past.load()
    assert hand_ins(past, "2025-06") == [(YU, "on_time", 0, 0), (QING, "late", 4, 0)]
    assert value(past, "hand_in_timely_rate", "990100000000", "2025-06") == 50
    assert value(past, "hand_in_days_late", QING, "2025-06") == 4
    assert past.load().is_idle

    drop(past, "2025-06/榆塘县（更正）.csv", dt.date(2025, 7, 20), "甲村", "丙村", "乙村")
    past.load()
    assert hand_ins(past, "2025-06")[0] == (YU, "on_time", 0, 1)
    assert value(past, "hand_in_correction_rate", YU, "2025-06") == 100
    assert value(past, "hand_in_correction_rate", QING, "2025-06") == 0


def test_a_gap_is_missing_once_a_later_submission_says_that_it_is_due(past: Town) -> None:
    drop(past, "2025-06/榆塘县.csv", dt.date(2025, 7, 2), "甲村")
    past.load()
    assert hand_ins(past, "2025-06")[1] == (QING, "waiting", 0, 0)
    assert value(past, "hand_in_timely_rate", QING, "2025-06") is None

    drop(past, "2025-07/榆塘县.csv", dt.date(2025, 8, 2), "乙村", first=40)
    past.load()
    assert hand_ins(past, "2025-06")[1] == (QING, "missing", 0, 0)
    assert value(past, "hand_in_timely_rate", QING, "2025-06") == 0
    assert value(past, "hand_in_timely_rate", "990100000000", "2025") == 2 / 3 * 100


def test_months_before_anything_was_handed_in_are_history(past: Town) -> None:
    drop(past, "2024-12/榆塘县.csv", dt.date(2025, 7, 2), "甲村")
    drop(past, "2025-06/榆塘县.csv", dt.date(2025, 7, 2), "甲村", first=5)
    past.load()
    assert hand_ins(past, "2024-12") == []
    assert hand_ins(past, "2025-06")[0][1] == "on_time"


def test_what_was_handed_in_leads_to_the_file(past: Town) -> None:
    drop(past, "2025-06/榆塘县.csv", dt.date(2025, 7, 2), "甲村")
    past.load()
    traced = json.loads(past.shiji("trace", "hand_in_timely_rate", YU, "2025-06", "--json").out)
    assert [(one["dataset"], one["file_name"], one["row"]) for one in traced["rows"]] == [
        ("hand_ins", "榆塘县.csv", None)
    ]
