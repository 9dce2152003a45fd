"""Versions of a contract: every month stands under the one of its time, whatever form it was written on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.errors import Refused
from expectations.contract_lint import lint
from expectations.contracts.model import Contract, ContractError
from expectations.contracts.records import record_schema
from expectations.privacy.masks import Privacy
from expectations.routing import header_key
from expectations.submissions.judge import Judged, judge
from expectations.submissions.outcome import outcome_of
from expectations.submissions.understand import Understood
from tests.expectations.versioned import (
    FIRST,
    NEW_HEAD,
    OLD_HEAD,
    PERIOD,
    SECOND,
    SURVIVED,
    TENDED,
    Row,
    contracts,
    form,
    new_row,
    old_row,
    read,
    workbook,
)

pytestmark = pytest.mark.xdist_group("versions")


@pytest.fixture
def known(tmp_path: Path) -> dict[str, Contract]:
    return contracts(tmp_path / "contracts", FIRST, SECOND)


# A month's version ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "version"),
    [
        ("1999-01", "1.0.0"),
        ("2025-06", "1.0.0"),
        ("2025-07", "2.0.0"),
        ("2025-12", "2.0.0"),
        ("2026-01", "3.0.0"),
        ("2031-08", "3.0.0"),
        (None, "3.0.0"),
    ],
)
def test_a_month_stands_under_the_last_version_that_began_by_then(
    tmp_path: Path, month: str | None, version: str
) -> None:
    third = form("3.0.0", "2026-01", TENDED)
    saplings = contracts(tmp_path, SECOND, third, FIRST)["saplings"]
    assert saplings.at(month).version == version


def test_a_dataset_of_one_version_is_that_version(tmp_path: Path) -> None:
    saplings = contracts(tmp_path, FIRST)["saplings"]
    assert (saplings.versions, saplings.at("2025-07"), saplings.at(None)) == ((), saplings, saplings)


def test_its_table_has_the_columns_of_every_version(known: dict[str, Contract]) -> None:
    names = record_schema(known["saplings"]).names
    assert {"survived_mu", "tended_on", "area_mu"} <= set(names)
    assert not known["saplings"].by_name["survived_mu"].required


def test_a_citys_version_of_later_months_stands_beside_the_built_in_one(tmp_path: Path) -> None:
    saplings = contracts(tmp_path, SECOND, built_in=[FIRST])["saplings"]
    assert [one.version for one in saplings.versions] == ["1.0.0", "2.0.0"]


def test_a_citys_first_version_stands_for_all_months_of_the_built_in_ones(tmp_path: Path) -> None:
    saplings = contracts(tmp_path, form("7.0.0"), built_in=[FIRST, SECOND])["saplings"]
    assert (saplings.version, saplings.versions) == ("7.0.0", ())


# Files ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A file, and what is right: by its sheets the version (None: left out), or why it is refused."""

    sheets: dict[str, list[Row]]
    name: str = "造林.xlsx"
    right: dict[str, str | None] | str = ""
    told: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()


