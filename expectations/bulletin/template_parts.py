"""Paragraphs, tables and places for charts of a template, laid out as official documents are (GB/T 9704-2012)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_BODY, _HEADING, _SUBHEADING, _TITLE, _TABLE = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
_WIDTH_CM = 15.6
SMALLER = "List Paragraph"
"""The style of prose that is told of one county after the other."""

_PROSE = frozenset(
    f"{{{{ row.{name} }}}}"
    for name in (
        "message",
        "late_ledgers",
        "missing_ledgers",
        "tied",
        "meaning",
        "objective",
        "indicator",
        "about",
    )
)
"""Columns that read from the left; the others stand in the middle."""

Column = tuple[str, str, float]
"""Heading, what stands below it, and width in centimetres."""


def lay_out(document: Document) -> None:
    """A4, margins, styles, the page's number below and what is synthetic above."""
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _style(document, "Normal", _BODY, 16, line=28)
    _style(document, "Title", _TITLE, 22, line=36)
    _style(document, "Heading 1", _HEADING, 16, line=28, before=8)
    _style(document, "Heading 2", _SUBHEADING, 16, line=28, before=4)
    _style(document, "Caption", _HEADING, 11, line=18, before=6)
    _style(document, "List Paragraph", _BODY, 14, line=23)
    _footer(section)
    section.header.paragraphs[0].add_run("{{ synthetic }}").font.size = Pt(10.5)
    _to_the_middle(section.header.paragraphs[0])


def _style(document: Document, name: str, font: str, size: float, *, line: float, before: float = 0) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style: Any = document.styles[name]
    style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", Pt(size), RGBColor(0, 0, 0)
    style.font.bold = style.font.italic = False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    shape = style.paragraph_format
    shape.line_spacing, shape.space_before, shape.space_after = Pt(line), Pt(before), Pt(0)
    if name == "Title":
        for border in style.element.findall(".//" + qn("w:pBdr")):
            border.getparent().remove(border)


def _footer(section: Any) -> None:
    """The page's number between dashes, as on official documents."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = section.footer.paragraphs[0]
    _to_the_middle(paragraph)
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    paragraph.add_run(" —")


def _to_the_middle(paragraph: Paragraph) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def title(document: Document, text: str) -> None:
    """The title of the document."""
    _to_the_middle(document.add_paragraph(text, "Title"))


def centred(document: Document, text: str) -> None:
    """A line in the middle, below the title."""
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    _to_the_middle(paragraph)
    paragraph.add_run(text).font.size = Pt(14)


def said(document: Document, text: str, style: str = "Normal") -> None:
    """A paragraph of prose, its first line two characters in."""
    from docx.shared import Pt

    shape = document.add_paragraph(text, style).paragraph_format
    shape.left_indent, shape.first_line_indent = Pt(0), Pt(32 if style == "Normal" else 28)


def each_of(document: Document, loop: str, inside: Callable[[], None]) -> None:
    """What is inside, once for each of a loop: ``one in summary``."""
    document.add_paragraph(f"{{%p for {loop} %}}")
    inside()
    document.add_paragraph("{%p endfor %}")


def when(document: Document, condition: str, inside: Callable[[], None]) -> None:
    """What is inside, where there is any of what is named."""
    document.add_paragraph(f"{{%p if {condition} %}}")
    inside()
    document.add_paragraph("{%p endif %}")


def sentences(document: Document, section: str) -> None:
    """A paragraph for each sentence of a section."""
    each_of(document, f"one in {section}.sentences", lambda: said(document, "{{ one }}"))


def _caption(document: Document, text: str) -> None:
    caption = document.add_paragraph(text, "Caption")
    _to_the_middle(caption)
    caption.paragraph_format.keep_with_next = True


def chart(document: Document, name: str) -> None:
    """A chart below its title; left out where there is nothing to draw."""

    def inside() -> None:
        _caption(document, f"{{{{ charts.{name}.title }}}}")
        document.add_paragraph(f"{{{{p charts.{name} }}}}")

    when(document, f"charts.{name}", inside)


def table(
    document: Document, caption: str, rows: str, columns: Sequence[Column], *, is_long: bool = False
) -> None:
    """A table with a row for each of ``rows``; left out where there is none. One that is not long stays on a page."""

    def inside() -> None:
        _caption(document, caption)
        grid = _grid(document, 4, [width for _, _, width in columns])
        _fill(grid.rows[0], [heading for heading, _, _ in columns], is_head=True)
        _fill(grid.rows[1], [f"{{%tr for row in {rows} %}}"])
        _fill(grid.rows[2], [f"{{{{ {text} }}}}" for _, text, _ in columns], keep=not is_long)
        _fill(grid.rows[3], ["{%tr endfor %}"])

    when(document, rows, inside)


def crossed(
    document: Document, caption: str, rows: str, names: str, first: Sequence[Column], expected: int
) -> None:
    """A table of as many columns as there are ``names``, after those that are fixed; each row has ``cells``.

    Room is left for as many columns as are ``expected``; it is shared out where there are fewer.
    """

    def inside() -> None:
        from docx.oxml import OxmlElement
        from docx.shared import Cm

        _caption(document, caption)
        each = (_WIDTH_CM - sum(width for _, _, width in first)) / expected
        grid = _grid(document, 4, [*(width for _, _, width in first), *[each] * _OF_A_LOOP])
        for _ in range(expected - _OF_A_LOOP):
            column: Any = OxmlElement("w:gridCol")
            column.w = Cm(each)
            grid._tbl.tblGrid.append(column)
        loop = (f"{{%tc for name in {names} %}}", "{{ name }}", "{%tc endfor %}")
        _fill(grid.rows[0], [*(heading for heading, _, _ in first), *loop], is_head=True)
        _fill(grid.rows[1], [f"{{%tr for row in {rows} %}}"])
        cells = ("{%tc for cell in row.cells %}", "{{ cell }}", "{%tc endfor %}")
        _fill(grid.rows[2], [*(f"{{{{ {text} }}}}" for _, text, _ in first), *cells])
        _fill(grid.rows[3], ["{%tr endfor %}"])

    when(document, rows, inside)


_OF_A_LOOP = 3
"""Cells that a loop over columns takes in the template: its beginning, what is repeated, its end."""


def _grid(document: Document, rows: int, widths: Sequence[float]) -> Any:
    from docx.shared import Cm

    table = document.add_table(rows, len(widths), "Table Grid")
    table.alignment, table.autofit = 1, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def _fill(row: Any, texts: Sequence[str], *, is_head: bool = False, keep: bool = False) -> None:
    """Cells of a row in the table's size; a heading comes again on every page, and no row breaks over two."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    settings = row._tr.get_or_add_trPr()
    settings.append(OxmlElement("w:cantSplit"))
    if is_head:
        settings.append(OxmlElement("w:tblHeader"))
    for cell, text in zip(row.cells, texts, strict=False):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing = Pt(15)
        paragraph.paragraph_format.keep_with_next = is_head or keep
        if is_head:
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), "E7E7E7")
            cell._tc.get_or_add_tcPr().append(shade)
        if is_head or text not in _PROSE:
            _to_the_middle(paragraph)
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(10.5), "Times New Roman"
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _HEADING if is_head else _TABLE)
