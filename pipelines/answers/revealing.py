"""One record in the clear, for whoever may read the archive; the audit log knows of it before it is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator

from connectors.errors import Refused
from connectors.extract import Extract
from connectors.grid import column_letter
from pipelines.home.site import Site
from pipelines.loading.own_words import OwnWords, own_words


class NotRevealed(ValueError):
    """A record that is not shown; the message says why and what to do."""


def reveal(site: Site, submission_id: str, sheet: str, row: int, reason: str) -> dict[str, str]:
    """The cells of a row as they were handed in, by column title.

    Args:
        site: The home.
        submission_id: The submission.
        sheet: As the tables show it, or as its sender calls it.
        row: As the spreadsheet numbers it.
        reason: Why it must be seen; kept in the audit log.

    Raises:
        NotRevealed: No reason, no such submission, sheet or row; or this account may not read the archive.
    """
    if not reason.strip():
        raise NotRevealed("a record is shown for a reason only: say it with --reason")
    known = site.ledger.entries([submission_id])
    if not known:
        raise NotRevealed(f"no submission {submission_id}; list them with: shiji status --submissions")
    original = site.archive.checked(known[0].sha256)
    if not os.access(original, os.R_OK):
        raise NotRevealed(f"this account may not read {original}: ask whoever keeps the archive")
    try:
        own = own_words(site, known[0])
    except Refused as refusal:
        raise NotRevealed(f"{submission_id} cannot be read: {refusal.message}") from refusal
    cells = _cells(own, sheet, row)
    shown = own.shield.sheets.get(sheet, sheet)
    site.audit.append("reveal", f"{submission_id} {shown} row {row}", reason.strip())
    return cells


def _cells(own: OwnWords, sheet: str, row: int) -> dict[str, str]:
    tables = [one for one in own.extracts if sheet in (one.sheet, own.shield.sheets[one.sheet])]
    if not tables:
        there = "、".join(dict.fromkeys(own.shield.sheets.values()))
        raise NotRevealed(f"the submission has no sheet {sheet}; there are: {there}")
    for extract in tables:
        rows = extract.rows.to_pylist()
        if row in rows:
            return dict(_titled(extract, rows.index(row)))
    raise NotRevealed(f"row {row} of the sheet is no row of data")


def _titled(extract: Extract, place: int) -> Iterator[tuple[str, str]]:
    """Title and cell of each column; a title that repeats bears its column's letter."""
    taken: set[str] = set()
    for column in extract.table.columns:
        letter = column_letter(column.index)
        title = " ".join(column.path) or letter
        cell = extract.cells[str(column.index)][place].as_py()
        yield f"{title} {letter}" if title in taken else title, cell or ""
        taken.add(title)
