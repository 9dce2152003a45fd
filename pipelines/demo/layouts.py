"""Laying a table out the way an office does: rows of cells with their merges, and where each value came to stand.

How one cell is written is ``cells``; bytes are ``writers``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from connectors.grid import column_letter
from expectations.contracts.model import Column, Contract
from pipelines.demo.cells import (
    AMOUNTS,
    Cell,
    cell_writer,
    header_text,
    periods_written,
)
from pipelines.demo.habits import Habit

TOWNSHIP = "township"
"""Helper column of every frame: the township's name, for offices that keep a sheet for each."""


@dataclass(frozen=True)
class Heading:
    """What stands over a table.

    Attributes:
        office: Who fills it in, ``锦湾市``.
        period: ``2025-06``.
        signed: The day in the footer, ``2025年7月5日``.
    """

    office: str
    period: str
    signed: str


@dataclass(frozen=True)
class Page:
    """One sheet as it will be written; merges are ``(top, left, bottom, right)``, inclusive, zero-based."""

    name: str
    rows: list[list[Cell]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where the rows and columns of a frame came to stand.

    Attributes:
        sheets: Sheet name per frame position.
        rows: Row per frame position, as a spreadsheet numbers it.
        columns: Zero-based grid column by contract column; columns that are not written are missing.
    """

    sheets: list[str]
    rows: list[int]
    columns: Mapping[str, int]

    def cell(self, position: int, column: str) -> str:
        """The address of one value, ``D17``; empty when its column is not written."""
        return f"{column_letter(self.columns[column])}{self.rows[position]}" if column in self.columns else ""


def written_columns(contract: Contract, habit: Habit, frame: pd.DataFrame) -> list[Column]:
    """The contract's columns an office writes, in its order."""
    columns = [column for column in contract.columns if column.name in frame.columns]
    has_names = any(column.role == "village_name" for column in columns)
    code = contract.with_role("region_code")
    skipped: set[str] = set()
    if has_names and code is not None:
        if habit.regions == "code":
            skipped = {
                column.role for column in columns if column.role.endswith("_name") and not column.required
            }
        elif habit.regions == "names" and not code.required and not code.key:
            skipped = {"region_code"}
    kept = [column for column in columns if column.role not in skipped or not column.role]
    if habit.order == 0:
        return kept
    turn = np.random.default_rng(habit.order).permutation(len(kept)).tolist()
    # Offices move some columns, they do not shuffle all: every third place trades with another.
    moved = list(range(len(kept)))
    for place in range(1, len(kept), 3):
        other = turn[place]
        moved[place], moved[other] = moved[other], moved[place]
    return [kept[place] for place in moved]


def lay_out(
    frame: pd.DataFrame,
    contract: Contract,
    habit: Habit,
    heading: Heading,
    typed: Mapping[tuple[int, str], Cell],
) -> tuple[list[Page], Place]:
    """Lay a frame out.

    Args:
        frame: Contract columns with true values, and ``township``; a range index.
        contract: Titles, aliases, units and types of the columns.
        habit: How the office writes.
        heading: What stands over and under the table.
        typed: Cells typed otherwise than the value says, by position and column: exactly what is written.
    """
    columns = written_columns(contract, habit, frame)
    written = [_written(frame, column, habit, typed) for column in columns]
    groups = _sheets(frame, contract, habit)
    left = habit.lead[1] + (1 if habit.serial else 0)
    place = Place(
        [""] * len(frame), [0] * len(frame), {column.name: left + n for n, column in enumerate(columns)}
    )
    pages = []
    for name, positions in groups:
        page, first = _page(name, positions, frame, columns, written, contract, habit, heading)
        pages.append(page)
        for offset, position in enumerate(positions):
            place.sheets[position] = name
            place.rows[position] = first + offset + 1
    if habit.note_sheet:
        pages.append(Page("说明", [["填表说明"], ["演示数据，全部为虚构。"], ["每户一行，不得空行。"]]))
    return pages, place


def _sheets(frame: pd.DataFrame, contract: Contract, habit: Habit) -> list[tuple[str, list[int]]]:
    if habit.per_township and 1 < frame[TOWNSHIP].nunique() <= 20:
        grouped = frame.groupby(TOWNSHIP, sort=False).indices
        return [(str(name), np.asarray(positions).tolist()) for name, positions in grouped.items()]
    name = contract.title if habit.order % 2 else "Sheet1"
    return [(name, list(range(len(frame))))]


def _written(
    frame: pd.DataFrame, column: Column, habit: Habit, typed: Mapping[tuple[int, str], Cell]
) -> list[Cell]:
    write: Callable[[object], Cell] = cell_writer(column, habit)
    cells = [write(value) for value in frame[column.name].tolist()]
    for (position, name), cell in typed.items():
        if name == column.name:
            cells[position] = cell
    return cells


def _page(
    name: str,
    positions: list[int],
    frame: pd.DataFrame,
    columns: Sequence[Column],
    written: Sequence[list[Cell]],
    contract: Contract,
    habit: Habit,
    heading: Heading,
) -> tuple[Page, int]:
    """One sheet, and the zero-based grid row of its first record."""
    top, indent = habit.lead
    width = indent + (1 if habit.serial else 0) + len(columns)
    page = Page(name, [[] for _ in range(top)])
    _put_title(page, contract, habit, heading, width)
    _put_header(page, columns, habit)
    first = len(page.rows)
    picked = [[cells[position] for position in positions] for cells in written]
    serial: list[list[Cell]] = [list(range(1, len(positions) + 1))] if habit.serial else []
    blank: list[list[Cell]] = [[None] * len(positions)] * indent
    page.rows.extend([list(row) for row in zip(*blank, *serial, *picked, strict=True)])
    if habit.totals and positions:
        page.rows.append([None] * indent + _totals(frame.iloc[positions], columns, habit))
    if habit.footer:
        footer: list[Cell] = [None] * width
        footer[indent] = f"填表人：经办员    审核人：股长    填报日期：{heading.signed}"
        page.rows.append(footer)
    return page, first


def _put_title(page: Page, contract: Contract, habit: Habit, heading: Heading, width: int) -> None:
    lines = []
    if habit.title:
        written = periods_written(contract.frequency, habit.months)(heading.period)
        lines.append(f"{heading.office}{written}{contract.title}（演示数据）")
    if habit.unit_line:
        lines.append(f"填报单位：{heading.office}")
    for line in lines:
        row: list[Cell] = [None] * width
        row[habit.lead[1]] = line
        page.merges.append((len(page.rows), habit.lead[1], len(page.rows), width - 1))
        page.rows.append(row)


def _put_header(page: Page, columns: Sequence[Column], habit: Habit) -> None:
    indent = habit.lead[1]
    before: list[Cell] = [None] * indent
    before += ["序号"] if habit.serial else []
    leaves: list[Cell] = [*before, *(header_text(column, habit) for column in columns)]
    groups = _group_heads(columns) if habit.groups else []
    if not any(head for head, _ in groups):
        page.rows.append(leaves)
        return
    top = len(page.rows)
    upper: list[Cell] = list(leaves)
    lower: list[Cell] = list(leaves)
    at = indent
    for head, count in [("", 1)] * (1 if habit.serial else 0) + groups:
        if head:
            upper[at] = head
            for one in range(at + 1, at + count):
                upper[one] = None
            page.merges.append((top, at, top, at + count - 1))
        else:
            for one in range(at, at + count):
                lower[one] = None
                page.merges.append((top, one, top + 1, one))
        at += count
    page.rows.extend([upper, lower])


def _group_heads(columns: Sequence[Column]) -> list[tuple[str, int]]:
    """Neighbouring columns of one sort under a head; a column alone has none (``""``)."""
    runs: list[tuple[str, int]] = []
    for column in columns:
        head = _sort_of(column)
        if runs and runs[-1][0] == head and head:
            runs[-1] = (head, runs[-1][1] + 1)
        else:
            runs.append((head, 1))
    return [(head if count > 1 else "", count) for head, count in runs]


def _sort_of(column: Column) -> str:
    if column.role.endswith("_name") or column.role == "region_code":
        return "所在地"
    if column.kind in ("person_name", "resident_id", "phone", "bank_card"):
        return "人员信息"
    if column.type == "date":
        return "时间"
    if column.unit and column.type in ("number", "integer"):
        return "数量"
    return ""


def _totals(rows: pd.DataFrame, columns: Sequence[Column], habit: Habit) -> list[Cell]:
    """The 合计 row: sums of what adds up, nothing under shares, yields and codes."""
    row: list[Cell] = ["合计"] if habit.serial else []
    for column in columns:
        adds_up = column.unit in AMOUNTS and column.kind != "chainage"
        row.append(cell_writer(column, habit)(_sum(rows[column.name])) if adds_up else None)
    if not habit.serial:
        row[0] = "合计"
    return row


def _sum(values: pd.Series) -> int | float:
    total = sum(value for value in values.tolist() if isinstance(value, int | float) and value == value)
    return round(total, 3)
