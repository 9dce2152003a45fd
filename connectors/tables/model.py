"""What a found table is. How it is found lives beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        index: Zero-based grid column.
        path: Header texts from top to leaf, NFKC, spaces inside Chinese words removed, the unit taken out.
        unit: The unit printed for the column, as printed; ``None`` where there is none.
        code: The code printed for the column (``01``), as printed; ``None`` where there is none.
    """

    index: int
    path: tuple[str, ...]
    unit: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class RowLabel:
    """The label of one body row, in a table whose rows carry the indicators.

    Attributes:
        row: Zero-based grid row.
        text: The label, NFKC, without its indentation.
        indent: Nesting level, 0 for the outermost.
        unit: The unit printed in the row; ``None`` where there is none.
        code: The code printed in the row; ``None`` where there is none.
    """

    row: int
    text: str
    indent: int = 0
    unit: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Table:
    """One table of a sheet; every row list holds zero-based grid rows, and a blank row is in none of them.

    Attributes:
        title_rows: Title, form number, 填报单位 line: all above the header.
        header_rows: The contiguous block that describes the columns (names, group heads, units, codes, 甲乙丙,
            and blank rows inside it that vertical merges cause).
        body_rows: One record, region or indicator each. A ``range`` where they are contiguous and many.
        total_rows: Rows computed from others (合计, 小计, 总计 …).
        section_rows: Headings inside the body that carry no values.
        note_rows: Footers, 注, 填表人, page numbers, printed rules.
        columns: The columns, left to right.
        row_labels: Labels of body rows where rows carry the indicators, else empty.
    """

    title_rows: Sequence[int]
    header_rows: Sequence[int]
    body_rows: Sequence[int]
    total_rows: Sequence[int]
    section_rows: Sequence[int]
    note_rows: Sequence[int]
    columns: Sequence[Column]
    row_labels: Sequence[RowLabel] = ()
