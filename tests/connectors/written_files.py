"""A sheet with everything a workbook can hold, and writers that save it as each kind of file; for the property tests."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import xlwt
from odf import number as odf_number
from odf import opendocument, style, table, text
from openpyxl.utils import get_column_letter

from connectors.celltext import cell_text, percent_text
from connectors.grid import Cell, Merge, Sheet
from tests.connectors.written_sheets import Written

Place = tuple[int, int]


@dataclass(frozen=True)
class Percent:
    """A number whose format is a percentage."""

    value: float


@dataclass(frozen=True)
class Failed:
    """A formula that printed an error."""

    error: str


@dataclass(frozen=True)
class Computed:
    """A formula with the result that was last computed."""

    value: str | float


Value = Cell | Percent | Failed | Computed


@dataclass
class Page:
    """One sheet to write.

    Attributes:
        rows: Its cells; ``""`` is blank.
        merged: Its merged ranges.
        hidden_rows: Row numbers that are hidden; each has content.
        hidden_columns: Column numbers that are hidden; each has content.
        hidden: Whether the sheet itself is.
        formatted: How many blank rows below bear a number format.
        name: Of the sheet.
    """

    rows: list[list[Value]]
    merged: list[Merge] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False
    formatted: int = 0
    name: str = "台账 1"

    @classmethod
    def of(cls, sheet: Written) -> Page:
        """A written sheet without anything else."""
        return cls([list(row) for row in sheet.grid.rows], list(sheet.merged))

    def cells(self) -> Iterator[tuple[int, int, Value]]:
        """Row, column and value of every cell that is not blank."""
        for row, values in enumerate(self.rows):
            for column, value in enumerate(values):
                if value != "":
                    yield row, column, value

    def texts(self) -> dict[Place, str]:
        """What a reader must find, by place."""
        found = ((row, column, _text_of(value)) for row, column, value in self.cells())
        return {(row, column): text for row, column, text in found if text is not None}


def _text_of(value: Value) -> str | None:
    match value:
        case Percent(number):
            return percent_text(number)
        case Failed(error):
            return error
        case Computed(result):
            return cell_text(result)
        case _:
            return cell_text(value)


def texts_of(sheet: Sheet) -> dict[Place, str]:
    """The text of every cell of a sheet that was read, by place."""
    grid, found = sheet.grid, {}
    for row, values in enumerate(grid.rows):
        for column, value in enumerate(values):
            is_percent = "%" in grid.formats.get((row, column), "")
            spelled = percent_text(value) if is_percent else cell_text(value)
            if spelled is not None:
                found[row, column] = spelled
    return found


def write_xlsx(page: Page, path: Path, *, shared: bool = True) -> None:
    """By openpyxl; results of formulas, and shared strings, are put in afterwards, as it writes none."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = page.name
    formulas = {}
    for row, column, value in page.cells():
        cell = sheet.cell(row + 1, column + 1)
        if isinstance(value, Percent):
            cell.value, cell.number_format = value.value, "0.0%"
        elif isinstance(value, Failed):
            cell.value, cell.data_type = value.error, "e"
        elif isinstance(value, Computed):
            formulas[cell.coordinate] = value.value
            cell.value = 0  # replaced afterwards
        else:
            cell.value = value  # type: ignore[assignment]
            if isinstance(value, str):
                cell.data_type = "s"  # else "=1+1" would be a formula
    for top, left, bottom, right in page.merged:
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    for row in page.hidden_rows:
        sheet.row_dimensions[row + 1].hidden = True
    for column in page.hidden_columns:
        sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
    for row in range(page.formatted):
        sheet.cell(len(page.rows) + row + 1, 1).number_format = "0.00%"
    if page.hidden:
        book.create_sheet("封面").append(["封面"])
        book.active = 1
        sheet.sheet_state = "hidden"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    _put_results(parts, formulas)
    if shared:
        _share_strings(parts)
    path.write_bytes(zipped({name: part.encode() for name, part in parts.items()}))


def _put_results(parts: dict[str, str], formulas: dict[str, str | float]) -> None:
    content = parts["xl/worksheets/sheet1.xml"]
    for place, result in formulas.items():
        kind = ' t="str"' if isinstance(result, str) else ""
        new = f'<c r="{place}"{kind}><f>B1&amp;""</f><v>{html.escape(str(result), quote=False)}</v></c>'
        old = f'<c r="{place}" t="n"><v>0</v></c>'
        assert old in content
        content = content.replace(old, new)
    parts["xl/worksheets/sheet1.xml"] = content


