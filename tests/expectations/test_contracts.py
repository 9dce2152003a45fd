"""The contracts that come with Shiji: what the public tool, the domain and the real form ask of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.contract_lint import lint
from expectations.contracts.reading import BUILT_IN, load_contracts
from expectations.contracts.words import rule_title
from expectations.routing import header_key

CONTRACTS = load_contracts()
FILES = sorted(BUILT_IN.rglob("*.yaml"))


def test_there_is_one_contract_per_dataset_of_the_first_set() -> None:
    departments = {name: contract.department for name, contract in CONTRACTS.items()}
    assert departments == {
        "toilet_ledger": "toilet_reform",
        "road_segments": "road",
        "student_status": "education",
        "student_grants": "education",
        "monitored_households": "poverty_monitoring",
        "village_poverty_report": "poverty_monitoring",
        "grain_plots": "agriculture",
        "cooperatives": "agriculture",
        "rural_statistics": "agriculture",
        "household_register": "civil_affairs",
        "satisfaction_survey": "survey",
        "self_assessment": "self_report",
        "field_checks": "inspection",
        "village_profile": "village_affairs",
        "farmland_projects": "agriculture",
        "survey_plan": "survey",
        "statistics_bureau": "statistics",
    }


def test_our_own_lint_finds_nothing_in_them() -> None:
    assert [str(problem) for problem in lint([BUILT_IN])] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_public_lint_passes(path: Path) -> None:
    tool = pytest.importorskip("datacontract.data_contract")
    run = tool.DataContract(data_contract_file=str(path)).lint()
    assert run.result == "passed", [check.reason for check in run.checks]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_contract_lies_in_its_departments_folder_under_its_name(path: Path) -> None:
    contract = CONTRACTS[path.stem]
    assert path.parent.name == contract.department
    assert contract.source == path


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_records_can_be_placed_in_a_region(dataset: str) -> None:
    roles = {column.role for column in CONTRACTS[dataset].columns}
    named = {"township_name"} if CONTRACTS[dataset].form else {"county_name", "township_name", "village_name"}
    assert "region_code" in roles or named <= roles


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_no_region_column_is_required_alone(dataset: str) -> None:
    assert not [
        c.name for c in CONTRACTS[dataset].columns if c.role.endswith(("_name", "_code")) and c.required
    ]


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_every_person_column_is_private(dataset: str) -> None:
    told = ("身份证", "姓名", "电话", "手机", "卡号", "户主", "联系人")
    open_columns = [c.title for c in CONTRACTS[dataset].columns if c.title.startswith(told) and not c.private]
    assert open_columns == []


def test_claims_and_totals_weigh_less_than_individual_records() -> None:
    grades = {name: contract.evidence for name, contract in CONTRACTS.items()}
    assert grades["self_assessment"] == "D"
    assert grades["village_poverty_report"] == "C"
    assert {grades[name] for name in ("toilet_ledger", "road_segments", "student_status")} == {"B"}


def test_the_village_report_has_the_columns_of_the_real_form_in_its_order(shared: Path) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(shared / "real" / "gz_poverty_report_conghua_206.xls")
    sheet = book.get_sheet_by_index(0)
    top, leaf = sheet.to_python()[:2]
    heads = {
        (row, column): str(value) for row, line in enumerate((top, leaf)) for column, value in enumerate(line)
    }
    for (row, left), (_, right) in sheet.merged_cell_ranges or []:
        for column in range(left, right + 1):
            heads[row, column] = heads[row, left]
    printed = [header_key("".join((heads[0, n], heads[1, n]))) for n in range(len(leaf))]
    columns = CONTRACTS["village_poverty_report"].columns
    titles = [(header_key(column.title)[0], header_key(column.title)[1]) for column in columns]
    assert len(columns) == 65
    assert titles == printed


def test_sixty_five_columns_of_the_village_report_are_named_apart() -> None:
    columns = CONTRACTS["village_poverty_report"].columns
    assert len({column.name for column in columns}) == 65
    assert [column.name for column in columns if column.private] == ["contact", "contact_phone"]
    assert [column.name for column in columns if column.required] == [
        "register_households",
        "register_people",
    ]


def test_the_contract_in_the_guide_is_a_good_one(tmp_path: Path) -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "contracts.md"
    written = guide.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "saplings.yaml"
    path.write_text(written, encoding="utf-8")
    assert [str(problem) for problem in lint([path])] == []
    assert load_contracts([tmp_path])["saplings"].department == "forestry"


def test_every_rule_of_a_contract_has_a_chinese_name() -> None:
    contracts = load_contracts()
    names = {rule.name for contract in contracts.values() for rule in contract.rules}
    assert names
    assert not [
        name
        for name in names
        if rule_title(name, contracts)[:1].isascii() and rule_title(name, contracts)[:1].isalpha()
    ]
    assert rule_title("accepted_after_completed", contracts) == "验收日期早于竣工日期"
