"""HTML and XML under a workbook's name, and archives: content decides, never the extension."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest

from connectors.errors import Refused
from connectors.readers import read_sheets
from connectors.readers.looks.number_format import is_percentage
from tests.connectors.written_files import Page, Percent, texts_of, write_ods, write_xls

CSV = "村,户数\n东村,12\n".encode("gb18030")


def _file(folder: Path, content: bytes, name: str = "报表.xls") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_html_saved_as_xls_keeps_spans_as_merges(tmp_path: Path) -> None:
    page = """<html><meta charset=gb2312><style>td {color: red}</style><table>
    <tr><td rowspan=2>村</td><td colspan=2>户数</td></tr><tr><td>农业<br>户</td><td>其他</td></tr>
    <tr><td>东&nbsp;村</td><td>12</td><td>3</td></tr></table></html>"""
    grid = read_sheets(_file(tmp_path, page.encode("gb18030")))[0].grid
    assert grid.rows == [["村", "户数", ""], ["", "农业\n户", "其他"], ["东\xa0村", "12", "3"]]
    assert list(grid.merged) == [(0, 0, 1, 0), (0, 1, 0, 2)]


@pytest.mark.parametrize(
    "table",
    [
        "<td>村</td><td>户</td></tr><td>东</td><td>1</td></tr><td>西</td><td>2</td></tr>",
        "<thead><th>村<th>户</thead><tbody><td>东<td>1<td>西<td>2</tbody>",
        "<th>村</th><th>户</th><td>东</td><td>1</td><td>西</td><td>2</td>",
        "<tr><td>村<td>户<tr><td>东<td>1<tr><td>西<td>2",
    ],
)
def test_html_with_missing_tags_reads_alike(tmp_path: Path, table: str) -> None:
    page = f"<html><body><table>{table}</table></body></html>"
    assert read_sheets(_file(tmp_path, page.encode()))[0].grid.rows == [
        ["村", "户"],
        ["东", "1"],
        ["西", "2"],
    ]


def test_an_xml_spreadsheet_reads_with_its_gaps_and_merges(tmp_path: Path) -> None:
    page = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
    <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
    <Worksheet ss:Name="表一"><Table><Row ss:Index="2"><Cell ss:Index="2" ss:MergeAcross="1"><Data ss:Type="String">户数</Data></Cell></Row>
    <Row ss:Hidden="1"><Cell><Data ss:Type="Number">1.5</Data></Cell><Cell><Data ss:Type="DateTime">2025-06-01T00:00:00.000</Data></Cell></Row>
    </Table></Worksheet></Workbook>"""
    sheet = read_sheets(_file(tmp_path, page.encode()))[0]
    assert sheet.name == "表一"
    assert sheet.grid.rows[:2] == [[], ["", "户数", ""]]
    assert [str(value) for value in sheet.grid.rows[2]] == ["1.5", "2025-06-01"]
    assert list(sheet.grid.merged) == [(1, 1, 1, 2)]
    assert "1 行被隐藏" in sheet.notes[0]


def test_members_of_an_archive_are_named_and_one_bad_member_does_not_stop_the_others(tmp_path: Path) -> None:
    inner = _zip({"二层.csv": CSV})
    path = _file(tmp_path, _zip({"东镇/台账.xlsx": CSV, "坏.xls": b"%PDF-1.7", "包.zip": inner}), "全县.zip")
    good, bad, nested = read_sheets(path)
    assert good.name == "东镇/台账.xlsx/台账"
    assert good.grid.rows == [["村", "户数"], ["东村", "12"]]
    assert "PDF" in bad.notes[0]
    assert nested.name == "包.zip/二层.csv/二层"


def test_a_damaged_and_a_locked_member_do_not_stop_the_others(tmp_path: Path) -> None:
    content = bytearray(_zip({"坏.csv": CSV * 50, "锁.csv": CSV, "好.csv": CSV}))
    content[content.index("坏.csv".encode()) + 12] ^= 0xFF
    directory = content.index(b"PK\x01\x02")
    locked = content.index(b"PK\x01\x02", directory + 1)
    content[content.rindex(b"PK\x03\x04", 0, content.rindex(b"PK\x03\x04", 0, directory)) + 6] |= 1
    content[locked + 8] |= 1
    damaged, secret, good = read_sheets(_file(tmp_path, bytes(content), "全县.zip"))
    assert "已损坏" in damaged.notes[0]
    assert "密码" in secret.notes[0]
    assert good.grid.rows == [["村", "户数"], ["东村", "12"]]


def test_a_single_file_web_page_reads_as_its_pages(tmp_path: Path) -> None:
    page = "<html><meta charset=gb2312><table><tr><td>村<td>户数<tr><td>东村<td>12</table></html>".encode(
        "gbk"
    )
    letter = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="X"\r\n\r\n'
        b'--X\r\nContent-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(page)
        + b"\r\n--X--\r\n"
    )
    assert read_sheets(_file(tmp_path, letter))[0].grid.rows == [["村", "户数"], ["东村", "12"]]


