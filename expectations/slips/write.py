"""Where a slip goes and what it is called: beside nothing of anyone else's, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from expectations.slips.inside import without_answer
from expectations.slips.slip import STATUS_WORDS, Slip, Status
from expectations.slips.text import text_slip

if TYPE_CHECKING:
    from openpyxl import Workbook

    from expectations.slips.plain_cells import PlainRows

_MAX_NAME_BYTES = 240
_MAX_LOADED_ROWS = 3_000


def write_slip(outbox: Path, slip: Slip, *, as_text: bool = False) -> Path:
    """Answer a submission in the sender's outbox.

    A submission taken with findings gets its workbook back, marked; a refused one where rows or cells are to
    blame; every other one a text. An earlier answer to the same submission goes; another submission's is never touched.

    Args:
        outbox: The folder of all departments' answers.
        slip: What to say.
        as_text: Say it in a text, whatever is to be marked.

    Returns:
        The file written, under ``<outbox>/<department>/`` where the original lay under the inbox.

    Raises:
        OSError: The outbox cannot be written, or the original not be opened.
    """
    folder = outbox / _short(slip.department) / Path(*map(_short, _folders(slip)))
    folder.mkdir(parents=True, exist_ok=True)
    marked = has_marks(slip) and not as_text
    target = _free(folder, slip, ".xlsx" if marked else ".txt")
    temporary = target.with_name(f".{slip.submission_id}.tmp")
    temporary.touch()  # a folder that cannot be written is found out before a workbook is marked for it
    if marked:
        _save_workbook(slip, temporary)
    else:
        temporary.write_bytes(text_slip(slip))
    os.replace(temporary, target)
    _remove_earlier(folder, slip, target)
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


def _folders(slip: Slip) -> list[str]:
    """Folders between the department's own and the file, never leading out of the outbox."""
    parts = [
        part for part in PurePosixPath(slip.sender_path).parts[:-1] if part not in ("/", "\\", ".", "..")
    ]
    return parts[1:] if parts[:1] == [slip.department] else parts


def _free(folder: Path, slip: Slip, extension: str) -> Path:
    """The slip's plain name, or with the submission's id where another submission has that."""
    plain, own = (folder / name for name in _names(slip, slip.status, extension))
    return plain if not plain.exists() or _is_of(plain, slip.submission_id) else own


def _names(slip: Slip, status: Status, extension: str) -> tuple[str, str]:
    """What an answer of a status is called, and where another submission's has that name."""
    word = STATUS_WORDS[status]
    if status == "accepted" and extension == ".xlsx":
        word += "-请核对"
    file = PurePosixPath(slip.file_name)
    stem = without_answer(file.stem)  # a slip handed back is answered under the name of the sender's own file
    base = stem + file.suffix if extension == ".txt" else stem or slip.file_name
    return (
        _short(base, f".回执-{word}{extension}"),
        _short(base, f".回执-{word}.{slip.submission_id}{extension}"),
    )


def _remove_earlier(folder: Path, slip: Slip, target: Path) -> None:
    """Read anew, by other contracts or regions, a submission may come out otherwise: its old answer is not true."""
    for status in STATUS_WORDS:
        for extension in (".txt", ".xlsx"):
            for path in (folder / name for name in _names(slip, status, extension)):
                if path != target and path.exists() and _is_of(path, slip.submission_id):
                    path.unlink()


def _short(base: str, ending: str = "") -> str:
    room = _MAX_NAME_BYTES - len(ending.encode())
    return base.encode()[:room].decode(errors="ignore") + ending


def _is_of(path: Path, submission_id: str) -> bool:
    """Whether a slip that lies there answers this very submission."""
    if path.suffix == ".txt":
        return submission_id.encode() in path.read_bytes()
    try:
        with ZipFile(path) as archive:
            return submission_id.encode() in archive.read("docProps/core.xml")
    except (BadZipFile, KeyError):
        return False


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
