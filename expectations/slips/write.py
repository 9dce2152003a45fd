"""A slip written into the sender's outbox: as a text or as a workbook, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from expectations.slips.names import folder_of, make_way, remove_others, target_of
from expectations.slips.slip import Slip
from expectations.slips.text import text_slip

if TYPE_CHECKING:
    from openpyxl import Workbook

    from expectations.slips.plain_cells import PlainRows

_MAX_LOADED_ROWS = 3_000


def write_slip(outbox: Path, slip: Slip, *, as_text: bool = False) -> Path:
    """Answer a submission in the sender's outbox.

    A submission taken with findings gets its workbook back, marked; a refused one where rows or cells are to
    blame; every other one a text. An earlier answer to the same submission goes, one to an earlier hand-in of the same
    file is put aside; another file's is never touched.

    Args:
        outbox: The folder of all departments' answers.
        slip: What to say.
        as_text: Say it in a text, whatever is to be marked.

    Returns:
        The file written, under ``<outbox>/<department>/`` where the original lay under the inbox.

    Raises:
        OSError: The outbox cannot be written, or the original not be opened.
    """
    folder = folder_of(outbox, slip)
    marked = has_marks(slip) and not as_text
    target = target_of(folder, slip, ".xlsx" if marked else ".txt")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{slip.submission_id}.tmp")
    temporary.touch()  # a folder that cannot be written is found out before a workbook is marked for it
    if marked:
        _save_workbook(slip, temporary)
    else:
        temporary.write_bytes(text_slip(slip))
    make_way(folder, slip)
    os.replace(temporary, target)
    remove_others(folder, slip, target)
    return target


def has_marks(slip: Slip) -> bool:
    """Whether the answer is a workbook: there is something to mark, or to be answered in it.

    What was refused as a whole may not even open. Of what is too long to come back whole the answer is asked for in the
    file's name.
    """
    if slip.status == "held" and _comes_back_whole(slip):
        return True
    if slip.status == "repeat" or not slip.finding_count:
        return False
    from expectations.slips.marks import findings_frame

    return slip.status not in ("refused", "rechecked") or bool((findings_frame(slip)["row"] > 0).any())


def _comes_back_whole(slip: Slip) -> bool:
    from expectations.slips.long_text import is_long_text
    from expectations.slips.rebuilt import MAX_WHOLE_ROWS

    return slip.rows_in <= MAX_WHOLE_ROWS and not is_long_text(slip.original)


def _save_workbook(slip: Slip, path: Path) -> None:
    """Mark the original where that works, else rebuild it from its cells."""
    from expectations.slips.marked import can_mark, marked_workbook
    from expectations.slips.plain_cells import save_with_plain_cells

    if slip.rows_in <= _MAX_LOADED_ROWS and can_mark(slip.original):
        try:
            return _signed(marked_workbook(slip), slip).save(path)
        except _ODD_WORKBOOK:
            # openpyxl has no error of its own for files written oddly; their cells are still readable.
            path.unlink(missing_ok=True)
    book, plain_rows = _rebuilt(slip)
    return save_with_plain_cells(_signed(book, slip), plain_rows, path)


_ODD_WORKBOOK = (
    ArithmeticError, AssertionError, AttributeError, BadZipFile, LookupError, NotImplementedError, SyntaxError,
    TypeError, UnicodeError, ValueError,
)  # fmt: skip
"""What openpyxl raises on workbooks that other programs write (xml.etree's ParseError is a SyntaxError)."""


def _rebuilt(slip: Slip) -> tuple[Workbook, dict[str, PlainRows]]:
    from expectations.slips.long_text import is_long_text, picked_rows
    from expectations.slips.marks import findings_frame
    from expectations.slips.rebuilt import HEAD_ROWS, rebuilt_workbook

    if is_long_text(slip.original):
        wanted = {*range(1, HEAD_ROWS + 1), *findings_frame(slip)["row"].tolist()}
        return rebuilt_workbook(slip, [picked_rows(slip.original, slip.file_name, wanted)])
    from connectors.readers import read_sheets

    return rebuilt_workbook(slip, read_sheets(slip.original, name=slip.file_name))


def _signed(book: Workbook, slip: Slip) -> Workbook:
    book.properties.identifier = slip.submission_id
    book.properties.title = f"回执 {slip.file_name}"
    return book
