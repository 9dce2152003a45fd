"""What holds no table is refused by the right word, with a message that says what it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from odf import draw, opendocument, table

from connectors.errors import Refused
from connectors.readers import read_sheets
from tests.connectors.written_files import Page, write_ods, write_xls, zipped

CSV = "村,户数\n东村,12\n".encode("gb18030")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)  # fmt: skip


def refusal_of(folder: Path, content: bytes, name: str = "台账.xlsx") -> Refused:
    """Why the content is refused."""
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        read_sheets(path)
    return refusal.value


def compound(*streams: str, root_class: str = "") -> bytes:
    """An OLE file of one directory sector with the names of its streams."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    header[30] = 9
    entries = b""
    for name in ("Root Entry", *streams):
        entry = bytearray(128)
        spelled = name.encode("utf-16-le") + b"\0\0"
        entry[: len(spelled)] = spelled
        entry[64] = len(spelled)
        entries += bytes(entry)
    directory = bytearray(entries.ljust(512, b"\0"))
    if root_class:
        directory[80:96] = bytes.fromhex(root_class)
    return bytes(header + directory)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n%PDF-1.7 ...", "PDF"),
        (PNG, "图片"),
        (b"II*\x00" + bytes(60), "图片"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "图片"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(60), "RAR"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(60), "7z"),
        (b"{\\rtf1\\ansi}", "文字文档"),
        (zipped({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "文字文档"),
        (zipped({"OFD.xml": b"<a/>"}), "文字文档"),
        (compound("WordDocument"), "文字文档"),
        (compound("PowerPoint Document"), "文字文档"),
        (compound("WordDocument", "Workbook", root_class="0609020000000000c000000000000046"), "文字文档"),
        ("<html><title>登录</title><form>请登录</form></html>".encode(), "没有表格的网页"),
        (zipped({"说明.pdf": b"%PDF-1.4"}), "PDF"),
    ],
    ids=map(
        str, range(14)
    ),  # archives hold the time: named by their bytes, no two collections would be alike
)
def test_another_kind_of_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    refusal = refusal_of(tmp_path, content)
    assert refusal.code == "not_a_table"
    assert said in refusal.message
    assert "请发送 Excel" in refusal.remedy


def _saved(book: openpyxl.Workbook | xlwt.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _blank_xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("表")
    return _saved(book)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(1000),
        b"\xef\xbb\xbf",
        b" \r\n\t\r\n",
        b",,,\r\n,,,\r\n",
        "　　\r\n".encode("gb18030"),
        "\r\n \r\n".encode("utf-16"),
        b"<table><tr><td></td></tr></table>",
        zipped({}),
        zipped({"东镇/": b""}),
        _saved(openpyxl.Workbook()),
        _blank_xls(),
    ],
    ids=map(str, range(12)),
)
def test_a_file_without_a_single_cell_is_empty(tmp_path: Path, content: bytes) -> None:
    assert refusal_of(tmp_path, content).code == "empty"


def _locked_ods(folder: Path) -> bytes:
    manifest = b'<m:manifest xmlns:m="x"><m:encryption-data/></m:manifest>'
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": b"\x01\x02",
            "META-INF/manifest.xml": manifest,
        }
    )


def _locked_xls(folder: Path) -> bytes:
    """A FILEPASS record behind the first BOF of the workbook, as RC4 puts it."""
    write_xls(Page([["村", "户数"], *([f"{i}村", i] for i in range(300))]), folder / "a.xls")
    content = (folder / "a.xls").read_bytes()
    start = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    return content[:start] + b"\x2f\x00\x04\x00\x01\x00\x01\x00" + content[start + 8 :]


def _locked_zip(folder: Path) -> bytes:
    """The mark of a password in both places a zip has it."""
    content = bytearray(zipped({"台账.csv": CSV}))
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    "make",
    [_locked_ods, _locked_xls, _locked_zip, lambda _: compound("EncryptionInfo", "EncryptedPackage")],
    ids=["ods", "xls", "zip", "xlsx"],
)
def test_a_password_is_said(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    refusal = refusal_of(tmp_path, make(tmp_path))
    assert refusal.code == "encrypted"
    assert "密码" in refusal.message
    assert "取消密码" in refusal.remedy


def _xlsx_picture() -> bytes:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(io.BytesIO(_saved(openpyxl.Workbook()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    relation = f'<Relationship Id="rId1" Type="{office}/drawing" Target="../drawings/drawing1.xml"/>'
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = f"<Relationships>{relation}</Relationships>".encode()
    parts["xl/drawings/drawing1.xml"] = b'<xdr:wsDr xmlns:xdr="x"><xdr:pic></xdr:pic></xdr:wsDr>'
    return zipped(parts)


def _ods_picture() -> bytes:
    book = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="表")
    shapes = table.Shapes()
    frame = draw.Frame(width="10cm", height="5cm")
    frame.addElement(draw.Image(href=book.addPictureFromString(PNG, "image/png")))
    shapes.addElement(frame)
    sheet.addElement(shapes)
    book.spreadsheet.addElement(sheet)
    buffer = io.BytesIO()
    book.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("make", [_xlsx_picture, _ods_picture])
def test_a_workbook_of_a_picture_asks_for_the_table_itself(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    refusal = refusal_of(tmp_path, make())
    assert refusal.code == "picture_only"
    assert "图片" in refusal.message


def test_an_ods_that_reaches_too_far_is_too_large(tmp_path: Path) -> None:
    write_ods(Page([["村", "户数"], ["东村", 1]]), tmp_path / "a.ods")
    with zipfile.ZipFile(tmp_path / "a.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(
        b'<table:table-row table:visibility="visible">', b'<table:table-row table:number-rows-repeated="99000000">', 1
    )  # fmt: skip
    assert refusal_of(tmp_path, zipped(parts)).code == "too_large"
