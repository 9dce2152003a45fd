"""Pages as an OpenDocument spreadsheet, the format of the office suites a few township clerks use.

Written here because the one library for it is not installed at run time; only what pages need: values and merges.

Source: OASIS OpenDocument 1.3, part 3.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from pipelines.demo.cells import Cell
from pipelines.demo.layouts import Page

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def ods_bytes(pages: Sequence[Page]) -> bytes:
    """The members of an .ods file, the media type first and uncompressed as the format asks."""
    body = "".join(_sheet(page) for page in pages)
    content = (
        f'<office:document-content {_SPACES} office:version="1.3"><office:body><office:spreadsheet>{body}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
        for name, text in (
            ("mimetype", _TYPE),
            ("META-INF/manifest.xml", _MANIFEST),
            ("content.xml", content),
        ):
            target.writestr(zipfile.ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0)), text)
    return packed.getvalue()


def _sheet(page: Page) -> str:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in page.merges}
    covered = {
        (row, column)
        for top, left, bottom, right in page.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - spans.keys()
    rows = "".join(
        f"<table:table-row>{''.join(_cells(number, row, spans, covered))}</table:table-row>"
        for number, row in enumerate(page.rows)
    )
    return f"<table:table table:name={quoteattr(page.name)}>{rows}</table:table>"


def _cells(
    number: int,
    row: Sequence[Cell],
    spans: dict[tuple[int, int], tuple[int, int]],
    covered: set[tuple[int, int]],
) -> Iterator[str]:
    for place, cell in enumerate(row or [None]):
        if (number, place) in covered:
            yield "<table:covered-table-cell/>"
            continue
        down, across = spans.get((number, place), (1, 1))
        span = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"'
        yield _cell(cell, span if (down, across) != (1, 1) else "")


def _cell(cell: Cell, span: str) -> str:
    if cell is None:
        return f"<table:table-cell{span}/>"
    if isinstance(cell, dt.date):
        value = f' office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, str):
        value = ' office:value-type="string"'
    else:
        value = f' office:value-type="float" office:value="{cell!r}"'
    return f"<table:table-cell{span}{value}><text:p>{escape(str(cell))}</text:p></table:table-cell>"
