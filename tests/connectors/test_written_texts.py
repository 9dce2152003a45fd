"""A table saved as delimited text reads back to itself, whatever its encoding, delimiter, quotes and line ends."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.celltext import cell_text
from connectors.grid import Grid, Sheet
from connectors.readers import read_sheets
from connectors.tables import find_tables
from tests.connectors.written_files import Place, texts_of
from tests.connectors.written_sheets import Written, ledger, regions_by_indicators

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be-bom", "gb18030", "gbk")
_QUICK = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
_RNG = st.randoms(use_true_random=False)


def encoded(text: str, encoding: str) -> bytes:
    """The bytes; ``utf-16-be-bom`` is what Python has no name for."""
    if encoding == "utf-16-be-bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(encoding)


def spelled(
    rows: list[list[str]], delimiter: str = ",", end: str = "\r\n", *, quote_all: bool = False
) -> str:
    """The rows as a text."""
    buffer = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return buffer.getvalue()


def read(content: bytes, name: str = "台账.csv") -> Sheet:
    """The one sheet of a text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        (sheet,) = read_sheets(path)
    return sheet


def texts(rows: list[list[str]]) -> dict[Place, str]:
    """What must be found, by place."""
    return {
        (row, column): text.strip()
        for row, values in enumerate(rows)
        for column, text in enumerate(values)
        if text.strip()
    }


def as_text(sheet: Written) -> list[list[str]]:
    """The cells as a spreadsheet saves them to text."""
    return [
        [cell_text(cell) or "" if not isinstance(cell, str) else cell for cell in row]
        for row in sheet.grid.rows
    ]


@pytest.mark.parametrize("encoding", ENCODINGS)
@_QUICK
@given(
    rng=_RNG,
    make=st.sampled_from([ledger, regions_by_indicators]),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    quote_all=st.booleans(),
)
def test_a_written_sheet_saved_as_text_has_the_same_cells_and_tables(
    encoding: str, rng: Random, make: object, delimiter: str, end: str, quote_all: bool
) -> None:
    rows = as_text(make(rng))  # type: ignore[operator]
    found = read(encoded(spelled(rows, delimiter, end, quote_all=quote_all), encoding))
    assert texts_of(found) == texts(rows)
    assert [list(table.body_rows) for table in find_tables(found.grid)] == [
        list(table.body_rows) for table in find_tables(Grid(rows))
    ]
    assert not found.notes


_WORDS = (
    "东坑村",
    "三格式",
    "待整改",
    "说明，见附件；",
    "一,二",
    "他说“无”",
    '5" 管',
    "第一行\n第二行",
    "a|b",
    "甲;乙",
    "",
    " ",
)
_CELLS = st.one_of(
    st.sampled_from(_WORDS), st.integers(0, 10**12).map(str), st.floats(0, 1e6).map("{:.2f}".format)
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@_QUICK
@given(
    body=st.lists(st.lists(_CELLS, min_size=4, max_size=4), min_size=3, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\r\n", "\n"]),
    has_end=st.booleans(),
    trailing=st.integers(0, 2),
)
def test_any_cells_read_back_with_their_quotes_delimiters_and_line_breaks(
    encoding: str, body: list[list[str]], delimiter: str, end: str, has_end: bool, trailing: int
) -> None:
    rows = [["村名称", "类型", "户数", "备注"], *body, ["合计", "无", "12", "完"]]
    text = spelled([[*row, *[""] * trailing] for row in rows], delimiter, end)
    found = read(encoded(text if has_end else text.removesuffix(end), encoding))
    assert texts_of(found) == texts(rows)
    assert [len(row) for row in found.grid.rows] == [4 + trailing] * len(rows)


_TRADITIONAL = (
    "鄉鎮",
    "東坑村",
    "竹坑村",
    "廁所類型",
    "補助金額",
    "備註",
    "無",
    "待查",
    "已驗收",
    "農業",
    "戶數",
)
_SIMPLE = ("乡镇", "东坑村", "竹坑村", "改厕类型", "补助金额", "备注", "无", "待查", "已验收", "农业", "户数")


@_QUICK
@given(
    picks=st.lists(st.lists(st.integers(0, 10), min_size=3, max_size=3), min_size=2, max_size=8),
    encoding=st.sampled_from(["big5", "gbk"]),
)
def test_traditional_text_in_big5_and_simplified_text_in_gbk_are_told_apart(
    picks: list[list[int]], encoding: str
) -> None:
    words = _TRADITIONAL if encoding == "big5" else _SIMPLE
    rows = [[words[0], words[10], words[4]], *[[words[pick] for pick in row] for row in picks]]
    assert read(spelled(rows).encode(encoding)).grid.rows == rows


@_QUICK
@given(rng=_RNG, gap=st.integers(1, 3), encoding=st.sampled_from(ENCODINGS))
def test_tables_below_each_other_are_all_found_in_one_text(rng: Random, gap: int, encoding: str) -> None:
    above = [["村名称", "户数", "备注"], *[[f"{i}村", str(rng.randint(1, 99)), "无"] for i in range(3)]]
    below = [
        ["项目", "面积", "金额", "年度"],
        *[[f"{i}号", str(rng.randint(1, 99)), "8.5", "2025"] for i in range(3)],
    ]
    text = spelled([["附件1：某县台账"]]) + "\r\n" + spelled(above) + "\r\n" * gap + spelled(below)
    found = read(encoded(text, encoding))
    start = 2 + len(above) + gap
    assert [(list(table.header_rows), list(table.body_rows)) for table in find_tables(found.grid)] == [
        ([2], [3, 4, 5]),
        ([start], [start + 1, start + 2, start + 3]),
    ]


ROWS = [["村名称", "户数", "备注"], ["东坑村", "0012", "无"], ["西坑村", "7", "待查"]]
PLAIN = spelled(ROWS)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace(",", "，").encode("gbk"),
        PLAIN.replace(",", "，").encode("utf-16-le"),
        PLAIN.replace("\r\n", "\r", 1).encode("gbk"),
        PLAIN.replace("\r\n", "\n", 2).encode("gbk"),
        b"sep=;\r\n" + PLAIN.replace(",", ";").encode("gbk"),
        ("SEP=\t\n" + PLAIN.replace(",", "\t")).encode("utf-16"),
        PLAIN.replace("0012", '="0012"').encode("gbk"),
        PLAIN.replace("0012", '"=""0012"""').encode("gbk"),
        PLAIN.replace("0012", "'0012").encode("gbk"),
        PLAIN.encode("gbk").replace(b"0012", b"00\x0012"),
        PLAIN.encode("gbk") + bytes(500),
        PLAIN.encode("gbk") + b"\x1a",
        b"\xef\xbb\xbf" + PLAIN.encode("gbk"),
        b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16") + b"\n",
        b"\n".join([PLAIN.splitlines()[0].encode("gbk"), *[line.encode() for line in PLAIN.splitlines()[1:]]]),
    ],
    ids=[
        "full-width commas", "full-width commas in utf-16", "CR once", "LF twice", "sep=;", "sep=tab",
        "formula", "formula in quotes", "apostrophe", "zero byte", "zero bytes at the end", "DOS end",
        "utf-8 mark before gbk", "two marks", "half a character", "two encodings",
    ],
)  # fmt: skip
def test_what_programs_put_around_a_text_changes_no_cell(content: bytes) -> None:
    assert [row for row in read(content).grid.rows if row] == ROWS
