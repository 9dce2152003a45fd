"""The forms of a workbook together: sheets tell each other's titles apart and mend each other's overwritten labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from connectors.grid import Sheet
from connectors.tables import Table
from expectations.forms.long import LONG, long_table
from expectations.forms.words import THIS_YEAR, TOTAL, plain

_S = pa.string()
_ENOUGH = 0.8
"""Share of row numbers that must be known before labels are taken from other sheets."""

Numbered = Mapping[str, tuple[str, str]]


def long_forms(
    sheets: Sequence[Sheet], tables: Sequence[Sequence[Table]] | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """The forms of a workbook, and what a person should know about them.

    Where something has overwritten all labels of a sheet, its rows take the regions that stand in the same rows of the
    other sheets, if the printed row numbers agree; a note says so.

    Args:
        sheets: The sheets as read.
        tables: The tables of each where they are known already.

    Returns:
        Rows of ``LONG`` and notes in Chinese.
    """
    found = map(long_table, sheets, tables if tables is not None else [None] * len(sheets))
    forms = _told_apart([form for form in found if form.num_rows])
    usual = _usual_rows(forms)
    mended = [_relabelled(form, usual) for form in forms]
    notes = [note for _, note in mended if note]
    return pa.concat_tables([LONG.empty_table(), *(form for form, _ in mended)]), tuple(notes)


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
