"""The bulletin in Word: a template that the office may replace, filled with the facts.

Tags are those of docxtpl (``{{ title }}``, ``{%p for one in summary %}``, ``{%tr for row in pace.rows %}``); ``docs/office.md``
lists the names. A template is the office's own; what it may do is still kept to filling in.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

from expectations.bulletin.basis import NoBulletin
from expectations.bulletin.facts import Facts

TEMPLATE = Path(__file__).parent / "templates" / "bulletin.docx"
"""The template that comes with the program; ``python -m expectations.bulletin.make_template`` makes it anew."""

CHARTS = ("places", "pace", "objectivity", "claims", "satisfaction")
"""Names of charts; one that there is nothing to draw for is blank in a template."""


def write_word(facts: Facts, path: Path, template: Path = TEMPLATE) -> None:
    """Write a bulletin as a Word document.

    Args:
        facts: What it says.
        path: Where to.
        template: Filled.

    Raises:
        NoBulletin: The template is no Word document, or names what there is not.
        OSError: It cannot be written.
    """
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    from expectations.bulletin.drawing import draw

    document = DocxTemplate(template)
    try:
        document.init_docx()
        charts = {
            name: draw(document.docx.part, facts.charts[name], number) if name in facts.charts else None
            for number, name in enumerate(CHARTS, start=1)
        }
        filling = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
        document.render({**facts.said, "charts": charts}, filling)
    except (TemplateError, PackageNotFoundError, BadZipFile, FileNotFoundError, KeyError) as error:
        raise NoBulletin(
            f"template {template} cannot be filled: {error}. shiji bulletin --write-template FILE writes one that can; "
            "docs/office.md lists the names"
        ) from error
    document.save(path)
