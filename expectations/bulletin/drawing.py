"""A chart in Word: a native chart part of DrawingML, drawn by Word itself with the fonts of whoever reads it.

No picture is made, so the machine that makes the bulletin needs no fonts. The figures lie in an embedded workbook beside
the chart, for whoever wants to restyle it.

Source: ISO/IEC 29500-1, 21.2 (DrawingML charts).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from expectations.bulletin.chart import UNSEEN, Chart, Series

if TYPE_CHECKING:
    from docx.parts.document import DocumentPart

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FIRST_RELATION = "rId1"
"""What the first relation of a part is called."""

_EMU = 360_000
"""Units of a drawing in a centimetre."""
_WIDTH_CM, _ROW_CM, _REST_CM = 15.4, 0.62, 1.9


@dataclass(frozen=True)
class Drawn:
    """A chart that stands in a document: ``{{p charts.places }}`` in a template puts it in place of that paragraph.

    Attributes:
        title: In Chinese, with the unit: for a caption.
        xml: The paragraph.
    """

    title: str
    xml: str

    def __html__(self) -> str:
        """The paragraph as it is, where a template escapes texts."""
        return self.xml

    __str__ = __html__


def draw(document: DocumentPart, chart: Chart, number: int) -> Drawn:
    """Put a chart into a document.

    Args:
        document: Gets the chart and its workbook as parts.
        chart: Drawn.
        number: Of the chart in the document, from 1.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    package = document.package
    workbook = Part(
        PackURI(f"/word/embeddings/bulletin{number}.xlsx"), _WORKBOOK_TYPE, _workbook(chart), package
    )
    xml = chart_xml(chart, _FIRST_RELATION).encode()
    part = Part(PackURI(f"/word/charts/bulletin{number}.xml"), _CHART_TYPE, xml, package)
    part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE)
    return Drawn(chart.title, _paragraph(chart, document.relate_to(part, RELATIONSHIP_TYPE.CHART), number))


def _workbook(chart: Chart) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    sheet.append([None, *(series.name for series in chart.series)])
    for at, category in enumerate(_categories(chart)):
        sheet.append([category, *(series.values[at] for series in chart.series)])
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def _categories(chart: Chart) -> list[str]:
    """What stands beside each row: the label goes with the name, where every program draws it."""
    labels = chart.labels or [""] * len(chart.categories)
    return [f"{name}  {label}".rstrip() for name, label in zip(chart.categories, labels, strict=True)]


def _paragraph(chart: Chart, relation: str, number: int) -> str:
    width, height = round(_WIDTH_CM * _EMU), round((_REST_CM + _ROW_CM * len(chart.categories)) * _EMU)
    space = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    return (
        '<w:p><w:pPr><w:spacing w:line="240" w:lineRule="auto"/><w:ind w:firstLine="0"/><w:jc w:val="center"/></w:pPr>'
        f'<w:r><w:drawing><wp:inline xmlns:wp="{space}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{1000 + number}" name="{chart.name}" descr="{escape(chart.title)}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic xmlns:a="{_MAIN}"><a:graphicData uri="{_CHART}">'
        f'<c:chart xmlns:c="{_CHART}" xmlns:r="{_RELATIONS}" r:id="{relation}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def chart_xml(chart: Chart, workbook: str) -> str:
    """The chart part: bars from left to right, categories from top to bottom; ``workbook`` is the relation of its figures."""
    is_stacked = len(chart.series) > 1
    overlap = '<c:overlap val="100"/>' if is_stacked else ""
    series = "".join(_series(chart, one, at) for at, one in enumerate(chart.series))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_MAIN}" xmlns:r="{_RELATIONS}"><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:barChart><c:barDir val="bar"/>'
        f'<c:grouping val="{"stacked" if is_stacked else "clustered"}"/><c:varyColors val="0"/>{series}'
        f'<c:gapWidth val="45"/>{overlap}<c:axId val="1"/><c:axId val="2"/></c:barChart>{_axes(chart)}</c:plotArea>'
        f'{_legend(chart)}<c:plotVisOnly val="1"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>'
        '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="900"><a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
        f'</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr><c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData>'
        "</c:chartSpace>"
    )


def _series(chart: Chart, series: Series, at: int) -> str:
    column, last = chr(ord("B") + at), len(chart.categories) + 1
    fill = (
        "<a:noFill/>"
        if series.shade == UNSEEN
        else f'<a:solidFill><a:srgbClr val="{series.shade}"/></a:solidFill>'
    )
    names = "".join(
        f'<c:pt idx="{i}"><c:v>{escape(text)}</c:v></c:pt>' for i, text in enumerate(_categories(chart))
    )
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{escape(series.name)}</c:v></c:pt></c:strCache></c:strRef></c:tx><c:spPr>{fill}</c:spPr>'
        f'<c:invertIfNegative val="0"/>{_whiskers(series)}<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>'
        f'<c:ptCount val="{last - 1}"/>{names}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${last}</c:f>'
        f"<c:numCache><c:formatCode>General</c:formatCode>{_points(series.values)}</c:numCache></c:numRef></c:val></c:ser>"
    )


def _points(values: Sequence[float | None]) -> str:
    known = "".join(
        f'<c:pt idx="{i}"><c:v>{value!r}</c:v></c:pt>' for i, value in enumerate(values) if value is not None
    )
    return f'<c:ptCount val="{len(values)}"/>{known}'


def _whiskers(series: Series) -> str:
    """Intervals as error bars, where the series has some."""
    if not series.low:
        return ""
    plus = _points(list(_apart(series.values, series.high)))
    minus = _points(list(_apart(series.low, series.values)))
    return (
        '<c:errBars><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus><c:numLit>{plus}</c:numLit></c:plus><c:minus><c:numLit>{minus}</c:numLit></c:minus>"
        '<c:spPr><a:ln w="12700"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )


def _apart(low: Sequence[float | None], high: Sequence[float | None]) -> Iterator[float | None]:
    for one, other in zip(low, high, strict=True):
        yield None if one is None or other is None else other - one


def _axes(chart: Chart) -> str:
    ends = "".join(
        f'<c:{name} val="{value}"/>'
        for name, value in (("max", chart.most), ("min", chart.least))
        if value is not None
    )
    line = '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="{}"/></a:solidFill></a:ln></c:spPr>'
    return (
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'{line.format("404040")}<c:crossAx val="2"/><c:crosses val="autoZero"/><c:lblOffset val="60"/></c:catAx>'
        f'<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>{ends}</c:scaling><c:delete val="{0 if chart.is_scaled else 1}"/><c:axPos val="b"/>'
        f'<c:majorGridlines>{line.format("D9D9D9")}</c:majorGridlines><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{line.format("FFFFFF")}<c:crossAx val="1"/><c:crosses val="max"/></c:valAx>'
    )


def _legend(chart: Chart) -> str:
    seen = [series for series in chart.series if series.shade != UNSEEN]
    return '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(seen) > 1 else ""
