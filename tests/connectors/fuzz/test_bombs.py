"""Small files that would cost a reader all memory or time: each ends in sheets or in the right reason."""

from __future__ import annotations

import struct

import pytest

from tests.connectors.fuzz.bounded import BoundedReader
from tests.connectors.fuzz.seeds import (
    biff,
    ods,
    ods_cell,
    ods_row,
    packed,
    seeds,
    unpacked,
    xls,
    xlsb,
    xlsx,
)

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
STRING = '<Cell{}><Data ss:Type="String">甲</Data></Cell>'
FAR_CELL = STRING.format(' ss:Index="16384"')
TALL_CELL = STRING.format(' ss:MergeDown="9999"')


def _rows(count: int) -> str:
    return "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, count + 1))


def _merges(*ranges: str) -> str:
    marks = "".join(f'<mergeCell ref="{place}"/>' for place in ranges)
    return f"<mergeCells>{marks}</mergeCells>"


def _cell(row: int, column: int) -> bytes:
    return biff(0x203, struct.pack("<HHHd", row, column, 0, 1.0))


def _book(sheet: bytes, *, names: int = 1, strings: bytes = b"") -> bytes:
    """An xls with one sheet, which so many names stand for."""
    start = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    end = biff(0x0A, b"")

    def globals_(offset: int) -> bytes:
        bounds = (
            biff(0x85, struct.pack("<IBBB", offset, 0, 0, 4) + b"\0" + b"a%03d" % i) for i in range(names)
        )
        return b"".join([start, strings, *bounds, end])

    return xls(globals_(len(globals_(0))) + start + sheet + end)


def _chained(entry: int, value: int) -> bytes:
    """The xls seed with one number of its allocation table, its header or its directory changed."""
    content = bytearray(seeds()["xls"])
    struct.pack_into("<I", content, entry, value)
    return bytes(content)


def _allocation(sector: int) -> int:
    """Where the allocation table says what follows a sector."""
    (first,) = struct.unpack_from("<I", seeds()["xls"], 76)
    return (first + 1) * 512 + 4 * sector


def _xml(sheets: str) -> bytes:
    return f'<?xml version="1.0"?><Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}">{sheets}</Workbook>'.encode()


def _xml_sheet(rows: str) -> str:
    return f'<Worksheet ss:Name="表"><Table>{rows}</Table></Worksheet>'


def _ods_with(old: str, new: str) -> bytes:
    parts = unpacked(ods(ods_row(ods_cell(1))))
    return packed(
        parts | {"content.xml": parts["content.xml"].decode().replace(old, new).encode()},
    )


FAR_XLSX = '<row r="2"><c r="XFD1048576"><v>1</v></c></row>'
WIDE_OPEN = "<table><tr><td>a</td></tr><tr><td>b" + "{}" * 300_000

DIRECTORY = struct.unpack_from("<I", seeds()["xls"], 48)[0]

