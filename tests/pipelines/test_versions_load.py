"""A form that changes: what a load reads anew, what stays, and what senders are told."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from expectations.hand_ins import hand_ins
from pipelines.answers.contract_diff import concerned
from tests.expectations.versioned import FIRST, NEW_HEAD, OLD_HEAD, TENDED, Row, form, workbook
from tests.pipelines.town import Town, new_town

pytestmark = pytest.mark.xdist_group("versions_load")

JUNE = "select plot_number, area_mu, survived_mu, submission_id, row from saplings where period = '2025-06' order by row"
PLACE = ("沐溪镇", "甲村")
SECOND = form(
    "2.0.0",
    "2025-07",
    TENDED.replace("required: true", "required: false"),
    title="实际造林面积",
    most=100,
)


def put(town: Town, name: str, text: str) -> None:
    """Put a contract into the city's folder."""
    path = town.root / "config" / "contracts" / "forestry" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def drop(town: Town, name: str, *rows: Row) -> None:
    """Hand in a file of the foresters."""
    workbook(town.root / "inbox" / "forestry" / name, {"台账": rows})


def old(number: str, area: str = "12.5") -> Row:
    return (*PLACE, number, area, "杉木", "10")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town of the first version, with June, July and a file that no contract takes; only for copying."""
    town = new_town(tmp_path_factory.mktemp("versions") / "home")
    put(town, "saplings.yaml", FIRST)
    drop(town, "2025年6月.xlsx", OLD_HEAD, old("A-1"), old("A-2", "500"))
    drop(town, "2025年7月.xlsx", OLD_HEAD, old("A-1"), old("A-2", "500"))
    drop(town, "2025年9月.xlsx", OLD_HEAD, old("A-1"), old("A-2", "200"), old("A-3", "没有量"))
    drop(town, "2025年8月.xlsx", ("姓名", "年龄"), ("某某", "33"))
    town.load()
    return town


@pytest.fixture
def town(loaded: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return loaded.copy(tmp_path / "home")


def said(town: Town, name: str) -> str:
    """All that the answer to a file says, as a text."""
    (path,) = (town.root / "outbox" / "forestry").glob(f"{name}.*")
    if path.suffix == ".txt":
        return path.read_text("utf-8-sig")
    book = openpyxl.load_workbook(path)
    cells = [cell for row in book["回执"].iter_rows() for cell in row]
    marks = [cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
    return "\n".join([path.name, *(str(cell.value) for cell in cells if cell.value), *marks])


def test_a_new_version_reads_anew_what_its_months_cover_and_sends_nothing_back_as_an_error(
    town: Town,
) -> None:
    june, slip = town.ask(JUNE), said(town, "2025年6月")
    put(town, "saplings-2.yaml", SECOND)
    drop(town, "2025年8月造林.xlsx", NEW_HEAD, (*PLACE, "A-9", "7", "杉木", "2025-03-12"))

    summary = town.load()

    names = {row[0]: row[1] for row in town.ask("select submission_id, file_name from submissions")}
    assert sorted(names[one.submission_id] for one in summary.outcomes) == [
        "2025年7月.xlsx",
        "2025年8月.xlsx",
        "2025年8月造林.xlsx",
        "2025年9月.xlsx",
    ]
    assert list(summary.records["saplings"]) == ["2025-07", "2025-08", "2025-09"]
    assert town.ask(JUNE) == june
    assert town.ask("select period, plot_number, survived_mu, cast(tended_on as date)::varchar from saplings order by all") == [
        ("2025-06", "A-1", 10.0, None),
        ("2025-06", "A-2", 10.0, None),
        ("2025-07", "A-1", None, None),
        ("2025-08", "A-9", None, "2025-03-12"),
        ("2025-09", "A-1", None, None),
    ]  # fmt: skip

    assert said(town, "2025年6月") == slip
    for month in ("7", "9"):
        slip = said(town, f"2025年{month}月")
        told = ("重新核对", "第 2.0.0 版（自 2025-07 起）", "按旧表样报的", "1 行暂不计入", "不是报送有误")
        assert [one for one in told if one not in slip] == []
        assert "必须改正" not in slip
        assert "改正后请再报" not in slip
    assert town.load().is_idle
    assert concerned(town.site) == []


def test_a_form_that_takes_nothing_of_an_old_file_says_so_and_so_does_the_ledger(town: Town) -> None:
    put(town, "saplings-2.yaml", form("2.0.0", "2025-07", TENDED, most=100))
    town.load()

    slip = said(town, "2025年7月")
    told = ("重新核对", "第 2.0.0 版（自 2025-07 起）", "整份暂不计入", "抚育日期", "不是报送有误")
    assert [one for one in told if one not in slip] == []
    assert [name for name in town.slips() if "退回" in name] == ["forestry/2025年8月.xlsx.回执-退回.txt"]
    stands = (
        "select status, taken_as, period, regions, reason from submissions where file_name = '2025年7月.xlsx'"
    )
    ((*stood, reason),) = town.ask(stands)
    assert stood == ["refused", "saplings", "2025-07", ["990121100000"]]
    assert reason.startswith("表样已更新")


def hand_in_states(town: Town, months: list[str]) -> dict[tuple[str, str], str]:
    """Of the ledger of plots, by county and month."""
    with town.site.connect() as connection:
        then = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        found = hand_ins(connection, {"saplings": town.site.contracts["saplings"]}, months, then)
    return {(one.county, one.month): one.state for one in found}


def test_a_file_on_the_form_of_another_version_or_of_bad_rows_alone_is_sent_back_and_not_missing(
    town: Town,
) -> None:
    put(town, "saplings-2.yaml", form("2.0.0", "2025-10", TENDED, most=100))
    drop(town, "2025年10月造林.xlsx", OLD_HEAD, old("A-1"))
    drop(town, "2025年5月造林.xlsx", OLD_HEAD, old("A-1", "没有量"), old("A-2", "没有量"))
    town.load()
    stood = dict(town.ask("select file_name, (status, dataset, period, regions) from submissions"))
    for name, month in (("2025年10月造林.xlsx", "2025-10"), ("2025年5月造林.xlsx", "2025-05")):
        assert stood[name] == ("refused", "saplings", month, ["990121100000"])
    states = hand_in_states(town, ["2025-05", "2025-06", "2025-10", "2025-11"])
    assert {month: states["990121", month] for month in ("2025-05", "2025-06", "2025-10", "2025-11")} == {
        "2025-05": "refused",
        "2025-06": "late",
        "2025-10": "refused",
        "2025-11": "missing",
    }
    assert states["990122", "2025-10"] == "missing"
    assert "台账　　：造林台账" in said(town, "2025年10月造林.xlsx")
    kept = town.ask("select dataset, period from findings where rule = 'other_version'")
    assert kept == [("saplings", "2025-10")]
    assert town.shiji("history", "saplings", "990121000000", "2025-10").code == 0
    assert json.loads(town.shiji("verify", "--deep", "--json").out) == []
    assert town.load().is_idle

    put(town, "saplings-2.yaml", form("2.0.0", "2025-10", most=100))
    town.load()
    assert town.statuses()["forestry/2025年10月造林.xlsx"] == "accepted"


def test_what_a_change_would_do_is_said_before_and_nothing_is_written(town: Town, tmp_path: Path) -> None:
    drafts = tmp_path / "drafts"
    shutil.copytree(town.root / "config" / "contracts", drafts)
    (drafts / "saplings-2.yaml").write_text(form("2.0.0", "2025-09", most=100), encoding="utf-8")
    before = everything(town)

    said = json.loads(town.shiji("contract", "diff", "--contracts", str(drafts), "--json").out)

    assert said["versions"] == ["saplings 第 2.0.0 版（自 2025-09 起）"]
    counted = {one.pop("dataset"): one for one in said["datasets"]}
    same = {"refused": 0, "taken": 0, "rows_gained": 0}
    assert counted == {
        "": {"submissions": 1, "rows_lost": 0, "as_before": 1} | same,
        "saplings": {"submissions": 1, "rows_lost": 1, "as_before": 0} | same,
    }
    (worst,) = said["submissions"]
    assert (worst["file"], worst["recorded_before"], worst["recorded_now"]) == (
        "forestry/2025年9月.xlsx",
        2,
        1,
    )
    assert everything(town) == before
    assert "no problems" in (checked := town.shiji("check").out)
    assert "contract diff" not in checked
    put(town, "saplings.yaml", FIRST + "\n# changed\n")
    assert "4 submissions were judged by other contracts" in town.shiji("check").out


def everything(town: Town) -> dict[str, bytes]:
    """All files that say what was handed in and what became of it."""
    folders = ("archive", "warehouse", "outbox", "published", "inbox")
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted((town.root / folder).rglob("*"))
        if path.is_file()
    } | {"ledger": town.site.ledger.state().encode()}


def test_the_commands_tell_versions_by_their_months(town: Town, tmp_path: Path) -> None:
    put(town, "saplings-2.yaml", SECOND)

    listed = json.loads(town.shiji("contract", "list", "--json").out)
    own = [one for one in listed if one["dataset"] == "saplings"]
    assert [(one["version"], one["from"], one["until"]) for one in own] == [
        ("1.0.0", "", "2025-06"),
        ("2.0.0", "2025-07", ""),
    ]
    for period, title in ((), "抚育日期"), (("--period", "2025-06"), "成活面积"):
        shown = json.loads(town.shiji("contract", "show", "saplings", *period, "--json").out)
        assert shown[-1]["title"] == title
        path = tmp_path / f"{title}.xlsx"
        assert town.shiji("template", "saplings", *period, "-o", str(path)).code == 0
        rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        text = "".join(str(cell) for row in rows for cell in row)
        assert [one for one in ("抚育日期", "成活面积") if one in text] == [title]
    assert "write 2025-06" in town.shiji("template", "saplings", "--period", "2025").err
