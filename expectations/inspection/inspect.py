"""What is understood of a file, as facts: sheets, tables, columns, rules, and what stayed unclear. Drawing them is the terminal's.

The file goes the way of a load (read, recognise, date, conform, judge), so that nothing is shown that a load would
not do. Nothing is recorded and no home is needed. Values are masked here, so that no caller can show a private one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.celltext import cell_text
from connectors.errors import Refused
from connectors.extract import Extract, Reading, read_tables
from connectors.grid import Sheet, column_letter
from connectors.readers.content import kind_of
from connectors.tables import Table
from expectations.conform import RegionIndex
from expectations.contracts.model import Contract
from expectations.forms import (
    check_relations,
    check_totals,
    long_forms,
    printed_rules,
    section_counts,
)
from expectations.forms.long import has_row_codes, value_columns
from expectations.forms.records import takes
from expectations.inspection.model import (
    Checked,
    ColumnFacts,
    Dataset,
    Form,
    Inspection,
    Rows,
    Rule,
    SheetFacts,
    TableFacts,
)
from expectations.inspection.verdict import Known, Verdicts
from expectations.privacy.masks import mask
from expectations.privacy.meaning import is_private_column
from expectations.privacy.numbers import scrub_text
from expectations.routing import Route, is_guidance, nearest, route
from warehouse.schemas import REGIONS

PARTS = ("title", "header", "body", "total", "section", "note")
FIRST_ROWS = 5
_NAMED = 8
"""How many columns or rows a remark lists."""
_RELATED = 0.3
"""Share of a table's columns from which a contract that does not fit is worth naming."""


class NoSuchSheet(ValueError):
    """A sheet was asked for that the file has not; the message lists the sheets it has."""


def inspect_file(
    path: Path, contracts: Mapping[str, Contract], *, only: str | None = None, known: Known | None = None
) -> Inspection:
    """Read a file as loading does, and say what was found and what a load would make of it.

    Args:
        path: The file; its content decides how it is read.
        contracts: Contracts of all departments.
        only: The one sheet to look at.
        known: What a home adds; without it no region is known and no row judged.

    Raises:
        NoSuchSheet: No sheet is called ``only``.
        Refused: As ``connectors.readers.read_sheets``.
    """
    reading = read_tables(path)
    if only is not None and only not in reading.names:
        raise NoSuchSheet(f"no sheet {only!r}; there are: {'、'.join(reading.names)}")
    verdicts = Verdicts(path, reading, contracts, known or Known(RegionIndex(REGIONS.empty_table())))
    looked = _Looked(reading, contracts, verdicts)
    return Inspection(
        file=path.name,
        kind=kind_of(path).value,
        size=path.stat().st_size,
        notes=looked.notes,
        sheets=tuple(looked.sheet(name) for name in reading.names if only in (None, name)),
        verdicts=verdicts.listed(),
    )


class _Looked:
    """The sheets of a file, looked at one by one."""

    def __init__(self, reading: Reading, contracts: Mapping[str, Contract], verdicts: Verdicts) -> None:
        self._reading, self._contracts, self._verdicts = reading, contracts, verdicts
        self._kept = {sheet.name: sheet for sheet in reading.sheets}
        tables = [[one.table for one in self._extracts(name)] for name in self._kept]
        self._long, notes = long_forms(reading.sheets, tables)
        self.notes = notes

    def sheet(self, name: str) -> SheetFacts:
        """What is understood of one sheet."""
        sheet, extracts = self._kept.get(name), self._extracts(name)
        if sheet is None:
            return self._long_ledger(name, extracts)
        long = self._long.filter(pc.equal(self._long["sheet"], name))
        are_forms = [bool(value_columns(sheet.grid, one.table)) for one in extracts]
        tables = [self._table(one, is_form=yes) for one, yes in zip(extracts, are_forms, strict=True)]
        return _sheet(sheet, extracts, long, self._contracts, tables)

    def _extracts(self, name: str) -> list[Extract]:
        return [one for one in self._reading.extracts if one.sheet == name]

    def _long_ledger(self, name: str, extracts: Sequence[Extract]) -> SheetFacts:
        """A sheet whose cells were not kept as a grid: it is no form and prints no rules."""
        tables = [extract.table for extract in extracts]
        last = max(
            (rows[-1] + 1 for table in tables for part in PARTS if (rows := _part(table, part))), default=0
        )
        width = max((column.index + 1 for table in tables for column in table.columns), default=0)
        notes = self._reading.notes if len(self._reading.names) == 1 else ()
        facts = tuple(self._table(extract) for extract in extracts)
        unclear = (
            *(why for sheet, why in self._reading.unread if sheet == name),
            *_unnamed(tables),
        )
        hidden = any(extract.hidden for extract in extracts)
        return SheetFacts(name, hidden, last, width, notes, facts, None, (), Checked(0, 0, 0, ()), unclear)

    def _table(self, extract: Extract, *, is_form: bool = False) -> TableFacts:
        related = [] if is_guidance(extract.sheet) else _related(extract, self._contracts)
        datasets = _datasets(extract, related, self._contracts, self._verdicts)
        # A form's few columns (名称, 单位, 代码) are a little like many ledgers; only a fit says anything.
        return _table(extract, related, tuple(one for one in datasets if one.fits or not is_form))


