"""How much of a file is read at most, and the refusals of files that cannot be read. Nothing here opens a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.errors import Refused

MAX_CELLS = 22_000_000
"""Cells in the rectangles of all sheets of a file, blank ones included: readers allocate all of them."""

MAX_CELLS_AT_ONCE = 10_000_000
"""The same where opening a workbook reads all of its sheets, and their formulas (xls)."""

MAX_COLUMNS = 3_000
"""Written cells in one row of a sheet whose tables are looked for; the widest real form has some hundred."""

MAX_UNPACKED = 1_000_000_000
"""Bytes a compressed file may unpack to."""

MAX_RATIO = 50
"""Times its own size that a compressed file may unpack to; of real workbooks none reaches ten."""

SMALL_UNPACKED = 64_000_000
"""Bytes that any compressed file may unpack to."""

MAX_TAGS = 4_000_000
"""Tags of a table written as markup."""

MAX_TEXT = 200_000_000
"""Bytes of a text file read as a whole; longer ones are streamed where their structure allows."""

MAX_SHEETS = 2_000
"""Sheets of one workbook: each is opened by itself, however empty."""

MAX_MEMBERS = 500
"""Spreadsheets in one archive."""


BLANK_ROW = 8
"""Blank cells whose memory a row without cells takes."""


def unreadable(name: str) -> Refused:
    """The refusal of a damaged file."""
    return Refused(
        "unreadable",
        f"“{name}”已损坏或不是表格文件，无法读取。",
        "请用 Excel 或 WPS 打开确认，另存为 .xlsx 后重新报送。",
    )


def encrypted(name: str) -> Refused:
    """The refusal of a file that needs a password."""
    return Refused("encrypted", f"“{name}”设置了打开密码，无法读取。", "请取消密码保护，另存后重新报送。")


def too_large(name: str, what: str) -> Refused:
    """The refusal of a file that would not fit; ``what`` says which measure is exceeded, in Chinese."""
    return Refused(
        "too_large",
        f"“{name}”过大：{what}。",
        "请删除数据区以外的零星内容和空白格式，或拆分为几个文件后重新报送。",
    )


def empty(name: str) -> Refused:
    """The refusal of a file without a single cell."""
    return Refused("empty", f"“{name}”里没有任何内容。", "请确认报送的是填好的文件。")


def picture_only(name: str) -> Refused:
    """The refusal of a workbook that shows its table as a picture."""
    return Refused(
        "picture_only", f"“{name}”里的表格是图片，没有单元格数据。", "表格是图片，请发送表格本身。"
    )


def not_a_table(name: str, what: str) -> Refused:
    """The refusal of another kind of file; ``what`` names it in Chinese."""
    return Refused(
        "not_a_table", f"“{name}”是{what}，不是表格文件。", "请发送 Excel、WPS 表格或 CSV 文件本身。"
    )


def check_tags(text: str, name: str) -> None:
    """Refuse markup of too many tags.

    Raises:
        Refused: ``too_large``.
    """
    if text.count("<") > MAX_TAGS:
        raise too_large(name, f"表格的标记超过 {MAX_TAGS // 10_000} 万个")


class Room:
    """What is left of the cells that one file may have."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MAX_CELLS

    def take(self, cells: int) -> None:
        """Make room for more cells.

        Raises:
            Refused: ``too_large``.
        """
        self._left -= cells
        if self._left < 0:
            raise too_large(self._name, f"内容延伸过远（超过 {MAX_CELLS // 10_000} 万格）")


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn whatever a reading library raises on a bad file into a refusal.

    A panic of a Rust library arrives as a ``BaseException`` of its own; an interruption by the user passes.
    """
    try:
        yield
    except Refused:
        raise
    except MemoryError as error:
        raise too_large(name, "内存不足") from error
    except Exception as error:
        raise unreadable(name) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise unreadable(name) from error
