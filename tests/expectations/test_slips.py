"""What a sender finds in the outbox."""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from connectors.grid import Grid, Sheet
from expectations.rules import REFUSALS, RULES
from expectations.slips import Slip, Stands, write_slip
from expectations.slips.cover import COVER, FILLS, shown_title
from expectations.slips.inside import REPLY
from expectations.slips.marks import column_number, findings_frame
from expectations.slips.plain_cells import save_with_plain_cells
from expectations.slips.rebuilt import rebuilt_workbook, sheet_title

WHEN = dt.datetime(2025, 7, 3, 18, 5, tzinfo=dt.UTC)
RED, YELLOW = FILLS["error"], FILLS["warning"]


def finding(cell: str, severity: str = "error", **other: Any) -> dict[str, Any]:
    sheet, _, coordinate = cell.rpartition("!")
    row = int("".join(c for c in coordinate if c.isdigit()) or 0)
    return {
        "sheet": sheet, "row": row, "column": "x", "cell": cell, "rule": "resident_id_check", "severity": severity,
        "value": "123", "message": "身份证号校验位不对。", "remedy": "请对照户口簿核对。", **other,
    }  # fmt: skip


def slip(
    tmp_path: Path, status: str = "accepted", findings: list[dict[str, Any]] | None = None, **other: Any
) -> Slip:
    original = tmp_path / "archived"
    if not original.exists():
        original.write_bytes(b"a,b\n1,2\n")
    given: dict[str, Any] = {
        "department": "toilet_reform", "sender_path": "toilet_reform/2025-06/改厕台账.xlsx", "original": original,
        "submission_id": "s-001", "received_at": WHEN, "status": status, "title": "农村改厕台账", "period": "2025-06",
        "rows_in": 120, "rows_recorded": 117, "rows_quarantined": 3,
        "findings": pd.DataFrame(findings) if findings else None,
    }  # fmt: skip
    return Slip(**{**given, **other})


def workbook(path: Path, rows: int = 20) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    sheet["A1"] = "农村改厕台账"
    sheet["A1"].font = Font(bold=True, size=20)
    sheet.merge_cells("A1:D1")
    sheet.append(["户主", "身份证号", "村", "金额"])
    for number in range(rows):
        sheet.append([f"户{number}", "123", "东村", number])
    sheet["D30"] = "=SUM(D3:D22)"
    sheet["B4"].comment = Comment("本人未到场", "经办人")
    sheet.column_dimensions["B"].width = 33
    book.create_sheet("说明")["A1"] = "填表说明"
    with path.open("wb") as stream:
        book.save(stream)
    return path


def test_an_accepted_file_gets_a_text_that_windows_notepad_shows(tmp_path: Path) -> None:
    path = write_slip(tmp_path / "outbox", slip(tmp_path))
    assert path == tmp_path / "outbox/toilet_reform/2025-06/改厕台账.xlsx.回执-已接收.txt"
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    assert b"\n" not in data.replace(b"\r\n", b"")
    text = data.decode("utf-8-sig")
    assert "农村改厕台账" in text
    assert "2025年6月" in text
    assert "共 120 行，入库 117 行" in text


def test_the_time_on_a_slip_is_the_time_on_the_clerks_wall(tmp_path: Path) -> None:
    text = write_slip(tmp_path, slip(tmp_path)).read_text("utf-8-sig")
    assert "2025-07-04 02:05" in text


def test_a_refused_file_says_why_and_what_to_do(tmp_path: Path) -> None:
    answer = slip(
        tmp_path, "refused", reason="文件有密码，打不开。", remedy="请取消密码后重新报送。", rows_in=0
    )
    path = write_slip(tmp_path, answer)
    assert path.name == "改厕台账.xlsx.回执-退回.txt"
    text = path.read_text("utf-8-sig")
    assert "文件有密码，打不开。" in text
    assert "请取消密码后重新报送。" in text