def _share_strings(parts: dict[str, str]) -> None:
    """Strings in a table of their own, as Excel keeps them."""
    strings: list[str] = []

    def share(cell: re.Match[str]) -> str:
        strings.append(f"<si>{cell[2]}</si>")
        return f'{cell[1]} t="s"><v>{len(strings) - 1}</v>'

    for name in [name for name in parts if name.startswith("xl/worksheets/")]:
        parts[name] = re.sub(r'(<c [^>]*?) t="inlineStr"><is>(.*?)</is>', share, parts[name], flags=re.DOTALL)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{"".join(strings)}</sst>'
    relations = "xl/_rels/workbook.xml.rels"
    target = f'<Relationship Id="rId99" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
    parts[relations] = parts[relations].replace("</Relationships>", f"{target}</Relationships>")


_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
"""As [MS-XLS] 2.5.10 numbers them; xlwt's own table takes #VALUE! for #NUM!."""


def write_xls(page: Page, path: Path) -> None:
    """By xlwt, which writes no results of formulas."""
    book = xlwt.Workbook()
    sheet = book.add_sheet(page.name)
    formats = {
        Percent: "0.0%",
        dt.date: "yyyy-mm-dd",
        dt.datetime: "yyyy-mm-dd hh:mm:ss",
        dt.time: "hh:mm:ss",
        dt.timedelta: "[h]:mm:ss",
    }
    styles = {kind: xlwt.easyxf(num_format_str=form) for kind, form in formats.items()}
    covered = {(top, left): (bottom, right) for top, left, bottom, right in page.merged}
    for row, column, value in page.cells():
        if isinstance(value, Failed):
            sheet.row(row).set_cell_error(column, _CODES[value.error])
            if (row, column) in covered:
                sheet.merge(row, covered[row, column][0], column, covered[row, column][1])
            continue
        plain = value.value if isinstance(value, Percent | Computed) else value
        look = styles.get(type(value), xlwt.Style.default_style)
        if (row, column) in covered:
            bottom, right = covered[row, column]
            sheet.write_merge(row, bottom, column, right, plain, look)
        else:
            sheet.write(row, column, plain, look)
    for (top, left), (bottom, right) in covered.items():
        if page.rows[top][left] == "":
            sheet.merge(top, bottom, left, right)
    for row in page.hidden_rows:
        sheet.row(row).hidden = True
        sheet.row(row).height_mismatch = True
    for column in page.hidden_columns:
        sheet.col(column).hidden = True
    for row in range(page.formatted):
        sheet.write(len(page.rows) + row, 0, None, styles[Percent])
    if page.hidden:
        book.add_sheet("封面").write(0, 0, "封面")
        book.set_active_sheet(1)
        sheet.visibility = 1
    book.save(str(path))


def write_ods(page: Page, path: Path) -> None:
    """By odfpy, equal neighbours written once with a repetition, as LibreOffice does."""
    book = opendocument.OpenDocumentSpreadsheet()
    percent = odf_number.PercentageStyle(name="N11")
    percent.addElement(odf_number.Number(decimalplaces="1", minintegerdigits="1"))
    percent.addElement(odf_number.Text(text="%"))
    cells = style.Style(name="ce1", family="table-cell", datastylename="N11")
    shown = style.Style(name="ta1", family="table")
    shown.addElement(style.TableProperties(display="false" if page.hidden else "true"))
    for one in (percent, cells, shown):
        book.automaticstyles.addElement(one)
    sheet = table.Table(name=page.name, stylename="ta1")
    for column in range(max(map(len, page.rows))):
        sheet.addElement(
            table.TableColumn(visibility="collapse" if column in page.hidden_columns else "visible")
        )
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in page.merged}
    covered = {
        (row, column)
        for top, left, bottom, right in page.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - spans.keys()
    for row, values in enumerate(page.rows):
        line = table.TableRow(visibility="collapse" if row in page.hidden_rows else "visible")
        for cell in _ods_cells(row, values, spans, covered):
            line.addElement(cell)
        sheet.addElement(line)
    if page.formatted:
        line = table.TableRow(numberrowsrepeated=page.formatted)
        line.addElement(table.TableCell(stylename="ce1"))
        sheet.addElement(line)
    blank = table.TableRow(numberrowsrepeated=1_048_576 - len(page.rows) - page.formatted)
    blank.addElement(table.TableCell(numbercolumnsrepeated=16_384))
    sheet.addElement(blank)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))


