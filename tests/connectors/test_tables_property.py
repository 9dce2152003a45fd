"""A sheet written with any mix of titles, merges, units, totals, headings and footers reads back to itself."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.grid import Grid
from connectors.tables import find_tables
from tests.connectors.written_sheets import Written, indicators_by_columns, ledger, regions_by_indicators

_SEEDS = range(300)  # samples of the standard generator: the same at every run and on every machine


def reads_back(sheet: Written) -> None:
    tables = find_tables(sheet.grid)
    assert len(tables) == 1
    table = tables[0]
    found = {kind: sorted(getattr(table, f"{kind}_rows")) for kind in sheet.kinds}
    assert found == sheet.kinds
    assert [column.path[-1] for column in table.columns] == sheet.names
    assert [column.unit for column in table.columns] == sheet.units


def test_a_ledger_reads_back_to_itself() -> None:
    for seed in _SEEDS:
        reads_back(ledger(Random(seed)))


def test_a_form_of_regions_by_indicators_reads_back_to_itself() -> None:
    for seed in _SEEDS:
        reads_back(regions_by_indicators(Random(seed)))


def test_a_form_of_indicators_by_columns_reads_back_to_itself() -> None:
    for seed in _SEEDS:
        reads_back(indicators_by_columns(Random(seed)))


def test_two_ledgers_below_each_other_are_two_tables() -> None:
    for seed in _SEEDS:
        rng = Random(seed)
        above, below = ledger(rng), ledger(rng)
        if below.kinds["title"][:1] == [0] and "附件" not in str(below.rows[0][0]):
            both_are_found(above, below, gap=rng.randint(0, 2))


def both_are_found(above: Written, below: Written, gap: int) -> None:
    shift = len(above.rows) + gap
    rows = [*above.rows, *[[""] for _ in range(gap)], *below.rows]
    merged = [*above.merged, *((a + shift, b, c + shift, d) for a, b, c, d in below.merged)]
    tables = find_tables(Grid(rows, merged))
    assert [list(table.header_rows) for table in tables] == [
        above.kinds["header"],
        [n + shift for n in below.kinds["header"]],
    ]
    assert list(tables[0].body_rows) == above.kinds["body"]
    assert list(tables[1].body_rows) == [n + shift for n in below.kinds["body"]]


_CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "",
            "合计",
            "一、",
            "1",
            "甲",
            "—",
            "亩",
            "填表人：",
            "2025",
            "单位：万元",
            "${x}",
            "续表",
            "指标名称",
        ]
    ),
    st.integers(-5, 10**18),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.text(max_size=6),
)
_MERGES = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 12), st.integers(0, 12)).map(
    lambda m: (m[0], m[1], max(m[0], m[2]), max(m[1], m[3]))
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.lists(_CELLS, max_size=6), max_size=12), st.lists(_MERGES, max_size=3))
def test_any_cells_give_tables_whose_rows_are_written_once(
    rows: list[list[object]], merged: list[tuple[int, int, int, int]]
) -> None:
    for table in find_tables(Grid(rows, merged)):  # type: ignore[arg-type]
        kinds = (table.header_rows, table.body_rows, table.total_rows, table.section_rows, table.note_rows)
        numbers = [n for kind in kinds for n in kind]
        assert len(numbers) == len(set(numbers))
        assert all(0 <= n < len(rows) for n in numbers)
        assert all(any(cell not in ("", None) for cell in rows[n]) for n in table.body_rows)


@pytest.mark.parametrize("rows", [(), ((),), (("", None),)])
def test_a_sheet_without_cells_has_no_tables(rows: tuple[tuple[object, ...], ...]) -> None:
    assert find_tables(Grid(rows)) == []  # type: ignore[arg-type]
