"""A sheet saved as any kind of file reads back to itself: cells, merges, tables, and what is hidden."""

from __future__ import annotations

import datetime as dt
import functools
import re
import tempfile
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.extract import read_tables
from connectors.grid import Grid, Merge, Sheet
from connectors.readers import read_sheets
from connectors.tables import find_tables
from tests.connectors.written_files import (
    Computed,
    Failed,
    Page,
    Percent,
    Place,
    Value,
    texts_of,
    write_html,
    write_ods,
    write_xls,
    write_xlsb,
    write_xlsx,
    write_xml,
)
from tests.connectors.written_sheets import Written, indicators_by_columns, ledger, regions_by_indicators

Writer = Callable[[Page, Path], None]
WORKBOOKS: dict[str, Writer] = {
    "xlsx": write_xlsx,
    "xlsx-inline": functools.partial(write_xlsx, shared=False),
    "xls": write_xls,
    "xlsb": write_xlsb,
    "ods": write_ods,
    "xml": write_xml,
    "xml-gb2312": functools.partial(write_xml, encoding="gb2312"),
}
PAGES: dict[str, Writer] = {
    "html-gb2312": write_html,
    "html-utf8": functools.partial(write_html, charset="utf-8"),
    "html-undeclared": functools.partial(write_html, declared=False),
}
SHEETS: Sequence[Callable[[Random], Written]] = (ledger, regions_by_indicators, indicators_by_columns)
_QUICK = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
_RNG = st.randoms(use_true_random=False)


