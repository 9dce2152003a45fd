"""The form of a contract: filled in, it reads back to its contract, with its period and without a guess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from connectors.grid import Grid, Sheet
from connectors.readers import read_sheets
from connectors.tables import find_tables
from connectors.tables.model import Table
from expectations.contracts.model import Column, Contract
from expectations.contracts.reading import load_contracts
from expectations.dating import period_of
from expectations.routing import is_guidance, route
from expectations.templates.ledger import EXAMPLE, GUIDANCE, write_template

pytestmark = pytest.mark.filterwarnings("ignore:DataFrame columns are not unique:UserWarning")

CONTRACTS = load_contracts()
PERIODS = {
    "monthly": ("2025年6月", "2025-06"),
    "quarterly": ("2025年第二季度", "2025-06"),
    "termly": ("2025年春季学期", "2025-03"),
    "yearly": ("2025年", "2025-12"),
}


@dataclass(frozen=True)
class Found:
    """A table, as an extract carries it."""

    table: Table


def form(contract: Contract, folder: Path) -> Path:
    path = folder / f"{contract.dataset}.xlsx"
    write_template(contract, path)
    return path


def first_row(sheet: Worksheet) -> int:
    assert isinstance(sheet.freeze_panes, str)
    return int(sheet.freeze_panes.removeprefix("A"))


def value(column: Column, row: int) -> object:
    """Something a clerk would put into the column."""
    if column.enum:
        return column.enum[row % len(column.enum)]
    match column.type:
        case "date":
            return dt.date(2025, 5, 1 + row)
        case "boolean":
            return "是"
        case "integer" | "number":
            return min(column.maximum or 100, max(column.minimum or 0, 3 + row))
        case _:
            return (column.examples or (f"{column.title}{row}",))[0]


def fill(path: Path, contract: Contract, rows: int, period: str) -> None:
    """Fill the form as a clerk does: behind the labels, and row by row under the header."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for cell in sheet[2]:
        if isinstance(cell.value, str) and cell.value.startswith("所属"):
            cell.value += period
        if isinstance(cell.value, str) and cell.value.startswith("填报日期"):
            cell.value += "2026年1月9日"
    for row in range(rows):
        for index, column in enumerate(contract.columns, start=1):
            sheet.cell(first_row(sheet) + row, index, value(column, row))
    book.save(path)


def data_sheet(sheets: Iterable[Sheet]) -> Sheet:
    (sheet,) = (sheet for sheet in sheets if not is_guidance(sheet.name))
    return sheet


def titles(grid: Grid, table: Table) -> list[str]:
    return [
        " ".join(str(value) for value in grid.rows[n] if value not in ("", None)) for n in table.title_rows
    ]


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_a_filled_form_reads_back_to_its_contract_and_period(tmp_path: Path, dataset: str) -> None:
    contract = CONTRACTS[dataset]
    written, month = PERIODS[contract.frequency]
    path = form(contract, tmp_path)
    fill(path, contract, 3, written)
    grid = data_sheet(read_sheets(path)).grid
    (table,) = find_tables(grid)
    understood = route(Found(table), CONTRACTS, contract.department)
    assert understood.contract.dataset == dataset
    assert list(understood.mapping.values()) == list(range(len(contract.columns)))
    assert (understood.guesses, understood.unknown) == ((), ())
    assert len(table.body_rows) == 3
    dated = period_of(titles(grid, table), contract, "", path.name)
    assert (dated.period, dated.where, dated.conflicts) == (month, "标题", ())


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_an_empty_form_has_no_row_and_names_no_period(tmp_path: Path, dataset: str) -> None:
    contract = CONTRACTS[dataset]
    grid = data_sheet(read_sheets(form(contract, tmp_path))).grid
    text = [str(value) for row in grid.rows for value in row if value not in ("", None)]
    assert period_of(text, contract, "", "form.xlsx").period is None
    assert len(grid.rows) == 3 + any("/" in column.title and column.unit for column in contract.columns)


def test_the_guidance_sheet_is_known_as_such_and_explains_every_column(tmp_path: Path) -> None:
    contract = CONTRACTS["toilet_ledger"]
    sheet = load_workbook(form(contract, tmp_path))[GUIDANCE]
    explained = {row[0]: row for row in sheet.iter_rows(min_row=7, values_only=True)}
    assert is_guidance(GUIDANCE)
    assert list(explained) == [column.title for column in contract.columns]
    assert explained["身份证号"][1] == "必填"
    assert "双瓮式" in str(explained["改厕类型"][4])
    assert explained["竣工日期"][6] == "2025-05-20"


REGIONS = [
    ("990101000000", "长山县", "county", "990100000000"),
    ("990101101000", "清河镇", "township", "990101000000"),
    ("990101101201", "东岭村", "village", "990101101000"),
]


