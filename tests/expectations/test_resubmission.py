"""What a second file means: its words, what it changes, and whether it may take force."""

from __future__ import annotations

import pyarrow as pa
import pytest

from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.contracts.records import record_schema
from expectations.resubmission import (
    Comparison,
    Ruling,
    compare,
    intent_of,
    known_elsewhere,
    rule,
    same_file,
    told,
)
from expectations.resubmission.rule import Resubmission
from expectations.resubmission.told import held_remedy
from warehouse.codes import covering
from warehouse.ledger.values import Says

PLOTS = load_contracts()["grain_plots"]
REPORTS = load_contracts()["village_poverty_report"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("溪口乡2025年3月种粮大户（更正）", {"amends"}),
        ("3月粮食种植补报", {"amends"}),
        ("种植台账更正2户，其余不变", {"amends", "keeps"}),
        ("种植台账（其余保留）", {"keeps"}),
        ("其余村种植台账", set()),
        ("种植台账 漏报2户", {"amends"}),
        ("种植台账（更正版）", set()),
        ("2025年3月种植台账修订稿", set()),
        ("溪口乡种植台账之二", {"part"}),
        ("溪口乡种植台账（2/3）", {"part"}),
        ("溪口乡种植台账第一部分", {"part"}),
        ("溪口乡种植台账 第2批", {"part"}),
        ("plots part 2", {"part"}),
        ("溪口乡种植台账（二）", {"part"}),
        ("溪口乡种植台账（整份替换）", {"whole"}),
        ("溪口乡种植台账 以此为准", {"whole"}),
        ("溪口乡种植台账(1)", set()),
        ("溪口乡2025年3月种植台账", set()),
        ("第二中学在校生台账", set()),
        ("之江乡种植台账", set()),
        ("三分之一村种植台账", set()),
        ("溪口镇补充耕地台账", set()),
        ("2025年补充医疗保险参保名单", set()),
        ("不动产更正登记台账", set()),
        ("厕所问题整改正在进行的名单", set()),
        ("补充耕地台账（补充两户）", {"amends"}),
    ],
)
def test_what_a_name_says(text: str, said: set[str]) -> None:
    assert intent_of([text]) == said


def test_versions_of_a_file_are_told_from_other_files() -> None:
    assert same_file("agriculture/a/溪口乡3月.xlsx", "agriculture/a/溪口乡3月（更正版）.xlsx")
    assert same_file("agriculture/溪口乡3月.xlsx", "agriculture/溪口乡3月(1)-重报.csv")
    assert same_file("agriculture/溪口乡3月份（新）.xlsx", "agriculture/溪口乡3月终稿.xlsx")
    assert not same_file("agriculture/溪口乡3月.xlsx", "agriculture/溪口乡4月.xlsx")
    assert not same_file("agriculture/新安镇3月.xlsx", "agriculture/安镇3月.xlsx")
    assert not same_file("agriculture/版石镇3月.xlsx", "agriculture/石镇3月.xlsx")
    assert not same_file("agriculture/溪口乡耕地.xlsx", "agriculture/溪口乡补充耕地.xlsx")
    assert not same_file("agriculture/a/溪口乡3月.xlsx", "agriculture/b/溪口乡3月.xlsx")
    assert not same_file("agriculture/溪口乡3月.xlsx", "agriculture/河口乡3月.xlsx")


def records(contract: Contract, name: str, *rows: dict[str, object]) -> pa.Table:
    """Records of a submission, blank but for what is given."""
    schema = record_schema(contract)
    blank = dict.fromkeys(schema.names) | {"submission_id": name, "period": "2025-03", "sheet": "台账"}
    filled = [blank | {"row": at} | row for at, row in enumerate(rows, start=4)]
    return pa.Table.from_pylist(filled, schema=schema)


def plots(
    name: str, *numbers: int, area: float = 2.0, region: str = "990131100201", unit: str = ""
) -> pa.Table:
    first, second = PLOTS.key
    rows = [{first: f"H{at}", second: f"P{at}", "region_code": region, "area_mu": area} for at in numbers]
    return records(
        PLOTS, name, *({**row, "handed_in_as": unit or covering(region, PLOTS.coverage)} for row in rows)
    )