JUNE, JULY = "2025年6月造林台账", "2025年7月造林台账"
CASES = {
    "the old form for an old month": Case(
        {JUNE: [OLD_HEAD, old_row()]}, right={JUNE: "1.0.0"}, not_told=("版表样核对",)
    ),
    "the new form for a new month": Case(
        {JULY: [NEW_HEAD, new_row()]}, right={JULY: "2.0.0"}, not_told=("版表样核对",)
    ),
    "the old form for a new month lacks what is required by now": Case(
        {JULY: [OLD_HEAD, old_row()]},
        right="other_version",
        told=("第 2.0.0 版", "自 2025-07 起", "第 1.0.0 版", "抚育日期", "--period 2025-07"),
    ),
    "a correction to an old month on the new form": Case(
        {JUNE: [NEW_HEAD, new_row()]}, right={JUNE: "1.0.0"}, told=("按第 1.0.0 版", "抚育日期", "没有采用")
    ),
    "the new form in which a column still bears its old title": Case(
        {JULY: [(*NEW_HEAD[:3], "造林面积", *NEW_HEAD[4:]), new_row()]}, right={JULY: "2.0.0"}
    ),
    "the old form in which a column bears its new title already": Case(
        {JUNE: [(*OLD_HEAD[:3], "实际造林面积", *OLD_HEAD[4:]), old_row()]},
        right={JUNE: "1.0.0"},
        not_told=("没有采用",),
    ),
    "both forms for a new month: the old column is not asked for any more": Case(
        {JULY: [(*NEW_HEAD, "成活面积"), (*new_row(), "10")]}, right={JULY: "2.0.0"}, told=("成活面积",)
    ),
    "what both versions have is written for either": Case(
        {JUNE: [OLD_HEAD[:5], old_row()[:5]]}, right={JUNE: "1.0.0"}, not_told=("版表样核对",)
    ),
    "one workbook over the change, each month on its own form": Case(
        {"6月": [OLD_HEAD, old_row()], "7月": [NEW_HEAD, new_row()]},
        name="2025年造林.xlsx",
        right={"6月": "1.0.0", "7月": "2.0.0"},
    ),
    "one workbook over the change, all on the new form": Case(
        {"6月": [NEW_HEAD, new_row()], "7月": [NEW_HEAD, new_row()]},
        name="2025年造林.xlsx",
        right={"6月": "1.0.0", "7月": "2.0.0"},
        told=("按第 1.0.0 版",),
    ),
    "one workbook over the change, all on the old form": Case(
        {"6月": [OLD_HEAD, old_row()], "7月": [OLD_HEAD, old_row()]},
        name="2025年造林.xlsx",
        right={"6月": "1.0.0", "7月": None},
        told=("第 2.0.0 版", "抚育日期"),
    ),
    "the last month before the change": Case(
        {"台账": [OLD_HEAD, old_row()]}, name="造林2025.06.xlsx", right={"台账": "1.0.0"}
    ),
    "years before": Case({"台账": [OLD_HEAD, old_row()]}, name="2019年3月.xlsx", right={"台账": "1.0.0"}),
    "no month at all": Case({"台账": [NEW_HEAD, new_row()]}, right="no_period"),
    "neither form": Case(
        {JULY: [("姓名", "年龄", "住址"), ("某某", "33", "别处")]}, right="unrouted"
    ),
    "neither form, and nearly the new one": Case(
        {JULY: [("乡镇", "行政村", "地块编号", "树种", "抚育日期"), ("白石乡", "柳树村", "A-01", "杉木", "2025-03-12")]},
        right="unrouted",
        told=("实际造林面积",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_file_is_held_against_the_version_of_its_month(
    tmp_path: Path, known: dict[str, Contract], case: Case
) -> None:
    check(case, read(workbook(tmp_path / case.name, case.sheets), known))


def check(case: Case, found: Understood | Refused) -> None:
    if isinstance(found, Refused):
        assert found.code == case.right
        said = found.message + found.remedy
    else:
        taken = {one.extract.sheet: found.contract.at(one.valid_from).version for one in found.conformed}
        left = {one.sheet: None for one, why in found.leftovers if why.code == "other_version"}
        assert taken | left == case.right
        said = "".join([*found.notes, *(why.message for _, why in found.leftovers)])
    assert [text for text in case.told if text not in said] == []
    assert [text for text in case.not_told if text in said] == []


# Rows that say their month --------------------------------------------------------------------------------------------

MONTHS = {
    "all before": (["2025-05", "2025-06"], "1.0.0", []),
    "all after": (["2025-07", "2025-08"], "2.0.0", []),
    "most before": (["2025-06", "2025-06", "2025-07"], "1.0.0", [2]),
    "most after": (["2025-06", "2025-07", "2025-07"], "2.0.0", [0]),
    "as many before as after": (["2025-06", "2025-07"], "2.0.0", [0]),
}


@pytest.mark.parametrize(("months", "version", "out"), MONTHS.values(), ids=MONTHS.keys())
def test_a_table_whose_rows_say_their_month_stands_under_that_of_most(
    tmp_path: Path, months: list[str], version: str, out: list[int]
) -> None:
    known = contracts(tmp_path, form("1.0.0", "", PERIOD), form("2.0.0", "2025-07", PERIOD, most=100))
    head = (*OLD_HEAD[:5], "所属月份")
    rows = [(*old_row(f"A-{at}")[:5], month) for at, month in enumerate(months)]

    found = read(workbook(tmp_path / "造林.xlsx", {"台账": [head, *rows]}), known)

    assert isinstance(found, Understood)
    (table,) = found.conformed
    assert known["saplings"].at(table.valid_from).version == version
    kept_out = table.findings.loc[table.findings["rule"] == "other_version", "position"]
    assert sorted(kept_out) == out


# What is judged -------------------------------------------------------------------------------------------------------


def judged(found: Understood | Refused) -> Judged:
    assert isinstance(found, Understood)
    (one,) = judge(found.contract, [found], Privacy(b"a key of the tests"))
    return one


def test_every_row_is_judged_by_the_version_of_its_month(tmp_path: Path, known: dict[str, Contract]) -> None:
    rows = {
        "6月": [OLD_HEAD, old_row("A-1", "120"), old_row("A-2", species="松木"), old_row("A-3", species="柏木")],
        "7月": [NEW_HEAD, new_row("A-1", "120"), new_row("A-2", species="松木"), new_row("A-3", species="柏木")],
    }  # fmt: skip
    one = judged(read(workbook(tmp_path / "2025年造林.xlsx", rows), known))

    assert one.records.select(["period", "plot_number", "survived_mu"]).to_pylist() == [
        {"period": "2025-06", "plot_number": "A-1", "survived_mu": 10.0},
        {"period": "2025-06", "plot_number": "A-2", "survived_mu": 10.0},
        {"period": "2025-07", "plot_number": "A-3", "survived_mu": None},
    ]
    assert one.records["tended_on"].null_count == 2
    assert one.quarantine["row"].to_pylist() == [4, 2, 3]
    saplings = known["saplings"]
    assert outcome_of(one, "").judged_by == {
        month: saplings.at(month).digest for month in ("2025-06", "2025-07")
    }


def test_a_nil_report_is_of_its_month(tmp_path: Path, known: dict[str, Contract]) -> None:
    sheets = {"台账": [("白石乡2025年6月造林台账零报告",)]}
    one = judged(read(workbook(tmp_path / "a.xlsx", sheets), known))
    assert outcome_of(one, "").judged_by == {"2025-06": known["saplings"].at("2025-06").digest}


def test_a_file_that_was_taken_is_read_the_same_when_a_later_version_comes(
    tmp_path: Path, known: dict[str, Contract]
) -> None:
    path = workbook(tmp_path / "2025年6月.xlsx", {"台账": [OLD_HEAD, old_row()]})
    alone = judged(read(path, contracts(tmp_path / "alone", FIRST)))
    beside = judged(read(path, known))
    assert beside.records.select(alone.records.schema.names).equals(alone.records)
    assert outcome_of(beside, "").judged_by == outcome_of(alone, "").judged_by


# What makes one dataset -----------------------------------------------------------------------------------------------

SPOILT = {
    "no first version": ([SECOND], "leave valid_from out"),
    "two of one month": ([FIRST, SECOND, form("2.1.0", "2025-07")], "also in"),
    "two first versions": ([FIRST, form("1.1.0")], "also in"),
    "another department": ([FIRST, SECOND.replace("domain: forestry", "domain: road")], "domain is road"),
    "another frequency": ([FIRST, SECOND.replace("value: monthly", "value: quarterly")], "frequency"),
    "another way of keeping": ([FIRST, SECOND.replace("value: snapshot", "value: events")], "keeps"),
    "another coverage": ([FIRST, SECOND.replace("coverage, value: township", "coverage, value: county")], "coverage"),
    "another key": ([FIRST, SECOND.replace("        primaryKey: true\n", "")], "primaryKey"),
    "another type": ([FIRST, SECOND.replace(TENDED, SURVIVED.replace("number", "integer"))], "logicalType"),
    "another unit": ([FIRST, SECOND.replace("value: 亩", "value: 公顷").replace("area_mu", "area_ha"), form("3.0.0", "2026-01").replace("value: 亩", "value: 公顷")], "unit"),
    "a name no longer private": ([FIRST.replace("name: species", "name: species\n        classification: private"), SECOND], "not private"),
    "the township in another column": ([FIRST, SECOND.replace("name: township_name", "name: town_name")], "has the role of township_name"),
    "a month of its own in one version only": ([FIRST, SECOND + PERIOD], "role period"),
    "a month that is none": ([FIRST, SECOND.replace("2025-07", "2025-13")], "2025-13"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said"), SPOILT.values(), ids=SPOILT.keys())
def test_versions_that_do_not_make_one_dataset_are_refused_by_name(
    tmp_path: Path, files: list[str], said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        contracts(tmp_path, *files)
    found = lint([tmp_path / "own"])
    assert any(said in one.message for one in found), found


def test_lint_names_the_column_that_changed_with_its_line(tmp_path: Path) -> None:
    contracts(tmp_path, FIRST)
    path = tmp_path / "own" / "2.yaml"
    path.write_text(
        SECOND.replace("        primaryKey: true\n", "").replace("value: 亩", "value: 公顷"), "utf-8"
    )

    found = [(one.path, one.line) for one in lint([tmp_path / "own"]) if "area_mu: unit" in one.message]

    line = 1 + path.read_text("utf-8").splitlines().index("      - name: area_mu")
    assert found == [(path, line)]


@pytest.mark.parametrize(("since", "said"), [("2025-07", []), ("2025-08", ["name its first month, 2025-07"])])
def test_a_version_begins_with_a_whole_quarter(tmp_path: Path, since: str, said: list[str]) -> None:
    quarterly = [one.replace("value: monthly", "value: quarterly") for one in (FIRST, SECOND)]
    contracts(tmp_path, quarterly[0], quarterly[1].replace("2025-07", since))
    found = lint([tmp_path / "own"])
    assert [one.message.rpartition("; ")[2] for one in found] == said


def test_a_title_that_changes_hands_is_named(tmp_path: Path) -> None:
    contracts(tmp_path, FIRST, SECOND.replace("businessName: 抚育日期", "businessName: 成活面积"))
    (found,) = lint([tmp_path / "own"])
    assert "成活面积 is survived_mu in version 1.0.0" in found.message


def test_a_title_that_changed_hands_is_read_as_its_own_version_says(tmp_path: Path) -> None:
    second = SECOND.replace("businessName: 抚育日期", "businessName: 成活面积")
    saplings = contracts(tmp_path, FIRST, second)["saplings"]
    for version in saplings.versions:
        keys = [header_key(text)[0] for column in version.columns for text in (column.title, *column.aliases)]
        assert len(keys) == len(set(keys))


def test_lint_of_one_version_sees_those_that_stand_beside_it(tmp_path: Path) -> None:
    contracts(tmp_path, built_in=[FIRST])
    own = tmp_path / "own" / "second.yaml"
    own.write_text(SECOND, "utf-8")
    roots = [tmp_path / "built_in", tmp_path / "own"]
    assert lint([own], roots) == []
    own.write_text(SECOND.replace("value: 亩", "value: 公顷"), "utf-8")
    assert [one.message.partition(":")[0] for one in lint([own], roots)] == ["area_mu"]