def _ods_cells(
    row: int, values: list[Value], spans: dict[Place, tuple[int, int]], covered: set[Place]
) -> Iterator[object]:
    column = 0
    while column < len(values):
        place = (row, column)
        if place in covered or place in spans:
            make = table.CoveredTableCell if place in covered else table.TableCell
            down, across = spans.get(place, (0, 0))
            extra = {"numberrowsspanned": down, "numbercolumnsspanned": across} if down else {}
            yield _ods_cell(values[column], make, extra)
            column += 1
            continue
        end = column + 1
        while end < len(values) and _is_same(values[end], values[column]) and (row, end) not in covered:
            if (row, end) in spans:
                break
            end += 1
        extra = {"numbercolumnsrepeated": end - column} if end > column + 1 else {}
        yield _ods_cell(values[column], table.TableCell, extra)
        column = end


def _is_same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other


def _ods_cell(value: Value, make: Callable[..., object], extra: dict[str, int]) -> object:
    attributes: dict[str, object] = dict(extra)
    printed = _text_of(value) or ""
    match value:
        case bool():
            attributes |= {"valuetype": "boolean", "booleanvalue": str(value).lower()}
        case int() | float():
            attributes |= {"valuetype": "float", "value": repr(value)}
        case Percent(number):
            attributes |= {"valuetype": "percentage", "value": repr(number), "stylename": "ce1"}
        case Failed():
            attributes |= {"valuetype": "string", "stringvalue": "", "formula": "of:=1/0"}
        case Computed(result) if isinstance(result, str):
            attributes |= {"valuetype": "string", "stringvalue": result, "formula": "of:=B1"}
        case Computed(result):
            attributes |= {"valuetype": "float", "value": repr(result), "formula": "of:=1+1"}
        case dt.date():
            attributes |= {"valuetype": "date", "datevalue": value.isoformat()}
        case dt.time():
            attributes |= {"valuetype": "time", "timevalue": f"PT{value:%HH%MM%SS}"}
        case "":
            return make(**attributes)
        case str():
            attributes["valuetype"] = "string"
            printed = value
    cell = make(**attributes)
    for line in printed.split("\n"):
        paragraph = text.P()
        for number, part in enumerate(re.split(r"( {2,}|^ | $)", line)):
            if number % 2:
                paragraph.addElement(text.S(c=len(part)))
            elif part:
                paragraph.addText(part)
        cell.addElement(paragraph)  # type: ignore[attr-defined]
    return cell


def write_xml(page: Page, path: Path, *, encoding: str = "utf-8") -> None:
    """XML Spreadsheet 2003 as Excel writes it: blanks are gaps in ``ss:Index``."""
    spans = {(top, left): (bottom - top, right - left) for top, left, bottom, right in page.merged}
    lines = []
    for row, values in enumerate(page.rows):
        cells = [
            _xml_cell(column, value, spans.get((row, column)))
            for column, value in enumerate(values)
            if value != "" or (row, column) in spans
        ]
        if cells:
            hidden = ' ss:Hidden="1"' if row in page.hidden_rows else ""
            lines.append(f'<Row ss:Index="{row + 1}"{hidden}>{"".join(cells)}</Row>')
    lines += [
        f'<Row ss:Index="{len(page.rows) + row + 1}"><Cell ss:StyleID="s21"/></Row>'
        for row in range(page.formatted)
    ]
    columns = "".join(f'<Column ss:Index="{c + 1}" ss:Hidden="1"/>' for c in sorted(page.hidden_columns))
    visible = "<Visible>SheetHidden</Visible>" if page.hidden else ""
    path.write_bytes(
        f"""<?xml version="1.0" encoding="{encoding}"?>\r\n<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">
 <Styles><Style ss:ID="Default" ss:Name="Normal"/><Style ss:ID="s21"><NumberFormat ss:Format="Percent"/></Style>
 <Style ss:ID="s22"><NumberFormat ss:Format="0.0%"/></Style><Style ss:ID="s23"><NumberFormat ss:Format="Short Date"/></Style></Styles>
 <Worksheet ss:Name="{html.escape(page.name)}"><Table>{columns}{"".join(lines)}</Table>
 <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">{visible}</WorksheetOptions></Worksheet></Workbook>
""".encode(encoding, "xmlcharrefreplace")
    )