def test_rows_are_compared_by_key() -> None:
    before = plots("one", 1, 2, 3, 4)
    now = pa.concat_tables([plots("two", 1, 2), plots("two", 3, area=9.0), plots("two", 5)])
    found = compare(now, before, PLOTS)
    assert (found.same, found.changed, found.added, found.gone) == (2, 1, 1, 1)
    assert found.gone_at == (("one", "990131100201", "台账", 7),)
    assert found.changed_at == (("台账", 4),)
    assert found.totals["area_mu"] == (8.0, 15.0)


def test_rows_of_one_key_in_two_townships_are_two_rows() -> None:
    east, west = "990131100201", "990131101201"
    before = pa.concat_tables([plots("one", 1, 2, region=east), plots("one", 1, 2, region=west)])
    now = plots("two", 1, area=3.0, region=east)
    found = compare(now, before, PLOTS, by_region=True)
    assert (found.same, found.changed, found.added, found.gone) == (0, 1, 0, 3)
    assert known_elsewhere(now, before, PLOTS) == 1
    assert known_elsewhere(now, plots("one", 1, 2, region=east), PLOTS) == 0
    moved = compare(plots("two", 1, 2, region=west), plots("one", 1, 2, region=east), PLOTS)
    assert (moved.changed, moved.gone) == (2, 0)
    both = compare(before, before, PLOTS)
    assert (both.same, both.changed, both.added, both.gone) == (4, 0, 0, 0)


def test_a_row_handed_in_for_a_township_merged_into_its_own_is_elsewhere_unless_it_speaks_for_that_too() -> (
    None
):
    own, merged = "990131100000", "990131109000"
    before = pa.concat_tables([plots("one", 1, 2, unit=own), plots("two", 1, 3, unit=merged)])
    found = compare(plots("new", 1, area=9.0, unit=merged), before, PLOTS, by_region=True)
    assert (found.changed, found.gone) == (1, 3)
    assert ("two", "990131100201", "台账", 4) not in found.gone_at, (
        "those handed in for one region meet first"
    )
    now = plots("new", 2, 3, 4, unit=merged)
    assert known_elsewhere(now, before, PLOTS) == 1
    assert known_elsewhere(now, before, PLOTS, [(own, "2025-03")]) == 0
    assert (
        known_elsewhere(now, plots("one", 2, region="990131101201"), PLOTS, [("990131101000", "2025-03")])
        == 1
    )


def test_sums_are_held_against_the_same_townships_only() -> None:
    before = plots("one", 1, 2)
    now = pa.concat_tables([plots("two", 1, 2), plots("two", 7, area=90.0, region="990131101201")])
    assert compare(now, before, PLOTS).totals == {}


def test_without_a_key_rows_are_compared_by_what_they_are_about() -> None:
    number = next(one.name for one in REPORTS.columns if one.type == "integer")
    villages = ("990131100201", "990131100202", "990131100203")
    before = records(REPORTS, "one", *({"region_code": code, number: 5} for code in villages))
    now = records(REPORTS, "two", *({"region_code": code, number: 6} for code in villages[:2]))
    found = compare(now, before, REPORTS)
    assert (found.same, found.changed, found.added, found.gone) == (0, 2, 0, 1)


