"""How a cell looks is told alike whether its text is made plain first or not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.grid import Cell
from connectors.tables.cells import Kind, kind_of, kinds_of, text_of

PIECES = st.sampled_from(
    ["19", "20", "2019.", "5", ".", "-", "１", " ", "年", "亩", "村", "㐀", "䷀", "\u0301", "x", "\u200b"]
)
CELLS = st.one_of(st.text(max_size=6), st.lists(PIECES, max_size=8).map("".join), st.floats(), st.none())


@settings(deadline=None)
@given(st.lists(CELLS, max_size=20))
def test_kinds_of_a_row_are_those_of_its_cells(cells: list[Cell]) -> None:
    assert list(kinds_of(cells)) == [kind_of(cell, text_of(cell)) for cell in cells]


def test_numbers_years_and_months_are_told_apart() -> None:
    cells = ["12.5", "2019.5", "2019", "20195", "0" * 41, "亩", "亩均", "䷀", "3.5.1"]
    number, text = Kind.NUMBER, Kind.TEXT
    kinds = [number, Kind.DATE, Kind.YEAR, number, text, Kind.UNIT, text, text, text]
    assert list(kinds_of(cells)) == kinds