def _sheet(
    sheet: Sheet,
    extracts: Sequence[Extract],
    long: pa.Table,
    contracts: Mapping[str, Contract],
    facts: Sequence[TableFacts],
) -> SheetFacts:
    tables = [extract.table for extract in extracts]
    relations, unparsed = printed_rules(sheet, tables)
    rules = [Rule(one.row, scrub_text(one.text), str(one), None) for one in relations]
    rules += [Rule(one.row, scrub_text(one.text), None, one.reason) for one in unparsed]
    results = [
        check_relations(long, relations), check_totals(long), section_counts(sheet, tables)
    ]  # fmt: skip
    checks = [row for table in results for row in table.select(["agrees", "instruction"]).to_pylist()]
    return SheetFacts(
        name=sheet.name,
        hidden=sheet.hidden,
        rows=len(sheet.grid.rows),
        columns=max(map(len, sheet.grid.rows), default=0),
        notes=sheet.notes,
        tables=tuple(facts),
        form=_form(sheet, extracts, long, contracts),
        rules=tuple(sorted(rules, key=lambda rule: rule.row)),
        checked=Checked(
            sum(row["agrees"] is True for row in checks),
            sum(row["agrees"] is False for row in checks),
            sum(row["agrees"] is None for row in checks),
            tuple(scrub_text(row["instruction"]) for row in checks if row["agrees"] is False),
        ),
        not_understood=tuple(_unclear(sheet, tables, long.to_pylist())),
    )


def _table(extract: Extract, related: Sequence[Route], datasets: tuple[Dataset, ...]) -> TableFacts:
    table = extract.table
    titles = [re.sub(r"\s+", " ", title) for title in extract.titles if title]
    private = {
        column.index
        for column in table.columns
        if is_private_column("".join(column.path), extract.cells[str(column.index)])
    }
    # A column that any dataset it comes near to holds for private is not shown, whatever its title.
    private |= {
        at for one in related for name, at in one.mapping.items() if one.contract.by_name[name].private
    }
    return TableFacts(
        title=scrub_text(titles[0]) if titles else "",
        rows={part: _rows(_part(table, part)) for part in PARTS},
        columns=tuple(
            ColumnFacts(column_letter(one.index), tuple(map(scrub_text, one.path)), one.unit, one.code)
            for one in table.columns
        ),
        first_rows=tuple(_first_rows(extract, private)),
        labels=len(table.row_labels),
        datasets=datasets,
    )


def _part(table: Table, part: str) -> Sequence[int]:
    rows: Sequence[int] = getattr(table, f"{part}_rows")
    return rows


def _rows(rows: Sequence[int]) -> Rows:
    """Count and spans, one-based."""
    if isinstance(rows, range) and rows:
        return Rows(len(rows), _span(rows[0], rows[-1]))
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    shown = [_span(first, last) for first, last in spans[:_NAMED]]
    return Rows(len(rows), ", ".join(shown) + (" …" if len(spans) > _NAMED else ""))


def _span(first: int, last: int) -> str:
    return f"{first + 1}" if first == last else f"{first + 1}-{last + 1}"


