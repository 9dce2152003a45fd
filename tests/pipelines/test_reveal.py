"""One record is shown in the clear for a reason that the audit log has first; all else shows names and paths masked."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner, Result

from pipelines.cli.app import app
from tests.pipelines.town import HEADER, Town, new_town, toilets
from warehouse.audit import Audit

PATH = "toilet_reform/13912345678/王小明2025年6月改厕台账.xlsx"


def book() -> bytes:
    """A workbook whose sheet is called after one of its people; the second row is of no village."""
    made = Workbook()
    sheet = made.active
    sheet.title = "严测试的表"
    sheet.append([*HEADER.split(","), "备注", "配偶"])
    for toilet, remark in zip(toilets("甲村", "无名村"), ("与李大海共用", "找严测试"), strict=True):
        sheet.append([*toilet.line.split(","), remark, "李大海"])
    held = BytesIO()
    made.save(held)
    return held.getvalue()


pytestmark = pytest.mark.xdist_group("reveal")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = new_town(tmp_path_factory.mktemp("reveal") / "home")
    town.drop(PATH, book())
    town.load()
    return town


@pytest.fixture
def submission(town: Town) -> tuple[str, str]:
    """Its id and the name its sheet is shown by."""
    return town.ask("select submission_id, sheet from toilet_ledger")[0]


def reveal(town: Town, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(town.root), "reveal", *arguments], catch_exceptions=True)


def test_a_record_is_shown_by_title_and_logged(town: Town, submission: tuple[str, str]) -> None:
    shown = reveal(town, *submission, "2", "--reason", "field check", "--json")
    cells = json.loads(shown.output)
    assert cells["户主"] == "严测试"
    assert cells["身份证号"] == toilets("甲村")[0].resident_id
    entry = Audit(town.root / "audit.jsonl").entries()[-1]
    assert (entry.what, entry.reason) == ("reveal", "field check")
    assert entry.subject == f"{submission[0]} {submission[1]} row 2"
    assert "严测试" not in (town.root / "audit.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("2",), "for a reason"),
        (("2", "--reason", " "), "for a reason"),
        (("99", "--reason", "x"), "no row of data"),
    ],
)
def test_what_cannot_be_shown_is_not_logged_as_shown(
    town: Town, submission: tuple[str, str], arguments: tuple[str, ...], says: str
) -> None:
    before = len(Audit(town.root / "audit.jsonl").entries())
    shown = reveal(town, *submission, *arguments)
    assert shown.exit_code == 1
    assert says in str(shown.exception)
    assert len(Audit(town.root / "audit.jsonl").entries()) == before


def test_nobody_is_shown_what_cannot_be_logged(town: Town, submission: tuple[str, str]) -> None:
    log = town.root / "audit.jsonl"
    aside = log.with_suffix(".aside")
    log.rename(aside)
    log.mkdir()
    try:
        shown = reveal(town, *submission, "2", "--reason", "field check")
    finally:
        log.rmdir()
        aside.rename(log)
    assert shown.exit_code == 1
    assert "严测试" not in shown.output


def test_paths_sheets_and_other_people_s_remarks_are_masked_wherever_they_are_kept(town: Town) -> None:
    kept = str(
        [town.ask(f"from {name}") for name in ("submissions", "toilet_ledger", "quarantine", "findings")]
    )
    for private in ("严测试", "李大海", "王小明", "13912345678"):
        assert private not in kept
    assert "2025年6月改厕台账" in kept
    said = CliRunner().invoke(app, ["--home", str(town.root), "status", "--submissions", "--json"]).output
    assert "王小明" not in said


def test_the_slip_goes_to_the_sender_s_own_path_and_marks_the_sender_s_own_sheet(town: Town) -> None:
    folder = town.root / "outbox" / Path(PATH).parent
    slip = next(folder.glob("王小明2025年6月改厕台账*.xlsx"))
    marked = load_workbook(slip)
    assert "严测试的表" in marked.sheetnames
    assert any(cell.comment for row in marked["严测试的表"].iter_rows() for cell in row)
