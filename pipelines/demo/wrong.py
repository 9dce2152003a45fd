"""Files that must be refused: not a spreadsheet, not cells, not readable, not this department's, without a period."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.demo.cells import Cell
from pipelines.demo.layouts import Page
from pipelines.demo.writers import page_bytes, repack

_JPEG = (
    bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(range(64)) * 12 + b"\xff\xd9"
)
_FILEPASS = 0x002F
_PICTURE = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><xdr:absoluteAnchor>'
    '<xdr:pos x="0" y="0"/><xdr:ext cx="5000000" cy="3000000"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="1"/>'
    '<xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill><xdr:spPr>'
    '<a:prstGeom prst="rect"/></xdr:spPr></xdr:pic><xdr:clientData/></xdr:absoluteAnchor></xdr:wsDr>'
)
_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
    "</Relationships>"
)


@dataclass(frozen=True)
class WrongFile:
    """One file that must be refused.

    Attributes:
        kind: What is wrong with it.
        department: Where it is put.
        folder: Below the department; ``{period}`` is filled in.
        name: File name; ``{county}`` is filled in.
        make: Its bytes.
    """

    kind: str
    department: str
    folder: str
    name: str
    make: Callable[[], bytes]


def wrong_files() -> tuple[WrongFile, ...]:
    """One of each kind."""
    return (
        WrongFile("photo", "toilet_reform", "{period}", "{county}改厕现场.xlsx", lambda: _JPEG),
        WrongFile(
            "empty_workbook",
            "road",
            "{period}",
            "{county}农村公路.xlsx",
            lambda: page_bytes([Page("Sheet1", [])], "xlsx"),
        ),
        WrongFile("encrypted", "poverty_monitoring", "{period}", "{county}监测对象（加密）.xls", _encrypted),
        WrongFile("picture_only", "agriculture", "{period}", "{county}合作社名录扫描件.xlsx", _picture_only),
        WrongFile("other_department", "road", "{period}", "{county}农户底册.xlsx", _register_form),
        WrongFile("unknown_columns", "civil_affairs", "{period}", "{county}村务公开.xls", _unknown_columns),
        WrongFile("no_period", "civil_affairs", "", "{county}农户底册最新.xlsx", _register_form),
        WrongFile("text_document", "education", "{period}", "{county}关于报送情况的说明.docx", _document),
        WrongFile("cut_off", "survey", "{period}", "{county}满意度调查.xlsx", _cut_off),
    )


def _register_form() -> bytes:
    rows: list[list[Cell]] = [
        ["行政区划代码", "总户数（户）", "总人口（人）"],
        ["990124100200", 88, 291],
        ["990124100201", 73, 240],
    ]
    return page_bytes([Page("Sheet1", rows)], "xlsx")


def _unknown_columns() -> bytes:
    head: list[Cell] = ["事项", "公开方式", "公开时间", "经办"]
    rows: list[list[Cell]] = [
        ["村务公开一览表"],
        head,
        ["低保评议", "公示栏", "3月", "村委"],
        ["财务收支", "公示栏", "6月", "村委"],
    ]
    return page_bytes([Page("Sheet1", rows)], "xls")


def _encrypted() -> bytes:
    """An old workbook whose stream says it is encrypted (record FILEPASS after the first record), [MS-XLS] 2.4.117."""
    import xlwt
    from xlwt.CompoundDoc import XlsDoc

    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("Sheet1").write(0, 0, "监测对象")
    stream = book.get_biff_data()
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    # Encryption type 1 (RC4), version 1.1, then salt, verifier and its hash of 16 bytes each.
    lock = struct.pack("<HHHHH", _FILEPASS, 54, 1, 1, 1) + bytes(range(48))
    data = io.BytesIO()
    XlsDoc().save(data, stream[:first] + lock + stream[first:])
    return data.getvalue()


def _picture_only() -> bytes:
    """A workbook whose only sheet holds a scanned page."""
    empty = page_bytes([Page("Sheet1", [])], "xlsx")
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(empty)) as source, zipfile.ZipFile(packed, "w") as target:
        for member in source.namelist():
            text = source.read(member)
            if member == "xl/worksheets/sheet1.xml":
                link = b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
                text = text.replace(b"</worksheet>", link + b"</worksheet>")
            if member == "[Content_Types].xml":
                text = text.replace(b"</Types>", _CONTENT_TYPES + b"</Types>")
            target.writestr(member, text)
        target.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            _RELATION.format(kind="drawing", target="../drawings/drawing1.xml"),
        )
        target.writestr("xl/drawings/drawing1.xml", _PICTURE)
        target.writestr(
            "xl/drawings/_rels/drawing1.xml.rels",
            _RELATION.format(kind="image", target="../media/image1.jpeg"),
        )
        target.writestr("xl/media/image1.jpeg", _JPEG)
    return repack(packed.getvalue())


_CONTENT_TYPES = (
    b'<Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/xl/drawings/drawing1.xml"'
    b' ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/>'
)


def _document() -> bytes:
    """A text document, as word processors write it."""
    packed = io.BytesIO()
    body = "关于报送情况的说明：本月数据与上月一致，不再另报。"
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml"'
            ' ContentType="application/xml"/></Types>',
        )
        target.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            f"<w:t>{body}</w:t></w:r></w:p></w:body></w:document>",
        )
    return repack(packed.getvalue())


def _cut_off() -> bytes:
    """A workbook of which a broken connection left the first two thirds."""
    whole = _register_form()
    return whole[: len(whole) * 2 // 3]
