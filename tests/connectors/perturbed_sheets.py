"""What clerks do to a sheet that says the same afterwards; each with where its rows and columns went."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from connectors.grid import Cell, Grid, Merge

_WIDE = str.maketrans("0123456789.,-%", "０１２３４５６７８９．，－％")
_REMARKS = (
    "该户常年外出务工，房屋无人居住，经村民代表会议评议后暂不纳入本年度计划，待其返乡后另行核实。",
    "数据由村委会提供，乡镇核对，2025年6月底以前的变动已经计入",
)


@dataclass(frozen=True)
class Sheet:
    """A sheet, and which of its rows are what; enough to disturb it as a clerk would.

    Attributes:
        rows: Its cells.
        merged: Its merged ranges.
        header: Its header rows.
        titles: Its title rows.
        body: Its body rows.
        totals: Its total rows.
    """

    rows: Sequence[Sequence[Cell]]
    merged: Sequence[Merge]
    header: Sequence[int]
    titles: Sequence[int]
    body: Sequence[int]
    totals: Sequence[int]

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    @property
    def square(self) -> list[list[Cell]]:
        return [[*row, *[""] * (self.width - len(row))] for row in self.rows]


@dataclass(frozen=True)
class Disturbed:
    """The sheet afterwards.

    Attributes:
        grid: Its cells and merged ranges.
        row: Where a row went.
        col: Where a column went.
    """

    grid: Grid
    row: Callable[[int], int] = lambda n: n
    col: Callable[[int], int] = lambda n: n


def _insert_column(sheet: Sheet, at: int, cells: Sequence[Cell] | None = None) -> Disturbed:
    cells = cells or [""] * len(sheet.rows)
    rows = [[*row[:at], cell, *row[at:]] for row, cell in zip(sheet.square, cells, strict=True)]

    def col(n: int) -> int:
        return n + (n >= at)

    merged = [(top, col(left), bottom, col(right)) for top, left, bottom, right in sheet.merged]
    return Disturbed(Grid(rows, merged), col=col)


def blank_first_column(sheet: Sheet, rng: Random) -> Disturbed:
    return _insert_column(sheet, 0)


def blank_column_between(sheet: Sheet, rng: Random) -> Disturbed:
    return _insert_column(sheet, rng.randint(1, max(1, sheet.width - 1)))


def blank_rows_on_top(sheet: Sheet, rng: Random) -> Disturbed:
    by = rng.randint(1, 2)
    merged = [(top + by, left, bottom + by, right) for top, left, bottom, right in sheet.merged]
    return Disturbed(Grid([[""]] * by + sheet.square, merged), row=lambda n: n + by)


def merges_removed(sheet: Sheet, rng: Random) -> Disturbed:
    return Disturbed(Grid(sheet.square))


def numbers_as_wide_text(sheet: Sheet, rng: Random) -> Disturbed:
    rows = sheet.square
    for n in (*sheet.body, *sheet.totals):
        rows[n] = [str(cell).translate(_WIDE) if isinstance(cell, (int, float)) else cell for cell in rows[n]]
    return Disturbed(Grid(rows, sheet.merged))


def spaces_inside_labels(sheet: Sheet, rng: Random) -> Disturbed:
    rows, space = sheet.square, rng.choice([" ", "  ", "　"])
    for n in (*sheet.titles, *sheet.header, *sheet.totals):
        rows[n] = [
            space.join(cell) if isinstance(cell, str) and re.fullmatch(r"[一-鿿]{2,6}", cell) else cell
            for cell in rows[n]
        ]
    return Disturbed(Grid(rows, sheet.merged))


def order_numbers_added(sheet: Sheet, rng: Random) -> Disturbed:
    number = {n: i + 1 for i, n in enumerate(sheet.body)}
    cells: list[Cell] = [number.get(n, "") for n in range(len(sheet.rows))]
    cells[sheet.header[0]] = "序号"
    disturbed = _insert_column(sheet, 0, cells)
    tall = (sheet.header[0], 0, sheet.header[-1], 0)
    merged = [*disturbed.grid.merged, *([tall] if sheet.merged and tall[0] < tall[2] else [])]
    return Disturbed(Grid(disturbed.grid.rows, merged), col=disturbed.col)


def title_split_over_cells(sheet: Sheet, rng: Random) -> Disturbed:
    rows, split = sheet.square, []
    for n in sheet.titles[:1]:
        written = [cell for cell in rows[n] if cell not in ("", None)]
        if len(written) == 1 and len(str(written[0])) >= 6 and sheet.width > 2:
            half, col = len(str(written[0])) // 2, rows[n].index(written[0])
            rows[n] = [""] * sheet.width
            rows[n][min(col, sheet.width - 2) : min(col, sheet.width - 2) + 2] = [
                str(written[0])[:half],
                str(written[0])[half:],
            ]
            split.append(n)
    return Disturbed(Grid(rows, [merge for merge in sheet.merged if merge[0] not in split]))


def remark_column_added(sheet: Sheet, rng: Random) -> Disturbed:
    rows = [[*row, ""] for row in sheet.square]
    rows[sheet.header[0]][-1] = "备注"
    for n in sheet.body:
        rows[n][-1] = rng.choice(["", "", *_REMARKS])
    return Disturbed(Grid(rows, sheet.merged))


def trailing_blank_rows(sheet: Sheet, rng: Random) -> Disturbed:
    blanks: list[list[Cell]] = [[rng.choice(["", None, " "])] * (sheet.width + 3) for _ in range(150)]
    return Disturbed(Grid([*sheet.square, *blanks], sheet.merged))


def stray_number_far_outside(sheet: Sheet, rng: Random) -> Disturbed:
    rows = [[*row, *[""] * 7] for row in sheet.square]
    if sheet.body:
        rows[rng.choice(sheet.body)][-1] = 12345.6
    return Disturbed(Grid(rows, sheet.merged))


def total_first(sheet: Sheet, rng: Random) -> Disturbed:
    """The last total of a body moves above its first record."""
    if not sheet.body or len(sheet.totals) != 1 or sheet.totals[0] < sheet.body[-1]:
        return Disturbed(Grid(sheet.square, sheet.merged))
    first, last = sheet.header[-1] + 1, sheet.totals[0]

    def row(n: int) -> int:
        return first if n == last else n + (first <= n < last)

    rows = sheet.square
    rows.insert(first, rows.pop(last))
    merged = [(row(top), left, row(bottom), right) for top, left, bottom, right in sheet.merged]
    return Disturbed(Grid(rows, merged), row=row)


SAME_TABLES = (
    blank_first_column,
    blank_column_between,
    blank_rows_on_top,
    merges_removed,
    numbers_as_wide_text,
    spaces_inside_labels,
    order_numbers_added,
    title_split_over_cells,
    remark_column_added,
    trailing_blank_rows,
    stray_number_far_outside,
    total_first,
)


def header_repeated_inside(sheet: Sheet, rng: Random) -> Disturbed:
    """The header is printed again in the middle of the body, as on every page of a printout."""
    at = sheet.body[len(sheet.body) // 2]
    head = sheet.square[sheet.header[0] : sheet.header[-1] + 1]
    by = len(head)

    def row(n: int) -> int:
        return n + by * (n >= at)

    shift = at - sheet.header[0]
    merged = [(row(top), left, row(bottom), right) for top, left, bottom, right in sheet.merged]
    merged += [
        (top + shift, left, bottom + shift, right)
        for top, left, bottom, right in sheet.merged
        if sheet.header[0] <= top and bottom <= sheet.header[-1]
    ]
    rows = sheet.square
    return Disturbed(Grid([*rows[:at], *head, *rows[at:]], merged), row=row)