def written(page: Page, write: Writer, reading: Callable[[], None] = lambda: None) -> list[Sheet]:
    """The sheets that are read of the page when it was saved under a name that says little.

    Args:
        page: What to write.
        write: How.
        reading: Called between writing and reading.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "表.xls"
        write(page, path)
        reading()
        return read_sheets(path)


def structure(grid: Grid) -> list[tuple[object, ...]]:
    """What was found of the tables of a grid."""
    return [
        (
            *(list(getattr(found, f"{part}_rows")) for part in ("title", "header", "body", "total", "section", "note")),
            [(column.index, column.path, column.unit, column.code) for column in found.columns],
            [(label.row, label.indent, label.unit, label.code) for label in found.row_labels],
        )
        for found in find_tables(grid)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [*WORKBOOKS, *PAGES])
@_QUICK
@given(rng=_RNG, make=st.sampled_from(SHEETS))
def test_a_written_sheet_reads_back_with_its_merges_and_tables(
    kind: str, rng: Random, make: Callable[[Random], Written]
) -> None:
    sheet = make(rng)
    page = Page.of(sheet)
    (read,) = written(page, (WORKBOOKS | PAGES)[kind])
    assert _with_plain_blanks(texts_of(read)) == _with_plain_blanks(page.texts())
    assert set(read.grid.merged) == set(page.merged)
    assert structure(read.grid) == structure(sheet.grid)
    assert not read.notes


@pytest.mark.parametrize("kind", [*WORKBOOKS, *PAGES])
@_QUICK
@given(rng=_RNG)
def test_the_table_of_a_written_ledger_has_the_cells_of_its_rows(kind: str, rng: Random) -> None:
    sheet = ledger(rng)
    page = Page.of(sheet)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台账.xls"
        (WORKBOOKS | PAGES)[kind](page, path)
        (extract,) = read_tables(path).extracts
    assert extract.rows.to_pylist() == [row + 1 for row in sheet.kinds["body"]]
    texts = page.texts()
    for column in extract.table.columns:
        expected = [texts.get((row, column.index)) for row in sheet.kinds["body"]]
        assert extract.cells[str(column.index)].to_pylist() == expected


def _with_plain_blanks(texts: dict[Place, str]) -> dict[Place, str]:
    """HTML keeps runs of blanks by blanks that do not break, none beside a line break, and knows no tabs."""
    return {place: re.sub(r" *\n *", "\n", re.sub(r"[\xa0\t]", " ", text)) for place, text in texts.items()}


_TEXT = st.one_of(
    st.text("村户数东西，。“”（）一二 \nabc09.,;|\t'\"<>&%=#-/\\", min_size=1, max_size=12),
    st.sampled_from(
        ["00123", "460322197001010012", "=1+1", "'123", "1,234", "85%", "2025-06-01", "TRUE", "#N/A", "㐀𠀀", "１２"]
    ),
)  # fmt: skip
_NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(-1e12, 1e12, allow_subnormal=False).map(lambda x: float(f"{x:.12g}")),
)
_DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1))
_TIMES = st.times(dt.time(0, 0, 1)).map(lambda time: time.replace(microsecond=0))
_MOMENTS = st.builds(dt.datetime.combine, _DAYS, _TIMES)
_PERCENTS = st.builds(Percent, st.integers(-20_000, 200_000).map(lambda n: n / 10_000))
_ERRORS = st.builds(
    Failed, st.sampled_from(["#DIV/0!", "#REF!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
)
_RESULTS = st.builds(Computed, st.one_of(_TEXT.filter(lambda t: not t.startswith("#")), _NUMBERS))


@st.composite
def pages(draw: st.DrawFn, values: st.SearchStrategy[Value]) -> Page:
    """A plain table of any values, some of it merged, hidden or formatted without content."""
    height, width = draw(st.integers(2, 8)), draw(st.integers(2, 6))
    cells = st.one_of(st.just(""), values)
    rows = [draw(st.lists(cells, min_size=width, max_size=width)) for _ in range(height)]
    rows[0][width - 1], rows[height - 1][0] = "末列", "末行"
    merged = draw(st.lists(st.sampled_from(_blocks(height, width)), max_size=2, unique=True))
    merged = merged[: 1 if _overlap(merged) else 2]
    for top, left, bottom, right in merged:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                rows[row][column] = rows[row][column] if (row, column) == (top, left) else ""
        rows[top][left] = rows[top][left] or "合并"
    filled_rows = [row for row in range(height) if any(value != "" for value in rows[row])]
    filled_columns = [column for column in range(width) if any(row[column] != "" for row in rows)]
    return Page(
        rows,
        merged,
        hidden_rows=frozenset(draw(st.sets(st.sampled_from(filled_rows), max_size=2))),
        hidden_columns=frozenset(draw(st.sets(st.sampled_from(filled_columns), max_size=2))),
        hidden=draw(st.booleans()),
        formatted=draw(st.sampled_from([0, 0, 3, 50])),
    )


def _blocks(height: int, width: int) -> list[Merge]:
    return [
        (top, left, bottom, right)
        for top in range(height)
        for left in range(width)
        for bottom in range(top, height)
        for right in range(left, width)
        if (top, left) != (bottom, right) and (bottom, left) != (height - 1, 0)
    ]


def _overlap(merged: list[Merge]) -> bool:
    if len(merged) < 2:
        return False
    (top, left, bottom, right), (top2, left2, bottom2, right2) = merged
    return top <= bottom2 and top2 <= bottom and left <= right2 and left2 <= right


_PLAIN = st.one_of(_TEXT, _NUMBERS, st.booleans(), _DAYS, _PERCENTS, _ERRORS)
_VALUES: dict[str, st.SearchStrategy[Value]] = {
    "xlsx": st.one_of(_PLAIN, _MOMENTS, _TIMES, _RESULTS),
    "xlsx-inline": st.one_of(_PLAIN, _MOMENTS, _TIMES, _RESULTS),
    "xls": st.one_of(_PLAIN, _MOMENTS, _TIMES),
    "xlsb": st.one_of(_PLAIN, _MOMENTS, _RESULTS),
    "ods": st.one_of(_PLAIN, _MOMENTS, _TIMES, _RESULTS),
    "xml": st.one_of(_PLAIN, _MOMENTS, _RESULTS),
    "xml-gb2312": st.one_of(_PLAIN, _MOMENTS, _RESULTS),
    **dict.fromkeys(PAGES, st.one_of(_PLAIN, _MOMENTS, _TIMES, _RESULTS)),
}


@pytest.mark.parametrize("kind", [*WORKBOOKS, *PAGES])
@_QUICK
@given(data=st.data())
def test_any_values_read_back_and_what_is_hidden_is_read_and_said(kind: str, data: st.DataObject) -> None:
    page = data.draw(pages(_VALUES[kind]))
    read = next(sheet for sheet in written(page, (WORKBOOKS | PAGES)[kind]) if sheet.name == page.name)
    assert _with_plain_blanks(texts_of(read)) == _with_plain_blanks(page.texts())
    assert set(read.grid.merged) == set(page.merged)
    assert len(read.grid.rows) == len(page.rows)
    assert read.hidden == page.hidden
    said = "".join(read.notes)
    assert (f"{len(page.hidden_rows)} 行被隐藏" in said) == bool(page.hidden_rows)
    assert (f"{len(page.hidden_columns)} 列被隐藏" in said) == bool(page.hidden_columns)
    assert ("是隐藏的" in said) == page.hidden
    errors = sum(isinstance(value, Failed) for _, _, value in page.cells())
    if kind in WORKBOOKS:  # a web page has only what is printed
        assert (f"{errors} 个公式错误" in said) == bool(errors)


@pytest.mark.parametrize("kind", WORKBOOKS)
def test_thousands_of_formatted_blank_rows_add_no_row_and_hardly_any_memory(kind: str) -> None:
    page = Page([["村", "比例"], ["东村", Percent(0.855)]], formatted=8_000)
    try:
        (read,) = written(page, WORKBOOKS[kind], reading=tracemalloc.start)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert texts_of(read) == page.texts()
    assert len(read.grid.rows) == 2
    assert peak < 8_000_000