CASES: dict[str, tuple[bytes, str]] = {
    "xlsx corner": (xlsx(ONE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "too_large"),
    "xlsx corner in another row": (xlsx(ONE + FAR_XLSX), "too_large"),
    "xlsx corner in the middle": (xlsx(ONE + FAR_XLSX + '<row r="3"><c r="A3"/></row>'), "unreadable"),
    "xlsx column beyond columns": (xlsx(ONE + '<row r="2"><c r="ZZZZ99999999"/></row>'), "too_large"),
    "xlsx wide": (xlsx('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'), "sheets"),
    "xlsx empty columns": (xlsx(f'<row r="1">{"<c/>" * 1_000_000}</row>' + ONE), "sheets"),
    "xlsx far merge": (xlsx(_rows(3), _merges(*["A1:XFD1048576"] * 5_000)), "sheets"),
    "xlsx overlapping merges": (
        xlsx(_rows(20_000), _merges(*(f"A{i}:A20000" for i in range(1, 20_000)))),
        "sheets",
    ),
    "xlsx shared formula": (
        xlsx(
            '<row r="1"><c r="A1"><f t="shared" ref="A1:XFD1048576" si="4294967295">A2</f><v>1</v></c></row>'
        ),
        "sheets",
    ),
    "xlsb corner": (xlsb([["村"], *[[]] * 1_000_000, [1] * 30]), "too_large"),
    "ods repeats": (ods(ods_row(ods_cell(1, "16384"), repeat="1048576")), "too_large"),
    "ods long text repeated": (ods(ods_row(ods_cell("x" * 100_000, "16384"), repeat="500")), "too_large"),
    "ods spaces": (
        ods(
            ods_row(
                "<table:table-cell office:value-type='string'><text:p><text:s text:c='9999999999'/></text:p></table:table-cell>"
            )
        ),
        "sheets",
    ),
    "ods formula repeated": (
        ods(ods_row("<table:table-cell table:formula='of:=1' table:number-columns-repeated='999999999'/>")),
        "empty",
    ),
    "ods blank above": (
        ods(ods_row("<table:table-cell/>", repeat="99999999") + ods_row(ods_cell(1))),
        "too_large",
    ),
    "ods blank below": (
        ods(ods_row(ods_cell(1)) + ods_row("<table:table-cell/>", repeat="1048575")),
        "sheets",
    ),
    "ods sign in a name": (
        ods(ods_row(ods_cell(1, "99999"), repeat="99999' table:style-name='a>b")),
        "too_large",
    ),
    "ods end of a row in a comment": (
        ods(ods_row("<!-- </table:table-row> -->", ods_cell(1, "99999"), repeat="9999")),
        "too_large",
    ),
    "ods count in references": (ods(ods_row(ods_cell(1), repeat="&#57;99999999")), "too_large"),
    "ods table without end": (_ods_with("</table:table>", "</table:tab1e>"), "unreadable"),
    "ods table in a table": (
        _ods_with("</table:table>", "<table:table></table:table></table:table>"),
        "sheets",
    ),
    "ods group of rows": (
        _ods_with("<table:table-row>", "<table:table-row-group/><table:table-row>"),
        "sheets",
    ),
    "xls corner": (_book(_cell(0, 0) + _cell(65_535, 65_535)), "too_large"),
    "xls dimensions": (
        _book(biff(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0)) + _cell(0, 0)),
        "unreadable",
    ),
    "xls dimensions reversed": (
        _book(biff(0x200, struct.pack("<IIHHH", 10, 4, 10, 4, 0)) + _cell(0, 0)),
        "unreadable",
    ),
    "xls strings promised": (
        _book(_cell(0, 0), strings=biff(0xFC, struct.pack("<II", 1, 0x7FFFFFFF))),
        "unreadable",
    ),
    "xls sheet of many names": (_book(_cell(0, 0) + _cell(40_000, 200), names=500), "too_large"),
    "xls circle": (_chained(_allocation(3), 3), "unreadable"),
    "xls circle of directories": (
        _chained(_allocation(DIRECTORY), DIRECTORY),
        "unreadable",
    ),
    "xls sector far out": (_chained(76 + 4, 0xFFFFF), "unreadable"),
    "xls many directories": (_chained(40, 0xFFFFFFFF), "unreadable"),
    "xml far rows": (
        _xml(_xml_sheet(f'<Row ss:Index="1000000">{STRING.format("")}</Row>') * 30),
        "too_large",
    ),
    "xml far cells": (
        _xml(_xml_sheet(f"<Row>{FAR_CELL}</Row>" * 3_000)),
        "too_large",
    ),
    "xml overlapping merges": (
        _xml(_xml_sheet(f"<Row>{TALL_CELL}</Row>" * 10_000)),
        "sheets",
    ),
    "xml deep": (_xml("<a>" * 100_000), "unreadable"),
    "html spans": (b"<table><tr><td colspan=9999999 rowspan=9999999>1</td></tr></table>", "sheets"),
    "html wide": (b"<table><tr>" + b"<td colspan=9999>a" * 200_000, "too_large"),
    **{
        f"html {mark}": (WIDE_OPEN.replace("{}", mark).encode(), "sheets")
        for mark in ("<", "<!", "<!--", "<a ", "<?", "</", "&#")
    },
    "csv wide": ((",".join([""] * 1_000_000) + "\n村" + "," * 999_999 + "\n").encode("gb18030"), "sheets"),
    "csv of names in every row": (
        (",".join(f"名{n}" for n in range(10_000)) + "\n").encode() * 300,
        "too_large",
    ),
    "csv with a gap": ("村,户\n甲,1\n".encode() + b"\n" * 1_000_000 + "乙,2\n".encode(), "sheets"),
    "csv of delimiters": (b"," * 25_000_000 + b"\n1,1\n", "too_large"),
    "csv open quote": (b'a,b\n"' + b"1,2\n" * 300_000, "sheets"),
}


@pytest.mark.parametrize(("content", "code"), CASES.values(), ids=CASES.keys())
def test_a_small_file_costs_little(reader: BoundedReader, content: bytes, code: str) -> None:
    assert reader.outcome(content) == code
