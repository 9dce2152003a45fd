"""Files over two changes of the toilet ledger's form, as clerks send them; written down before they were first read.

Nothing was tuned on them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from connectors.errors import Refused
from expectations.contracts.model import Contract
from expectations.contracts.reading import BUILT_IN, load_contracts
from expectations.submissions.understand import Submission, Understood, understand
from tests.expectations.sheets import VALID_ID, city

CARETAKER: dict[str, Any] = {
    "name": "caretaker", "businessName": "管护人", "logicalType": "string", "required": True,
    "classification": "private", "customProperties": [{"property": "kind", "value": "person_name"}],
}  # fmt: skip
CLEANED: dict[str, Any] = {"name": "is_cleaned", "businessName": "是否定期清掏", "logicalType": "boolean"}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Contract]:
    """The built-in contracts, and two later forms of the city's own: of April 2025 and of January 2026."""
    folder = tmp_path_factory.mktemp("city")
    for version, since, more in (
        ("2.0.0", "2025-04", [CARETAKER]),
        ("3.0.0", "2026-01", [CARETAKER | {"required": False}, CLEANED]),
    ):
        text = (BUILT_IN / "toilet_reform" / "toilet_ledger.yaml").read_text("utf-8")
        data = yaml.safe_load(text)
        data["version"] = version
        data["customProperties"].append({"property": "valid_from", "value": since})
        data["schema"][0]["properties"] += more
        (folder / f"{since}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    yearly = yaml.safe_load((BUILT_IN / "agriculture" / "grain_plots.yaml").read_text("utf-8"))
    yearly["version"] = "1.1.0"
    yearly["customProperties"].append({"property": "valid_from", "value": "2025-01"})
    (folder / "grain.yaml").write_text(yaml.safe_dump(yearly, allow_unicode=True), "utf-8")
    return load_contracts([BUILT_IN, folder])


HEAD = ("区县", "镇街", "行政村名称", "户主姓名", "身份证号码", "厕所类型", "竣工时间")
ROW = ("东山县", "白石乡", "柳树村", "欧阳测试", VALID_ID, "三格式", "2025-03-02")
Grid = Sequence[Sequence[str]]


def table(*more: tuple[str, str], title: str = "") -> Grid:
    """A title, the old header and a row, with columns of later forms behind."""
    rows = [(*HEAD, *(head for head, _ in more)), (*ROW, *(cell for _, cell in more))]
    return [(title,), *rows] if title else rows


OLD = table()
SECOND = table(("管护人", "诸葛测试"))
THIRD = table(("是否定期清掏", "是"))
BOTH = table(("管护人", "诸葛测试"), ("是否定期清掏", "是"))


@dataclass(frozen=True)
class Case:
    """A file below the department's folder, and what is right."""

    path: str
    sheets: Grid | Mapping[str, Grid]
    right: Mapping[str, str] | Sequence[str] | str
    told: tuple[str, ...] = ()


CASES = {
    "an old table of March": Case("2025-03/东山.csv", OLD, ["1.0.0"]),
    "an old table of April": Case("2025-04/东山.csv", OLD, "other_version", ("管护人", "第 2.0.0 版")),
    "a table of April": Case("改厕台账(2025年4月).xlsx", {"汇总": SECOND}, ["2.0.0"]),
    "January without the caretaker, who is not asked for any more": Case("2026-01/东山.csv", OLD, ["3.0.0"]),
    "January with all there is": Case("2026-01/东山.xlsx", {"台账": BOTH}, ["3.0.0"]),
    "the form of January for December": Case("2025-12/a.csv", THIRD, "other_version", ("管护人", "第 2.0.0 版", "第 3.0.0 版")),
    "the form of January with the caretaker for December": Case("2025-12/a.csv", BOTH, ["2.0.0"], ("按第 2.0.0 版", "是否定期清掏")),
    "the form of April for March": Case("2025-03/更正.csv", SECOND, ["1.0.0"], ("按第 1.0.0 版", "管护人")),
    "the form of January for March": Case("2025-03/更正.csv", THIRD, ["1.0.0"], ("按第 1.0.0 版", "是否定期清掏")),
    "the first quarter": Case("东山县2025年1-3月.csv", OLD, ["1.0.0"]),
    "the second quarter": Case("东山县2025年二季度.csv", SECOND, ["2.0.0"]),
    "folder and title of two versions": Case("2025-03/a.xlsx", {"台账": table(title="2025年4月农村改厕台账")}, "period_conflict"),
    "three months of one workbook": Case("2025年改厕.xlsx", {"3月": SECOND, "4月": SECOND, "5月": SECOND}, {"3月": "1.0.0", "4月": "2.0.0", "5月": "2.0.0"}),
    "a workbook over both changes": Case("改厕.xlsx", {"2025年3月": OLD, "2025年12月": SECOND, "2026年1月": THIRD}, {"2025年3月": "1.0.0", "2025年12月": "2.0.0", "2026年1月": "3.0.0"}),
    "an old table of April beside an explanation": Case("202504.xlsx", {"填表说明": [("本表逐户填写",)], "台账": OLD}, "other_version", ("管护人",)),
    "the caretaker misspelt": Case("202504改厕.csv", table(("管护人员", "诸葛测试")), ["2.0.0"]),
    "a nil report of April": Case("2025-04/零报告.xlsx", {"a": [("白石乡2025年4月农村改厕台账零报告",)]}, ["2.0.0"]),
    "a nil report of March on the form of January": Case("2025-03/白石乡.xlsx", {"a": [("白石乡2025年3月农村改厕台账零报告",), BOTH[0]]}, ["1.0.0"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_file_stands_under_the_form_of_its_month(
    tmp_path: Path, known: dict[str, Contract], case: Case
) -> None:
    found = read(tmp_path, case, known)
    if isinstance(found, Refused):
        assert found.code == case.right, found.message
        said = found.message + found.remedy
    else:
        assert versions(found) == (case.right if isinstance(case.right, Mapping) else list(case.right))
        said = "".join(found.notes)
    assert [one for one in case.told if one not in said] == []


def versions(found: Understood) -> dict[str, str] | list[str]:
    if found.nil is not None:
        return sorted({found.contract.at(month).version for _, month in found.nil.units})
    by_sheet = {one.extract.sheet: found.contract.at(one.valid_from).version for one in found.conformed}
    return by_sheet if len(by_sheet) > 1 else list(by_sheet.values())


def read(folder: Path, case: Case, known: Mapping[str, Contract]) -> Understood | Refused:
    sender_path = f"toilet_reform/{case.path}"
    path = folder / sender_path
    path.parent.mkdir(parents=True)
    if isinstance(case.sheets, Mapping):
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in case.sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        book.save(path)
    else:
        path.write_bytes("\r\n".join([",".join(row) for row in case.sheets] + [""]).encode("gb18030"))
    handed_in = Submission("s", "toilet_reform", sender_path, path.name, path, dt.date(2026, 2, 1))
    return understand(handed_in, known, city())


@pytest.mark.parametrize(
    ("month", "version"), [("2024-12", "1.0.0"), ("2025-12", "1.1.0"), ("2025-06", "1.1.0")]
)
def test_a_year_stands_under_the_form_that_began_with_it(
    known: dict[str, Contract], month: str, version: str
) -> None:
    assert known["grain_plots"].at(month).version == version