@pytest.mark.parametrize(
    ("counts", "says", "keyed", "expected"),
    [
        ((0, 0, 9, 0), (), True, Ruling("replaces")),
        ((18, 2, 0, 0), (), True, Ruling("replaces")),
        ((16, 0, 3, 4), (), True, Ruling("replaces")),
        ((0, 2, 0, 18), (), True, Ruling("adds")),
        ((0, 2, 0, 18), ("whole",), True, Ruling("replaces")),
        ((0, 2, 0, 18), (), False, Ruling("replaces", "rows_missing")),
        ((0, 0, 4, 20), ("amends",), True, Ruling("adds")),
        ((0, 0, 4, 20), (), True, Ruling("replaces", "nothing_in_common")),
        ((0, 0, 1, 1), (), True, Ruling("replaces", "nothing_in_common")),
        ((12, 0, 0, 8), (), True, Ruling("replaces", "only_omissions")),
        ((12, 0, 0, 8), ("amends",), True, Ruling("replaces", "only_omissions")),
        ((12, 0, 0, 8), ("keeps",), True, Ruling("adds")),
        ((12, 0, 0, 8), ("keeps",), False, Ruling("replaces", "only_omissions")),
        ((2, 0, 0, 1), (), True, Ruling("replaces")),
        ((11, 1, 0, 8), (), True, Ruling("replaces", "rows_missing")),
        ((0, 5, 0, 15), ("part",), True, Ruling("adds")),
        ((0, 0, 10, 10), ("part",), False, Ruling("adds")),
    ],
)
def test_when_a_file_replaces_adds_or_waits(
    counts: tuple[int, int, int, int], says: tuple[str, ...], keyed: bool, expected: Ruling
) -> None:
    assert rule(Comparison(*counts), says, "ask", keyed=keyed) == expected  # type: ignore[arg-type]


def test_a_contract_can_decide_it() -> None:
    few = Comparison(same=0, changed=2, added=0, gone=18)
    assert rule(few, (), "replace", keyed=True) == Ruling("replaces")
    assert rule(Comparison(same=0, changed=0, added=3, gone=18), (), "amend", keyed=True) == Ruling("adds")


def test_one_row_for_another_is_a_correction_only_in_a_new_version_of_its_file() -> None:
    other = Comparison(same=0, changed=0, added=1, gone=1)
    assert rule(other, (), "ask", keyed=True).why == "nothing_in_common"
    assert rule(other, (), "ask", keyed=True, new_version=True) == Ruling("replaces")
    assert rule(other, ("amends",), "ask", keyed=True) == Ruling("adds")


def test_rows_sent_back_are_not_taken_for_rows_left_out() -> None:
    found = Comparison(same=12, changed=0, added=0, gone=8)
    assert rule(found, (), "ask", keyed=True, quarantined=8) == Ruling("replaces")


def test_the_sender_is_told_which_rows_are_gone_and_which_sums_moved() -> None:
    found = compare(plots("two", 1, area=3.0), plots("one", 1, 2, 3, 4), PLOTS)
    said = "".join(
        told(
            found,
            Ruling("replaces", "rows_missing"),
            PLOTS,
            {"one": "3月2日收到的“三月.xlsx”"},
            {"990131100201": "甲村"},
        )
    )
    assert "改动 1 行，少了 3 行" in said
    assert "生效后将不再计入的行，原来在：3月2日收到的“三月.xlsx” “台账”第 5–7 行（甲村）" in said
    assert "合计由 8 变为 3" in said


def many_plots(name: str, towns: int, numbers: range, sheet: str = "台账") -> pa.Table:
    """The same numbers of plots in each of many townships."""
    every = [plots(name, *numbers, region=f"9901311{town:02}201") for town in range(towns)]
    rows = pa.concat_tables(every).to_pylist()
    numbered = [row | {"row": at, "sheet": sheet} for at, row in enumerate(rows, start=4)]
    return pa.Table.from_pylist(numbered, schema=record_schema(PLOTS))


TOWN_NAMES = {
    f"9901311{town:02}000": f"{'甲乙丙丁戊己庚辛壬癸'[town % 10]}{town // 10}镇" for town in range(40)
}


def said_of(now: pa.Table, before: pa.Table, files: dict[str, str]) -> tuple[str, ...]:
    names = TOWN_NAMES | {"990131000000": "东县"}
    found = compare(now, before, PLOTS)
    return told(found, Ruling("replaces", "rows_missing"), PLOTS, files, names)