def _xml_cell(column: int, value: Value, span: tuple[int, int] | None) -> str:
    merge = f' ss:MergeAcross="{span[1]}" ss:MergeDown="{span[0]}"' if span else ""
    opening = f'<Cell ss:Index="{column + 1}"{merge}'
    if value == "":
        return f"{opening}/>"
    match value:
        case bool():
            kind, printed = "Boolean", str(int(value))
        case int() | float():
            kind, printed = "Number", repr(value)
        case Percent(number):
            kind, printed = "Number", repr(number)
            opening += ' ss:StyleID="s22"'
        case Failed(error):
            kind, printed = "Error", error
            opening += ' ss:Formula="=1/0"'
        case Computed(result):
            kind, printed = ("String", result) if isinstance(result, str) else ("Number", repr(result))
            opening += ' ss:Formula="=R1C2"'
        case dt.date():
            moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
            kind, printed = "DateTime", f"{moment:%Y-%m-%dT%H:%M:%S}.000"
        case _:
            kind, printed = "String", str(value)
    written = html.escape(printed).replace("\n", "&#10;")
    return f'{opening}><Data ss:Type="{kind}">{written}</Data></Cell>'


def write_html(page: Page, path: Path, *, charset: str = "gb2312", declared: bool = True) -> None:
    """As Excel saves a web page under the name of a workbook."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in page.merged}
    covered = {
        (row, column)
        for top, left, bottom, right in page.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - spans.keys()
    width = max(map(len, page.rows))
    lines = []
    for row, values in enumerate(page.rows):
        hidden = ' style="display:none;mso-height-source:userset"' if row in page.hidden_rows else ""
        cells = []
        for column in range(width):
            if (row, column) in covered:
                continue
            down, across = spans.get((row, column), (1, 1))
            attributes = f" rowspan={down}" * (down > 1) + f' colspan="{across}"' * (across > 1)
            value = values[column] if column < len(values) else ""
            printed = html.escape(value if isinstance(value, str) else _text_of(value) or "")
            cells.append(f"  <td class=xl65{attributes}>{_html_text(printed)}</td>\r\n")
        lines.append(f" <tr height=18{hidden}>\r\n{''.join(cells)} </tr>\r\n")
    columns = "".join(
        "<col width=0 style='display:none;mso-width-source:userset'>"
        if c in page.hidden_columns
        else "<col width=72>"
        for c in range(width)
    )
    meta = f'<meta http-equiv=Content-Type content="text/html; charset={charset}">' if declared else ""
    codec = "gb18030" if charset in ("gb2312", "gbk") else charset
    path.write_bytes(
        f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head>{meta}<meta name=ProgId content=Excel.Sheet><style><!--td {{mso-number-format:General;}}--></style>
<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>{html.escape(page.name)}</x:Name>
</x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]--></head>
<body><table border=0{' style="display: none"' * page.hidden} cellpadding=0>{columns}\r\n{"".join(lines)}
<![if supportMisalignedColumns]><tr height=0 style="display:none"><td width=72></td></tr><![endif]></table></body></html>
""".encode(codec, "xmlcharrefreplace")
    )


def _html_text(printed: str) -> str:
    """Line breaks and runs of blanks as Excel writes them."""

    def run(blanks: re.Match[str]) -> str:
        return f"<span style='mso-spacerun:yes'>{'&nbsp;' * (len(blanks[0]) - 1)} </span>"

    return re.sub(r" {2,}", run, printed).replace("\n", "<br>\r\n  ")


