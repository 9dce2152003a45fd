"""How Chinese forms number their rows: 一、 over (一) over 1. over (1) over ①."""

from __future__ import annotations

import re

_STYLES = (
    re.compile(r"^[一二三四五六七八九十廿]{1,4}\s*[、.]"),
    re.compile(r"^[(][一二三四五六七八九十]{1,3}[)]"),
    re.compile(r"^\d{1,2}\s*[.、]+(?!\d)"),
    re.compile(r"^(\(\d{1,2}\)|\d{1,2}\))"),
    re.compile(r"^[①-⑳]"),
)


def numbering(text: str) -> int | None:
    """The rank of the label's numbering, 0 for the outermost; ``None`` where it has none.

    Args:
        text: The label, in NFKC except for circled numbers, without leading spaces.
    """
    return next((rank for rank, style in enumerate(_STYLES) if style.match(text)), None)