@pytest.mark.parametrize("dataset", sorted(set(CONTRACTS) - {"village_poverty_report"}))
def test_the_examples_on_the_guidance_sheet_pass_when_copied_into_the_form(
    tmp_path: Path, dataset: str
) -> None:
    import pyarrow as pa

    from connectors.extract import read_tables
    from expectations.conform import RegionIndex, conform
    from expectations.validate import validate
    from warehouse import schemas

    contract = CONTRACTS[dataset]
    path = form(contract, tmp_path)
    book = load_workbook(path)
    for index, column in enumerate(contract.columns, start=1):
        if column.examples:
            book.worksheets[0].cell(first_row(book.worksheets[0]), index, column.examples[0])
    book.save(path)
    (extract,) = (extract for extract in read_tables(path).extracts if not is_guidance(extract.sheet))
    rows = [
        dict(zip(("region_code", "name", "level", "parent_code"), region, strict=True)) for region in REGIONS
    ]
    index = RegionIndex(pa.Table.from_pylist(rows, schema=schemas.REGIONS))
    conformed = conform(extract, route(extract, CONTRACTS, contract.department), "2025-12", index)
    judged = validate(conformed.frame.assign(submission_id="s"), contract, group="submission_id")
    found = [*conformed.findings.itertuples(), *judged.itertuples()]
    assert [(draft.rule, draft.column, draft.value) for draft in found if draft.severity == "error"] == []
    assert len(conformed.frame) == 1


def checks(sheet: Worksheet) -> dict[str, tuple[str | None, str | None]]:
    """Kind and first formula of the check on each column's first cell, by header."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for check in sheet.data_validations.dataValidation:
        (area,) = check.sqref.ranges
        header = sheet.cell(area.min_row - 1, area.min_col).value
        assert area.min_row == first_row(sheet)
        found[str(header)] = (check.type, check.formula1)
    return found


def test_excel_offers_the_allowed_values_and_checks_numbers_dates_and_codes(tmp_path: Path) -> None:
    found = checks(load_workbook(form(CONTRACTS["toilet_ledger"], tmp_path)).worksheets[0])
    assert found["改厕类型"] == (
        "list",
        '"三格式,双瓮式,三联沼气池式,粪尿分集式,双坑交替式,完整下水道水冲式"',
    )
    assert found["身份证号"] == ("textLength", "18")
    assert found["村代码"] == ("textLength", "12")
    assert found["竣工日期"][0] == "date"
    assert found["补助金额（元）"] == ("decimal", "0")
    assert found["改厕年度"] == ("whole", "2004")


def test_yes_or_no_is_a_choice(tmp_path: Path) -> None:
    found = checks(load_workbook(form(CONTRACTS["road_segments"], tmp_path)).worksheets[0])
    assert found["是否重复路段"] == ("list", '"是,否"')


def test_long_numbers_are_kept_as_text_and_dates_as_dates(tmp_path: Path) -> None:
    sheet = load_workbook(form(CONTRACTS["toilet_ledger"], tmp_path)).worksheets[0]
    formats = {
        sheet.cell(3, n).value: sheet.column_dimensions[letter].number_format
        for n, letter in enumerate("ABCDEFGHIJKLMNOPQRS", start=1)
    }
    assert (formats["身份证号"], formats["卡号"], formats["村代码"]) == ("@", "@", "@")
    assert formats["竣工日期"] == "yyyy-mm-dd"


def test_required_columns_look_different(tmp_path: Path) -> None:
    contract = CONTRACTS["toilet_ledger"]
    header = load_workbook(form(contract, tmp_path)).worksheets[0][3]
    red = {
        str(cell.value)
        for cell in header
        if cell.font.color is not None and cell.font.color.rgb == "00C00000"
    }
    assert red == {column.title for column in contract.columns if column.required}


def test_columns_of_a_group_stand_under_a_merged_head(tmp_path: Path) -> None:
    sheet = load_workbook(form(CONTRACTS["village_poverty_report"], tmp_path)).worksheets[0]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert sheet["K3"].value == "有劳动能力"
    assert {"K3:N3", "A3:A4"} <= merged
    assert sheet["K4"].value == "低保对象(户)"


def test_titles_with_a_slash_that_is_no_group_stay_whole(tmp_path: Path) -> None:
    sheet = load_workbook(form(CONTRACTS["student_status"], tmp_path)).worksheets[0]
    assert "镇内/镇外" in [cell.value for cell in sheet[3]]


def test_the_form_is_ruled_and_shows_a_row_filled_in(tmp_path: Path) -> None:
    contract = CONTRACTS["road_segments"]
    book = load_workbook(form(contract, tmp_path))
    data, example = book.worksheets[0], book[EXAMPLE]
    top = first_row(data)
    assert all(data.cell(top + at, 1).border.bottom.style == "thin" for at in range(20))
    filled = [cell.value for row in example.iter_rows() for cell in row if cell.font.i and cell.value]
    assert filled == [column.examples[0] for column in contract.columns if column.examples]
    assert is_guidance(EXAMPLE)


def test_the_example_is_never_taken_for_a_row(tmp_path: Path) -> None:
    from connectors.extract import read_tables
    from expectations.submissions.recognise import recognise

    contract = CONTRACTS["road_segments"]
    path = form(contract, tmp_path)
    fill(path, contract, 2, "2025年第二季度")
    (taken,) = recognise(read_tables(path), CONTRACTS, contract.department).taken
    assert (taken.extract.sheet, len(taken.extract.rows)) == (contract.title, 2)
