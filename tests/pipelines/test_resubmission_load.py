"""A second file for what is in force: nothing goes that its slip does not name, and what is not clear is held."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from expectations.slips.inside import REPLY
from tests.pipelines.town import REGIONS, Town, example_contract, new_town

pytestmark = pytest.mark.xdist_group("resubmission")

JUNE = "forestry/2025-06"
HEAD = "乡镇,地块编号,造林面积（亩）"


def plots(town: str, numbers: Iterable[int], area: float = 10) -> list[str]:
    return [f"{town},{town[0]}{number:02},{area}" for number in numbers]


def table(title: str, *rows: str) -> bytes:
    return "\r\n".join([f"{title},,", HEAD, *rows, ""]).encode("gb18030")


TITLE = "沐溪镇2025年6月造林台账"
FIRST = table(TITLE, *plots("沐溪镇", range(20)))


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with a dataset of plots, of which twenty of one township are in force; only for copying."""
    town = new_town(tmp_path_factory.mktemp("planted") / "home")
    path = town.root / "config/contracts/forestry/saplings.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(example_contract().replace("value: quarterly", "value: monthly"), encoding="utf-8")
    town.drop(f"{JUNE}/沐溪镇.csv", FIRST)
    town.load()
    assert areas(town) == {"990121100000": (20, 200.0)}
    return town


