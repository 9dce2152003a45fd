"""A statistical form as a long table: one row per filled cell, with its code, header path, unit, region and place.

Either way round: columns carry the indicators (a 汇总代码 row above towns), or rows carry them (a 代码 column beside
names). A sheet that is no form gives no rows; nothing is judged here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize

import pyarrow as pa

from connectors.celltext import cell_text
from connectors.grid import Cell, Grid, Sheet
from connectors.tables import Column, RowLabel, Table, find_tables
from expectations.forms.words import (
    CODES_ROW,
    PLAIN_VALUE,
    REPORTER,
    ROW_CODES,
    THIS_YEAR,
    TOTAL,
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
number where it is not the code. ``line`` is the row's number as text where a row is a region, else null: there a region has
many rows. ``region`` is the label as printed."""

_DIGITS = re.compile(r"[A-Za-z]?\d+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_ENOUGH = 0.8
"""Share of row numbers that must agree before labels are taken from other sheets."""

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


def long_forms(sheets: Sequence[Sheet]) -> tuple[pa.Table, tuple[str, ...]]:
    """The forms of a workbook, and what a person should know about them.

    Where something has overwritten all labels of a sheet, its rows take the regions that stand in the same rows of the
    other sheets, if the printed row numbers agree; a note says so.

    Returns:
        Rows of ``LONG`` and notes in Chinese.
    """
    forms = _told_apart([form for form in map(long_table, sheets) if form.num_rows])
    usual = _usual_rows(forms)
    mended = [_relabelled(form, usual) for form in forms]
    notes = [note for _, note in mended if note]
    return pa.concat_tables([LONG.empty_table(), *(form for form, _ in mended)]), tuple(notes)


def has_row_codes(grid: Grid, table: Table) -> bool:
    """Whether rows carry the indicators: a 代码 column, and no row of the header that gives codes to the columns."""
    named = any(ROW_CODES.fullmatch(part) for column in table.columns for part in _joined(column.path))
    return (
        named
        and sum(label.code is not None for label in table.row_labels) > 1
        and not _codes_row(grid, table)
    )


def value_columns(grid: Grid, table: Table) -> list[Column]:
    """The columns with values of indicators; empty where the table is no form."""
    coded = [column for column in table.columns if column.code and _DIGITS.fullmatch(column.code)]
    if has_row_codes(grid, table):
        return coded or [column for column in table.columns if _is_plain_value(column)]
    if len(coded) < 2:
        return []
    return [column for column in table.columns if column.index >= coded[0].index]


def _joined(path: tuple[str, ...]) -> tuple[str, ...]:
    """Parts of a path, and all of it: a name may be broken over rows (代 over 码)."""
    return *path, "".join(path)


def _is_plain_value(column: Column) -> bool:
    leaf = column.path[-1] if column.path else ""
    return bool(PLAIN_VALUE.fullmatch(leaf)) or basis_of(leaf)[0] is not None


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
    named = [(column, column_letter(column.index), _of_column(column, by_rows)) for column in columns]
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


def _of_column(column: Column, by_rows: bool) -> Row:
    """What a column says of its cells."""
    basis = next((found for part in column.path if (found := basis_of(part)[0])), None)
    own = [part for part in column.path if basis_of(part)[0] is None and not PLAIN_VALUE.fullmatch(part)]
    return {
        "code": None if by_rows else column.code,
        "path": "/".join(column.path),
        "unit": column.unit,
        "item": "/".join(own) if by_rows else "",
        "basis": basis,
    }


def _joint(of_row: Row, of_column: Row) -> Row:
    """What row and column say together: the row's own word first, the paths one after the other."""
    either = {name: of_row.get(name) or of_column.get(name) for name in ("code", "unit", "item", "basis")}
    path = "/".join(str(said["path"]) for said in (of_row, of_column) if said["path"])
    return {**of_row, **either, "path": path, "basis": either["basis"] or THIS_YEAR}


def _region_rows(grid: Grid, table: Table, columns: Sequence[Column]) -> dict[int, Row]:
    """By row, where columns carry the indicators: region, basis, printed row number."""
    totals = set(table.total_rows)
    rows = sorted([*table.body_rows, *totals])
    labels = {row: [plain(cell) for cell in grid.rows[row][: columns[0].index]] for row in rows}
    numbered = _number_column(list(labels.values()))
    described: dict[int, Row] = {}
    above = ""
    for row, texts in labels.items():
        number = texts.pop(numbered) if numbered is not None and numbered < len(texts) else None
        label = "".join(texts)
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


def _number_column(labels: Sequence[Sequence[str]]) -> int | None:
    """Which of the label columns holds the printed row numbers (编号 04, 05 …); ``None`` where none does."""
    width = max(map(len, labels), default=0)
    for place in reversed(range(1, width)):
        texts = [texts[place] for texts in labels if place < len(texts) and texts[place]]
        if len(texts) > 1 and all(_DIGITS.fullmatch(text) for text in texts):
            return place
    return None


def _indicator_rows(grid: Grid, table: Table) -> dict[int, Row]:
    """By row, where rows carry the indicators: path from heading to label, unit, code."""
    region = _reporter(grid, table)
    ancestors: list[RowLabel] = []
    described: dict[int, Row] = {}
    for label in table.row_labels:
        ancestors = [*(above for above in ancestors if above.indent < label.indent), label]
        described[label.row] = {
            "path": "/".join(part.text for part in ancestors),
            "unit": label.unit, "code": label.code, "region": region, "number": None,
            "is_total": label.row in table.total_rows,
        }  # fmt: skip
    blank: Row = {"path": "", "unit": None, "code": None, "region": region, "number": None, "is_total": False}
    for row in {*table.body_rows, *table.total_rows} - described.keys():
        described[row] = {**blank, "is_total": row in table.total_rows}
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


def column_letter(index: int) -> str:
    """The spreadsheet's name of a zero-based column: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


Numbered = Mapping[str, tuple[str, str]]


def _told_apart(forms: Sequence[pa.Table]) -> list[pa.Table]:
    """Forms of the same title (a title was overwritten, or stands on every sheet) by the name of their sheet."""
    titles = Counter(title for form in forms for title in set(form["form"].to_pylist()))
    at = LONG.get_field_index("form")
    told = []
    for form in forms:
        names = [
            plain(sheet) if titles[title] > 1 else title
            for title, sheet in zip(form["form"].to_pylist(), form["sheet"].to_pylist(), strict=True)
        ]
        told.append(form.set_column(at, LONG.field(at), pa.array(names, _S)))
    return told


def _printed_rows(form: pa.Table) -> list[tuple[str | None, str, str]]:
    """Number, region and basis of each row of a form, top to bottom."""
    columns = (form[name].to_pylist() for name in ("row", "number", "region", "basis"))
    by_row = {row: (number, region, basis) for row, number, region, basis in zip(*columns, strict=True)}
    return [by_row[row] for row in sorted(by_row)]


def _usual_rows(forms: Sequence[pa.Table]) -> dict[str, tuple[str, str]]:
    """By printed row number: the region and basis that most sheets of the workbook give it."""
    seen: dict[str, Counter[tuple[str, str]]] = {}
    for form in forms:
        for number, region, basis in _printed_rows(form):
            if number is not None:
                seen.setdefault(number, Counter())[region, basis] += 1
    return {number: counts.most_common(1)[0][0] for number, counts in seen.items() if counts.total() > 2}


def _relabelled(form: pa.Table, usual: Numbered) -> tuple[pa.Table, str | None]:
    """The form with the workbook's regions, where none of its own labels is one of them."""
    rows = _printed_rows(form)
    known = {region for region, _ in usual.values()}
    numbered = [number for number, _, _ in rows if number in usual]
    foreign = not known & {region for _, region, _ in rows if not TOTAL.fullmatch(region)}
    if not known or not foreign or len(numbered) < _ENOUGH * len(rows):
        return form, None
    places = _places(form, usual)
    regions = [places[row][0] for row in form["row"].to_pylist()]
    bases = [places[row][1] for row in form["row"].to_pylist()]
    for name, values in (("region", regions), ("basis", bases)):
        form = form.set_column(LONG.get_field_index(name), LONG.field(name), pa.array(values, _S))
    sheet = form["sheet"][0].as_py()
    return (
        form,
        f"工作表“{sheet}”的行名被其他文字覆盖，已按行号对照其他工作表的单位；请核对后补上原来的行名。",
    )


def _places(form: pa.Table, usual: Numbered) -> dict[int, tuple[str, str]]:
    """By sheet row: region and basis by the printed number; a number printed twice counts on from the row before."""
    by_row = dict(zip(form["row"].to_pylist(), form["number"].to_pylist(), strict=True))
    places: dict[int, tuple[str, str]] = {}
    last, last_row = -1, 0
    for row in sorted(by_row):
        printed = by_row[row]
        value = int(printed) if printed and printed.isdigit() else last + row - last_row
        value = value if value > last else last + row - last_row
        last, last_row = value, row
        places[row] = usual.get(f"{value:0{len(printed or '00')}d}", ("", THIS_YEAR))
    return places
