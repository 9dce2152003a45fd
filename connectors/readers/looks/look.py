"""What calamine leaves out of a worksheet: hidden parts, percentages, printed errors, formulas without results, pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.formats import Formats, Place
from connectors.grid import Cell, Grid, Merge, column_letter


@dataclass
class Look:
    """What a look into the file shows of one worksheet; places are zero-based ``(row, column)``.

    Attributes:
        hidden_rows: How many rows are hidden (by hand or by a filter).
        hidden_columns: How many columns are hidden.
        formats: Number formats of percentages and of zeros in front by place.
        errors: Printed errors (``#REF!``) by place.
        unsaved: Where formulas stand whose results are not stored.
        pictures: How many pictures lie on the sheet.
        comments: How many cells bear a comment.
        from_1904: Whether the workbook counts its days from 1904 on.
        area: Cells in the rectangle the sheet spans, where that can be told before it is read.
    """

    hidden_rows: int = 0
    hidden_columns: int = 0
    formats: Formats = field(default_factory=Formats)
    errors: dict[Place, str] = field(default_factory=dict)
    unsaved: set[Place] = field(default_factory=set)
    pictures: int = 0
    comments: int = 0
    from_1904: bool = False
    area: int = 0

    def grid(self, rows: Sequence[Sequence[Cell]], merged: Sequence[Merge]) -> Grid:
        """Cells and merged ranges, with what is known of single cells."""
        return Grid(rows, merged, self.formats, self.unsaved, self.from_1904)

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
        if self.comments:
            notes.append(f"工作表“{name}”有 {self.comments} 处批注，批注里的内容没有读取。")
        if self.unsaved:
            row, column = min(self.unsaved)
            notes.append(
                f"工作表“{name}”有 {len(self.unsaved)} 个公式没有存下结果（如 {column_letter(column)}{row + 1}），"
                "读出来是空白；请用 Excel 或 WPS 打开文件，保存后重报。"
            )
        if self.errors:
            notes.append(
                f"工作表“{name}”有 {len(self.errors)} 个公式错误的单元格（如 {next(iter(self.errors.values()))}）。"
            )
        return notes


Looks = Mapping[int, Callable[[], Look]]
"""Looks by the position of the sheet in the workbook; each is taken when it is called."""
