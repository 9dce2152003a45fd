"""The bulletin of a quarter, as Word or as a page; and the newest one beside the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.bulletin.facts import Facts
    from pipelines.home.site import Site

FORMS = (".docx", ".html")
"""What a bulletin can be written as, by the file's ending."""


def bulletin_of(site: Site, connection: DuckDBPyConnection, quarter: str | None, scheme: str | None) -> Facts:
    """The facts of a quarter; of the newest that is scored where none is named.

    Raises:
        NoBulletin: No county is scored under that scheme in that quarter.
        ValueError: It is no quarter.
    """
    from expectations.bulletin.basis import NoBulletin, last_quarter
    from expectations.bulletin.facts import facts
    from expectations.bulletin.quarter import Quarter

    chosen = Quarter(quarter) if quarter else last_quarter(connection, site.indicators)
    if chosen is None:
        raise NoBulletin(
            "no quarter is scored for counties: put a scheme into config/schemes (shiji scheme show demo_2025 is an "
            "example) and run shiji load"
        )
    settings = site.home.settings
    return facts(
        connection,
        chosen,
        contracts=site.contracts,
        indicators=site.indicators,
        scheme=scheme,
        office=settings.title,
        synthetic=settings.synthetic,
    )


def write_bulletin(told: Facts, path: Path, template: Path | None = None) -> None:
    """Write a bulletin, as its file's ending says.

    Raises:
        NoBulletin: The template cannot be filled.
        ValueError: It can be no such file.
        OSError: It cannot be written.
    """
    from expectations.bulletin.word import TEMPLATE, write_word
    from expectations.report.bulletin_page import shown
    from expectations.report.render import render_alone

    if path.suffix == ".docx":
        write_word(told, path, template or TEMPLATE)
    elif path.suffix == ".html":
        path.write_bytes(render_alone("bulletin_alone.html", shown(told)))
    else:
        raise ValueError(f"{path.name}: a bulletin is written as {' or '.join(FORMS)}")


def keep_newest(site: Site) -> Path:
    """Write the bulletin of the newest quarter beside the report, for those who read that.

    Returns:
        ``reports/bulletin-2025Q4.docx``.

    Raises:
        NoBulletin: No quarter is scored.
    """
    from pipelines.home.access import share

    with site.connect_released() as connection:
        told = bulletin_of(site, connection, None, None)
    path = site.home.reports / f"bulletin-{told.said['quarter']}.docx"
    write_bulletin(told, path)
    share(site.home.sharing, path)
    return path
