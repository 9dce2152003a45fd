"""Formulas in the XML of a worksheet whose results are not stored, as programs write them that cannot compute.

A reader gives such a cell as a blank. The result ``""`` is stored: as an empty value in a cell of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_REST = rb"\s*(?:<(?:[\w.-]+:)?v\s*(?:/>|>\s*</(?:[\w.-]+:)?v>))?\s*</(?:[\w.-]+:)?c>"
_CLOSED = re.compile(rb"</f>" + _REST)
_ALONE = re.compile(rb"<f(?:\s[^>]*)?/>" + _REST)
_CELL = re.compile(
    rb"<(?:[\w.-]+:)?c(?P<marks>[^>]*)(?<!/)>\s*<(?:[\w.-]+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:[\w.-]+:)?f>)"
    rb"(?P<rest>" + _REST + rb")"
)
_TEXT = re.compile(rb"""\bt\s*=\s*["']str["']""")


def unsaved_cells(block: bytes) -> Iterator[int]:
    """Where the tags of such cells begin, in XML whose tags have no prefixes."""
    for pattern in (_CLOSED, _ALONE):
        for found in pattern.finditer(block):
            at = block.rfind(b"<c ", 0, found.start())
            if at >= 0 and is_unsaved(block, at):
                yield at


def is_unsaved(content: bytes, at: int) -> bool:
    """Whether the cell whose tag begins there holds a formula without a result."""
    cell = _CELL.match(content, at)
    if cell is None:
        return False
    return not (_TEXT.search(cell["marks"]) and b"v" in cell["rest"])
