"""A sheet reads the same after what clerks do to it: same rows, names, units and codes, up to where they moved."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.tables import Table, find_tables
from tests.connectors.perturbed_sheets import SAME_TABLES, Disturbed, Sheet, header_repeated_inside
from tests.connectors.written_sheets import Written, indicators_by_columns, ledger, regions_by_indicators

_KINDS = ("title_rows", "header_rows", "body_rows", "total_rows", "section_rows", "note_rows")
_WRITERS = (ledger, regions_by_indicators, indicators_by_columns)
_RNG = st.randoms(use_true_random=False)


def read(written: Written) -> tuple[Table, Sheet]:
    (table,) = find_tables(written.grid)
    sheet = Sheet(
        written.grid.rows,
        written.grid.merged,
        table.header_rows,
        table.title_rows,
        table.body_rows,
        table.total_rows,
    )
    return table, sheet


def rows(table: Table, row: Callable[[int], int] = lambda n: n) -> dict[str, list[int]]:
    return {kind: sorted(row(n) for n in getattr(table, kind)) for kind in _KINDS}


def columns(
    table: Table, col: Callable[[int], int] = lambda n: n
) -> dict[int, tuple[str, str | None, str | None]]:
    return {col(c.index): ("/".join(c.path).replace(" ", ""), c.unit, c.code) for c in table.columns}


def labels(
    table: Table, row: Callable[[int], int] = lambda n: n
) -> dict[int, tuple[str, str | None, str | None]]:
    return {
        row(label.row): (label.text.replace(" ", ""), label.unit, label.code) for label in table.row_labels
    }


@pytest.mark.parametrize("write", _WRITERS)
@pytest.mark.parametrize("disturb", SAME_TABLES)
@settings(deadline=None, max_examples=10)
@given(rng=_RNG)
def test_a_disturbed_sheet_reads_the_same(
    disturb: Callable[[Sheet, Random], Disturbed], write: Callable[[Random], Written], rng: Random
) -> None:
    before, sheet = read(write(rng))
    disturbed = disturb(sheet, rng)
    (after,) = find_tables(disturbed.grid)
    assert rows(after) == rows(before, disturbed.row)
    assert columns(after).items() >= columns(before, disturbed.col).items()
    assert labels(after) == labels(before, disturbed.row)


@pytest.mark.parametrize("write", _WRITERS)
@settings(deadline=None, max_examples=10)
@given(rng=_RNG)
def test_a_header_printed_again_inside_the_body_begins_a_table_with_the_same_columns(
    write: Callable[[Random], Written], rng: Random
) -> None:
    before, sheet = read(write(rng))
    assume(len(before.body_rows) > 2)
    disturbed = header_repeated_inside(sheet, rng)
    first, second = find_tables(disturbed.grid)
    assert [*first.body_rows, *second.body_rows] == [disturbed.row(n) for n in before.body_rows]
    assert [*first.total_rows, *second.total_rows] == [disturbed.row(n) for n in before.total_rows]
    assert columns(first) == columns(before)
    assert {c: names[0] for c, names in columns(second).items()} == {
        c: names[0] for c, names in columns(before).items()
    }