@pytest.fixture
def planted(first_load: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_load.copy(tmp_path / "实绩 home")


def areas(town: Town) -> dict[str, tuple[int, float]]:
    rows = town.ask("select region_code, count(*), sum(area_mu) from saplings group by all")
    return {region: (count, area) for region, count, area in rows}


def test_two_corrected_rows_leave_the_other_eighteen(planted: Town) -> None:
    planted.drop(f"{JUNE}/改两块.csv", table(TITLE, "沐溪镇,沐03,11", "沐溪镇,沐07,12"))
    planted.load()
    assert areas(planted) == {"990121100000": (20, 203.0)}
    assert "改动 2 行，新增 0 行，上次的其余 18 行保留不动" in planted.slip("改两块")
    assert planted.statuses()[f"{JUNE}/沐溪镇.csv"] == "accepted"
    assert planted.load().is_idle


def test_a_supplement_that_says_so_adds_and_one_that_does_not_is_held(planted: Town) -> None:
    planted.drop(f"{JUNE}/查漏.csv", table(TITLE, *plots("沐溪镇", range(30, 33))))
    planted.load()
    assert areas(planted) == {"990121100000": (20, 200.0)}
    assert planted.statuses()[f"{JUNE}/查漏.csv"] == "held"
    said = planted.slip("查漏")
    assert "待确认" in said
    assert "第 3–22 行" in said
    assert "整份替换" in said

    planted.drop(f"{JUNE}/查漏（补报）.csv", table(TITLE, *plots("沐溪镇", range(30, 33))))
    planted.load()
    assert areas(planted) == {"990121100000": (23, 230.0)}


def test_a_held_file_takes_force_when_its_sender_says_what_it_is(planted: Town) -> None:
    fewer = table(TITLE, *plots("沐溪镇", range(8)))
    planted.drop(f"{JUNE}/沐溪镇新.csv", fewer)
    planted.load()
    assert areas(planted) == {"990121100000": (20, 200.0)}
    planted.drop(f"{JUNE}/沐溪镇新（整份替换）.csv", fewer)
    planted.load()
    assert areas(planted) == {"990121100000": (8, 80.0)}
    assert "少了 12 行" in planted.slip("整份替换")


@pytest.mark.parametrize(
    ("reply", "then"),
    [("整份替换", (8, 80.0)), ("其余保留", (20, 200.0)), ("", (20, 200.0)), ("好的", (20, 200.0))],
)
def test_a_slip_handed_back_with_an_answer_decides(
    planted: Town, reply: str, then: tuple[int, float]
) -> None:
    planted.drop(f"{JUNE}/沐溪镇新.csv", table(TITLE, *plots("沐溪镇", range(8))))
    planted.load()
    path = planted.slip_path("沐溪镇新")
    book = load_workbook(path)
    cover = book.worksheets[0]
    (asked,) = [row for row in range(1, 60) if cover.cell(row, 1).value == REPLY]
    (choice,) = cover.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == (f"B{asked}", '"整份替换,其余保留"')
    cover.cell(asked, 2).value = reply
    answered = BytesIO()
    book.save(answered)

    planted.drop(f"{JUNE}/{path.name}", answered.getvalue())
    planted.load()

    assert areas(planted) == {"990121100000": then}
    statuses = [row["status"] for row in planted.site.ledger.submissions().to_pylist()]
    assert statuses.count("held") == (0 if reply in ("整份替换", "其余保留") else 1)
    assert "同一个文件后来又报了" in planted.slip("已撤回")


def test_the_office_accepts_what_is_held_and_withdraws_what_is_wrong(planted: Town) -> None:
    planted.drop(f"{JUNE}/沐溪镇新.csv", table(TITLE, *plots("沐溪镇", range(8))))
    planted.load()
    (number,) = [
        row["submission_id"]
        for row in planted.site.ledger.submissions().to_pylist()
        if row["status"] == "held"
    ]
    assert number in planted.shiji("submissions", "held", "--json").out

    assert planted.shiji("submissions", "accept", number, "--reason", "phoned").code == 0
    planted.load()
    assert areas(planted) == {"990121100000": (8, 80.0)}
    assert "已接收" in planted.slip("沐溪镇新")

    assert planted.shiji("submissions", "withdraw", number, "--reason", "was a draft").code == 0
    planted.load()
    assert areas(planted) == {"990121100000": (20, 200.0)}
    assert "已撤回" in planted.slip("沐溪镇新")
    decided = [entry.what for entry in planted.site.audit.entries() if entry.subject == number]
    assert decided == ["confirm", "withdraw"]
    assert planted.ask("select count(*) from findings where submission_id = ?", [number]) == [(0,)]
    again = planted.shiji("submissions", "withdraw", number, "--reason", "again")
    assert again.code == 1
    assert "nothing to withdraw" in again.err


def test_who_is_replaced_within_one_load_is_told_so_first_and_in_part_which_part(planted: Town) -> None:
    both = [*plots("沐溪镇", range(20)), *plots("汀坪乡", range(9))]
    planted.drop(f"{JUNE}/榆塘县.csv", table("榆塘县2025年6月造林台账", *both))
    planted.drop(f"{JUNE}/汀坪乡再核.csv", table("汀坪乡2025年6月造林台账", *plots("汀坪乡", range(9), 12)))
    planted.load()
    part = planted.slip("榆塘县")
    assert "结果　　：已接收，全部入库\n" in part
    assert "这份中榆塘县汀坪乡的数据由它替换" in part

    may = JUNE.replace("06", "05")
    planted.drop(f"{may}/石滩镇.csv", table("石滩镇2025年5月造林台账", *plots("石滩镇", range(6))))
    planted.drop(f"{may}/石滩镇改.csv", table("石滩镇2025年5月造林台账", *plots("石滩镇", range(6), 11)))
    planted.load()
    whole = planted.slip("2025-05/石滩镇.csv")
    assert "结果　　：已接收，但已由同一批的另一份替换：以那份为准，这份不计入" in whole
    assert "共 6 行，合格 6 行（由另一份替换，不计入），有错 0 行" in whole
    assert "同一批收到的“石滩镇改.csv”" in whole
    assert "全部入库；现在以这份为准" in planted.slip("石滩镇改")
    assert planted.statuses()[f"{may}/石滩镇.csv"] == "superseded"


def test_parts_add_up_together_and_days_apart(planted: Town) -> None:
    planted.drop(f"{JUNE}/汀坪乡之一.csv", table("汀坪乡2025年6月造林台账", *plots("汀坪乡", range(6))))
    planted.drop(f"{JUNE}/汀坪乡之二.csv", table("汀坪乡2025年6月造林台账", *plots("汀坪乡", range(6, 12))))
    planted.load()
    assert areas(planted)["990121200000"] == (12, 120.0)
    planted.drop(f"{JUNE}/汀坪乡之三.csv", table("汀坪乡2025年6月造林台账", *plots("汀坪乡", range(12, 15))))
    planted.load()
    assert areas(planted) == {"990121100000": (20, 200.0), "990121200000": (15, 150.0)}


def test_a_new_version_of_a_file_takes_a_township_back_and_another_file_does_not(planted: Town) -> None:
    both = [*plots("沐溪镇", range(20)), *plots("汀坪乡", range(2), 500)]
    planted.drop(f"{JUNE}/榆塘县.csv", table("榆塘县2025年6月造林台账", *both))
    planted.load()
    assert areas(planted)["990121200000"] == (2, 1000.0)

    planted.drop(f"{JUNE}/沐溪镇再报.csv", table(TITLE, *plots("沐溪镇", range(20), 9)))
    planted.load()
    assert areas(planted)["990121200000"] == (2, 1000.0)
    assert "汀坪乡这份没有涉及，仍按上次报送的计算" in planted.slip("沐溪镇再报")

    planted.drop(
        f"{JUNE}/榆塘县（更正版）.csv", table("榆塘县2025年6月造林台账", *plots("沐溪镇", range(20), 8))
    )
    planted.load()
    assert areas(planted) == {"990121100000": (20, 160.0)}
    assert "（汀坪乡）" in planted.slip("更正版")


def test_another_department_does_not_overwrite(planted: Town) -> None:
    planted.drop("agriculture/2025-06/沐溪镇.csv", table(TITLE, *plots("沐溪镇", range(20), 1)))
    planted.load()
    assert areas(planted) == {"990121100000": (20, 200.0)}
    assert planted.statuses()["agriculture/2025-06/沐溪镇.csv"] == "refused"
    assert "应由 forestry 报送" in planted.slip("agriculture/2025-06/沐溪镇")


def test_staged_anew_nothing_is_decided_again_and_nobody_is_told_again(planted: Town) -> None:
    planted.drop(f"{JUNE}/改两块.csv", table(TITLE, "沐溪镇,沐03,11"))
    planted.drop(f"{JUNE}/无名.csv", table(TITLE, *plots("沐溪镇", range(40, 44))))
    planted.load()
    before, statuses = areas(planted), planted.statuses()
    slips = {name: (planted.root / "outbox" / name).stat().st_mtime_ns for name in planted.slips()}
    path = planted.root / "config/contracts/forestry/saplings.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more look\n", encoding="utf-8")

    summary = planted.load()

    assert len(summary.outcomes) == 3
    assert (areas(planted), planted.statuses()) == (before, statuses)
    assert {name: (planted.root / "outbox" / name).stat().st_mtime_ns for name in planted.slips()} == slips


