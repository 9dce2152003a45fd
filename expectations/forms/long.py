"""A statistical form as a long table: one row per filled cell, with its code, header path, unit, region and place.

Either way round: columns carry the indicators (a 汇总代码 row above towns), or rows carry them (a 代码 column beside
names). A sheet that is no form gives no rows; nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

import pyarrow as pa

from connectors.celltext import cell_text
from connectors.grid import Cell, Grid, Sheet, column_letter
from connectors.tables import Column, RowLabel, Table, find_tables
from expectations.forms.words import (
    CHANGE,
    CHANGE_RATE,
    CODES_ROW,
    NO_VALUE,
    PLACE,
    PLAIN_VALUE,
    REPORTER,
    ROW_CODES,
    THIS_YEAR,
    TOTAL,
    UNIT_TITLES,
    basis_of,
    plain,
)

_S = pa.string()
LONG = pa.schema(
    [
        *(pa.field(name, _S) for name in ("form", "code", "path", "unit", "region", "basis")),
        pa.field("value", pa.float64()),
        pa.field("text", _S),
        pa.field("row", pa.int64()),
        pa.field("column", _S),
        *(pa.field(name, _S) for name in ("cell", "sheet", "item", "number", "line")),
        pa.field("is_total", pa.bool_()),
    ]
)
"""``row`` counts from 1 and ``column`` is a letter, as the spreadsheet shows them. ``value`` is null where ``text`` is no
number. ``item`` is the value column's name where rows carry the indicators, else empty. ``number`` is the row's printed
number where it is not the code. ``line`` is the row's number as text where a row is a region, the column's letter where a
column is, else null: there all rows and columns are one region. ``region`` is the label as printed."""

_DIGITS = re.compile(r"[A-Za-z]?\d+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
Row = dict[str, object]


def long_table(sheet: Sheet, tables: Sequence[Table] | None = None) -> pa.Table:
    """The filled cells of a form's indicators.

    Args:
        sheet: The sheet as read.
        tables: Its tables where they are known already.

    Returns:
        Rows of ``LONG``, top to bottom, left to right; none where the sheet is no form.
    """
    found = find_tables(sheet.grid) if tables is None else tables
    rows = [row for table in found for row in _rows_of(sheet, table)]
    return pa.Table.from_pylist(rows, schema=LONG)


def has_row_codes(grid: Grid, table: Table) -> bool:
    """Whether rows carry the indicators: a 代码 column, and no row of the header that gives codes to the columns."""
    column = _code_column(grid, table)
    if column is None or _codes_row(grid, table):
        return False
    coded = (_code_at(grid, row, column) for row in (*table.body_rows, *table.total_rows))
    return sum(code is not None for code in coded) > 1


def value_columns(grid: Grid, table: Table) -> list[Column]:
    """The columns with values of indicators; empty where the table is no form."""
    if has_row_codes(grid, table):
        codes = _code_column(grid, table) or 0
        return [column for column in table.columns if column.index > codes and not _is_beside(column)]
    coded = [column for column in table.columns if column.code and _DIGITS.fullmatch(column.code)]
    return [column for column in table.columns if column.index >= coded[0].index] if len(coded) > 1 else []


def _code_column(grid: Grid, table: Table) -> int | None:
    """The column with a code for each row: by its name, or, where nothing is named, by the codes of the row labels."""
    for column in table.columns:
        if any(ROW_CODES.fullmatch(part) for part in _joined(column.path)):
            return column.index
    codes = {label.row: label.code for label in table.row_labels if label.code}
    if not codes or any(part for column in table.columns for part in column.path):
        return None
    alike = (
        column.index
        for column in table.columns
        if all(_code_at(grid, row, column.index) == code for row, code in codes.items())
    )
    return next(alike, None)


def _code_at(grid: Grid, row: int, column: int) -> str | None:
    text = plain(grid.rows[row][column]) if column < len(grid.rows[row]) else ""
    return text if _DIGITS.fullmatch(text) else None


def _is_beside(column: Column) -> bool:
    """Whether a column right of the codes holds no values: units, remarks, another 代码."""
    return any(NO_VALUE.fullmatch(part) for part in _joined(column.path))


def _joined(path: tuple[str, ...]) -> tuple[str, ...]:
    """Parts of a path, and all of it: a name may be broken over rows (代 over 码)."""
    return *path, "".join(path)


def _codes_row(grid: Grid, table: Table) -> bool:
    for row in table.header_rows:
        cells = [text for text in map(plain, grid.rows[row]) if text]
        numbers = sum(_DIGITS.fullmatch(text) is not None for text in cells)
        if numbers > 1 and any(CODES_ROW.fullmatch(text) for text in cells):
            return True
    return False


def _rows_of(sheet: Sheet, table: Table) -> Iterator[Row]:
    columns = value_columns(sheet.grid, table)
    if not columns:
        return
    form = _form_name(sheet, table)
    by_rows = has_row_codes(sheet.grid, table)
    described = _indicator_rows(sheet.grid, table) if by_rows else _region_rows(sheet.grid, table, columns)
    say = _of_region if by_rows and _are_regions(columns) else _of_measure if by_rows else _of_indicator
    named = [(column, column_letter(column.index), say(column)) for column in columns]
    for row in sorted([*table.body_rows, *table.total_rows]):
        cells = sheet.grid.rows[row]
        for column, letter, of_column in named:
            text = cell_text(cells[column.index]) if column.index < len(cells) else None
            if text is not None:
                yield {
                    **_joint(described[row], of_column),
                    "form": form, "sheet": sheet.name, "value": number_of(cells[column.index]), "text": text,
                    "row": row + 1, "column": letter, "cell": f"{sheet.name}!{letter}{row + 1}",
                }  # fmt: skip


def _of_indicator(column: Column) -> Row:
    """What a column says of its cells where it is an indicator."""
    bases = [basis for part in column.path if (basis := _basis(part, column.unit))]
    basis = next((basis for basis in bases if basis != THIS_YEAR), next(iter(bases), None))
    return {
        "code": column.code,
        "path": "/".join(column.path),
        "unit": column.unit,
        "item": "",
        "basis": basis,
    }


def _of_measure(column: Column) -> Row:
    """What a column says where rows are the indicators: which measure (面积, 产量) and year of them it holds."""
    own = [rest for part in column.path if (rest := basis_of(part)[1]) and not PLAIN_VALUE.fullmatch(rest)]
    item = "/".join(own) if any(column.path) else f"{column_letter(column.index)}列"
    return {**_of_indicator(column), "code": None, "path": "", "item": item}


def _of_region(column: Column) -> Row:
    """What a column says where rows are the indicators and columns the regions."""
    region = next(part for part in reversed(column.path) if basis_of(part)[1])
    rest = "/".join(part for part in column.path if part != region)
    return {
        **_of_indicator(column), "code": None, "path": rest, "item": "/".join(filter(None, [basis_of(rest)[1]])),
        "region": basis_of(region)[1], "is_total": bool(TOTAL.fullmatch(region)), "line": column_letter(column.index),
    }  # fmt: skip


def _are_regions(columns: Sequence[Column]) -> bool:
    """Whether the value columns are places: two or more, and none that is neither place nor total."""
    leaves = [
        next((rest for part in reversed(column.path) if (rest := basis_of(part)[1])), "")
        for column in columns
    ]
    places = [leaf for leaf in leaves if PLACE.fullmatch(leaf) and not TOTAL.fullmatch(leaf)]
    return len(places) > 1 and all(leaf in places or TOTAL.fullmatch(leaf) for leaf in leaves)


def _basis(part: str, unit: str | None) -> str | None:
    basis = basis_of(part)[0]
    return CHANGE_RATE if basis == CHANGE and unit in ("%", "‰") else basis


def _joint(of_row: Row, of_column: Row) -> Row:
    """What row and column say together: the row's own word first, the paths one after the other."""
    either = {name: of_row.get(name) or of_column.get(name) for name in ("code", "unit", "item", "basis")}
    path = "/".join(str(said["path"]) for said in (of_row, of_column) if said["path"])
    placed: Row = {name: of_column[name] for name in ("region", "is_total", "line") if name in of_column}
    unit = "%" if either["basis"] == CHANGE_RATE else either["unit"]
    return {**of_row, **either, **placed, "path": path, "unit": unit, "basis": either["basis"] or THIS_YEAR}