def write_xlsb(page: Page, path: Path) -> None:
    """The few records of [MS-XLSB] that a table needs; no library writes this kind of file."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def relations(*targets: tuple[str, str]) -> bytes:
        inside = "".join(
            f'<Relationship Id="rId{i}" Type="{office}/{kind}" Target="{target}"/>'
            for i, (kind, target) in enumerate(targets, 1)
        )
        return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'.encode()

    sheets = _record(156, struct.pack("<II", int(page.hidden), 1) + _wide("rId1") + _wide(page.name))
    if page.hidden:
        sheets += _record(156, struct.pack("<II", 0, 2) + _wide("rId3") + _wide("封面"))
    formats = (
        _record(615, struct.pack("<I", 1))
        + _record(44, struct.pack("<H", 164) + _wide("0.0%"))
        + _record(616)
    )
    styles = b"".join(_record(47, struct.pack("<HH12x", 0, number)) for number in (0, 164, 14, 22, 21))
    cover = Page([["封面"]])
    path.write_bytes(
        zipped(
            {
                "[Content_Types].xml": b"<Types/>",
                "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
                "xl/_rels/workbook.bin.rels": relations(
                    ("worksheet", "worksheets/sheet1.bin"),
                    ("styles", "styles.bin"),
                    ("worksheet", "worksheets/sheet2.bin"),
                ),
                "xl/workbook.bin": _record(131) + _record(143) + sheets + _record(144) + _record(132),
                "xl/worksheets/sheet1.bin": _xlsb_sheet(page),
                "xl/worksheets/sheet2.bin": _xlsb_sheet(cover),
                "xl/styles.bin": _record(278)
                + formats
                + _record(617, struct.pack("<I", 5))
                + styles
                + _record(618)
                + _record(279),
            }
        )
    )


def _xlsb_sheet(page: Page) -> bytes:
    columns = b"".join(
        _record(60, struct.pack("<IIIIH", c, c, 2560, 0, 1)) for c in sorted(page.hidden_columns)
    )
    cells = b""
    for row, values in enumerate(page.rows):
        hidden = 0x10 if row in page.hidden_rows else 0
        cells += _record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, hidden, 0, 0))
        cells += b"".join(_xlsb_cell(column, value) for column, value in enumerate(values) if value != "")
    for row in range(page.formatted):
        cells += _record(0, struct.pack("<IIHBBBI", len(page.rows) + row, 0, 300, 0, 0, 0, 0))
        cells += _record(1, struct.pack("<II", 0, 1))
    merged = b"".join(
        _record(176, struct.pack("<IIII", top, bottom, left, right))
        for top, left, bottom, right in page.merged
    )
    size = _record(148, struct.pack("<IIII", 0, len(page.rows) - 1, 0, max(map(len, page.rows)) - 1))
    data = _record(145) + cells + _record(146)
    spans = _record(177, struct.pack("<I", len(page.merged))) + merged + _record(178) if merged else b""
    return _record(129) + size + _record(390) + columns + _record(391) + data + spans + _record(130)


def _xlsb_cell(column: int, value: Value) -> bytes:
    def record(kind: int, data: bytes, style: int = 0) -> bytes:
        return _record(kind, struct.pack("<II", column, style) + data)

    formula = struct.pack("<HII", 0, 0, 0)
    epoch = dt.datetime(1899, 12, 30)
    match value:
        case bool():
            return record(4, bytes([value]))
        case int() if abs(value) < 1 << 29:
            return record(2, struct.pack("<i", value << 2 | 2))
        case int() | float():
            return record(5, struct.pack("<d", value))
        case Percent(number):
            return record(5, struct.pack("<d", number), 1)
        case Failed(error):
            return record(11, bytes([_CODES[error]]) + formula)
        case Computed(result) if isinstance(result, str):
            return record(8, _wide(result) + formula)
        case Computed(result):
            return record(9, struct.pack("<d", result) + formula)
        case dt.datetime():
            return record(5, struct.pack("<d", (value - epoch) / dt.timedelta(days=1)), 3)
        case dt.date():
            return record(5, struct.pack("<d", (value - epoch.date()).days), 2)
        case _:
            return record(6, _wide(str(value)))


def _record(kind: int, data: bytes = b"") -> bytes:
    """Kind and length are packed in 7 bits a byte."""
    return _packed(kind) + _packed(len(data)) + data


def _packed(value: int) -> bytes:
    packed = b""
    while value >= 0x80:
        packed += bytes([value & 0x7F | 0x80])
        value >>= 7
    return packed + bytes([value])


def _wide(spelled: str) -> bytes:
    units = spelled.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


def zipped(members: dict[str, bytes]) -> bytes:
    """An archive of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
