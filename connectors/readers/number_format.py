"""Number formats of workbooks, as Excel spells them. Which cell has which is known to the readers."""

from __future__ import annotations

import re

BUILT_IN = {9: "0%", 10: "0.00%"}
"""The percentages among the formats that every workbook has without saying so, by number."""

_NOT_CODE = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
"""Text in quotes, escaped, or as a gap; colours and conditions: they show, but do not change the number."""


def is_percentage(code: str) -> bool:
    """Whether a number is shown a hundredfold: ``0.0%`` does so, ``0.0"%"`` only writes the sign behind it."""
    return "%" in _NOT_CODE.sub("", code)
