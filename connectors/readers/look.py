"""What calamine leaves out of a worksheet: hidden rows and columns, percentages, printed errors, pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.grid import Cell

Place = tuple[int, int]


@dataclass
class Look:
    """What a look into the file shows of one worksheet; places are zero-based ``(row, column)``.

    Attributes:
        hidden_rows: How many rows are hidden (by hand or by a filter).
        hidden_columns: How many columns are hidden.
        formats: Number formats of percentages by place.
        errors: Printed errors (``#REF!``) by place.
        pictures: How many pictures lie on the sheet.
        area: Cells in the rectangle the sheet spans, where that can be told before it is read.
    """

    hidden_rows: int = 0
    hidden_columns: int = 0
    formats: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    pictures: int = 0
    area: int = 0

    def with_errors(self, rows: Sequence[Sequence[Cell]]) -> Sequence[Sequence[Cell]]:
        """The rows with errors as printed, which calamine leaves blank; also beyond the last cell it read."""
        if not self.errors:
            return rows
        filled = [list(row) for row in rows]
        for (row, column), text in self.errors.items():
            filled.extend([] for _ in range(len(filled), row + 1))
            filled[row].extend("" for _ in range(len(filled[row]), column + 1))
            filled[row][column] = text
        return filled

    def notes(self, name: str, blank: bool) -> list[str]:
        """What a person should know, in Chinese; ``blank`` says that the sheet has no cells."""
        notes = []
        if self.hidden_rows and not blank:
            notes.append(f"工作表“{name}”有 {self.hidden_rows} 行被隐藏，已一并读取。")
        if self.hidden_columns and not blank:
            notes.append(f"工作表“{name}”有 {self.hidden_columns} 列被隐藏，已一并读取。")
        if self.pictures and blank:
            notes.append(f"工作表“{name}”里的表格是图片，请发送表格本身。")
        elif self.pictures:
            notes.append(f"工作表“{name}”有 {self.pictures} 张图片，图片里的内容没有读取。")
        if self.errors:
            notes.append(
                f"工作表“{name}”有 {len(self.errors)} 个公式错误的单元格（如 {next(iter(self.errors.values()))}）。"
            )
        return notes


Looks = Mapping[int, Callable[[], Look]]
"""Looks by the position of the sheet in the workbook; each is taken when it is called."""
