"""Characters that show nothing: they come with copied text and make two texts of what looks like one."""

from __future__ import annotations

import re

POINTS = (
    (0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x180B, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xE0100, 0xE01EF),
)  # fmt: skip
"""First and last code points: controls but for white space, zero-width characters and marks of direction, soft
hyphens, fillers, selectors of variants."""

INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in POINTS) + "]")
INVISIBLE_RE2 = "[" + "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in POINTS) + "]"
"""The same for Arrow."""
