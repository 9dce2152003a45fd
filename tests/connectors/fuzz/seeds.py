"""Small good files of every kind that readers take, to be damaged: what is in them, and how they are put together."""

from __future__ import annotations

import functools
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl
import xlwt
from openpyxl.styles import Font
from xlwt.CompoundDoc import XlsDoc

ROWS: list[list[str | int | float]] = [
    ["村", "户数", "比例", "日期"],
    *([f"{i}村", i, i / 7, 45_800 + i] for i in range(40)),
]
PACKAGES = ("xlsx", "xlsb", "ods", "zip")
MARKUP = ("html", "xml")
KINDS = (*PACKAGES, *MARKUP, "xls", "csv")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@functools.cache
def seeds() -> Mapping[str, bytes]:
    """A good file of every kind, by its name in ``KINDS``."""
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS)
    return {
        "xlsx": _xlsx_seed(),
        "xlsb": xlsb(ROWS),
        "xls": _xls_seed(),
        "ods": ods(_ods_rows()),
        "html": _html().encode("gb18030"),
        "xml": _xml_spreadsheet().encode(),
        "csv": text.encode("gb18030"),
        "zip": packed({"a.csv": text.encode(), "b.xlsx": _xlsx_seed()}),
    }


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip of the parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _xlsx_seed() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet["E1"] = "=A1/0"
    sheet["E2"], sheet["E3"] = "=E3+1", "=E2+1"
    for number in range(2, len(ROWS) + 1):
        sheet.cell(number, 3).number_format = "0%"
        sheet.cell(number, 4).number_format = "yyyy-mm-dd"
    sheet["A1"].font = Font(bold=True)
    sheet.merge_cells("A50:B52")
    sheet.row_dimensions[7].hidden = True
    second = book.create_sheet("隐藏")
    second.sheet_state = "hidden"
    second.append(["村", True])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx(sheet_data: str, after: str = "") -> bytes:
    """A workbook whose first sheet has the given rows, and what follows them, as raw XML."""
    parts = unpacked(seeds()["xlsx"])
    sheet = f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheetData>{sheet_data}</sheetData>{after}</worksheet>'
    return packed(parts | {"xl/worksheets/sheet1.xml": sheet.encode()})


def _xls_seed() -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("表")
    percent, day = xlwt.easyxf(num_format_str="0%"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row):
            style = {2: percent, 3: day}.get(column if number else 0)
            page.write(number, column, value, style) if style else page.write(number, column, value)
    page.write_merge(49, 51, 0, 1, "合并")
    page.write(0, 4, xlwt.Formula("A1/0"))
    page.write(1, 4, xlwt.Formula('"甲"&"乙"'))
    page.row(6).hidden = True
    book.add_sheet("二").write(0, 0, True)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def biff(kind: int, data: bytes) -> bytes:
    """A record of an xls ([MS-XLS] 2.1.4)."""
    return struct.pack("<HH", kind, len(data)) + data


def xls(book: bytes) -> bytes:
    """A compound file whose Workbook stream has the given bytes."""
    buffer = io.BytesIO()
    XlsDoc().save(buffer, book)
    return buffer.getvalue()


def ods(rows: str, before: str = "") -> bytes:
    """An OpenDocument spreadsheet whose one table has the given rows as raw XML."""
    spaces = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text", "style")
    )
    style = "<office:automatic-styles><style:style style:name='t'><style:table-properties table:display='true'/></style:style></office:automatic-styles>"
    table = f"<table:table table:name='表' table:style-name='t'>{before}{rows}</table:table>"
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = (
        f"<?xml version='1.0'?><office:document-content {spaces}>{style}{body}</office:document-content>"
    )
    manifest = "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def ods_row(*cells: str, repeat: str = "") -> str:
    """A row of an ods, its cells as raw XML."""
    attribute = f" table:number-rows-repeated='{repeat}'" if repeat else ""
    return f"<table:table-row{attribute}>{''.join(cells)}</table:table-row>"