def _first_rows(extract: Extract, private: set[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    head = extract.cells.slice(0, FIRST_ROWS)
    columns = [
        [_shown(text, column.index in private) for text in head[str(column.index)].to_pylist()]
        for column in extract.table.columns
    ]
    for place, row in enumerate(extract.rows.slice(0, FIRST_ROWS).to_pylist()):
        yield row, tuple(texts[place] for texts in columns)


def _shown(text: str | None, is_private: bool) -> str:
    if text is None:
        return ""
    return mask(text) if is_private else scrub_text(text)


def _related(extract: Extract, contracts: Mapping[str, Contract]) -> list[Route]:
    """Datasets that a fair share of the table's columns belongs to, the closest first."""
    found = (nearest(extract.table.columns, contract) for contract in contracts.values())
    return sorted((one for one in found if one.score >= _RELATED), key=lambda one: -one.score)


def _datasets(
    extract: Extract, related: Sequence[Route], contracts: Mapping[str, Contract], verdicts: Verdicts
) -> Iterator[Dataset]:
    """What each department's file would be taken for; where none would, the closest dataset."""
    fitting = 0
    departments = {one.contract.department for one in related if one.fits}
    for department in sorted(one for one in departments if verdicts.takes(one, extract)):
        try:
            found = route(extract, contracts, department)
        except Refused:
            continue  # two datasets of this department fit equally; the closest one is named below
        fitting += 1
        yield _dataset(found, fits=True)
    if related and not fitting:
        yield _dataset(related[0], fits=False)


def _dataset(found: Route, *, fits: bool) -> Dataset:
    contract = found.contract
    return Dataset(
        contract.dataset,
        contract.title,
        contract.department,
        fits,
        tuple(column.title for column in found.lacking),
        found.unknown,
        tuple(f"{guess.header} → {guess.title}" for guess in found.guesses),
    )


def _form(
    sheet: Sheet, extracts: Sequence[Extract], long: pa.Table, contracts: Mapping[str, Contract]
) -> Form | None:
    """The sheet as a statistical form, blank or filled; ``None`` where it is none."""
    forms = [one.table for one in extracts if value_columns(sheet.grid, one.table)]
    if not forms:
        return None
    cells = long.to_pylist()
    titles = (*extracts[0].titles, sheet.name)
    by_rows = has_row_codes(sheet.grid, forms[0])
    carriers = (label for table in forms for label in table.row_labels) if by_rows else (
        column for table in forms for column in value_columns(sheet.grid, table)
    )  # fmt: skip
    return Form(
        indicators="rows" if by_rows else "columns",
        codes=sum(carrier.code is not None for carrier in carriers),
        regions=len({cell["region"] for cell in cells if not cell["is_total"]}),
        cells=len(cells),
        datasets=tuple(
            (one.dataset, one.title, one.department) for one in contracts.values() if takes(one, long, titles)
        ),
    )


def _unclear(sheet: Sheet, tables: Sequence[Table], cells: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """What was not understood of a sheet, in Chinese."""
    if not tables:
        if sheet.grid.rows:
            yield "没有找到表格，只有说明文字"
        return
    yield from _unnamed(tables)
    stray = _stray_rows(sheet, tables)
    if stray:
        yield f"有{stray.count}行不属于任何表格：第{stray.where}行"
    yield from _about_codes(cells)


def _unnamed(tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        letters = [column_letter(column.index) for column in table.columns if not any(column.path)]
        if letters:
            yield f"没有列名的列：{_listed(letters)}"


def _stray_rows(sheet: Sheet, tables: Sequence[Table]) -> Rows | None:
    """Written rows that no table has."""
    known = {row for table in tables for part in PARTS for row in _part(table, part)}
    stray = [
        number
        for number, cells in enumerate(sheet.grid.rows)
        if number not in known and any(cell_text(cell) is not None for cell in cells)
    ]
    return _rows(stray) if stray else None


def _about_codes(cells: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Columns of a form without code or unit, and codes that two columns of one row bear."""
    by_column = {str(cell["column"]): cell for cell in cells if str(cell["line"]).isdigit()}
    without_code = [column for column, cell in by_column.items() if not cell["code"]]
    without_unit = [column for column, cell in by_column.items() if not cell["unit"]]
    twice = [
        code
        for code, count in Counter(cell["code"] for cell in by_column.values()).items()
        if code and count > 1
    ]
    if without_code:
        yield f"没有印代码的指标列：{_listed(without_code)}"
    if without_unit:
        yield f"看不出单位的指标列：{_listed(without_unit)}"
    if twice:
        yield f"印了不止一次的代码：{_listed(list(map(str, twice)))}"


def _listed(names: Sequence[str]) -> str:
    more = f" 等{len(names)}个" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more
