"""Places written once: blanks and ditto marks mean the row above where the layout says so, and nothing where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from sheets import city, conformed, contract, extract

from expectations.conform import conform
from expectations.conform.model import Conformed
from expectations.contracts.model import Column
from expectations.routing import Route

PLACES = (
    Column("county_name", "县区", role="county_name"),
    Column("township_name", "乡镇", role="township_name"),
    Column("village_name", "村", role="village_name"),
)
COLUMNS = (*PLACES, Column("amount", "金额", type="number", unit="元"))
EAST, QINGHE, BAISHI = "东山县", "清河镇", "白石乡"
WILLOW, BAY, WHITE = "990101100201", "990101100202", "990101101201"
Row = tuple[str | None, str | None, str | None]


def placed(*rows: Row, **options: Any) -> Conformed:
    county, township, village = (list(column) for column in zip(*rows, strict=True))
    cells = {"county_name": county, "township_name": township, "village_name": village}
    return conformed({**cells, "amount": ["1"] * len(rows)}, *COLUMNS, **options)[0]


def codes(made: Conformed) -> list[str | None]:
    return [code if isinstance(code, str) else None for code in made.frame["region_code"]]


def rules(made: Conformed) -> list[tuple[int, str]]:
    return sorted(zip(made.findings["position"].tolist(), made.findings["rule"].tolist(), strict=True))


def test_a_sheet_that_writes_each_place_where_it_changes_is_filled_by_steps() -> None:
    made = placed((EAST, QINGHE, "柳树村"), (None, None, None), (None, None, "柳树村"), (None, BAISHI, "柳树村"), (None, None, None))  # fmt: skip
    assert codes(made) == [WILLOW, WILLOW, WILLOW, WHITE, WHITE]
    assert made.frame["township_name"].tolist() == [QINGHE, QINGHE, QINGHE, BAISHI, BAISHI]
    assert not len(made.findings)
    assert "4 行" in made.notes[0]
    assert "请核对" in made.notes[0]


def test_a_sheet_that_heads_each_group_is_filled_too() -> None:
    head, next_head = (EAST, QINGHE, "柳树村"), (EAST, BAISHI, "柳树村")
    blank: Row = (None, None, None)
    assert codes(placed(head, blank, blank, next_head, blank)) == [WILLOW, WILLOW, WILLOW, WHITE, WHITE]


@pytest.mark.parametrize("mark", ["同上", "〃", "″", '"', "＂", "''", "同前", "Ditto"])
def test_a_ditto_mark_is_the_name_above(mark: str) -> None:
    made = placed((EAST, QINGHE, "柳树村"), (mark, mark, mark), (mark, BAISHI, "柳树村"), (EAST, mark, mark))
    assert codes(made) == [WILLOW, WILLOW, WHITE, WHITE]
    assert made.frame["village_name"].tolist() == ["柳树村"] * 4


def test_dittos_need_no_layout_but_a_row_above() -> None:
    full = (EAST, QINGHE, "柳树村")
    made = placed(("同上", "同上", "同上"), full, full, full, ("同上", "同上", "同上"))
    assert codes(made) == [None, WILLOW, WILLOW, WILLOW, WILLOW]
    assert rules(made) == [(0, "unclear_place")]


def test_a_lone_blank_among_rows_that_write_everything_is_an_omission() -> None:
    full, blank = (EAST, QINGHE, "柳树村"), (None, None, None)
    made = placed(full, full, full, blank, full, full)
    assert codes(made) == [WILLOW, WILLOW, WILLOW, None, WILLOW, WILLOW]
    assert rules(made) == [(3, "unclear_place")]
    assert "看不出" in made.findings["message"].iloc[0]


def test_a_village_missing_among_many_different_ones_is_not_the_one_above() -> None:
    rows: list[Row] = [(EAST, QINGHE, f"{n}组") for n in range(30)]
    rows[20] = (None, None, None)
    assert (20, "unclear_place") in rules(placed(*rows))


def test_the_first_row_and_a_row_below_a_gap_have_nothing_above() -> None:
    made = placed((None, None, None), (EAST, QINGHE, "柳树村"), (None, None, None))
    assert codes(made) == [None, WILLOW, WILLOW]
    cells = {"county_name": [EAST, None, None], "township_name": [QINGHE, None, None], "village_name": ["柳树村", None, None]}  # fmt: skip
    table = replace(extract(cells), rows=pa.array([2, 3, 5], pa.int64()))
    route = Route(contract(*PLACES), {name: at for at, name in enumerate(cells)}, 1.0, (), ())
    assert codes(conform(table, route, "2025-06", city())) == [WILLOW, WILLOW, None]


def test_a_village_that_is_not_below_the_township_above_is_sent_back() -> None:
    made = placed((EAST, BAISHI, "柳树村"), (None, None, "三村村"), (None, None, "柳树村"))
    assert codes(made) == [WHITE, None, WHITE]
    assert rules(made) == [(1, "unknown_region")]


def test_a_row_that_writes_its_township_and_no_village_is_the_townships() -> None:
    full = (EAST, QINGHE, "柳树村")
    assert codes(placed(full, full, full, (EAST, QINGHE, None), (EAST, BAISHI, None)))[3:] == ["990101100000", "990101101000"]  # fmt: skip


def test_but_not_where_villages_are_written_once() -> None:
    made = placed(
        (EAST, QINGHE, "柳树村"), (EAST, QINGHE, None), (EAST, QINGHE, "三村村"), (EAST, QINGHE, None)
    )
    assert codes(made) == [WILLOW, None, BAY, None]
    assert rules(made) == [(1, "unclear_place"), (3, "unclear_place")]


def test_a_file_name_never_places_a_row_of_a_table_that_has_columns_of_places() -> None:
    made = placed((None, None, None), (None, None, None), titles=("东山县清河镇2025年6月台账",))
    assert codes(made) == [None, None]
    assert rules(made) == [(0, "unknown_region"), (1, "unknown_region")]
    assert "不按文件名" in made.findings["message"].iloc[0]


def test_a_column_of_places_that_is_blank_throughout_says_nothing() -> None:
    assert codes(placed((None, BAISHI, "柳树村"), (None, BAISHI, "柳树村"))) == [WHITE, WHITE]


@pytest.mark.parametrize("mark", ["无", "—", "/"])
def test_a_dash_says_that_there_is_no_such_place_and_is_not_filled(mark: str) -> None:
    made = placed(
        (EAST, QINGHE, "柳树村"), (EAST, QINGHE, mark), (EAST, QINGHE, "三村村"), (EAST, mark, mark)
    )
    assert codes(made) == [WILLOW, "990101100000", BAY, "990101000000"]
    assert not len(made.findings)


def test_a_row_of_dashes_alone_is_nowhere() -> None:
    made = placed((EAST, QINGHE, "柳树村"), ("—", "—", "—"), (None, None, "三村村"))
    assert codes(made)[:2] == [WILLOW, None]