@pytest.mark.parametrize("name", ["表.xls.xls", "表.xlsx", "表.csv", "表.et", "表"])
def test_the_content_decides_whatever_the_name_says(tmp_path: Path, name: str) -> None:
    write_xls(Page([["村", "户数"], ["东村", 12]]), tmp_path / name)
    (sheet,) = read_sheets(tmp_path / name)
    assert sheet.grid.rows == [["村", "户数"], ["东村", 12]]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("iso-8859-1", "gbk"), ("gb2312", "utf-8"), ("utf-8", "gbk"), ("utf-16", "gbk"), ("no-such", "gbk")],
)
def test_a_page_that_declares_another_encoding_than_it_has_is_read_by_its_bytes(
    tmp_path: Path, declared: str, codec: str
) -> None:
    page = f"<html><meta charset={declared}><table><tr><td>村名称<td>户数<tr><td>东坑村<td>12</table></html>"
    assert read_sheets(_file(tmp_path, page.encode(codec)))[0].grid.rows == [
        ["村名称", "户数"],
        ["东坑村", "12"],
    ]


def test_an_ods_keeps_comments_and_drawings_out_of_its_cells(tmp_path: Path) -> None:
    write_ods(Page([["村", "户数"], ["东村", 12]]), tmp_path / "表.ods")
    with zipfile.ZipFile(tmp_path / "表.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    comment = "<office:annotation><text:p>请核对</text:p></office:annotation><text:p>东村".encode()
    parts["content.xml"] = parts["content.xml"].replace("<text:p>东村".encode(), comment)
    assert read_sheets(_file(tmp_path, _zip(parts), "批注.ods"))[0].grid.rows[1] == ["东村", 12]


def test_a_flat_ods_is_read(tmp_path: Path) -> None:
    write_ods(Page([["村", "比例"], ["东村", Percent(0.855)]]), tmp_path / "表.ods")
    with zipfile.ZipFile(tmp_path / "表.ods") as archive:
        content = archive.read("content.xml").decode()
    flat = content.replace("<office:document-content", "<office:document").replace(
        "</office:document-content", "</office:document"
    )
    start = flat.index("<office:document") + len("<office:document")
    mime = ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    (sheet,) = read_sheets(_file(tmp_path, (flat[:start] + mime + flat[start:]).encode(), "表.fods"))
    assert texts_of(sheet)[1, 1] == "85.5%"


def test_member_names_in_gbk_are_read(tmp_path: Path) -> None:
    raw = _zip({"abcd.csv": CSV}).replace(b"abcd.csv", "东镇".encode("gbk") + b".csv")
    assert read_sheets(_file(tmp_path, raw, "全县.zip"))[0].name == "东镇.csv/东镇"


def test_archives_in_archives_in_archives_are_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, _zip({"b.zip": _zip({"c.zip": _zip({"d.csv": CSV})})}), "a.zip")
    with pytest.raises(Refused, match="多层嵌套"):
        read_sheets(path)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, _zip({f"{i}.csv": bytes(10_000_000) for i in range(7)}), "a.zip")
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0%", True),
        ("0.00%;[Red]-0.00%", True),
        ('0.0"%"', False),
        ("0.0\\%", False),
        ('#,##0" 元/%"', False),
        ("General", False),
    ],
)
def test_a_sign_that_is_only_written_behind_a_number_makes_no_percentage(code: str, expected: bool) -> None:
    assert is_percentage(code) == expected


def test_a_cell_of_an_xml_spreadsheet_without_a_style_has_that_of_its_row_column_or_table(
    tmp_path: Path,
) -> None:
    page = """<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
    <Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style><Style ss:ID="q" ss:Parent="p"/>
    <Style ss:ID="n"><NumberFormat ss:Format="0&quot;%&quot;"/></Style></Styles>
    <Worksheet ss:Name="表"><Table><Column ss:Span="1"/><Column ss:StyleID="q"/>
    <Row ss:StyleID="p"><Cell><Data ss:Type="Number">0.5</Data></Cell><Cell ss:StyleID="n"><Data ss:Type="Number">85</Data></Cell></Row>
    <Row ss:Span="2" ss:Hidden="1"/><Row><Cell ss:Index="3"><Data ss:Type="Number">0.25</Data></Cell></Row>
    </Table></Worksheet></Workbook>"""
    (sheet,) = read_sheets(_file(tmp_path, page.encode()))
    assert texts_of(sheet) == {(0, 0): "50%", (0, 1): "85", (4, 2): "25%"}
    assert "3 行被隐藏" in sheet.notes[0]