def test_a_refusal_is_said_once(tmp_path: Path) -> None:
    refusal = finding("", message="文件有密码，打不开。", rule="encrypted")
    answer = slip(tmp_path, "refused", [refusal], reason="文件有密码，打不开。", rows_in=0)
    assert write_slip(tmp_path, answer).read_text("utf-8-sig").count("文件有密码，打不开。") == 1


def test_a_repeat_says_so(tmp_path: Path) -> None:
    path = write_slip(tmp_path, slip(tmp_path, "repeat"))
    assert path.name == "改厕台账.xlsx.回执-重复.txt"
    assert "完全相同" in path.read_text("utf-8-sig")


def test_a_new_answer_to_a_submission_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    refused = write_slip(tmp_path / "o", slip(tmp_path, "refused", reason="认不出。"))
    accepted = write_slip(tmp_path / "o", slip(tmp_path, "accepted"))
    assert not refused.exists()
    assert list(accepted.parent.iterdir()) == [accepted]


def test_a_senders_path_never_leads_out_of_the_outbox(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    path = write_slip(outbox, slip(tmp_path, sender_path="/../../etc/改厕.xlsx"))
    assert path.resolve().is_relative_to((outbox / "toilet_reform").resolve())


def lying(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_of_the_answers_to_one_file_only_the_last_lies_open(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    wrong = [finding("台账!B3")]
    folder = write_slip(tmp_path / "o", slip(tmp_path, "partial", wrong)).parent
    write_slip(tmp_path / "o", slip(tmp_path, "refused", reason="认不出。", submission_id="s-002"))
    last = write_slip(tmp_path / "o", slip(tmp_path, submission_id="s-003"))
    assert last.name == "改厕台账.xlsx.回执-已接收.txt"
    aside = ["以前的答复/改厕台账.xlsx.回执-退回.s-002.txt", "以前的答复/改厕台账.回执-部分接收.s-001.xlsx"]
    assert lying(folder) == sorted([*aside, last.name])
    write_slip(
        tmp_path / "o", slip(tmp_path, "partial", wrong)
    )  # the first is read anew: the last stays open
    assert lying(folder) == sorted([*aside, last.name])
    write_slip(tmp_path / "o", slip(tmp_path, "withdrawn", reason="报错了。"))
    assert lying(folder) == sorted([aside[0], "以前的答复/改厕台账.xlsx.回执-已撤回.s-001.txt", last.name])


def test_the_same_bytes_again_leave_what_was_said_of_them_open(tmp_path: Path) -> None:
    folder = write_slip(tmp_path / "o", slip(tmp_path)).parent
    write_slip(tmp_path / "o", slip(tmp_path, "repeat", submission_id="s-002"))
    write_slip(tmp_path / "o", slip(tmp_path, "repeat", submission_id="s-003"))
    assert lying(folder) == [
        "改厕台账.xlsx.回执-已接收.txt",
        "改厕台账.xlsx.回执-重复.s-003.txt",
        "改厕台账.xlsx.回执-重复.txt",
    ]


def test_a_slip_that_came_back_is_the_file_it_was_made_of_and_another_format_is_another_file(
    tmp_path: Path,
) -> None:
    workbook(tmp_path / "archived")
    wrong = [finding("台账!B3")]
    folder = write_slip(tmp_path / "o", slip(tmp_path, "partial", wrong)).parent
    write_slip(
        tmp_path / "o",
        slip(
            tmp_path, "partial", wrong, sender_path="toilet_reform/2025-06/改厕台账.et", submission_id="s-002"
        ),
    )
    write_slip(
        tmp_path / "o",
        slip(
            tmp_path, sender_path="toilet_reform/2025-06/改厕台账.回执-部分接收.xlsx", submission_id="s-003"
        ),
    )
    assert lying(folder) == [
        "以前的答复/改厕台账.回执-部分接收.s-001.xlsx",
        "改厕台账.xlsx.回执-已接收.txt",
        "改厕台账.回执-部分接收.s-002.xlsx",
    ]
    write_slip(tmp_path / "o", slip(tmp_path, "withdrawn", reason="后来又报了。"))
    assert "以前的答复/改厕台账.xlsx.回执-已撤回.s-001.txt" in lying(folder)


def test_a_name_as_long_as_the_disk_allows_still_gets_its_slip(tmp_path: Path) -> None:
    path = write_slip(tmp_path, slip(tmp_path, sender_path=f"toilet_reform/{'厕' * 83}.xls"))
    assert path.name.endswith(".回执-已接收.txt")


def test_no_temporary_file_stays(tmp_path: Path) -> None:
    path = write_slip(tmp_path / "o", slip(tmp_path))
    assert list(path.parent.iterdir()) == [path]


def test_the_clerks_own_workbook_comes_back_marked(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    answer = slip(
        tmp_path, "partial", [finding("台账!B5"), finding("台账!D6", "warning", message="金额偏大。")]
    )
    path = write_slip(tmp_path / "o", answer)
    assert path.name == "改厕台账.回执-部分接收.xlsx"
    book = load_workbook(path)
    sheet = book["台账"]
    assert book.sheetnames == [COVER, "台账", "说明"]
    assert sheet["B5"].fill.fgColor.rgb == RED
    assert sheet["D6"].fill.fgColor.rgb == YELLOW
    assert "身份证号校验位不对。" in sheet["B5"].comment.text
    assert "怎么改：请对照户口簿核对。" in sheet["B5"].comment.text
    assert sheet["B6"].fill.fill_type is None


def test_formatting_formulas_and_the_clerks_own_comments_stay(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    path = write_slip(tmp_path / "o", slip(tmp_path, "partial", [finding("台账!B4")]))
    sheet = load_workbook(path)["台账"]
    assert sheet["A1"].font.size == 20
    assert sheet["D30"].value == "=SUM(D3:D22)"
    assert sheet.column_dimensions["B"].width == 33
    assert sheet["B4"].comment.text.startswith("本人未到场\n【必须改正】")


def test_the_cover_lists_each_finding_with_a_link_to_its_cell(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    path = write_slip(
        tmp_path / "o", slip(tmp_path, "partial", [finding("台账!D6", "warning"), finding("台账!B5")])
    )
    book = load_workbook(path)
    cover = book[COVER]
    texts = [cell.value for row in cover.iter_rows() for cell in row]
    links = {
        cell.value: cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink
    }
    assert links == {"台账!B5": "'台账'!B5", "台账!D6": "'台账'!D6"}
    assert "共 2 处：必须改正 1 处，请核对 1 处" in texts
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == [COVER]


def test_an_accepted_file_with_warnings_is_not_called_partial(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    path = write_slip(tmp_path / "o", slip(tmp_path, "accepted", [finding("台账!D6", "warning")]))
    assert path.name == "改厕台账.回执-已接收-请核对.xlsx"


def test_a_finding_about_a_covered_cell_of_a_merge_marks_the_cell_that_shows(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    path = write_slip(
        tmp_path / "o", slip(tmp_path, "partial", [finding("台账!C1"), finding("台账!D1", "warning")])
    )
    sheet = load_workbook(path)["台账"]
    assert sheet["A1"].fill.fgColor.rgb == RED


def test_a_finding_about_a_whole_row_marks_its_first_cell(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    row = finding("", sheet="台账", row=7, message="与第 3 行重复。")
    path = write_slip(tmp_path / "o", slip(tmp_path, "partial", [row]))
    assert load_workbook(path)["台账"]["A7"].fill.fgColor.rgb == RED


def test_a_marked_cell_is_never_left_hidden(tmp_path: Path) -> None:
    archived = workbook(tmp_path / "archived")
    book = load_workbook(archived.open("rb"))
    book["说明"].sheet_state = "hidden"
    book["说明"].row_dimensions[1].hidden = True
    with archived.open("wb") as stream:
        book.save(stream)
    path = write_slip(tmp_path / "o", slip(tmp_path, "partial", [finding("说明!A1")]))
    sheet = load_workbook(path)["说明"]
    assert sheet.sheet_state == "visible"
    assert not sheet.row_dimensions[1].hidden


def test_a_slip_that_is_handed_in_again_loses_its_old_marks(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    first = write_slip(tmp_path / "o", slip(tmp_path, "partial", [finding("台账!B5"), finding("台账!B6")]))
    again = slip(tmp_path, "partial", [finding("台账!B6")], original=first, submission_id="s-002")
    book = load_workbook(write_slip(tmp_path / "p", again))
    assert book.sheetnames == [COVER, "台账", "说明"]
    assert book["台账"]["B5"].fill.fill_type is None
    assert book["台账"]["B5"].comment is None
    assert book["台账"]["B6"].fill.fgColor.rgb == RED


def test_arrow_findings_do_as_well_as_pandas(tmp_path: Path) -> None:
    rows = [finding("台账!B5"), {**finding(""), "row": None, "cell": None}]
    frame = findings_frame(replace(slip(tmp_path), findings=pa.Table.from_pylist(rows)))
    assert frame["place"].tolist() == [("", 0, 1), ("台账", 5, 2)]


def grid_sheet(name: str, rows: list[list[Any]], merged: tuple[tuple[int, int, int, int], ...] = ()) -> Sheet:
    return Sheet(name=name, hidden=False, grid=Grid(rows=rows, merged=merged))


def reload(made: Any, path: Path) -> Any:
    save_with_plain_cells(*made, path)
    return load_workbook(path)


def test_the_cover_names_the_sheet_where_findings_lie_in_several(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    answer = slip(tmp_path, "partial", [finding("台账!B5"), finding("说明!A1")])
    cover = load_workbook(write_slip(tmp_path / "o", answer))[COVER]
    assert {c.value for row in cover.iter_rows() for c in row if c.hyperlink} == {"台账!B5", "说明!A1"}


def test_a_rebuilt_workbook_keeps_cells_merges_and_places(tmp_path: Path) -> None:
    sheet = grid_sheet("a/b", [["表", None], ["x", 1.5], [], ["y", dt.date(2025, 6, 1)]], ((0, 0, 0, 1),))
    answer = slip(tmp_path, "partial", [finding("a/b!B4"), finding("a/b!D2")])
    book = reload(rebuilt_workbook(answer, [sheet]), tmp_path / "out.xlsx")
    made = book["a_b"]
    assert made["B4"].value == dt.datetime(2025, 6, 1)
    assert made["B4"].fill.fgColor.rgb == RED
    assert made["D2"].fill.fgColor.rgb == RED
    assert [str(area) for area in made.merged_cells.ranges] == ["A1:B1"]
    links = {
        cell.value: cell.hyperlink.location
        for row in book[COVER].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links == {"B4": "'a_b'!B4", "D2": "'a_b'!D2"}


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    risky = ["=cmd|'/c calc'!A1", "+1", "-1+2", "@SUM(A1)", "=1+1"]
    answer = slip(tmp_path, "partial", [finding("s!E1", value="=2+2", message="=3+3")])
    book = reload(rebuilt_workbook(answer, [grid_sheet("s", [risky])]), tmp_path / "out.xlsx")
    made = [cell for row in book["s"].iter_rows() for cell in row]
    assert [cell.value for cell in made] == risky
    assert all(
        cell.data_type == "s"
        for row in (*book["s"].iter_rows(), *book[COVER].iter_rows())
        for cell in row
        if isinstance(cell.value, str)
    )
    assert all(cell.quotePrefix for cell in made)


def test_a_very_long_file_comes_back_as_its_offending_rows_with_their_row_numbers(tmp_path: Path) -> None:
    rows = [["村", "户"], *([f"村{n}", n] for n in range(60_000))]
    answer = slip(tmp_path, "partial", [finding("s!B50001"), finding("s!A12")], rows_in=60_000)
    book = reload(rebuilt_workbook(answer, [grid_sheet("s", rows)]), tmp_path / "out.xlsx")
    made = list(book["s"].iter_rows(values_only=True))
    assert made[-1][:3] == (50_001, "村49999", 49_999)
    assert made[-2][:2] == (12, "村10")
    assert book["s"].cell(len(made), 3).fill.fgColor.rgb == RED
    links = {
        cell.value: cell.hyperlink.location
        for row in book[COVER].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links["B50001"] == f"'s'!C{len(made)}"


def test_beyond_two_thousand_findings_the_cover_states_the_count(tmp_path: Path) -> None:
    many = [finding(f"s!A{row}") for row in range(1, 2_502)]
    book = reload(
        rebuilt_workbook(slip(tmp_path, "partial", many), [grid_sheet("s", [["x"]] * 2_501)]),
        tmp_path / "o.xlsx",
    )
    texts = [row[1] for row in book[COVER].iter_rows(values_only=True)]
    assert "共 2,501 处：必须改正 2,501 处，请核对 0 处；下表列出前 2,000 处" in texts
    assert sum(1 for (cell,) in book["s"].iter_rows() if cell.comment) == 2_000
    assert all(cell.fill.fgColor.rgb == RED for (cell,) in book["s"].iter_rows())


@given(st.lists(st.text(max_size=40), min_size=1, max_size=12))
def test_any_sheet_names_become_titles_excel_allows(names: list[str]) -> None:
    taken = {COVER}
    titles = [sheet_title(name, taken) for name in names]
    assert len({title.lower() for title in titles}) == len(titles)
    assert all(0 < len(title) <= 31 and not set(title) & set("[]:*?/\\'") for title in titles)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.datetimes()), max_size=8
    )
)
def test_any_cells_can_be_given_back(tmp_path_factory: pytest.TempPathFactory, values: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("slip")
    answer = slip(folder, "partial", [finding("s!A1")])
    book = reload(rebuilt_workbook(answer, [grid_sheet("s", [values])]), folder / "out.xlsx")
    assert book["s"]["A1"].fill.fgColor.rgb == RED


def test_columns_count_as_in_a_spreadsheet() -> None:
    assert [column_number(letters) for letters in ("A", "Z", "AA", "XFD", "ZZZ")] == [1, 26, 27, 16_384, 1]


def test_a_csv_comes_back_as_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "archived").write_bytes("村,金额\n东村,=1+1\n西村,5\n".encode("gb18030"))
    answer = slip(tmp_path, "partial", sender_path="toilet_reform/补助.csv")
    from connectors.readers import read_sheets

    (read,) = read_sheets(answer.original, name="补助.csv")
    marked = slip(tmp_path, "partial", [finding(f"{read.name}!B2")], sender_path="toilet_reform/补助.csv")
    path = write_slip(tmp_path / "o", marked)
    assert path.name == "补助.回执-部分接收.xlsx"
    sheet = load_workbook(path).worksheets[1]
    assert (sheet["A2"].value, sheet["B2"].value, sheet["B2"].data_type) == ("东村", "=1+1", "s")
    assert sheet["B2"].fill.fgColor.rgb == RED


def test_a_workbook_that_openpyxl_cannot_load_is_rebuilt_from_its_cells(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole")
    with ZipFile(whole) as source, ZipFile(tmp_path / "archived", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b'"none"', b'"odd"'))
    path = write_slip(tmp_path / "o", slip(tmp_path, "partial", [finding("台账!B5")]))
    assert load_workbook(path)["台账"]["B5"].fill.fgColor.rgb == RED


def test_a_csv_of_many_megabytes_is_answered_without_reading_it_into_memory(tmp_path: Path) -> None:
    line = f"东村,{'很长的说明' * 20},1\n".encode("gb18030")
    (tmp_path / "archived").write_bytes("村,说明,金额\n".encode("gb18030") + line * 90_000)
    wrong = [finding("补助!C80001", value="1"), finding("补助!A5", "warning")]
    answer = slip(tmp_path, "partial", wrong, sender_path="toilet_reform/补助.csv", rows_in=90_000)
    tracemalloc.start()
    path = write_slip(tmp_path / "o", answer)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows = list(load_workbook(path)["补助"].iter_rows(values_only=True))
    assert rows[-1] == (80_001, "东村", "很长的说明" * 20, "1")
    assert rows[5][0] == 5
    assert peak < (tmp_path / "archived").stat().st_size


def test_a_text_slip_takes_less_than_a_few_milliseconds(tmp_path: Path) -> None:
    slips = [slip(tmp_path, submission_id=f"s-{number}") for number in range(50)]
    started = time.process_time()
    for number, answer in enumerate(slips):
        write_slip(tmp_path / str(number), answer)
    assert (time.process_time() - started) / len(slips) < 0.01


def listed(path: Path) -> list[tuple[Any, ...]]:
    """The lines of a cover's list."""
    lines = list(load_workbook(path)[COVER].iter_rows(values_only=True))
    return lines[next(at for at, line in enumerate(lines) if line[0] == "序号") + 1 :]


def test_what_is_said_of_many_cells_below_one_another_is_one_line(tmp_path: Path) -> None:
    workbook(tmp_path / "archived", rows=40)
    wrong_unit = [
        finding(f"台账!D{row}", message="单位不明。", rule="ambiguous_unit") for row in range(3, 33)
    ]
    other = [finding("台账!B9", value="9"), finding("台账!D40", message="单位不明。", rule="ambiguous_unit")]
    path = write_slip(tmp_path / "o", slip(tmp_path, "partial", [*wrong_unit, *other]))
    assert [line[1] for line in listed(path)] == ["台账!D3:D32", "台账!B9", "台账!D40"]
    assert listed(path)[0][3] == "123（30 格）"
    marked = [row for row in range(3, 33) if load_workbook(path)["台账"][f"D{row}"].fill.fgColor.rgb == RED]
    assert len(marked) == 30


def test_values_that_differ_are_listed_one_by_one_where_their_sentences_do(tmp_path: Path) -> None:
    workbook(tmp_path / "archived", rows=40)
    each = [finding(f"台账!B{row}", message=f"第{row}行的村找不到。") for row in range(3, 13)]
    assert len(listed(write_slip(tmp_path / "o", slip(tmp_path, "partial", each)))) == 10


@pytest.mark.parametrize("rule", [*RULES, *REFUSALS, "accepted_after_completed"])
def test_a_slip_shows_no_english_name_of_a_rule(rule: str) -> None:
    assert not any("a" <= char <= "z" for char in shown_title(rule))


def test_a_cover_prints_across_a_page_with_every_line_seen_whole(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    long = finding("台账!B5", message="很长的说明" * 20)
    cover = load_workbook(write_slip(tmp_path / "o", slip(tmp_path, "partial", [long])))[COVER]
    assert (cover.page_setup.orientation, cover.page_setup.paperSize) == ("landscape", 9)
    header = next(row for row in range(1, 40) if cover.cell(row, 1).value == "序号")
    assert cover.print_title_rows == f"${header}:${header}"
    assert sum(cover.column_dimensions[letter].width for letter in "ABCDEFG") < 150
    assert cover.row_dimensions[header + 1].height > 60
    assert any(area.coord == "B2:G2" for area in cover.merged_cells.ranges)


GONE = "\n".join(
    ["少了 300 行。", "原来所在的位置：“台账”", *(f"第{n}镇 10 行：第 {n} 行" for n in range(30))]
)


def facts_of(cover: Any) -> list[tuple[str, str]]:
    lines = [line[:2] for line in cover.iter_rows(values_only=True)]
    return [(str(label), str(text)) for label, text in lines if label and text]


def test_a_held_file_is_asked_about_on_one_page_and_what_would_go_is_listed_below(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    answer = slip(tmp_path, "held", notes=(GONE,), rows_recorded=120, rows_quarantined=0)
    cover = load_workbook(write_slip(tmp_path / "o", answer))[COVER]
    facts = facts_of(cover)
    assert ("行数", "共 120 行，合格 120 行（确认后才计入），有错 0 行") in facts
    assert ("说明", "少了 300 行。") in facts
    first = next(row for row in range(1, 60) if cover.cell(row, 1).value == "原来所在的位置：“台账”")
    assert cover.cell(first - 1, 1).value == REPLY
    assert [cover.cell(first + 1, column).value for column in (2, 5, 6)] == [
        f"第{n}镇 10 行：第 {n} 行" for n in range(3)
    ]
    assert cover.cell(first + 10, 6).value == "第29镇 10 行：第 29 行"
    assert sum(cover.row_dimensions[row].height or 15 for row in range(1, first + 11)) < 500, "an A4 across"
    text = write_slip(tmp_path / "o", answer, as_text=True).read_text("utf-8-sig")
    assert "\r\n- 第29镇 10 行：第 29 行\r\n" in text.replace("\n", "\r\n")
    assert text.index("少了 300 行。") < text.index("报送编号") < text.index("原来所在的位置")


def test_a_cover_without_errors_speaks_of_none_and_asks_for_nothing_where_all_is_right(
    tmp_path: Path,
) -> None:
    workbook(tmp_path / "archived")
    only_yellow = slip(tmp_path, "accepted", [finding("台账!B5", "warning")])
    facts = dict(facts_of(load_workbook(write_slip(tmp_path / "o", only_yellow))[COVER]))
    assert "红色" not in facts["怎么看"]
    assert facts["然后"].startswith("核对无误的，不必再报")
    held = slip(tmp_path, "held", [finding("台账!B5")])
    facts = dict(facts_of(load_workbook(write_slip(tmp_path / "p", held))[COVER]))
    assert "入库" not in facts["怎么看"]
    assert "和答复一起" in facts["然后"]


def test_what_is_above_a_list_stands_still_only_where_the_list_can_be_reached(tmp_path: Path) -> None:
    workbook(tmp_path / "archived")
    wrong = [finding("台账!B5")]
    short = load_workbook(write_slip(tmp_path / "o", slip(tmp_path, "partial", wrong)))[COVER]
    assert short.freeze_panes is not None
    told = slip(tmp_path, "partial", wrong, notes=(GONE, *("说" * 90 for _ in range(8))))
    assert load_workbook(write_slip(tmp_path / "o", told))[COVER].freeze_panes is None


@pytest.mark.parametrize(
    ("stands", "said"),
    [("adds", "其余各行保留不动"), ("replaces", "以这份为准"), ("overtaken", "这份不计入")],
)
def test_a_slip_says_first_what_is_in_force_now(tmp_path: Path, stands: Stands, said: str) -> None:
    answer = slip(tmp_path, stands=stands, rows_recorded=120, rows_quarantined=0)
    first = write_slip(tmp_path / "o", answer).read_text("utf-8-sig").splitlines()[2]
    assert said in first
    assert (stands == "overtaken") == ("全部入库" not in first)


def test_an_excerpt_says_one_thing_only_of_what_to_hand_in(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["户主"], *([f"户{n}"] for n in range(30_000))]
    book, _ = rebuilt_workbook(
        slip(tmp_path, "partial", [finding("s!A700")], rows_in=30_000), [grid_sheet("s", rows)]
    )
    book.save(tmp_path / "excerpt.xlsx")
    text = "".join(str(cell) for line in load_workbook(tmp_path / "excerpt.xlsx")[COVER].iter_rows(values_only=True) for cell in line)  # fmt: skip
    assert "不要报送" in text
    assert "把改好的完整表格放回" not in text


def test_a_rebuilt_sheet_is_as_wide_as_its_cells_and_keeps_long_numbers(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["二〇二五年六月全县农村户用厕所改造情况"], ["村", "证件号码"], ["甲村", "46032219700101001X"], ["乙村", "4603221970"]]  # fmt: skip
    book, plain = rebuilt_workbook(slip(tmp_path, "partial", [finding("s!B4")]), [grid_sheet("s", rows)])
    save_with_plain_cells(book, plain, tmp_path / "out.xlsx")
    sheet = load_workbook(tmp_path / "out.xlsx")["s"]
    assert sheet.column_dimensions["A"].width == 10
    assert sheet.column_dimensions["B"].width >= 20
    assert sheet["B4"].number_format == "@"
