"""Filled visit lists come back: verdicts reach their sample, speak for all records, and move the evidence of figures."""

from __future__ import annotations

import json
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.pipelines.town import Town, new_town, toilets

pytestmark = pytest.mark.xdist_group("field_checks")
SAMPLE = "toilet_ledger-2025-06-equal-70-7"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town of 120 toilets, of which 70 were drawn; the visit list lies beside it."""
    town = new_town(tmp_path_factory.mktemp("核查") / "home")
    town.drop("toilet_reform/榆塘县2025年6月农村改厕台账.csv", toilets(*["甲村", "丙村"] * 40))
    town.drop("toilet_reform/青崖县2025年6月农村改厕台账.csv", toilets(*["丁村"] * 40, first=200))
    town.load()
    said = town.shiji(
        "sample", "draw", "toilet_ledger", "--period", "2025-06", "--n", "70", "--seed", "7", "-o", str(visit_list(town))
    )  # fmt: skip
    assert said.code == 0, said.err
    return town


@pytest.fixture
def copy(drawn: Town, tmp_path: Path) -> Town:
    visit_list(drawn).stat()
    (tmp_path / "核查名单.xlsx").write_bytes(visit_list(drawn).read_bytes())
    return drawn.copy(tmp_path / "home")


def visit_list(town: Town) -> Path:
    return town.root.with_name("核查名单.xlsx")


def filled(town: Town, verdicts: dict[str, str] | str, sheets: tuple[str, ...] = ()) -> bytes:
    """The list as it comes back: by township a verdict for every line, or by number of the check."""
    book = load_workbook(visit_list(town))
    for sheet in book:
        heads = [cell.value for cell in sheet[3]]
        for row in sheet.iter_rows(min_row=4):
            line = dict(zip(heads, row, strict=True))
            verdict = verdicts if isinstance(verdicts, str) else verdicts.get(line["核查编号"].value, "")
            if verdict and (not sheets or sheet.title in sheets):
                line["核查结论"].value, line["核查日期"].value, line["核查人"].value = (
                    verdict,
                    "2025-07-12",
                    "严查",
                )
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def results(town: Town) -> dict[str, Any]:
    said = town.shiji("sample", "results", SAMPLE, "--json")
    assert said.code == 0, said.err
    (told,) = json.loads(said.out)
    return told


def numbers(town: Town) -> list[str]:
    return [row[0] for row in town.ask("select check_number from samples order by number")]


def grade(town: Town, region: str, indicator: str = "toilet_acceptance_rate") -> tuple[str, str]:
    ((evidence, reasons),) = town.ask(
        "select evidence, evidence_reasons from observations where indicator = ? and region_code = ? and period = '2025-06'",
        [indicator, region],
    )
    return evidence, " ".join(reasons or ())


def test_a_filled_list_raises_what_holds_to_grade_a(copy: Town) -> None:
    assert grade(copy, "990121000000", "new_toilets") == ("B", "")
    copy.drop("inspection/核查名单.xlsx", filled(copy, "属实"))
    copy.load()
    assert set(copy.ask("select result from samples")) == {("属实",)}
    told = {row["region_code"]: row for row in results(copy)["results"]}
    assert told["990121000000"]["visited"] == told["990121000000"]["held"] == told["990121000000"]["drawn"]
    assert told["990100000000"]["value"] == 1
    evidence, why = grade(copy, "990121000000", "new_toilets")
    assert evidence == "A"
    assert "实地核查相符：2025-06 抽查" in why
    # Fewer than thirty were drawn in the other county: its grade stays, and says so.
    assert copy.load().is_idle


def test_a_list_full_of_untrue_records_takes_the_grade_down_and_is_named(copy: Town) -> None:
    chosen = random.Random(3).sample(numbers(copy), 30)
    verdicts = {number: "不实" if number in chosen else "情况属实" for number in numbers(copy)}
    copy.drop("inspection/核查名单.xlsx", filled(copy, verdicts))
    copy.load()
    evidence, why = grade(copy, "990100000000", "new_toilets")
    assert evidence == "C"
    assert "实地核查不符" in why
    below = {(line["region_code"], line["indicator"]) for line in results(copy)["claims"] if line["is_below"]}
    assert ("990100000000", "new_toilets") in below
    told = results(copy)["results"][0]
    assert told["untrue"] == 30
    assert told["interval_low"] < 40 / 70 < told["interval_high"]


def test_townships_come_back_one_by_one_and_none_undoes_another(copy: Town) -> None:
    first, *others = load_workbook(visit_list(copy)).sheetnames
    copy.drop("inspection/一组.xlsx", filled(copy, "属实", (first,)))
    copy.load()
    before = copy.ask("select count(*) from samples where result = '属实'")
    assert 0 < before[0][0] < 70
    copy.drop("inspection/二组.xlsx", filled(copy, "不实", tuple(others)))
    copy.load()
    assert copy.ask("select count(*) from samples where result = '属实'") == before
    assert copy.ask("select count(*) from samples where result is null") == [(0,)]


def test_lines_copied_together_into_another_table_are_known_by_their_numbers(copy: Town) -> None:
    """A visitor's own sheet: other order, other titles, other columns between, no sheet per township."""
    book = Workbook()
    sheet = book.active
    sheet.append(["2025年6月户厕入户核查汇总"])
    sheet.append(["序号", "是否属实", "抽样编号", "行政区划代码", "核查情况", "数据所属期"])
    places = copy.ask("select check_number, region_code from samples order by probability, check_number desc")
    for at, (number, code) in enumerate(places, start=1):
        sheet.append(
            [at, "不属实" if at <= 5 else "真实", number, code, "厕屋未建" if at <= 5 else "", "2025年6月"]
        )
    into = BytesIO()
    book.save(into)
    copy.drop("inspection/汇总.xlsx", into.getvalue())
    copy.load()
    assert copy.ask("select result, count(*) from samples group by all order by 2") == [
        ("不实", 5),
        ("属实", 65),
    ]


def test_a_second_visit_takes_all_that_was_not_true_and_some_that_was(copy: Town) -> None:
    known = numbers(copy)
    verdicts = {
        number: ("不实", "找不到人", "部分属实")[at] if at < 3 else "属实" for at, number in enumerate(known)
    }
    copy.drop("inspection/核查名单.xlsx", filled(copy, verdicts))
    copy.load()
    said = copy.shiji("sample", "recheck", SAMPLE, "--n", "12", "--json")
    assert said.code == 0, said.err
    again = json.loads(said.out)
    first = {
        (s, sheet, row): (result, p)
        for s, sheet, row, result, p in copy.ask(
            f"select submission_id, sheet, row, result, probability from samples where sample = '{SAMPLE}'"
        )
    }
    found = [first[row["submission_id"], row["sheet"], row["row"]] for row in again]
    assert len(again) == 15
    assert sorted(result for result, _ in found if result != "属实") == ["不实", "找不到人", "部分属实"]
    for row, (result, p) in zip(again, found, strict=True):
        assert row["probability"] == pytest.approx(p) if result != "属实" else row["probability"] < p
    # Both draws together still speak for every record.
    assert sum(1 / row["probability"] for row in again) == pytest.approx(120, rel=0.05)


def test_before_anyone_has_gone_there_is_nothing_to_check_again(copy: Town) -> None:
    said = copy.shiji("sample", "recheck", SAMPLE)
    assert said.code == 1
    assert "inbox/inspection/" in said.err
    said = copy.shiji("sample", "recheck", "nothing")
    assert "no sample is called nothing; there are: toilet_ledger-2025-06" in said.err
    assert "inbox/inspection/" in copy.shiji("sample", "results").out