def test_of_rows_gone_in_many_townships_a_sentence_names_the_first_and_a_list_all_of_them() -> None:
    said = said_of(
        many_plots("new", 30, range(10)), many_plots("old", 30, range(20)), {"old": "3月2日收到的“县.xlsx”"}
    )
    (gone,) = [text for text in said if text.startswith("少了")]
    sentence, heading, *lines = gone.split("\n")
    assert "共 300 行：甲0镇 10 行、乙0镇 10 行、丙0镇 10 行等 30 个地区" in sentence
    assert len(sentence) < 90
    assert heading == "生效后将不再计入的行，原来所在的位置：3月2日收到的“县.xlsx” “台账”"
    assert len(lines) == 30
    assert lines[0] == "甲0镇 10 行：第 14–23 行"
    assert gone.count("丁2镇") == 1


def test_of_many_files_each_stands_beside_its_township_and_the_sentence_counts_them() -> None:
    before = [plots(f"s{town}", *range(8), region=f"9901311{town:02}201") for town in range(6)]
    files = {f"s{town}": f"3月2日收到的“{town}.xlsx”" for town in range(6)}
    said = said_of(plots("new", 1, area=3.0, region="990131100201"), pa.concat_tables(before), files)
    assert "“2.xlsx”等 6 份相比" in said[0]
    (gone,) = [text for text in said if text.startswith("少了")]
    assert gone.split("\n")[2] == "甲0镇 7 行：“0.xlsx”第 4、6–11 行"


def test_townships_of_one_name_are_told_apart_by_their_counties() -> None:
    gone = tuple(("old", f"99013{county}100201", "台账", county) for county in (1, 2))
    names = {f"99013{county}100201": "新村" for county in (1, 2)}
    names |= {"990131000000": "东县", "990132000000": "西县"}
    (said,) = told(Comparison(gone=2, gone_at=gone), Ruling("replaces"), PLOTS, {"old": "那份"}, names)[1:]
    assert "第 1 行（东县新村），“台账”第 2 行（西县新村）" in said


def test_very_many_rows_that_changed_are_cut_and_counted() -> None:
    found = Comparison(changed=60, changed_at=tuple(("台账", row) for row in range(2, 122, 2)))
    said = told(found, Ruling("replaces"), PLOTS, {"old": "那份"}, {})
    assert said[1] == f"改动的行在这份文件的：“台账”第 {'、'.join(map(str, range(2, 42, 2)))} 等 60 行。"


def test_regions_that_stay_are_counted_where_they_are_many() -> None:
    kept = [f"东县{name}" for name in TOWN_NAMES.values()][:28]
    found = Comparison(same=3)
    (said,) = told(found, Ruling("replaces"), PLOTS, {"old": "那份"}, {}, kept, "2025-03")[1:]
    assert said.startswith("东县甲0镇、东县乙0镇、东县丙0镇等 28 个地区这份没有涉及")
    assert "标题写明是哪些地区，如“东县甲0镇2025年3月" in said


def test_nothing_is_told_where_nothing_was_there_before() -> None:
    assert told(Comparison(added=3), Ruling("replaces"), PLOTS, {}, {}) == ()


@pytest.mark.parametrize(
    ("gone", "says", "resubmission", "ruling"),
    [
        (3, set(), "ask", Ruling("replaces")),
        (20, set(), "ask", Ruling("replaces", "nothing_left")),
        (20, {"amends"}, "ask", Ruling("replaces", "nothing_left")),
        (20, {"part"}, "amend", Ruling("replaces", "nothing_left")),
        (20, {"whole"}, "ask", Ruling("replaces")),
        (20, set(), "replace", Ruling("replaces")),
    ],
)
def test_a_nil_report_takes_rows_away_or_is_held_and_never_adds(
    gone: int, says: set[Says], resubmission: Resubmission, ruling: Ruling
) -> None:
    assert rule(Comparison(gone=gone), says, resubmission, keyed=True) == ruling


def test_a_held_nil_report_is_told_its_own_way_out() -> None:
    assert "整份替换" in held_remedy("nothing_left")
    assert "其余保留" not in held_remedy("nothing_left")
    assert "其余保留" in held_remedy("rows_missing")