def ods_cell(value: str | int | float, repeat: str = "") -> str:
    """A cell of an ods."""
    attribute = f" table:number-columns-repeated='{repeat}'" if repeat else ""
    if isinstance(value, str):
        return f"<table:table-cell office:value-type='string'{attribute}><text:p>{value}<text:s text:c='2'/></text:p></table:table-cell>"
    return f"<table:table-cell office:value-type='float' office:value='{value}'{attribute}><text:p>{value}</text:p></table:table-cell>"


def _ods_rows() -> str:
    blank = "<table:table-cell table:number-columns-repeated='1000'/>"
    head = f"<table:table-header-rows>{ods_row(*map(ods_cell, ROWS[0]))}</table:table-header-rows>"
    body = "".join(ods_row(*map(ods_cell, row), blank) for row in ROWS[1:])
    return head + body + ods_row(ods_cell("同", "2"), "<table:covered-table-cell/>", repeat="3")


def _html() -> str:
    rows = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    return f"<html><body><table><tr><th colspan=4>改厕</th></tr>{''.join(rows)}</table></body></html>"


def _xml_spreadsheet() -> str:
    def cell(value: str | int | float) -> str:
        kind = "String" if isinstance(value, str) else "Number"
        return f'<Cell ss:MergeAcross="0"><Data ss:Type="{kind}">{value}</Data></Cell>'

    space = "urn:schemas-microsoft-com:office:spreadsheet"
    rows = "".join(f'<Row ss:Index="{i}">{"".join(map(cell, row))}</Row>' for i, row in enumerate(ROWS, 1))
    day = '<Row><Cell ss:Index="3"><Data ss:Type="DateTime">2025-06-01T00:00:00.000</Data></Cell></Row>'
    table = f'<Worksheet ss:Name="表"><Table>{rows}{day}</Table></Worksheet>'
    return f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">{table}</Workbook>'


def packed_record(kind: int, data: bytes = b"") -> bytes:
    """A record of an xlsb: type and length are packed in 7 bits ([MS-XLSB] 2.1.4)."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(data)
    while length > 127:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def wide(text: str) -> bytes:
    """A string of an xlsb."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(rows: Sequence[Sequence[str | int | float]]) -> bytes:
    """A binary workbook with one sheet of the given cells, its strings shared."""
    strings = list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str)))
    records = [
        packed_record(129),
        packed_record(148, struct.pack("<4I", 0, len(rows) - 1, 0, 3)),
        packed_record(145),
    ]
    for number, row in enumerate(rows):
        records.append(packed_record(0, struct.pack("<II", number, 0) + bytes(9)))
        records += [_xlsb_cell(column, cell, strings) for column, cell in enumerate(row)]
    merged = packed_record(176, struct.pack("<4I", 49, 51, 0, 1))
    records += [packed_record(146), packed_record(177, struct.pack("<I", 1)), merged, packed_record(178)]
    return packed(_xlsb_parts(b"".join([*records, packed_record(130)]), strings))


def _xlsb_cell(column: int, cell: str | int | float, strings: list[str]) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(cell, str):
        return packed_record(7, place + struct.pack("<I", strings.index(cell)))
    return packed_record(5, place + struct.pack("<d", cell))


def _xlsb_parts(sheet: bytes, strings: Sequence[str]) -> dict[str, bytes]:
    bundle = struct.pack("<II", 0, 1) + wide("rId1") + wide("表")
    book = [packed_record(131), packed_record(143), packed_record(156, bundle), packed_record(144)]
    shared = [packed_record(159, struct.pack("<II", len(strings), len(strings)))]
    shared += [packed_record(19, b"\0" + wide(text)) for text in strings]
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{what}" Target="{target}"/>'
        for i, (what, target) in enumerate(
            (("worksheet", "worksheets/sheet1.bin"), ("sharedStrings", "sharedStrings.bin")), 1
        )
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": b"".join([*book, packed_record(132)]),
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{space}">{relations}</Relationships>'.encode(),
        "xl/worksheets/sheet1.bin": sheet,
        "xl/sharedStrings.bin": b"".join([*shared, packed_record(160)]),
    }