def test_a_load_that_would_turn_many_back_stops_and_tells_nobody(planted: Town) -> None:
    settings = planted.root / "config/shiji.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "refusals_to_stop: 1\n", encoding="utf-8")
    path = planted.root / "config/contracts/forestry/saplings.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("maximum: 10000", "maximum: 5"), encoding="utf-8"
    )
    slips = planted.slips()

    stopped = planted.shiji("load")

    assert stopped.code == 1
    assert "--yes-really" in stopped.err
    assert planted.statuses()[f"{JUNE}/沐溪镇.csv"] == "accepted"
    assert (planted.slips(), areas(planted)) == (slips, {"990121100000": (20, 200.0)})

    assert planted.shiji("load", "--yes-really").code == 0
    assert planted.statuses()[f"{JUNE}/沐溪镇.csv"] == "refused"
    assert areas(planted) == {}


def test_the_gate_counts_amended_months_by_other_means(planted: Town) -> None:
    from pipelines.loading.counted import miscounted

    planted.drop(f"{JUNE}/改两块.csv", table(TITLE, "沐溪镇,沐03,11", "沐溪镇,沐07,12"))
    planted.load()
    site = planted.site
    assert list(miscounted(site)) == []
    rows = site.store.read("saplings")
    site.store.write("saplings", rows.slice(1), rows.schema, {"period": ["2025-06"]})
    assert len(list(miscounted(site))) == 1


def test_rows_without_a_number_are_corrected_by_what_a_rule_wants_to_be_unique(tmp_path: Path) -> None:
    """A register has one row for each village."""
    codes = range(202, 210)
    town = new_town(tmp_path / "home", regions=False)
    town.import_regions(
        REGIONS + "".join(f"990121100{code},{code}村,village,990121100000\n" for code in codes)
    )
    head = "榆塘县2025年6月农户底册,,,,\n乡镇,行政村,总户数,常住户数,总人口\n"
    rows = [f"沐溪镇,{code}村,{code},{code - 50},{3 * code}\n" for code in codes]
    town.drop("civil_affairs/2025年6月.csv", (head + "".join(rows)).encode())
    town.load()
    town.drop("civil_affairs/改一个村.csv", (head + "沐溪镇,203村,230,153,609\n").encode())
    town.load()

    households = dict(town.ask("select right(region_code, 3)::int, households from household_register"))
    assert households == {code: code for code in codes} | {203: 230}
    assert "补充更正：改动 1 行" in town.slip("改一个村")
