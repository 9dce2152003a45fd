"""The lines of a sheet that may say that there is nothing: whether any is a row of data, which ones say so, and of where.

A line is data as soon as one cell holds something that neither names a place, a time or the writer, nor marks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.celltext import cell_text
from connectors.extract import titles_of
from connectors.grid import Cell, Sheet
from connectors.tables import Table
from expectations.conform.places import ROLES
from expectations.contracts.model import Column, Contract
from expectations.dating import parse_period
from expectations.nil.words import Said, heaviest, is_nothing, is_word, matter_of, said
from expectations.routing import Route

PLACES: Mapping[str, str] = {role: part for part, role in ROLES.items()}
"""Roles of columns that place a row, and what each says of it."""

_PROSE_ROWS, _PROSE_CELLS = 20, 2
_WRITER = re.compile(r"填[表报]|审[核批]|联系|负责|电话|经办|制表|日期|时间|备注|说明")
_TIME = re.compile(r"(?:19|20)\d\d(?:[年./-]?\d{0,2}[月./-]?(?:\d{0,2}日?)?)?(?:00:00:00)?|\d{1,2}月(?:份)?")


@dataclass(frozen=True)
class Row:
    """A row that says that there is nothing.

    Attributes:
        number: As the spreadsheet numbers it.
        said: What it says; a mark of nothing says ``nil``.
        text: The cells that say it, as written, and its period; blank where a mark says it.
        places: What its columns of places hold, by what each says (``code``, ``county``, ``township``, ``village``).
    """

    number: int
    said: Said
    text: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """One sheet without a row of data.

    Attributes:
        sheet: Its name.
        texts: What stands outside its rows, one text per line.
        rows: The rows that say that there is nothing.
        said: What texts and rows say; of several the one that leaves most to be asked.
    """

    sheet: str
    texts: tuple[str, ...]
    rows: tuple[Row, ...]
    said: Said


def is_prose(sheet: Sheet) -> bool:
    """Whether a sheet is a few lines of text and no table."""
    rows = [row for row in map(_filled, sheet.grid.rows) if row]
    return len(rows) <= _PROSE_ROWS and all(len(row) <= _PROSE_CELLS for row in rows)


def page_of(
    sheet: Sheet,
    tables: Sequence[Table],
    route: Route | None,
    contract: Contract,
    is_place: Callable[[str], bool],
    *,
    is_blank: bool,
) -> Page | None:
    """What a sheet says, None where it holds data.

    Args:
        sheet: The sheet.
        tables: Its tables; none where it is only text.
        route: Which columns are which, None where that is not known.
        contract: What it is held to be.
        is_place: Whether a cell is the name of a region.
        is_blank: Whether it is a form without a value: what its rows say is printed.
    """
    matter = matter_of(contract)
    columns = {at: contract.by_name[name] for name, at in route.mapping.items()} if route else {}
    names = {column.index: "".join(column.path) for table in tables for column in table.columns}
    reader = _Reader(contract, columns, names, matter, is_place)
    rows: list[Row] = []
    for number in () if is_blank else _rows_of(sheet, tables):
        found = reader.row(number + 1, _filled(sheet.grid.rows[number]))
        if found is True:
            return None
        rows += [found] if isinstance(found, Row) else []
    taken = {at for table in tables for at in (*table.header_rows, *table.body_rows, *table.total_rows)}
    outside = [at for at, row in enumerate(sheet.grid.rows) if at not in taken and _filled(row)]
    texts = titles_of(sheet.grid.rows, outside)
    every = [*(said(text, matter) for text in texts), *(row.said for row in rows)]
    return Page(sheet.name, texts, tuple(rows), heaviest(every))


def _rows_of(sheet: Sheet, tables: Sequence[Table]) -> Iterator[int]:
    """The rows of the bodies, and those below the first of a header that hold nothing but marks of nothing."""
    for table in tables:
        for at in sorted(table.header_rows)[1:]:
            cells = _filled(sheet.grid.rows[at]).values()
            if cells and all(map(is_nothing, cells)):
                yield at
        yield from table.body_rows


def _filled(row: Sequence[Cell]) -> dict[int, str]:
    return {at: text for at, cell in enumerate(row) if (text := (cell_text(cell) or "").strip())}


@dataclass(frozen=True)
class _Reader:
    """Reads rows of one table; ``columns`` and ``names`` are by grid column."""

    contract: Contract
    columns: Mapping[int, Column]
    names: Mapping[int, str]
    matter: frozenset[str]
    is_place: Callable[[str], bool]

    def row(self, number: int, cells: Mapping[int, str]) -> Row | bool:
        """The row if it says that there is nothing; True where it is data, False where it says nothing."""
        sayings, texts, marks, places = [], list[str](), dict[int, str](), dict[str, str]()
        for at, text in cells.items():
            column = self.columns.get(at)
            found = said(text, self.matter)
            if is_nothing(text):
                marks[at] = text
            elif found.saying:
                sayings.append(found)
                texts.append(text)
            elif column is not None and column.role in PLACES:
                places[PLACES[column.role]] = text
            elif column is not None and column.role == "period":
                texts.append(_month(text, self.contract))
            elif not self._says_nothing(at, text, column):
                return True
        if sayings:
            return Row(number, heaviest(sayings), " ".join(texts), places)
        if self._are_figures(marks):
            return True
        if not self._decide(marks):
            return False
        return Row(number, Said("nil", next(iter(marks.values()))), " ".join(texts), places)

    def _says_nothing(self, at: int, text: str, column: Column | None) -> bool:
        """Whether a cell tells when, where or by whom, and nothing of the matter."""
        if column is not None:
            return bool(_TIME.fullmatch(text) and not column.key)
        name = self.names.get(at, "")
        return text.isdigit() or bool(_TIME.fullmatch(text) or _WRITER.search(name)) or self.is_place(text)

    def _are_figures(self, marks: Mapping[int, str]) -> bool:
        """Whether noughts are what was counted: every column that a row must have is a figure, and one has a nought."""
        asked = [column for column in self.contract.columns if column.required]
        given = [
            column for at, text in marks.items() if (column := self.columns.get(at)) and _is_nought(text)
        ]
        return all(map(_is_figure, asked)) and any(column.required for column in given)

    def _decide(self, marks: Mapping[int, str]) -> bool:
        """Whether marks stand where a row would say what it is about; those of a figure or a remark alone do not."""
        if not self.columns:
            return bool(marks)
        for at, text in marks.items():
            column = self.columns.get(at)
            if column is None:
                decides = is_word(text)
            elif column.role in PLACES or column.kind == "person_name" or column.key:
                decides = True
            else:
                decides = column.required and (is_word(text) or not _is_figure(column))
            if decides:
                return True
        return False


def _month(text: str, contract: Contract) -> str:
    """A cell of the column of periods as a title would write it; as it is where it is none."""
    year, _, month = (parse_period(text, contract.frequency) or "").partition("-")
    return f"{year}年{int(month)}月" if month else text


def _is_figure(column: Column) -> bool:
    return column.type in ("number", "integer")


def _is_nought(text: str) -> bool:
    return text[0] == "0"