def _region_rows(grid: Grid, table: Table, columns: Sequence[Column]) -> dict[int, Row]:
    """By row, where columns carry the indicators: region, basis, printed row number."""
    totals = set(table.total_rows)
    rows = sorted([*table.body_rows, *totals])
    labels = {row: [plain(cell) for cell in grid.rows[row][: columns[0].index]] for row in rows}
    numbered = _number_columns(list(labels.values()))
    described: dict[int, Row] = {}
    above = ""
    for row, texts in labels.items():
        number = next((texts[place] for place in reversed(numbered) if place < len(texts)), "")
        label = "".join(text for place, text in enumerate(texts) if place not in numbered)
        if PLACE.fullmatch(label) and not TOTAL.fullmatch(label):
            totals.discard(row)  # the only town that reported equals the total, and is none
        basis, region = basis_of(label) if row in totals else (None, label)
        if row in totals and (basis is not None or not TOTAL.fullmatch(region)):
            # 合 and 计 stand in two rows, or the word was written once for four rows.
            region = above if region in ("计", "") and above else region
            region = "合计" if region in ("", "合", "计") else region
        above = region if row in totals else ""
        described[row] = {
            "region": region, "basis": basis, "number": number or None, "is_total": row in totals, "path": "",
            "line": str(row + 1),
        }  # fmt: skip
    return described


