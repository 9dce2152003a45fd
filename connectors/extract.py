"""The tables of a file as columns of text, each row with its place. Meaning is given to them by contracts, elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pyarrow as pa

from connectors.celltext import Mask, cell_text, column_cells
from connectors.facts import FORMULA, Facts, Kinds
from connectors.formats import Formats, Numbers
from connectors.grid import Cell, Grid, Sheet
from connectors.invisible import INVISIBLE
from connectors.readers import read_sheets
from connectors.readers.limits import MAX_CELLS, MAX_COLUMNS, too_large
from connectors.readers.looks.number_format import zeros
from connectors.streaming import Streamed, stream_table
from connectors.tables import Table, find_tables

_LONGEST_FORM = 2_000
"""Rows of the longest form: beyond them a sheet lists records, not indicators or regions."""


@dataclass(frozen=True)
class Extract:
    """One table of one sheet.

    Attributes:
        sheet: The sheet's name.
        hidden: Whether the sheet is hidden in its workbook.
        table: Where its header, body and totals stand.
        titles: Texts of the title rows, NFKC, one per row.
        cells: One string column per ``table.columns``, named ``str(column.index)``; null is blank; body rows only.
        rows: The row as the spreadsheet numbers it (1-based), one per body row (int64).
        totals: Like ``cells``, for ``table.total_rows``.
        facts: What the workbook knows of the body's cells beside their text.
    """

    sheet: str
    hidden: bool
    table: Table
    titles: tuple[str, ...]
    cells: pa.Table = field(repr=False)  # a repr may end in a log, and cells hold private values
    rows: pa.Int64Array = field(repr=False)
    totals: pa.Table = field(repr=False)
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True)
class Reading:
    """What was found in one file.

    Attributes:
        extracts: The tables, in the order of the file.
        unread: ``(sheet, reason)`` for sheets with content that hold no table, the reason in Chinese.
        notes: What a person should know, in Chinese.
        sheets: The sheets as read, but for long ledgers without headings, whose cells would be held twice; none where
            the text was streamed.
        names: Of all sheets, in the order of the file.
        unsaved: How many formulas the file holds without their results: what they stand for is read as blank.
    """

    extracts: tuple[Extract, ...]
    unread: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sheets: tuple[Sheet, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()
    unsaved: int = 0


def read_tables(path: Path, *, name: str | None = None) -> Reading:
    """All tables of a file; long delimited text is streamed.

    Args:
        path: The file; its content decides how it is read.
        name: The sender's name of the file, where ``path`` is an archive path without one.

    Raises:
        Refused: As ``connectors.readers.read_sheets``.
    """
    streamed = stream_table(path, name or path.name)
    if streamed is not None:
        return Reading((_streamed(streamed),), (), streamed.notes, names=(streamed.sheet,))
    sheets = read_sheets(path, name=name)
    extracts: list[Extract] = []
    unread: list[tuple[str, str]] = []
    kept: list[Sheet] = []
    for sheet in sheets:
        found = extract_sheet(sheet)
        extracts += found
        kept += [sheet] if _is_worth_keeping(sheet, [one.table for one in found]) else []
        if not found and (sheet.grid.rows or sheet.notes):
            unread.append((sheet.name, _why_unread(sheet)))
    notes = dict.fromkeys(note for sheet in sheets for note in sheet.notes)
    names = tuple(sheet.name for sheet in sheets)
    unsaved = sum(len(sheet.grid.unsaved) for sheet in sheets)
    return Reading(tuple(extracts), tuple(unread), tuple(notes), tuple(kept), names, unsaved)


def _is_worth_keeping(sheet: Sheet, tables: Sequence[Table]) -> bool:
    """Whether a sheet may be a form, or has headings: of long ledgers the cells are not kept twice."""
    rows = sum(len(table.body_rows) for table in tables) if tables else len(sheet.grid.rows)
    return rows <= _LONGEST_FORM or any(table.section_rows for table in tables)


def extract_sheet(sheet: Sheet) -> list[Extract]:
    """The tables of one sheet, top to bottom.

    Raises:
        Refused: ``too_large``.
    """
    for row in sheet.grid.rows:
        if len(row) > MAX_COLUMNS and (written := len(row) - row.count("") - row.count(None)) > MAX_COLUMNS:
            raise too_large(sheet.name, f"一行里有 {written} 个单元格")
    return [_extract(sheet, table) for table in find_tables(sheet.grid)]


def _why_unread(sheet: Sheet) -> str:
    return "没有找到表格，只有说明文字" if sheet.grid.rows else sheet.notes[0]


def _extract(sheet: Sheet, table: Table) -> Extract:
    cells, facts = _cells(sheet.grid, table, table.body_rows, sheet.name)
    return Extract(
        sheet=sheet.name,
        hidden=sheet.hidden,
        table=table,
        titles=titles_of(sheet.grid.rows, table.title_rows),
        cells=cells,
        rows=pa.array(np.asarray(table.body_rows, dtype=np.int64) + 1),
        totals=_cells(sheet.grid, table, table.total_rows, sheet.name)[0],
        facts=facts,
    )


def titles_of(rows: Sequence[Sequence[Cell]], numbers: Sequence[int]) -> tuple[str, ...]:
    """The text of each title row, its cells joined by one space, NFKC, without characters that show nothing."""
    texts = (" ".join(filter(None, map(cell_text, rows[number]))) for number in numbers)
    return tuple(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).strip() for text in texts)


def _cells(grid: Grid, table: Table, numbers: Sequence[int], name: str) -> tuple[pa.Table, Facts]:
    """The cells of the given rows, a vertical merge repeated on every row it covers, and what is known of them.

    Raises:
        Refused: ``too_large``; ``name`` is what the refusal calls the sheet.
    """
    place = _places(numbers, len(grid.rows))
    percents, widths = _formatted(Formats.of(grid.formats), place)
    merged = _merged(grid, place, percents) if grid.merged else {}
    width = max((column.index + 1 for column in table.columns), default=0)
    rows = [grid.rows[number] for number in numbers]
    if len(rows) * width > MAX_CELLS:
        raise too_large(name, f"表格有 {len(rows)} 行、{width} 列")
    if max(map(len, rows), default=0) > width:  # a stray far cell must not make every row as wide
        rows = [row[:width] for row in rows]
    columns = _columns(rows)
    arrays, kinds = {}, dict[int, Kinds]()
    for index in (column.index for column in table.columns):
        values = columns[index] if index < len(columns) else [None] * len(numbers)
        percent = percents.get(index)
        if index in merged:
            values, percent = _filled(values, percent, merged[index])
        arrays[str(index)], known = column_cells(values, percent)
        kinds |= {} if known is None else {index: known}
    _add_unsaved(kinds, grid, place, len(numbers))
    return pa.table(arrays) if arrays else pa.table({}), Facts(kinds, widths, grid.from_1904)


def _places(numbers: Sequence[int], rows: int) -> Numbers:
    """Of each row of a sheet its position among some; -1 where it is none of them."""
    place = np.full(rows, -1)
    place[np.asarray(numbers, np.int64)] = np.arange(len(numbers))
    return place


def _add_unsaved(kinds: dict[int, Kinds], grid: Grid, place: Numbers, count: int) -> None:
    for row, column in grid.unsaved:
        if row < len(place) and place[row] >= 0:
            kinds.setdefault(column, np.zeros(count, np.uint8))[place[row]] = FORMULA


def _columns(rows: Sequence[Sequence[Cell]]) -> Sequence[Sequence[Cell]]:
    """The columns of rows that may differ in length; where they do not, in half the time."""
    even = len(set(map(len, rows))) <= 1
    return list(zip(*rows, strict=True) if even else zip_longest(*rows))


def _merged(
    grid: Grid, place: Numbers, percents: Mapping[int, Mask]
) -> dict[int, dict[int, tuple[Cell, bool]]]:
    """By column and position: the value of the vertical merge that covers it, and whether it is a percentage."""
    filled: dict[int, dict[int, tuple[Cell, bool]]] = {}
    places = place.tolist()
    for top, left, bottom, _ in grid.merged:
        position = places[top] if bottom > top and top < len(places) else -1
        if position < 0 or left >= len(grid.rows[top]):
            continue
        value = grid.rows[top][left], left in percents and bool(percents[left][position])
        covered = (other for other in places[top : bottom + 1] if other >= 0)
        filled.setdefault(left, {}).update(dict.fromkeys(covered, value))
    return filled


def _filled(
    values: Sequence[Cell], percents: Mask | None, merged: Mapping[int, tuple[Cell, bool]]
) -> tuple[Sequence[Cell], Mask | None]:
    """A column, and which of its cells are percentages, with the values of merges on all rows that they cover."""
    filled = list(values)
    mask = np.zeros(len(values), np.bool_) if percents is None else percents.copy()
    for position, (value, is_percent) in merged.items():
        filled[position], mask[position] = value, is_percent
    return filled, mask if mask.any() else None


def _formatted(formats: Formats, place: Numbers) -> tuple[dict[int, Mask], dict[int, dict[int, int]]]:
    """Which cells are percentages by column; and to how many digits cells are filled up, by column and position."""
    percents: dict[int, Mask] = {}
    widths: dict[int, dict[int, int]] = {}
    if not formats:
        return percents, widths
    rows, columns, names = formats.cells
    count = int(place.max(initial=-1)) + 1
    inside = rows < len(place)
    positions = np.where(inside, place[np.where(inside, rows, 0)], -1)
    for number, name in enumerate(formats.names):
        of = (names == number) & (positions >= 0)
        width = zeros(name)
        for column in np.unique(columns[of]).tolist() if width or "%" in name else ():
            own = positions[of & (columns == column)]
            if "%" in name:
                percents.setdefault(column, np.zeros(count, np.bool_))[own] = True
            else:
                widths.setdefault(column, {}).update(dict.fromkeys(own.tolist(), width))
    return percents, widths


def _streamed(streamed: Streamed) -> Extract:
    return Extract(
        sheet=streamed.sheet,
        hidden=False,
        table=streamed.table,
        titles=titles_of(streamed.head, streamed.table.title_rows),
        cells=streamed.cells,
        rows=streamed.rows,
        totals=_cells(Grid(streamed.totals), streamed.table, range(len(streamed.totals)), streamed.sheet)[0],
    )