def _number_columns(labels: Sequence[Sequence[str]]) -> list[int]:
    """Which of the label columns hold nothing but numbers (序号, 编号 04, 05 …), beside one that holds names."""
    found = []
    for place in range(max(map(len, labels), default=0)):
        texts = [texts[place] for texts in labels if place < len(texts) and texts[place]]
        if len(texts) > 1 and all(_DIGITS.fullmatch(text) for text in texts):
            found.append(place)
    return found if len(found) < max(map(len, labels), default=0) else found[1:]


def _indicator_rows(grid: Grid, table: Table) -> dict[int, Row]:
    """By row, where rows carry the indicators: path from heading to label, unit, code."""
    region = _reporter(grid, table)
    codes = _code_column(grid, table) or 0
    units = next((column.index for column in table.columns if "".join(column.path) in UNIT_TITLES), None)
    known = {label.row: label for label in table.row_labels}
    ancestors: list[RowLabel] = []
    described: dict[int, Row] = {}
    for row in sorted({*table.body_rows, *table.total_rows, *known}):  # headings are labels too
        label = known.get(row) or RowLabel(row, plain(next(iter(grid.rows[row]), None)))
        ancestors = [*(above for above in ancestors if above.indent < label.indent), label]
        unit = plain(grid.rows[row][units]) if units is not None and units < len(grid.rows[row]) else ""
        described[row] = {
            "path": "/".join(part.text for part in ancestors if part.text),
            "unit": label.unit or (unit if re.search(r"\w", unit) else None),
            "code": label.code or _code_at(grid, row, codes),
            "region": region, "number": None, "is_total": row in table.total_rows,
        }  # fmt: skip
    return described


def _reporter(grid: Grid, table: Table) -> str:
    """Who filled the form in, from its 填报单位 line; empty where that is blank."""
    for row in table.title_rows:
        found = REPORTER.search(normalize("NFKC", " ".join(filter(None, map(cell_text, grid.rows[row])))))
        if found:
            return found[1]
    return ""


def _form_name(sheet: Sheet, table: Table) -> str:
    """The title; of several title lines the one most like the sheet's name, since labels get overwritten."""
    from rapidfuzz import fuzz

    titles = [next(filter(None, map(plain, sheet.grid.rows[row])), "") for row in table.title_rows]
    name = plain(sheet.name.rpartition("/")[2])
    alike = [(fuzz.ratio(title, name), -place) for place, title in enumerate(titles) if title]
    if not alike:
        return name
    best = max(alike)
    return titles[-best[1]] if best[0] >= 60 else next(filter(None, titles))


def number_of(value: Cell) -> float | None:
    """The number in a cell, also where it was typed as text (``1,234``, full width); ``None`` where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value else None
    if not isinstance(value, str):
        return None
    text = re.sub(r"(?<=\d),(?=\d{3})", "", plain(value))
    return float(text) if _NUMBER.fullmatch(text) else None
